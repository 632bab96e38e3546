//! The ways in which a command can fail, the message of each, and its exit code.
//!
//! Scripts rely on the exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 not allowed, 5 conflict, 6 server
//! unreachable. `task run --wait`, `task run --follow`, `run wait` and `run log --follow` exit with the code of the
//! run instead.

use std::fmt::Display;

use serde_json::Value;

/// Result of everything the client does.
pub type Outcome<T> = Result<T, Failure>;

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The command line or the body was wrong, so nothing was sent.
    Usage(String),
    /// The server answered with a problem.
    Problem(Box<Problem>),
    /// No server answered.
    Unreachable(String),
    /// Anything else.
    Failed(String),
    /// The command has said everything itself and only sets the exit code.
    Exit(u8),
}

/// A problem that the server reported (RFC 9457).
#[derive(Debug, Default)]
pub struct Problem {
    /// Status of the HTTP answer.
    pub status: u16,
    /// The kind of problem, in words.
    pub title: String,
    /// What happened to which thing, and what to do about it.
    pub detail: String,
    /// The kind of problem, as a word for programs.
    pub code: String,
    /// JSON pointers into the request, each with what is wrong there.
    pub fields: Vec<(String, String)>,
    /// Id under which the server's log has more.
    pub request_id: String,
}

impl Failure {
    /// A failure with the error that caused it.
    pub fn failed(what: &str, error: impl Display) -> Self {
        Self::Failed(format!("{what}: {error}"))
    }

    /// The exit code of the process.
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

    /// The message for stderr, including line ends; empty if the command has printed everything.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Exit(_) => String::new(),
            Self::Usage(text) => format!("{text}\nAdd --help to see the usage.\n"),
            Self::Unreachable(text) | Self::Failed(text) => format!("{text}\n"),
            Self::Problem(problem) => problem.text(),
        }
    }
}

impl Problem {
    /// Reads a problem from the body of an answer. If the body is not a problem, its first line becomes the detail.
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
            text.push_str(&format!(": {}", self.detail));
        }
        let code = if self.code.is_empty() { String::new() } else { format!(" {}", self.code) };
        text.push_str(&format!(" ({}{code})\n", self.status));
        let is_new = |(_, message): &&(String, String)| !(self.fields.len() == 1 && self.detail.contains(message));
        for (pointer, message) in self.fields.iter().filter(is_new) {
            let pointer = if pointer.is_empty() { "(the whole body)" } else { pointer };
            text.push_str(&format!("  {pointer}: {message}\n"));
        }
        if self.status == 401 {
            text.push_str("Log in with `orc login URL`, or set ORC_TOKEN.\n");
        }
        if self.status >= 500 && !self.request_id.is_empty() {
            text.push_str(&format!("The server's log has details under the request id {}.\n", self.request_id));
        }
        text
    }
}
