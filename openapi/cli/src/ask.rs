//! Questions to the person at the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use crate::failure::{Failure, Outcome};

/// Whether somebody can answer.
#[must_use]
pub fn possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a line; where nobody can answer, reads one from stdin.
pub fn line(question: &str) -> Outcome<String> {
    if possible() {
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "{question}").and_then(|()| stderr.flush());
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Failure::failed("stdin", error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks for a secret without showing it; where nobody can answer, reads a line from stdin.
pub fn secret(question: &str) -> Outcome<String> {
    if possible() {
        return rpassword::prompt_password(question).map_err(|error| Failure::failed("the terminal", error));
    }
    line(question)
}
