//! Looks at commands: each runs under a runner of its own, as an attempt does, so it is stopped with its whole tree.
//!
//! There is no attempt in the database. What the command writes is kept only until its last line was read. A command for
//! which nobody waits any more is stopped, whether a request has left or this server has ended, and its place becomes
//! free only when nothing of it is left.

use super::tools::Tools;
use crate::app::dependencies::Place;
use crate::domain::dependencies::{CommandRule, Look, Sight};
use crate::domain::ids::AttemptId;
use crate::engine::runs::runners::Conversation;
use orc_runner::message::{RunnerMessage, ServerMessage};
use orc_runner::record::{Exit, ExitRecord, Outcome};
use orc_runner::{Content, Link, LogLimits, LogReader, Plan, PlanLimits};
use std::io;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

/// Seconds between asking a command to stop and killing it.
const GRACE_SECONDS: f64 = 5.0;

/// Number of bytes kept of what a command writes.
const KEPT: u64 = 64 * 1024;

/// Number of characters shown of the last line.
const SHOWN: usize = 200;

/// Runs the command of a rule. If the look is given up, the command is stopped, and keeps the place until it has ended.
pub(super) async fn look(tools: Tools, rule: CommandRule, place: Place) -> Look {
    let unwanted = CancellationToken::new();
    let carrying = tokio::spawn(carry_through(tools, rule, place, unwanted.clone()));
    let _given_up_with_this_look = unwanted.drop_guard();
    carrying.await.unwrap_or_else(|error| Look::troubled(Sight::NotLooked { problem: error.to_string() }))
}

async fn carry_through(tools: Tools, rule: CommandRule, _place: Place, unwanted: CancellationToken) -> Look {
    let attempt = AttemptId::generate();
    let scratch = tools.app.scratch_path(attempt);
    let looked = carry_out(&tools, rule, attempt, scratch.clone(), &unwanted).await;
    let _a_left_folder_is_pruned = tokio::fs::remove_dir_all(scratch).await;
    tools.app.logs_delete(vec![attempt]).await;
    looked.unwrap_or_else(|error| Look::troubled(Sight::NotLooked { problem: error.to_string() }))
}

async fn carry_out(
    tools: &Tools,
    rule: CommandRule,
    attempt: AttemptId,
    scratch: PathBuf,
    unwanted: &CancellationToken,
) -> io::Result<Look> {
    tokio::fs::create_dir_all(tools.app.log_folder()).await?;
    let mut private = tokio::fs::DirBuilder::new();
    private.recursive(true);
    #[cfg(unix)]
    private.mode(0o700);
    private.create(&scratch).await?;
    let link = Link::new(tools.app.log_path(attempt));
    let (mut runner, _) = tools.runners.start(link.log()).await?;
    let plan = plan(tools, rule, attempt, scratch);
    runner.send(&ServerMessage::Start { plan: Box::new(plan) }).await?;
    let record = until_ended(&mut runner, unwanted).await?;
    runner.until_gone().await;
    if record.success {
        let milliseconds = u64::try_from((record.finished_at_micros - record.started_at_micros) / 1000).unwrap_or(0);
        return Ok(Look::of(true, Sight::CommandSucceeded { milliseconds }));
    }
    let last_line = tokio::task::spawn_blocking(move || last_line(&link)).await.ok().flatten();
    Ok(Look::of(false, Sight::CommandFailed { problem: problem(&record), last_line }))
}

fn plan(tools: &Tools, rule: CommandRule, attempt: AttemptId, scratch: PathBuf) -> Plan {
    let surroundings = &tools.app.settings().surroundings;
    // Whoever may define tasks must not gain rights by a dependency that tasks do not have.
    let abilities = &surroundings.abilities;
    let run_as = abilities.task_user.clone();
    let mut environment = surroundings.environment.clone();
    if run_as.is_some() {
        // The runner knows those of the user.
        environment.retain(|name, _| !["HOME", "USER", "LOGNAME"].contains(&name.as_str()));
    }
    Plan {
        attempt: attempt.to_string(),
        token: hex::encode(rand::random::<[u8; 32]>()),
        program: rule.program,
        arguments: rule.arguments,
        script: None,
        working_directory: if run_as.is_some() { PathBuf::new() } else { scratch.clone() },
        environment,
        secrets: Vec::new(),
        files: Vec::new(),
        notes: Vec::new(),
        scratch_folder: scratch,
        success_codes: vec![0],
        attempt_timeout_seconds: Some(rule.timeout_seconds),
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

fn problem(record: &ExitRecord) -> String {
    match (&record.outcome, &record.exit) {
        (Outcome::TimedOut { seconds, .. }, _) => format!("it took longer than {seconds} s and was stopped"),
        (Outcome::SpawnFailed { message, .. }, _) => format!("it could not be started: {message}"),
        (_, Some(Exit::Code { code })) => format!("exit code {code}"),
        (_, Some(Exit::Signal { signal })) => format!("signal {signal}"),
        (_, None) => "it was stopped".to_owned(),
    }
}

/// The last line with any text that a command wrote. Blocks.
fn last_line(link: &Link) -> Option<String> {
    let mut reader = LogReader::open(link.log()).ok()?;
    reader.seek_last_lines(5).ok()?;
    let records = reader.read(usize::try_from(KEPT).ok()?).ok()?;
    let bytes = records.into_iter().filter_map(|record| match record.content {
        Content::Bytes(bytes) if record.stream != orc_runner::Stream::System => Some(bytes),
        Content::Bytes(_) | Content::Gap { .. } => None,
    });
    let text = String::from_utf8_lossy(&bytes.collect::<Vec<_>>().concat()).into_owned();
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    Some(line.chars().filter(|char| !char.is_control()).take(SHOWN).collect())
}
