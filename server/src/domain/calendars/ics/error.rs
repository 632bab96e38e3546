//! Why a file is refused, and how much of it messages quote.

use std::fmt;

/// Maximum number of events, and of entries made from them.
pub(in crate::domain) const ICS_EVENTS: usize = 20_000;

/// Why a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsError {
    /// Line of the file, starting at 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl IcsError {
    pub(in crate::domain) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl fmt::Display for IcsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for IcsError {}

/// At most 60 characters of what a file contains, for messages.
pub(in crate::domain) fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
