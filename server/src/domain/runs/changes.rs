//! What differs between two runs of a task, apart from its definition.
//!
//! Values of credentials and of environment variables are not known here, so they cannot be shown. Deliberately
//! absent: the definition, whose fields the API compares as it shows them. Start reading at `differences`.

use crate::domain::model::{AttemptRecord, Conditions, CredentialUsed, RunRecord, StartedFile};
use crate::domain::vocabulary::ChangePart;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Maximum number of characters of a line that is shown.
const LINE: usize = 400;

/// One thing that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The part of the run.
    pub part: ChangePart,
    /// What it is: a pointer, a path, a name.
    pub name: String,
    /// The value in the earlier run; null: there was none.
    pub before: Value,
    /// The value in this run; null: there is none.
    pub after: Value,
}

/// What differs between an earlier run and this one. Each comes with the attempt that decided about its end.
pub fn differences(
    before: (&RunRecord, Option<&AttemptRecord>),
    after: (&RunRecord, Option<&AttemptRecord>),
) -> Vec<Difference> {
    let mut found = Vec::new();
    pairs(ChangePart::Param, &before.0.params, &after.0.params, &mut found);
    let (Some(old), Some(new)) = (before.1, after.1) else { return found };
    pairs(ChangePart::Credential, &versions(&old.credentials), &versions(&new.credentials), &mut found);
    let node = |attempt: &AttemptRecord| Map::from_iter([("name".to_owned(), json!(attempt.node))]);
    pairs(ChangePart::Server, &node(old), &node(new), &mut found);
    if let (Some(old), Some(new)) = (&old.conditions, &new.conditions) {
        pairs(ChangePart::File, &files(&old.files), &files(&new.files), &mut found);
        pairs(ChangePart::Environment, &names(&old.environment), &names(&new.environment), &mut found);
        pairs(ChangePart::Server, &server(old), &server(new), &mut found);
    }
    found
}

fn pairs(part: ChangePart, before: &Map<String, Value>, after: &Map<String, Value>, found: &mut Vec<Difference>) {
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in all {
        let value = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or_default();
        let (before, after) = (value(before), value(after));
        if before != after {
            found.push(Difference { part, name: name.clone(), before, after });
        }
    }
}

fn versions(used: &[CredentialUsed]) -> Map<String, Value> {
    used.iter().map(|used| (used.name.clone(), json!(format!("value {}", used.value_version)))).collect()
}

fn files(files: &[StartedFile]) -> Map<String, Value> {
    files.iter().map(|file| (file.path.clone(), json!(file_words(file)))).collect()
}

fn file_words(StartedFile { path: _, bytes, modified_at, sha256 }: &StartedFile) -> String {
    let hash = sha256.as_ref().map(|hash| format!(", SHA-256 {}", &hash[..hash.len().min(16)])).unwrap_or_default();
    format!("{bytes} bytes, changed at {}{hash}", modified_at.format("%F %T UTC"))
}

fn names(names: &[String]) -> Map<String, Value> {
    names.iter().map(|name| (name.clone(), json!("set"))).collect()
}

fn server(Conditions { machine, version, files: _, environment: _ }: &Conditions) -> Map<String, Value> {
    Map::from_iter([("machine".to_owned(), json!(machine)), ("version of Orc".to_owned(), json!(version))])
}

/// The lines in which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferingLines<'a> {
    /// Number of the first one, from 1.
    pub first: usize,
    /// The lines before.
    pub before: Vec<&'a str>,
    /// The lines after.
    pub after: Vec<&'a str>,
}

/// Finds the lines in which two texts differ: what is alike at both ends is left out.
pub fn differing_lines<'a>(before: &'a str, after: &'a str) -> DifferingLines<'a> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let alike = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[alike..], &new[alike..]);
    let last = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (before, after) = (old[..old.len() - last].to_vec(), new[..new.len() - last].to_vec());
    DifferingLines { first: alike + 1, before, after }
}

/// The last lines of a log as plain text: no colours, no redraws, and nothing after the 400th character of a line.
pub fn plain_lines(bytes: &[u8], most: usize) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<String> = text.lines().rev().take(most).map(plain).collect();
    lines.reverse();
    lines
}

fn plain(line: &str) -> String {
    // What is drawn last on a line is what a reader sees.
    let drawn = line.trim_end_matches('\r');
    let drawn = drawn.rsplit_once('\r').map_or(drawn, |(_, newest)| newest);
    let (mut out, mut letters) = (String::new(), drawn.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_sequence(&mut letters),
            '\t' => out.push(' '),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    match out.char_indices().nth(LINE) {
        Some((at, _)) => format!("{} …", &out[..at]),
        None => out,
    }
}

/// Skips the rest of an escape sequence (ECMA-48): `[` and all up to a letter, or one letter.
fn skip_sequence(letters: &mut std::str::Chars<'_>) {
    if letters.next() == Some('[') {
        letters.find(|letter| ('@'..='~').contains(letter));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_texts_the_middle_is_shown() {
        let check = |old: &str, new: &str, first, before: &[&str], after: &[&str]| {
            let expected = DifferingLines { first, before: before.to_vec(), after: after.to_vec() };
            assert_eq!(differing_lines(old, new), expected);
        };
        check("a\nb\nc\nd", "a\nx\ny\nd", 2, &["b", "c"], &["x", "y"]);
        check("a\na", "a\na\na", 3, &[], &["a"]);
        check("", "a", 1, &[], &["a"]);
    }

    #[test]
    fn lines_are_plain() {
        let log = b"old\n\x1b[31mred\x1b[0m\tx\n 10 %\r 90 %\r\n\xff";
        assert_eq!(plain_lines(log, 3), ["red x", " 90 %", "\u{fffd}"]);
        assert_eq!(plain_lines("ä".repeat(500).as_bytes(), 1)[0].chars().count(), 402);
        assert!(plain_lines(b"", 3).is_empty());
    }

    #[test]
    fn environment_and_files_are_compared_by_name() {
        let (mut old, mut new) = (Vec::new(), Map::new());
        old.push("HOME".to_owned());
        new.insert("LANG".to_owned(), json!("set"));
        let mut found = Vec::new();
        pairs(ChangePart::Environment, &names(&old), &new, &mut found);
        let shown: Vec<_> = found.iter().map(|d| (d.name.as_str(), d.before.clone(), d.after.clone())).collect();
        assert_eq!(shown, [("HOME", json!("set"), Value::Null), ("LANG", Value::Null, json!("set"))]);
    }
}
