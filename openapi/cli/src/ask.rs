//! Asks the person at the terminal. Without a person, the answer is the next line of stdin.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use crate::failure::{Failure, Outcome};

/// Whether there is a person to ask: both stdin and stderr are a terminal.
#[must_use]
pub fn possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a line.
pub fn line(question: &str) -> Outcome<String> {
    if possible() {
        let mut stderr = std::io::stderr();
        let _the_answer_can_still_be_read = write!(stderr, "{question}").and_then(|()| stderr.flush());
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Failure::failed("stdin", error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks for a secret and does not show what is typed.
pub fn secret(question: &str) -> Outcome<String> {
    if possible() {
        return rpassword::prompt_password(question).map_err(|error| Failure::failed("the terminal", error));
    }
    line(question)
}
