//! What is wrong with a schedule: which field, which character, and what to write instead.

use serde::Serialize;

/// One fault in a schedule's definition, worded for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct ScheduleError {
    /// The field at fault: `expression`, `timezone`, `at`, `text`, `every_seconds`, `end_at`, `key`.
    pub field: &'static str,
    /// The part of the expression at fault, such as `day of week`.
    pub part: Option<&'static str>,
    /// Position of the first wrong character, starting at 1.
    pub position: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub fix: Option<String>,
}

impl ScheduleError {
    /// Creates a fault about a whole field.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, part: None, position: None, message: message.into(), fix: None }
    }

    /// The same fault, pointing at a character, counted from 1.
    pub fn at(mut self, position: usize) -> Self {
        self.position = Some(position);
        self
    }

    /// The same fault, within a named part of the expression.
    pub fn part(mut self, part: &'static str) -> Self {
        self.part = Some(part);
        self
    }

    /// The same fault with advice.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// The fault in one line: `day of week: "8" is out of range 0-7 (at character 9): use 0-7 or SUN-SAT`.
    fn sentence(&self) -> String {
        let mut text = String::new();
        if let Some(part) = self.part {
            text.push_str(part);
            text.push_str(": ");
        }
        text.push_str(&self.message);
        if let Some(position) = self.position {
            text.push_str(&format!(" (at character {position})"));
        }
        if let Some(fix) = &self.fix {
            text.push_str(": ");
            text.push_str(fix);
        }
        text
    }
}
