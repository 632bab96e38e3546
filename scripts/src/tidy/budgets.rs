//! Size budgets, module headers, and the few things that must never be in a file.
//!
//! Clippy checks function length and argument counts (see `clippy.toml`).

use super::finding::Finding;
use super::source::Source;
use super::source::block_end;
use std::collections::BTreeMap;

const FILE_LINES: usize = 400;
const TRAIT_METHODS: usize = 12;
const MODULE_DEPTH: usize = 4;
const HEADER_LINES: usize = 3;
const FOLDER_FILES: usize = 12;

/// Folders whose files are counted, including everything below them.
const COUNTED: &[&str] = &["server/src", "server/runner/src", "openapi/cli/src", "scripts/src", "web/src"];

/// Folders with one file per subject or table. The product decides how many files these have.
const OF_SUBJECTS: &[&str] = &["/model", "/entity"];

/// Findings of one file.
pub fn findings(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(never(source));
    if source.is_exempt() {
        return found;
    }
    found.extend(length(source));
    if source.is_rust() {
        found.extend(header(source));
        found.extend(depth(source));
        found.extend(traits(source));
    }
    found
}

/// Folders with more files than a person sees at once.
pub fn folders(sources: &[Source]) -> Vec<Finding> {
    let over = files_by_folder(sources).into_iter().filter(|(_, count)| *count > FOLDER_FILES);
    let message = |count| format!("{count} files, at most {FOLDER_FILES}: which subject or aspect is missing?");
    over.map(|(folder, count)| Finding {
        path: folder.to_owned(),
        line: 0,
        rule: "folder-files",
        message: message(count),
    })
    .collect()
}

/// Number of files directly in each counted folder. Tests and generated files do not count.
pub fn files_by_folder(sources: &[Source]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_exempt()) {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let inside = |root: &str| folder == root || folder.starts_with(&format!("{root}/"));
        if COUNTED.iter().any(|root| inside(root)) && !OF_SUBJECTS.iter().any(|end| folder.ends_with(end)) {
            *counts.entry(folder).or_default() += 1;
        }
    }
    counts
}

fn finding(source: &Source, line: usize, rule: &'static str, message: String) -> Finding {
    Finding { path: source.path.clone(), line, rule, message }
}

/// Lines of a file without its test modules.
fn length(source: &Source) -> Option<Finding> {
    let tests = source.text.lines().zip(source.code.lines()).skip_while(|(text, _)| !text.starts_with("#[cfg(test)]"));
    let test_lines = if source.is_rust() { tests.filter(|(_, code)| code.trim().is_empty()).count() } else { 0 };
    let lines = source.text.lines().count().saturating_sub(test_lines);
    let message = format!("{lines} lines, at most {FILE_LINES}: which room or word is missing?");
    (lines > FILE_LINES).then(|| finding(source, 0, "file-length", message))
}

fn header(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().take_while(|line| line.starts_with("//!")).count();
    let is_room = source.path.ends_with("/mod.rs");
    let needed = if is_room { HEADER_LINES } else { 1 };
    let message = if is_room {
        format!(
            "a mod.rs begins with at least {HEADER_LINES} lines of `//!`: what for, what is deliberately absent, where to start reading"
        )
    } else {
        "a file begins with a `//!` sentence: what it is for".to_owned()
    };
    (lines < needed).then(|| finding(source, 1, "header", message))
}

fn depth(source: &Source) -> Option<Finding> {
    let (_, inside) = source.path.split_once("src/")?;
    let levels = inside.trim_end_matches("/mod.rs").split('/').count();
    let message = format!("modules are nested {levels} deep, at most {MODULE_DEPTH}");
    (levels > MODULE_DEPTH).then(|| finding(source, 0, "module-depth", message))
}

fn traits(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut at = 0;
    for (number, line) in source.code.split_inclusive('\n').enumerate() {
        let words = line.trim_start();
        if words.starts_with("pub trait ") || words.starts_with("trait ") || words.starts_with("pub(crate) trait ") {
            let end = block_end(source.code.as_bytes(), at);
            let methods = source.code[at..end]
                .lines()
                .filter(|line| line.trim_start().starts_with("fn ") || line.contains("async fn "))
                .count();
            if methods > TRAIT_METHODS {
                let message = format!("a trait of {methods} methods, at most {TRAIT_METHODS}");
                found.push(finding(source, number + 1, "trait-size", message));
            }
        }
        at += line.len();
    }
    found
}

fn never(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    // The rules themselves must be allowed to spell what they look for.
    if source.path.starts_with("scripts/src/tidy/") || source.path.contains("/generated/") {
        return found;
    }
    for (index, line) in source.text.lines().enumerate() {
        let text = line.trim_start();
        let comment = text.trim_start_matches('/').trim();
        let drawn = comment.len() >= 4 && comment.chars().all(|letter| "=-*#~_".contains(letter));
        if text.starts_with("//") && drawn {
            found.push(finding(
                source,
                index + 1,
                "banner",
                "no banners: a header or a smaller file says it better".to_owned(),
            ));
        }
        if source.is_rust() && (text.starts_with("#[ignore") || text.starts_with("#[should_panic")) {
            found.push(finding(source, index + 1, "test-habit", "no ignored and no should_panic tests".to_owned()));
        }
        if !source.is_rust()
            && (text.contains(".only(")
                || text.contains("test.skip(")
                || text.contains("it.skip(")
                || text.contains("test.fixme("))
        {
            found.push(finding(source, index + 1, "test-habit", "no skipped and no lonely tests".to_owned()));
        }
    }
    found
}
