//! Circles of files inside a room: strongly connected components of the graph of names.
//!
//! `scripts/tidy-circles.txt` lists the accepted circles, each with its reason. A line there may only shrink.

use super::super::finding::Finding;
use super::names::{Graph, Room};
use std::collections::{BTreeSet, HashSet, VecDeque};

/// The list of accepted circles.
pub const LIST: &str = "scripts/tidy-circles.txt";

/// Files that name each other in a circle.
#[derive(Debug)]
pub struct Circle {
    /// Path of the room, such as `server/src/app`.
    pub room: String,
    /// Paths inside the room, in order.
    pub files: Vec<String>,
    /// The shortest way around, as paths inside the room. The first one is repeated at the end.
    pub round: Vec<String>,
}

/// All circles of a room.
#[must_use]
pub fn circles(graph: &Graph, room: &Room) -> Vec<Circle> {
    let inside: HashSet<_> = room.files.iter().copied().collect();
    let mut placed = HashSet::new();
    let mut found = Vec::new();
    for &file in &room.files {
        if placed.contains(&file) {
            continue;
        }
        let ahead = reached(graph, &inside, file);
        let members: Vec<_> =
            ahead.iter().copied().filter(|other| reached(graph, &inside, *other).contains(&file)).collect();
        placed.extend(members.iter().copied());
        if members.len() > 1 {
            let name = |file: &usize| graph.files[*file][room.name.len() + 1..].to_owned();
            let files = members.iter().map(name).collect();
            let round = round(graph, &members).iter().map(name).collect();
            found.push(Circle { room: room.name.clone(), files, round });
        }
    }
    found
}

/// Everything that a file leads to inside the room, and the file itself.
fn reached(graph: &Graph, inside: &HashSet<usize>, from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        open.extend(graph.names[file].iter().copied().filter(|next| inside.contains(next) && seen.insert(*next)));
    }
    seen
}

/// The shortest round among the members of a component.
fn round(graph: &Graph, members: &[usize]) -> Vec<usize> {
    let rounds = members.iter().filter_map(|start| round_from(graph, members, *start));
    rounds.min_by_key(Vec::len).unwrap_or_default()
}

fn round_from(graph: &Graph, members: &[usize], start: usize) -> Option<Vec<usize>> {
    let mut before = vec![None; graph.files.len()];
    let mut open = VecDeque::from([start]);
    while let Some(file) = open.pop_front() {
        for &next in graph.names[file].iter().filter(|next| members.contains(next)) {
            if next == start {
                let mut way = vec![start, file];
                while let Some(earlier) = before[way[way.len() - 1]] {
                    way.push(earlier);
                }
                way.reverse();
                return Some(way);
            }
            if before[next].is_none() {
                before[next] = Some(file);
                open.push_back(next);
            }
        }
    }
    None
}

/// A line of the list: a room, and files in it that may form one circle.
struct Accepted<'a> {
    room: &'a str,
    files: Vec<&'a str>,
}

/// Circles that the list does not accept, and lines of the list that accept more than there is.
#[must_use]
pub fn findings(circles: &[Circle], list: &str) -> Vec<Finding> {
    let accepted: Vec<_> = list.lines().filter_map(accepted_line).collect();
    let mut found = Vec::new();
    for circle in circles.iter().filter(|circle| !accepted.iter().any(|line| line.accepts(circle))) {
        let message = format!(
            "{} files name each other in a circle: {}; the shortest round is {}: move what they share to a file below them",
            circle.files.len(),
            circle.files.join(" "),
            circle.round.join(" -> ")
        );
        found.push(Finding { path: circle.room.clone(), line: 0, rule: "circle", message });
    }
    for (index, line) in list.lines().enumerate() {
        let Some(accepted) = accepted_line(line) else { continue };
        let gone = accepted.gone(circles);
        if !gone.is_empty() || accepted.files.is_empty() {
            let message =
                format!("the line accepts more than there is: take out `{}` (or give a reason)", gone.join(" "));
            found.push(Finding { path: LIST.to_owned(), line: index + 1, rule: "circle", message });
        }
    }
    found
}

/// The same list without files that are no longer in a circle.
#[must_use]
pub fn lowered(circles: &[Circle], list: &str) -> String {
    let mut text = String::new();
    for line in list.lines() {
        let mut kept = line.to_owned();
        if let Some(accepted) = accepted_line(line).filter(|accepted| !accepted.files.is_empty()) {
            let gone = accepted.gone(circles);
            if gone.len() == accepted.files.len() {
                continue;
            }
            gone.iter().for_each(|file| kept = kept.replacen(&format!(" {file} "), " ", 1));
        }
        text += &format!("{kept}\n");
    }
    text
}

impl Accepted<'_> {
    fn accepts(&self, circle: &Circle) -> bool {
        self.room == circle.room && circle.files.iter().all(|file| self.files.contains(&file.as_str()))
    }

    /// Files of the line that are not in a circle.
    fn gone(&self, circles: &[Circle]) -> Vec<&str> {
        let held: Vec<_> =
            circles.iter().filter(|circle| self.accepts(circle)).flat_map(|circle| &circle.files).collect();
        self.files.iter().filter(|file| !held.iter().any(|held| held == *file)).copied().collect()
    }
}

/// Parses a line `room: file file ... because REASON`. Without a reason it accepts nothing.
fn accepted_line(line: &str) -> Option<Accepted<'_>> {
    let (room, rest) = line.split_once(':').filter(|_| !line.starts_with('#'))?;
    let files = rest.split_once(" because ").map_or("", |(files, _)| files);
    Some(Accepted { room, files: files.split_whitespace().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shortened_to_what_there_is() {
        let files = ["a.rs", "b.rs"].map(str::to_owned).to_vec();
        let circles = [Circle { room: "x".to_owned(), files, round: Vec::new() }];
        let list = "# why\nx: a.rs b.rs c.rs because they are one\ny: a.rs b.rs because they were one\n";
        assert_eq!(lowered(&circles, list), "# why\nx: a.rs b.rs because they are one\n");
    }
}
