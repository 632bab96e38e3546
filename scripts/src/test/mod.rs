//! `cargo xtask test`: every layer in order, a time for each step, and one last line `N passed, N failed`.
//!
//! A failing step does not end the run. A step that cannot run (no build, no tool) counts as failed and says why.
//! Nothing is skipped silently. Deliberately absent: knowledge of how a layer tests itself. Start reading at `run`.

mod count;
mod fuzz;
mod machine;
mod postgres;
mod session;
mod steps;

pub use machine::{node, packages};
pub use postgres::free_port;

use crate::command::{self, Answer};
use crate::place::Place;
use crate::windows;
use count::Count;
use session::{Line, Session, Step};
use std::time::{Duration, Instant};

/// Runs the steps whose names contain one of the filters (all steps without filters). Returns whether all passed.
///
/// # Errors
/// Fails with a sentence if no step has such a name.
pub fn run(place: &Place, full: bool, filters: &[String]) -> Answer<bool> {
    let started = Instant::now();
    // Windows is checked in the full form. If requested by name it is always checked, and fails if its compiler is
    // missing.
    let windows = full && filters.is_empty() && windows::missing(place).inspect(|why| println!("{why}")).is_none();
    let chosen = chosen(filters, windows)?;
    let mut session = Session { place: place.clone(), full, postgres: None, failed: Vec::new() };
    let mut lines = Vec::new();
    for step in steps::ALL.iter().filter(|step| chosen.contains(&step.name)) {
        println!("\n== {}", step.name);
        let line = session.perform(step);
        if let Some(fault) = &line.fault {
            println!("{}: {fault}", step.name);
        }
        lines.push(line);
    }
    drop(session);
    for end in command::ends_of_failed() {
        println!("\n{end}");
    }
    Ok(summary(&lines, started.elapsed()))
}

/// Names of the steps to run: those that the filters name, and those that these need.
fn chosen(filters: &[String], windows: bool) -> Answer<Vec<&'static str>> {
    let asked = |step: &Step| filters.iter().any(|filter| step.name.contains(filter.as_str()));
    let named = |step: &Step| asked(step) || filters.is_empty() && (windows || step.name != steps::WINDOWS);
    let mut chosen: Vec<&str> = steps::ALL.iter().filter(|step| named(step)).map(|step| step.name).collect();
    if chosen.is_empty() {
        let names: Vec<_> = steps::ALL.iter().map(|step| step.name).collect();
        return Err(format!("no step has such a name; the steps are: {}", names.join(", ")));
    }
    // A step comes after the steps it needs, so one walk from the end finds them all.
    for step in steps::ALL.iter().rev() {
        if chosen.contains(&step.name) {
            chosen.extend(step.needs);
        }
    }
    Ok(chosen)
}

fn summary(lines: &[Line], took: Duration) -> bool {
    let mut total = Count::default();
    println!("\n{:<22} {:>9} {:>8} {:>8}", "step", "seconds", "passed", "failed");
    for line in lines {
        let Count { passed, failed } = line.count;
        let why = line.fault.as_deref().and_then(|fault| fault.lines().next()).unwrap_or_default();
        let text = format!("{:<22} {:>9.1} {passed:>8} {failed:>8}  {why}", line.name, line.took.as_secs_f64());
        println!("{}", text.trim_end());
        total.add(line.count);
    }
    println!("took {:.1} minutes", took.as_secs_f64() / 60.0);
    println!("{} passed, {} failed", total.passed, total.failed);
    total.failed == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_brings_what_its_step_needs() {
        let names = chosen(&["journeys".to_owned()], false).expect("there is such a step");
        assert!(names.contains(&"build") && names.contains(&"web build") && !names.contains(&"clippy"), "{names:?}");
        assert!(chosen(&["no such step".to_owned()], false).is_err());
    }

    #[test]
    fn windows_is_checked_in_the_full_form_or_by_name() {
        let named =
            |filters: &[String], windows| chosen(filters, windows).expect("there are steps").contains(&steps::WINDOWS);
        let by_name = ["windows".to_owned()];
        assert_eq!([named(&[], false), named(&[], true), named(&by_name, false)], [false, true, true]);
    }

    #[test]
    fn needs_stand_before_those_who_need_them() {
        for (index, step) in steps::ALL.iter().enumerate() {
            for need in step.needs {
                assert!(steps::ALL[..index].iter().any(|earlier| earlier.name == *need), "{} needs {need}", step.name);
            }
        }
    }
}
