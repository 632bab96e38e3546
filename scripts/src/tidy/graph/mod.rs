//! Which file names which other file inside a room: no circles of files, and no subject that names one above it.
//!
//! Deliberately absent: methods and traits, because a path does not show their files, and names across rooms, which
//! `rooms` checks. Start reading at `names`, then `circles`.

mod circles;
mod names;
mod paths;
mod subjects;

pub use circles::{LIST, circles};
pub use subjects::deep_names;

use super::finding::{Finding, Texts};
use super::source::Source;
use names::{Graph, Room};

/// Folders with a crate's sources, and whether each room inside is checked separately.
const CRATES: &[(&str, bool)] =
    &[("server/src/", true), ("server/runner/src/", false), ("openapi/cli/src/", false), ("scripts/src/", false)];

/// One crate: its graph of names, and the parts that must be free of circles.
pub struct Crate<'a> {
    /// Its files.
    pub graph: Graph<'a>,
    /// Its rooms, or all of it as one.
    pub rooms: Vec<Room>,
}

/// Findings over all crates: circles, and subjects that name what is not below them.
#[must_use]
pub fn findings(sources: &[Source], texts: &Texts) -> Vec<Finding> {
    let mut found = circles::findings(&all_circles(sources), &texts.circles);
    for Crate { graph, rooms } in crates(sources) {
        found.extend(rooms.iter().flat_map(|room| subjects::findings(&graph, room)));
    }
    found
}

/// The list of accepted circles, without files that are no longer in a circle.
#[must_use]
pub fn lowered(sources: &[Source], texts: &Texts) -> String {
    circles::lowered(&all_circles(sources), &texts.circles)
}

fn all_circles(sources: &[Source]) -> Vec<circles::Circle> {
    let of = |part: Crate<'_>| part.rooms.iter().flat_map(|room| circles(&part.graph, room)).collect::<Vec<_>>();
    crates(sources).into_iter().flat_map(of).collect()
}

/// The crates that have files among these.
#[must_use]
pub fn crates(sources: &[Source]) -> Vec<Crate<'_>> {
    let of = |(root, has_rooms): &(&'static str, bool)| {
        let inside = |source: &&Source| source.path.starts_with(root) && source.is_rust() && !source.is_exempt();
        let chosen: Vec<_> = sources.iter().filter(inside).collect();
        let graph = Graph::of(root, &chosen);
        (!chosen.is_empty()).then(|| Crate { rooms: graph.rooms(root, *has_rooms), graph })
    };
    CRATES.iter().filter_map(of).collect()
}
