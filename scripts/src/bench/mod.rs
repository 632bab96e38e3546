//! `cargo xtask bench`: the figures that are promised, beside what the machine itself can do, measured in the same run.
//!
//! Each row has a target (a quiet machine reaches it) and a floor (below it the command fails). Release build, SQLite,
//! output captured, runner included. Not part of the tests. Deliberately absent: averages. Start reading at `run`.

mod delays;
mod machine;
mod many;
mod size;
mod throughput;

use crate::command::Answer;
use crate::live::{Scratch, Server};
use crate::place::Place;
use crate::start;
use serde_json::{Value, json};

/// One measured figure.
pub struct Row {
    name: String,
    figure: String,
    target: &'static str,
    floor: &'static str,
    holds: bool,
}

impl Row {
    fn new(name: &str, figure: String, target: &'static str, floor: &'static str, holds: bool) -> Self {
        let row = Self { name: name.to_owned(), figure, target, floor, holds };
        println!("{}", row.line());
        row
    }

    fn line(&self) -> String {
        let mark = if self.holds { "" } else { "  BELOW THE FLOOR" };
        format!("{:<46} {:<44} {:<34} {}{mark}", self.name, self.figure, self.target, self.floor)
    }
}

/// Measures everything; the answer is whether every floor holds.
///
/// # Errors
/// A sentence when a measurement could not be made.
pub fn run(place: &Place, filters: &[String]) -> Answer<bool> {
    start::page(place)?;
    start::programs(place, "release")?;
    println!("\n{}", machine::words());
    println!("{:<46} {:<44} {:<34} floor", "figure", "measured", "target on a quiet machine");
    type Part = fn(&Place) -> Answer<Vec<Row>>;
    let parts: [(&str, Part); 11] = [
        ("size", |place| Ok(vec![size::install(place)])),
        ("idle", size::idle),
        ("now", delays::run_now),
        ("firing", delays::firing),
        ("together", delays::together),
        ("many", many::waiting),
        ("due", many::due_at_once),
        ("ahead", many::ahead),
        ("rate", throughput::runs),
        ("page", throughput::pages),
        ("log", size::log),
    ];
    let chosen = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let mut holds = true;
    for (name, part) in parts.iter().filter(|(name, _)| chosen(name)) {
        let rows = part(place).map_err(|fault| format!("`{name}` could not be measured: {fault}"))?;
        holds &= rows.iter().all(|row| row.holds);
    }
    println!("{}", if holds { "every floor holds" } else { "a floor does not hold" });
    Ok(holds)
}

/// A running release server with an empty data folder.
fn server(place: &Place) -> Answer<(Scratch, Server)> {
    let scratch = Scratch::new("bench")?;
    let mut server = Server::prepare(place, "release", scratch.path())?;
    server.start()?;
    Ok((scratch, server))
}

/// A task that runs this program's `moment` command: it appends the instant of its first instruction to a file.
fn moment_task(name: &str, file: &std::path::Path) -> Answer<Value> {
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
/// A sentence when the file cannot be written.
pub fn moment(file: &std::path::Path) -> Answer<()> {
    use std::io::Write;
    let now = machine::now();
    let due = std::env::var("ORC_SCHEDULED_FOR").unwrap_or_default();
    let opened = std::fs::File::options().create(true).append(true).open(file);
    let written = opened.and_then(|mut out| out.write_all(format!("{now:.6} {due}\n").as_bytes()));
    written.map_err(|error| format!("{}: {error}", file.display()))
}

/// Lines that `moment` wrote: instant, and the slot it was for.
fn moments(file: &std::path::Path) -> Vec<(f64, String)> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = |line: &str| line.split_once(' ').and_then(|(now, due)| Some((now.parse().ok()?, due.to_owned())));
    text.lines().filter_map(line).collect()
}

/// The value below which `share` of the sorted values lie.
fn percentile(values: &mut [f64], share: f64) -> f64 {
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
