//! `cargo xtask tidy --report`: the shape of the house in figures, as plain tables.
//!
//! Tests, generated files and migrations are left out, as in the rules. Deliberately absent: judgement; the rules judge.

use super::baseline;
use super::budgets;
use super::finding::Finding;
use super::graph;
use super::source::{Source, block_end};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many folders, files and functions the report names.
const NAMED: usize = 10;

/// A function of the sources.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    lines: usize,
    name: String,
    path: String,
}

/// The whole report.
#[must_use]
pub fn report(sources: &[Source], found: &[Finding]) -> String {
    let mut text = String::new();
    sizes(sources, &mut text);
    folders(sources, &mut text);
    circles(sources, &mut text);
    text += "\nfindings that the baseline allows\n";
    for (rule, count) in baseline::counts(found) {
        let _never_fails = writeln!(text, "{count:>6}  {rule}");
    }
    text
}

fn sizes(sources: &[Source], text: &mut String) {
    let mut parts: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_exempt()) {
        parts.entry(part_of(source)).or_default().push(source);
    }
    let _never_fails = writeln!(
        text,
        "{:<24} {:>5} {:>7} {:>16} {:>20} {:>17}",
        "part", "files", "lines", "file med/p90/max", "functions", "fn med/p90/max"
    );
    for (part, sources) in &parts {
        line(part, sources, text);
    }
    line("all", &parts.values().flatten().copied().collect::<Vec<_>>(), text);
    let mut functions: Vec<_> = parts.values().flatten().flat_map(|source| functions(source)).collect();
    functions.sort_by(|one, other| other.cmp(one));
    let mut files: Vec<_> =
        parts.values().flatten().map(|source| (source.text.lines().count(), &source.path)).collect();
    files.sort_by(|one, other| other.cmp(one));
    *text += "\nlongest files\n";
    for (lines, path) in files.iter().take(NAMED) {
        let _never_fails = writeln!(text, "{lines:>6}  {path}");
    }
    *text += "\nlongest functions\n";
    for Function { lines, name, path } in functions.iter().take(NAMED) {
        let _never_fails = writeln!(text, "{lines:>6}  {name}  {path}");
    }
}

/// The room of the server, or the crate or package.
fn part_of(source: &Source) -> &str {
    let root = source.path.split_once("/src/").map(|(root, _)| root);
    let first = || source.path.split('/').next().unwrap_or_default();
    source.room_folder().or(root).unwrap_or_else(first)
}

fn line(part: &str, sources: &[&Source], text: &mut String) {
    let files = figures(sources.iter().map(|source| source.text.lines().count()).collect());
    let functions: Vec<_> =
        sources.iter().flat_map(|source| functions(source)).map(|function| function.lines).collect();
    let lines: usize = sources.iter().map(|source| source.text.lines().count()).sum();
    let (count, functions) = (functions.len(), figures(functions));
    let _never_fails =
        writeln!(text, "{part:<24} {:>5} {lines:>7} {files:>16} {count:>20} {functions:>17}", sources.len());
}

/// `median/p90/max`.
fn figures(values: Vec<usize>) -> String {
    let mut values = values;
    values.sort_unstable();
    let at = |share: usize| values.get((values.len() * share / 100).min(values.len().saturating_sub(1))).copied();
    let show = |value: Option<usize>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    format!("{}/{}/{}", show(at(50)), show(at(90)), show(values.last().copied()))
}

fn folders(sources: &[Source], text: &mut String) {
    let mut folders: Vec<_> = budgets::files_by_folder(sources).into_iter().collect();
    folders.sort_by_key(|(folder, count)| (std::cmp::Reverse(*count), *folder));
    *text += "\nfiles in a folder\n";
    for (folder, count) in folders.iter().take(NAMED) {
        let _never_fails = writeln!(text, "{count:>6}  {folder}");
    }
}

fn circles(sources: &[Source], text: &mut String) {
    *text += "\ncircles of files; names that lead into the folder of another subject, not through its mod.rs\n";
    for graph::Crate { graph, rooms } in graph::crates(sources) {
        for room in rooms {
            let sizes: Vec<_> = graph::circles(&graph, &room).iter().map(|circle| circle.files.len()).collect();
            let deep = graph::deep_names(&graph, &room);
            let _never_fails = writeln!(text, "{:>6} {deep:>5}  {:<24} files {sizes:?}", sizes.len(), room.name);
        }
    }
}

/// The functions of a Rust file, without its tests.
fn functions(source: &Source) -> Vec<Function> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in source.code.split_inclusive('\n').filter(|_| source.is_rust()) {
        let words: Vec<_> = line.split_whitespace().collect();
        let named = words.iter().position(|word| *word == "fn").and_then(|index| words.get(index + 1));
        let end = named.and_then(|_| body_end(&source.code, at));
        if let (Some(name), Some(end)) = (named, end) {
            let name = name.split(['(', '<']).next().unwrap_or_default().to_owned();
            let lines = source.code[at..end].matches('\n').count() + 1;
            found.push(Function { lines, name, path: source.path.clone() });
        }
        at += line.len();
    }
    found
}

/// End of the body of the function that is declared at `at`; `None` if it has no body.
fn body_end(code: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in code.bytes().enumerate().skip(at) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' if depth == 0 => return Some(block_end(code.as_bytes(), index)),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_lengths() {
        let code =
            "trait T {\n    fn none(&self) -> [u8; 3];\n}\nfn one() -> [u8; 3] {\n    {\n    }\n}\nfn two() {}\n";
        let found = functions(&Source::new("server/src/app/x.rs", code));
        let shown: Vec<_> = found.iter().map(|function| (function.name.as_str(), function.lines)).collect();
        assert_eq!(shown, [("one", 4), ("two", 1)]);
    }

    #[test]
    fn figures_are_of_the_sorted_values() {
        assert_eq!(figures(vec![5, 1, 3]), "3/5/5");
        assert_eq!(figures(Vec::new()), "-/-/-");
    }
}
