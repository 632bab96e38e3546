//! Channels that are commands: what the command gets, and what its end means.
//!
//! Deliberately absent: starting it, which the engine does behind `CommanderDoor`.

use crate::app::App;
use crate::domain::notify::notice::Notice;
use crate::domain::notify::words::Speaker;
use crate::domain::notify::{CommandTarget, services};
use crate::domain::reason::Reason;
use futures::future::BoxFuture;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// How long a command of a channel may take, in seconds.
const TIMEOUT_SECONDS: f64 = 30.0;

/// A command beside runs.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalCommand {
    /// Program: a path, or a name searched in PATH.
    pub program: String,
    /// Its arguments, passed on byte for byte.
    pub arguments: Vec<String>,
    /// Its standard input; none: it is empty.
    pub input: Option<String>,
    /// Maximum duration; then the process tree is stopped.
    pub timeout_seconds: f64,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandEnd {
    /// Why it did not succeed, in words; none: it did.
    pub problem: Option<String>,
    /// The last lines that it wrote.
    pub lines: Vec<String>,
}

/// Runs commands. The engine is the only one.
pub trait Commander: std::fmt::Debug + Send + Sync {
    /// Runs a command to its end. If the caller gives up, the command is stopped with its whole tree.
    fn run(&self, command: LocalCommand) -> BoxFuture<'static, io::Result<CommandEnd>>;
}

/// Where channels find who runs their commands. The engine owns the commander, which itself holds the use cases: an
/// owner here would keep both for ever.
#[derive(Debug, Default)]
pub struct CommanderDoor(Mutex<Option<Weak<dyn Commander>>>);

impl CommanderDoor {
    /// Puts somebody behind the door.
    pub fn connect(&self, commander: &Arc<dyn Commander>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::downgrade(commander));
    }

    fn open(&self) -> Option<Arc<dyn Commander>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(Weak::upgrade)
    }
}

impl App {
    /// Gives a notice to a command. Tells both sides.
    pub(super) async fn notice_command(
        &self,
        target: &CommandTarget,
        notice: &Notice,
        tell: &(dyn Fn(Speaker, String) + Sync),
    ) -> Result<(), Reason> {
        let failed = |problem: String| Reason::ChannelCommandFailed { problem };
        let Some(commander) = self.commander().open() else {
            return Err(failed("this server has not started its engine yet".to_owned()));
        };
        let command = LocalCommand {
            program: target.program.clone(),
            arguments: services::command_arguments(target, notice),
            input: Some(services::command_input(notice)),
            timeout_seconds: TIMEOUT_SECONDS,
        };
        let line: Vec<String> = command.arguments.iter().map(|argument| format!("{argument:?}")).collect();
        tell(Speaker::Orc, format!("starts {} {}", command.program, line.join(" ")).trim_end().to_owned());
        tell(Speaker::Orc, format!("writes to its standard input: {}", command.input.as_deref().unwrap_or_default()));
        let ended = commander.run(command).await.map_err(|error| failed(error.to_string()))?;
        let said = ended.lines.join("\n");
        let Some(problem) = ended.problem else {
            tell(Speaker::Service, format!("exit code 0\n{said}").trim_end().to_owned());
            return Ok(());
        };
        tell(Speaker::Service, format!("{problem}\n{said}").trim_end().to_owned());
        let last = ended.lines.last().map(|line| format!("; it wrote: {line}")).unwrap_or_default();
        Err(failed(format!("{problem}{last}")))
    }
}
