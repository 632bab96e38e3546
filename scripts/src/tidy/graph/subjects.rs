//! Which subject may name which other subject inside a room, by the table of the house.
//!
//! A subject is a folder or a file directly in a room (in `domain/model` too). A subject may also name everything
//! that its allowed subjects may name. Deliberately absent: names across rooms, which `rooms` checks.

use super::super::finding::Finding;
use super::names::{Graph, Room};

/// Each subject and the subjects it may name. Together they must not form a circle.
const SUBJECTS: &[(&str, &[&str])] = &[
    ("access", &[]),
    ("calendars", &[]),
    ("credentials", &[]),
    ("networks", &[]),
    ("pools", &[]),
    ("schedules", &["calendars"]),
    ("runs", &["pools", "credentials"]),
    // A file that a run waits for is looked at as file triggers do.
    ("dependencies", &["runs", "triggers", "networks"]),
    ("triggers", &["runs"]),
    ("ledger", &["schedules", "runs"]),
    ("nodes", &["runs"]),
    ("notify", &["runs", "ledger"]),
    ("reports", &["runs", "ledger", "notify"]),
    ("tasks", &["schedules", "triggers", "dependencies", "pools", "ledger"]),
    // A feed belongs to a user, and is read with that user's rights.
    ("forecast", &["tasks", "schedules", "pools", "access"]),
    ("native", &["tasks"]),
    ("plugins", &["tasks"]),
    ("workflows", &["tasks", "runs"]),
];

/// Folders below the subjects: every subject may name them, and they name no subject.
const GROUND: &[&str] = &["core", "clock", "contract"];

/// Folders above the subjects: they may name all subjects, and no subject names them.
const ABOVE: &[&str] = &["system", "pages", "upkeep"];

/// Rooms that are divided into subjects.
const ROOMS: &[&str] =
    &["server/src/domain", "server/src/store", "server/src/app", "server/src/api", "server/src/engine"];

/// Whether a subject may name another one only through its `mod.rs`.
const DEEP_NAMES_ARE_FINDINGS: bool = false;

/// A name that leads from one subject to another.
#[derive(Debug, PartialEq, Eq)]
struct Edge<'a> {
    /// Position of the file that names.
    file: usize,
    /// Its subject.
    from: &'a str,
    /// Position of the file that is named.
    named: usize,
    /// The subject of that.
    to: &'a str,
}

/// Whether the table lets `from` name `to`.
fn allows(from: &str, to: &str) -> bool {
    if from == to || GROUND.contains(&to) || ABOVE.contains(&from) {
        return true;
    }
    let below = SUBJECTS.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, below)| below);
    below.iter().any(|name| allows(name, to))
}

fn is_known(name: &str) -> bool {
    GROUND.contains(&name) || ABOVE.contains(&name) || SUBJECTS.iter().any(|(subject, _)| *subject == name)
}

/// The folder or file directly in the room that a path lies in.
fn subject<'a>(room: &Room, path: &'a str) -> &'a str {
    let inside = &path[room.name.len() + 1..];
    let inside = inside.strip_prefix("model/").unwrap_or(inside);
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

/// All names that lead from one subject of the table to another.
fn edges<'a>(graph: &Graph<'a>, room: &Room) -> Vec<Edge<'a>> {
    let mut found = Vec::new();
    for &file in room.files.iter().filter(|_| ROOMS.contains(&room.name.as_str())) {
        let from = subject(room, graph.files[file]);
        for &named in graph.names[file].iter().filter(|named| room.files.contains(named)) {
            let to = subject(room, graph.files[named]);
            if from != to && is_known(from) && is_known(to) {
                found.push(Edge { file, from, named, to });
            }
        }
    }
    found
}

/// Names that the table does not allow.
#[must_use]
pub fn findings(graph: &Graph, room: &Room) -> Vec<Finding> {
    let finding =
        |edge: &Edge, message| Finding { path: graph.files[edge.file].to_owned(), line: 0, rule: "subject", message };
    let mut found = strangers(graph, room);
    for edge in edges(graph, room) {
        let path = graph.files[edge.named];
        if !allows(edge.from, edge.to) {
            let message = format!("`{}` does not stand on `{}`, so it must not name {path}", edge.from, edge.to);
            found.push(finding(&edge, message));
        } else if DEEP_NAMES_ARE_FINDINGS && is_deep(edge.to, path) {
            let message = format!("`{}` is named through its mod.rs, not through {path}", edge.to);
            found.push(finding(&edge, message));
        }
    }
    found
}

/// Folders of a room that are missing in the table.
fn strangers(graph: &Graph, room: &Room) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for file in room.files.iter().filter(|_| ROOMS.contains(&room.name.as_str())) {
        let name = subject(room, graph.files[*file]);
        let path = format!("{}/{name}", room.name);
        let is_folder = graph.files[*file].starts_with(&format!("{path}/"));
        if is_folder && !is_known(name) && found.last().is_none_or(|last| last.path != path) {
            let message = format!("`{name}` is no subject: add it to the table in scripts/src/tidy/graph/subjects.rs");
            found.push(Finding { path, line: 0, rule: "subject-name", message });
        }
    }
    found
}

/// Number of names that lead into the folder of another subject without using its `mod.rs`.
#[must_use]
pub fn deep_names(graph: &Graph, room: &Room) -> usize {
    edges(graph, room).iter().filter(|edge| is_deep(edge.to, graph.files[edge.named])).count()
}

/// Whether a file is an inner file of a subject's folder. Folders below the subjects have no such restriction.
fn is_deep(subject: &str, path: &str) -> bool {
    !GROUND.contains(&subject) && path.contains(&format!("/{subject}/")) && !path.ends_with("/mod.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_no_circle_and_no_unknown_name() {
        for (name, below) in SUBJECTS {
            for other in *below {
                assert!(is_known(other), "{other}");
                assert!(!allows(other, name), "{name} and {other} stand on each other");
            }
        }
    }

    #[test]
    fn what_stands_below_may_be_named() {
        assert!(allows("tasks", "runs") && allows("tasks", "calendars") && allows("system", "tasks"));
        assert!(allows("access", "core"));
        assert!(!allows("runs", "tasks") && !allows("core", "runs") && !allows("tasks", "system"));
    }
}
