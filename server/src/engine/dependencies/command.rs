//! Looks at commands: a command that succeeds is met.
//!
//! Deliberately absent: how it runs, which `engine::aside` knows.

use super::tools::Tools;
use crate::app::dependencies::Place;
use crate::app::notify::sending::commands::LocalCommand;
use crate::domain::dependencies::{CommandRule, Look, Sight};
use crate::engine::aside::{Aside, Ended};

/// Number of characters shown of the last line.
const SHOWN: usize = 200;

/// Runs the command of a rule. If the look is given up, the command is stopped, and keeps the place until it has ended.
pub(super) async fn look(tools: Tools, rule: CommandRule, place: Place) -> Look {
    let CommandRule { program, arguments, timeout_seconds } = rule;
    let command = LocalCommand { program, arguments, input: None, timeout_seconds };
    let ended: Ended = match Aside::new(tools.app, tools.runners).carry_through(command, place).await {
        Ok(ended) => ended,
        Err(error) => return Look::troubled(Sight::NotLooked { problem: error.to_string() }),
    };
    match ended.problem() {
        Some(problem) => {
            let last_line = ended.lines.last().map(|line| line.chars().take(SHOWN).collect());
            Look::of(false, Sight::CommandFailed { problem, last_line })
        }
        None => {
            let micros = ended.record.finished_at_micros - ended.record.started_at_micros;
            Look::of(true, Sight::CommandSucceeded { milliseconds: u64::try_from(micros / 1000).unwrap_or(0) })
        }
    }
}
