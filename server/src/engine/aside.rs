//! Commands beside runs: looks at dependencies, and channels that are commands.
//!
//! Each runs under a runner of its own, as an attempt does, so it is stopped with its whole tree. There is no attempt in
//! the database. What the command writes is kept only until its last lines were read. A command for which nobody waits
//! any more is stopped, whether a request has left or this server has ended, and what it holds becomes free only when
//! nothing of it is left. Start reading at `Aside::carry_through`.

use crate::app::App;
use crate::app::notify::sending::commands::{CommandEnd, Commander, LocalCommand};
use crate::domain::ids::AttemptId;
use crate::engine::runs::fork_server::Runners;
use crate::engine::runs::runners::Conversation;
use futures::FutureExt;
use futures::future::BoxFuture;
use orc_runner::message::{RunnerMessage, ServerMessage};
use orc_runner::record::{Exit, ExitRecord, Outcome};
use orc_runner::{Content, Inject, Link, LogLimits, LogReader, Plan, PlanLimits, PlanSecret};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Seconds between asking a command to stop and killing it.
const GRACE_SECONDS: f64 = 5.0;

/// Number of bytes kept of what a command writes.
const KEPT: u64 = 64 * 1024;

/// Number of lines that are read of them.
const LINES: usize = 5;

/// Starts commands. Cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Aside {
    app: App,
    runners: Arc<Runners>,
}

/// A command that ended.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Ended {
    /// How it ended.
    pub record: ExitRecord,
    /// The last lines that it wrote, without control characters.
    pub lines: Vec<String>,
}

impl Aside {
    /// Creates it.
    pub fn new(app: App, runners: Arc<Runners>) -> Self {
        Self { app, runners }
    }

    /// Runs a command. If the caller gives up, the command is stopped, and `held` is dropped only when it has ended.
    pub async fn carry_through(&self, command: LocalCommand, held: impl Send + 'static) -> io::Result<Ended> {
        let (unwanted, aside) = (CancellationToken::new(), self.clone());
        let wanted = unwanted.clone();
        let carrying = tokio::spawn(async move {
            let _held = held;
            let attempt = AttemptId::generate();
            let scratch = aside.app.scratch_path(attempt);
            let ended = aside.carry_out(command, attempt, scratch.clone(), &wanted).await;
            let _a_left_folder_is_pruned = tokio::fs::remove_dir_all(scratch).await;
            aside.app.logs_delete(vec![attempt]).await;
            ended
        });
        let _given_up_with_this_call = unwanted.drop_guard();
        carrying.await.map_err(io::Error::other)?
    }

    async fn carry_out(
        &self,
        command: LocalCommand,
        attempt: AttemptId,
        scratch: PathBuf,
        unwanted: &CancellationToken,
    ) -> io::Result<Ended> {
        tokio::fs::create_dir_all(self.app.log_folder()).await?;
        let mut private = tokio::fs::DirBuilder::new();
        private.recursive(true);
        #[cfg(unix)]
        private.mode(0o700);
        private.create(&scratch).await?;
        let link = Link::new(self.app.log_path(attempt));
        let (mut runner, _) = self.runners.start(link.log()).await?;
        let plan = self.plan(command, attempt, scratch);
        runner.send(&ServerMessage::Start { plan: Box::new(plan) }).await?;
        let record = until_ended(&mut runner, unwanted).await?;
        runner.until_gone().await;
        let lines = tokio::task::spawn_blocking(move || last_lines(&link)).await.ok().flatten();
        Ok(Ended { record, lines: lines.unwrap_or_default() })
    }

