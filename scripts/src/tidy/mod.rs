//! Rules of the house that a machine can check: rooms, foreign words, vocabulary, size budgets, headers.
//!
//! They are pure functions over a list of files, so that planted violations can be tested. Deliberately absent:
//! anything that clippy, rustfmt or the page's linter already checks. Written exceptions are in
//! `scripts/tidy-exceptions.txt`, each with its reason. An exception that is no longer needed is itself a finding.
//! Start reading at `findings`.

pub mod baseline;
mod budgets;
mod crates;
mod finding;
mod graph;
pub mod language;
mod places;
mod report;
mod rooms;
mod shapes;
mod source;

pub use finding::{Finding, Manifest, Texts};
pub use source::Source;

use crate::place::Place;
use std::fs;
use std::path::Path;

/// Checks the repository at `place`; an empty list means tidy.
///
/// # Errors
/// Fails with a sentence if a file cannot be read.
pub fn check(place: &Place) -> Result<Vec<Finding>, String> {
    let (sources, texts) = read(place)?;
    let mut found = findings(&sources, &texts);
    found.extend(language::cited::findings(&place.root));
    Ok(found)
}

/// Lowers the numbers of the baseline that are too high, and shortens the list of accepted circles.
///
/// # Errors
/// Fails with a sentence if a file cannot be read or written.
pub fn lower(place: &Place) -> Result<(), String> {
    let (sources, texts) = read(place)?;
    let numbers = baseline::lowered(&excused(&sources, &texts), &texts.baseline);
    let circles = graph::lowered(&sources, &texts);
    for (name, held, lowered) in [(baseline::FILE, &texts.baseline, numbers), (graph::LIST, &texts.circles, circles)] {
        if *held != lowered {
            println!("{name} is shorter now");
            let path = place.root.join(name);
            fs::write(&path, lowered).map_err(|error| format!("{} could not be written: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// The shape of the house in figures.
///
/// # Errors
/// Fails with a sentence if a file cannot be read.
pub fn report(place: &Place) -> Result<String, String> {
    let (sources, texts) = read(place)?;
    Ok(report::report(&sources, &excused(&sources, &texts)))
}

/// The files and lists that the rules look at.
fn read(place: &Place) -> Result<(Vec<Source>, Texts), String> {
    let mut sources = Vec::new();
    for folder in ["server", "migrations", "openapi", "scripts", "text", "web/src", "e2e"] {
        collect(&place.root, &place.root.join(folder), &mut sources)?;
    }
    let text = |path: &str| fs::read_to_string(place.root.join(path)).unwrap_or_default();
    let texts = Texts {
        vocabulary: text("scripts/vocabulary.txt"),
        exceptions: text("scripts/tidy-exceptions.txt"),
        baseline: text(baseline::FILE),
        circles: text(graph::LIST),
        contract: text("openapi/openapi.json"),
        schema: text("migrations/schema.sql"),
        manifests: manifests(&text),
    };
    Ok((sources, texts))
}

/// The manifest of the workspace and those of its members.
fn manifests(text: &impl Fn(&str) -> String) -> Vec<Manifest> {
    let workspace = text("Cargo.toml");
    let members = workspace.lines().find_map(|line| line.strip_prefix("members = ["));
    let members = members.into_iter().flat_map(|list| list.split('"').skip(1).step_by(2));
    let paths: Vec<_> = members.map(|member| format!("{member}/Cargo.toml")).collect();
    let of = |path: String| Manifest { text: text(&path), path };
    std::iter::once("Cargo.toml".to_owned()).chain(paths).map(of).collect()
}

/// All findings over the given files, after the exceptions and the baseline.
#[must_use]
pub fn findings(sources: &[Source], texts: &Texts) -> Vec<Finding> {
    let mut found = baseline::applied(excused(sources, texts), &texts.baseline);
    found.sort();
    found
}

/// All findings that no written exception excuses.
fn excused(sources: &[Source], texts: &Texts) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        found.extend(rooms::findings(source));
        found.extend(budgets::findings(source));
        found.extend(shapes::findings(source));
        found.extend(language::prose::findings(source));
    }
    found.extend(budgets::folders(sources));
    found.extend(crates::findings(&texts.manifests, sources));
    found.extend(graph::findings(sources, texts));
    found.extend(places::findings(sources, texts));
    found.extend(language::words::findings(sources, texts));
    without_exceptions(found, &texts.exceptions)
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
