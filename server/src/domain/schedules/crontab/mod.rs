//! Crontabs: the text of crontab(5), read into jobs that can become tasks.
//!
//! `parse` reads a whole text. Every line becomes a job, changes the lines after it, or is a problem with its place.
//! A line means what crontab(5) of cronie says; `domain::schedules` judges the schedules. Deliberately absent: tasks
//! and their defaults, names that are taken, the clock.

mod forms;
mod going_on;
mod line;
mod names;
mod notes;
mod parse;
mod percent;
#[cfg(test)]
mod tests;

pub use self::names::{name_of, with_number};
pub use self::notes::{CrontabNote, TaskImportNoteCode};
pub use self::parse::parse;

use super::Rule;
use std::collections::BTreeMap;

/// Maximum number of lines in a text.
pub const LINES_MAX: usize = 5_000;

/// Maximum number of bytes in a text.
pub const TEXT_MAX: usize = 1_000_000;

/// Whose crontab it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A user's crontab: schedule, command.
    User,
    /// The system's crontab: schedule, user, command.
    System,
}

/// One line that runs a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Number of the line, starting at 1.
    pub line: usize,
    /// The rule of its schedule.
    pub rule: Rule,
    /// Time zone that the text sets for the line.
    pub timezone: Option<String>,
    /// The command with its input, as a line for a shell.
    pub shell_line: String,
    /// The shell, if the text sets one.
    pub shell: Option<String>,
    /// Variables set by earlier lines.
    pub environment: BTreeMap<String, String>,
    /// The folder that `HOME` names.
    pub working_directory: Option<String>,
    /// Maximum delay by cron, in seconds.
    pub splay_seconds: u32,
    /// The comment directly above the line.
    pub description: String,
    /// Where Orc differs from cron.
    pub warnings: Vec<CrontabNote>,
}

/// A line that cannot become a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// Number of the line, starting at 1; 0: the whole text.
    pub line: usize,
    /// Position of the first wrong character in the line, starting at 1.
    pub position: Option<usize>,
    /// What is wrong and what to do about it.
    pub message: String,
}

/// A text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crontab {
    /// The form in which the text was read.
    pub form: Form,
    /// The jobs, in the order of their lines.
    pub jobs: Vec<Job>,
    /// The faults, in the order of their lines.
    pub problems: Vec<LineProblem>,
}
