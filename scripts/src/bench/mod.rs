//! `cargo xtask bench`: the promised figures, next to the limits of the machine, measured in the same run.
//!
//! Each row has a target (reached on a quiet machine) and a floor (below it the command fails). It uses a release
//! build with SQLite, captured output and runners. It is not part of the tests. Deliberately absent: averages. Start
//! reading at `run`.

mod delays;
mod looking;
mod machine;
mod many;
mod row;
mod size;
mod throughput;

pub use row::moment;

use crate::command::Answer;
use crate::page;
use crate::place::Place;
use crate::start;
use row::Row;

/// Measures everything. Returns whether every floor holds.
///
/// # Errors
/// Fails with a sentence if a measurement cannot be made.
pub fn run(place: &Place, filters: &[String]) -> Answer<bool> {
    page::build(place)?;
    start::programs(place, "release")?;
    println!("\n{}", machine::words());
    println!("{:<46} {:<44} {:<34} floor", "figure", "measured", "target on a quiet machine");
    type Part = fn(&Place) -> Answer<Vec<Row>>;
    let parts: [(&str, Part); 12] = [
        ("size", |place| Ok(vec![size::install(place)])),
        ("idle", size::idle),
        ("now", delays::run_now),
        ("firing", delays::firing),
        ("together", delays::together),
        ("many", many::waiting),
        ("due", many::due_at_once),
        ("ahead", many::ahead),
        ("looking", looking::ahead),
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
