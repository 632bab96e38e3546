//! One row of the bench, and what the measurements share: a server, a task that records its start, percentiles.

use super::machine;
use crate::command::Answer;
use crate::live::{Scratch, Server};
use crate::place::Place;
use serde_json::{Value, json};

/// One measured figure.
pub struct Row {
    name: String,
    figure: String,
    target: &'static str,
    floor: &'static str,
    /// Whether the figure is not below its floor.
    pub holds: bool,
}

impl Row {
    /// Creates the row and prints it at once.
    pub fn new(name: &str, figure: String, target: &'static str, floor: &'static str, holds: bool) -> Self {
        let row = Self { name: name.to_owned(), figure, target, floor, holds };
        println!("{}", row.line());
        row
    }

    fn line(&self) -> String {
        let mark = if self.holds { "" } else { "  BELOW THE FLOOR" };
        format!("{:<46} {:<44} {:<34} {}{mark}", self.name, self.figure, self.target, self.floor)
    }
}

/// A running release server with an empty data folder.
pub fn server(place: &Place) -> Answer<(Scratch, Server)> {
    let scratch = Scratch::new("bench")?;
    let mut server = Server::prepare(place, "release", scratch.path())?;
    server.start()?;
    Ok((scratch, server))
}

/// A task that runs this program's `moment` command: it appends the instant of its first instruction to a file.
pub fn moment_task(name: &str, file: &std::path::Path) -> Answer<Value> {
    let program = std::env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
    Ok(json!({
        "name": name,
        "run": {"kind": "command", "program": program, "arguments": ["moment", file]},
        "overlap": {"kind": "allow", "max": 100},
    }))
}

/// `cargo xtask moment FILE`: the helper behind `moment_task`.
///
/// # Errors
/// Fails with a sentence if the file cannot be written.
pub fn moment(file: &std::path::Path) -> Answer<()> {
    use std::io::Write;
    let now = machine::now();
    let due = std::env::var("ORC_SCHEDULED_FOR").unwrap_or_default();
    let opened = std::fs::File::options().create(true).append(true).open(file);
    let written = opened.and_then(|mut out| out.write_all(format!("{now:.6} {due}\n").as_bytes()));
    written.map_err(|error| format!("{}: {error}", file.display()))
}

/// The lines that `moment` wrote: an instant, and the slot of the run.
pub fn moments(file: &std::path::Path) -> Vec<(f64, String)> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = |line: &str| line.split_once(' ').and_then(|(now, due)| Some((now.parse().ok()?, due.to_owned())));
    text.lines().filter_map(line).collect()
}

/// The value below which `share` of the values lie. Sorts the values.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index of a short list"
    )]
    let index = ((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1));
    values.get(index).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_of_the_sorted_values() {
        let mut values: Vec<f64> = (0..100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut values, 0.5).to_string(), "50");
        assert_eq!(percentile(&mut values, 0.99).to_string(), "99");
        assert!(percentile(&mut [], 0.5).is_nan());
    }
}
