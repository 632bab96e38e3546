//! Rules of the house that a machine can hold: rooms, foreign words, vocabulary, size budgets, headers.
//!
//! Pure over a list of files, so that planted violations can be tested. Deliberately absent: anything clippy, rustfmt or
//! the page's linter already says. Written exceptions stand in `scripts/tidy-exceptions.txt`, each with its reason; an
//! exception that is no longer needed is itself a finding. Start reading at `findings`.

mod budgets;
mod rooms;
mod source;
mod words;

pub use source::Source;

use crate::place::Place;
use std::fs;
use std::path::Path;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the root, with `/`.
    pub path: String,
    /// Line from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Short name of the rule, as used in the list of exceptions.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}: [{}] {}", self.path, self.line, self.rule, self.message)
    }
}

/// Checks the repository at `place`; an empty list means tidy.
///
/// # Errors
/// A sentence when a file cannot be read.
pub fn check(place: &Place) -> Result<Vec<Finding>, String> {
    let mut sources = Vec::new();
    for folder in ["server", "migrations", "openapi", "scripts", "web/src", "e2e"] {
        collect(&place.root, &place.root.join(folder), &mut sources)?;
    }
    let read = |path: &str| fs::read_to_string(place.root.join(path)).unwrap_or_default();
    let texts = Texts {
        vocabulary: read("scripts/vocabulary.txt"),
        exceptions: read("scripts/tidy-exceptions.txt"),
        contract: read("openapi/openapi.json"),
        schema: read("migrations/schema.sql"),
    };
    Ok(findings(&sources, &texts))
}

/// The checked-in lists and generated pages the rules look at, as texts.
#[derive(Default)]
pub struct Texts {
    /// Words that may not be used, and what to say instead.
    pub vocabulary: String,
    /// Written exceptions.
    pub exceptions: String,
    /// The published contract.
    pub contract: String,
    /// Dump of the database's schema.
    pub schema: String,
}

/// All findings over the given files, after the exceptions.
#[must_use]
pub fn findings(sources: &[Source], texts: &Texts) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        found.extend(rooms::findings(source));
        found.extend(budgets::findings(source));
    }
    found.extend(words::findings(sources, texts));
    found = without_exceptions(found, &texts.exceptions);
    found.sort();
    found
}

fn without_exceptions(found: Vec<Finding>, exceptions: &str) -> Vec<Finding> {
    let mut kept = found;
    for (index, line) in exceptions.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<_> = line.splitn(3, char::is_whitespace).collect();
        let (path, rule) = (parts.first().copied().unwrap_or_default(), parts.get(1).copied().unwrap_or_default());
        let reason = parts.get(2).map(|reason| reason.trim()).unwrap_or_default();
        let before = kept.len();
        kept.retain(|finding| !(finding.path == path && finding.rule == rule && !reason.is_empty()));
        if before == kept.len() {
            let message = format!("`{line}` excuses nothing (or gives no reason): remove it");
            kept.push(Finding {
                path: "scripts/tidy-exceptions.txt".to_owned(),
                line: index + 1,
                rule: "exception",
                message,
            });
        }
    }
    kept
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<(), String> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "target", "dist", "test-results", "playwright-report"].contains(&name.as_str()) {
                collect(root, &path, sources)?;
            }
        } else if [".rs", ".ts", ".tsx"].iter().any(|ending| name.ends_with(ending)) {
            let text =
                fs::read_to_string(&path).map_err(|error| format!("{} could not be read: {error}", path.display()))?;
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            sources.push(Source::new(&relative, &text));
        }
    }
    Ok(())
}
