//! `cargo xtask check`: what must be right before every commit, in seconds.

use crate::command::{self, Answer};
use crate::place::Place;
use crate::tidy;

/// Format, clippy, tidy.
///
/// # Errors
/// The findings as one text.
pub fn run(place: &Place) -> Answer<()> {
    command::must(command::cargo(&place.root).args(["fmt", "--all", "--check"]))?;
    tidy(place)?;
    let mut clippy = command::cargo(&place.root);
    command::must(clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Runs tidy alone, and lowers numbers of the baseline that are too high.
///
/// # Errors
/// The findings as one text.
pub fn tidy(place: &Place) -> Answer<()> {
    tidy::lower(place)?;
    let found = tidy::check(place)?;
    let lines: Vec<_> = found.iter().map(tidy::Finding::to_string).collect();
    if lines.is_empty() { Ok(()) } else { Err(format!("{}\n{} findings", lines.join("\n"), lines.len())) }
}