    fn plan(&self, command: LocalCommand, attempt: AttemptId, scratch: PathBuf) -> Plan {
        let surroundings = &self.app.settings().surroundings;
        // Whoever may define tasks must not gain rights by such a command that tasks do not have.
        let abilities = &surroundings.abilities;
        let run_as = abilities.task_user.clone();
        let mut environment = surroundings.environment.clone();
        if run_as.is_some() {
            // The runner knows those of the user.
            environment.retain(|name, _| !["HOME", "USER", "LOGNAME"].contains(&name.as_str()));
        }
        let input = command.input.map(|input| PlanSecret {
            name: "input".to_owned(),
            field: None,
            value: input.as_str().into(),
            inject: Inject::Stdin,
            masked: false,
        });
        Plan {
            attempt: attempt.to_string(),
            token: hex::encode(rand::random::<[u8; 32]>()),
            program: command.program,
            arguments: command.arguments,
            script: None,
            working_directory: if run_as.is_some() { PathBuf::new() } else { scratch.clone() },
            environment,
            secrets: input.into_iter().collect(),
            files: Vec::new(),
            notes: Vec::new(),
            scratch_folder: scratch,
            success_codes: vec![0],
            attempt_timeout_seconds: Some(command.timeout_seconds),
            run_deadline_seconds: None,
            grace_seconds: GRACE_SECONDS,
            leak_grace_seconds: 1.0,
            umask: surroundings.umask,
            leave_behind: false,
            stop_with_server: true,
            limits: PlanLimits::default(),
            run_as,
            cgroup: abilities.cgroup.clone(),
            log: LogLimits { cap_bytes: KEPT, ..LogLimits::default() },
        }
    }
}

impl Commander for Aside {
    fn run(&self, command: LocalCommand) -> BoxFuture<'static, io::Result<CommandEnd>> {
        let aside = self.clone();
        async move {
            let ended = aside.carry_through(command, ()).await?;
            Ok(CommandEnd { problem: ended.problem(), lines: ended.lines })
        }
        .boxed()
    }
}

impl Ended {
    /// Why the command did not succeed, in words; none: it did.
    pub fn problem(&self) -> Option<String> {
        let ExitRecord { success, outcome, exit, .. } = &self.record;
        let problem = match (outcome, exit) {
            (Outcome::TimedOut { seconds, .. }, _) => format!("it took longer than {seconds} s and was stopped"),
            (Outcome::SpawnFailed { message, .. }, _) => format!("it could not be started: {message}"),
            (_, Some(Exit::Code { code })) => format!("exit code {code}"),
            (_, Some(Exit::Signal { signal })) => format!("signal {signal}"),
            (_, None) => "it was stopped".to_owned(),
        };
        (!success).then_some(problem)
    }
}

/// Waits for the end of the command. One that is not wanted any more is stopped first.
async fn until_ended(runner: &mut Conversation, unwanted: &CancellationToken) -> io::Result<ExitRecord> {
    let mut stopping = false;
    loop {
        let message = tokio::select! {
            message = runner.next() => message?,
            () = unwanted.cancelled(), if !stopping => {
                stopping = true;
                runner.send(&ServerMessage::Cancel { grace_seconds: None }).await?;
                continue;
            }
        };
        match message {
            Some(RunnerMessage::Exited { record }) => return Ok(*record),
            Some(RunnerMessage::Refused { message }) => return Err(io::Error::other(message)),
            Some(_) => {}
            None => return Err(io::Error::other("its runner is gone")),
        }
    }
}

/// The last lines with any text that a command wrote. Blocks.
fn last_lines(link: &Link) -> Option<Vec<String>> {
    let mut reader = LogReader::open(link.log()).ok()?;
    reader.seek_last_lines(LINES).ok()?;
    let records = reader.read(usize::try_from(KEPT).ok()?).ok()?;
    let bytes = records.into_iter().filter_map(|record| match record.content {
        Content::Bytes(bytes) if record.stream != orc_runner::Stream::System => Some(bytes),
        Content::Bytes(_) | Content::Gap { .. } => None,
    });
    let text = String::from_utf8_lossy(&bytes.collect::<Vec<_>>().concat()).into_owned();
    let lines = text.lines().map(|line| line.trim().chars().filter(|char| !char.is_control()).collect::<String>());
    Some(lines.filter(|line| !line.is_empty()).collect())
}
