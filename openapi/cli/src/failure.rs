//! What can go wrong in the client, what it says, and the exit code of each.
//!
//! Exit codes are part of the contract: 0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed,
//! 5 conflict, 6 unreachable. A run's own exit code is passed on by `task run --wait` and `run wait`.

use std::fmt::{Display, Write as _};

use serde_json::Value;

/// Result of everything the client does.
pub type Outcome<T> = Result<T, Failure>;

/// Why a command ends badly.
#[derive(Debug)]
pub enum Failure {
    /// The command line or a body was wrong; nothing was sent.
    Usage(String),
    /// The server answered with a problem.
    Problem(Box<Problem>),
    /// No server answered.
    Unreachable(String),
    /// Anything else.
    Failed(String),
    /// Everything was said already; this is the exit code.
    Exit(u8),
}

/// A problem as the server told it (RFC 9457).
#[derive(Debug, Default)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Kind of problem, for people.
    pub title: String,
    /// What happened.
    pub detail: String,
    /// Kind of problem, for programs.
    pub code: String,
    /// Pointer into the request and what is wrong there.
    pub fields: Vec<(String, String)>,
    /// Id that the server's log knows.
    pub request_id: String,
}

impl Failure {
    /// Any failure told by an error.
    pub fn failed(what: &str, error: impl Display) -> Self {
        Self::Failed(format!("{what}: {error}"))
    }

    /// Exit code of the process.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Exit(code) => *code,
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 6,
            Self::Problem(problem) => match problem.status {
                404 => 3,
                401 | 403 => 4,
                409 | 412 => 5,
                _ => 1,
            },
        }
    }

    /// What is written to stderr.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Exit(_) => String::new(),
            Self::Usage(text) => format!("{text}\nFor help, add --help.\n"),
            Self::Unreachable(text) | Self::Failed(text) => format!("{text}\n"),
            Self::Problem(problem) => problem.text(),
        }
    }
}

impl Problem {
    /// Reads a problem from an answer's body; other bodies become the detail.
    #[must_use]
    pub fn read(status: u16, reason: &str, body: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        if !value["title"].is_string() {
            let detail = String::from_utf8_lossy(body).lines().next().unwrap_or_default().chars().take(200).collect();
            return Self { status, title: reason.to_owned(), detail, ..Self::default() };
        }
        let fields = value["fields"].as_array().into_iter().flatten();
        let field = |field: &Value| {
            let text = |key: &str| field[key].as_str().unwrap_or_default().to_owned();
            (text("pointer"), text("message"))
        };
        Self {
            status,
            title: text("title"),
            detail: text("detail"),
            code: text("code"),
            fields: fields.map(field).collect(),
            request_id: text("request_id"),
        }
    }

    fn text(&self) -> String {
        let mut text = self.title.trim_end_matches('.').to_owned();
        if !self.detail.is_empty() {
            let _ = write!(text, ": {}", self.detail);
        }
        let code = if self.code.is_empty() { String::new() } else { format!(" {}", self.code) };
        let _ = writeln!(text, " ({}{code})", self.status);
        let said = |(_, message): &&(String, String)| !(self.fields.len() == 1 && self.detail.contains(message));
        for (pointer, message) in self.fields.iter().filter(said) {
            let pointer = if pointer.is_empty() { "(whole body)" } else { pointer };
            let _ = writeln!(text, "  {pointer}: {message}");
        }
        if self.status == 401 {
            text.push_str("Log in with `orc login URL`, or set ORC_TOKEN.\n");
        }
        if self.status >= 500 && !self.request_id.is_empty() {
            let _ = writeln!(text, "The server's log tells more under request id {}.", self.request_id);
        }
        text
    }
}
