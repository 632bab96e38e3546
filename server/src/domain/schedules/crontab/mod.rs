//! Crontabs: the text of crontab(5), read into jobs that tasks can be made of.
//!
//! `parse` reads a whole text; every line becomes a job, changes what follows, or is a problem with its place. What a line
//! means is crontab(5) of cronie; schedules are judged by `domain::schedule`. Deliberately absent: tasks and their
//! defaults, names that are taken, the clock.

mod forms;
mod line;
mod names;
mod parse;
mod percent;
#[cfg(test)]
mod tests;

pub use self::names::{name_of, with_number};
pub use self::parse::parse;

use super::Rule;
use std::collections::BTreeMap;

/// Most lines of a text.
pub const LINES_MAX: usize = 5_000;

/// Most bytes of a text.
pub const TEXT_MAX: usize = 1_000_000;

/// Whose crontab it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A user's: schedule, command.
    User,
    /// The system's: schedule, user, command.
    System,
}

/// One line that runs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Number of the line, from 1.
    pub line: usize,
    /// When.
    pub rule: Rule,
    /// Zone that the text says for it.
    pub timezone: Option<String>,
    /// The command with its input, as a line for a shell.
    pub shell_line: String,
    /// The shell, if the text says one.
    pub shell: Option<String>,
    /// Variables set by lines above.
    pub environment: BTreeMap<String, String>,
    /// The folder that `HOME` names.
    pub working_directory: Option<String>,
    /// Most seconds that cron would delay it.
    pub splay_seconds: u32,
    /// The comment directly above.
    pub description: String,
    /// What Orc does otherwise than cron.
    pub warnings: Vec<String>,
}

/// A line that cannot become a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// Number of the line, from 1; 0: the whole text.
    pub line: usize,
    /// The first wrong character of the line, from 1.
    pub position: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

/// A text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crontab {
    /// The form it was read in.
    pub form: Form,
    /// The jobs, by line.
    pub jobs: Vec<Job>,
    /// The faults, by line.
    pub problems: Vec<LineProblem>,
}
