//! What the documents cite must exist: a path in backquotes is a file or a folder of the repository.
//!
//! Paths start at the root, the folder of the document, `server` or `server/src`, with or without `.rs`. Deliberately
//! absent: addresses of the API, which begin with a slash, and names in capitals, which the reader must replace.

use crate::tidy::finding::Finding;
use std::path::Path;

const DOCUMENTS: &[&str] =
    &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "openapi/README.md", "server/docs/decisions.md"];

/// A path that a document cites.
#[derive(Debug, PartialEq, Eq)]
pub struct Cited<'a> {
    /// Line of the document, from 1.
    pub line: usize,
    /// The path as written.
    pub path: &'a str,
}

/// Findings over all documents.
#[must_use]
pub fn findings(root: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    for document in DOCUMENTS {
        let text = std::fs::read_to_string(root.join(document)).unwrap_or_default();
        let own = Path::new(document).parent().and_then(Path::to_str).unwrap_or_default();
        for Cited { line, path } in cited(&text) {
            let is_there = ["", own, "server", "server/src"].iter().any(|base| {
                let place = root.join(base).join(path);
                place.exists() || place.with_extension("rs").exists()
            });
            if !is_there {
                let message = format!("`{path}` does not exist: cite what is there");
                found.push(Finding { path: (*document).to_owned(), line, rule: "cited", message });
            }
        }
    }
    found
}

/// The paths in backquotes of a text, outside blocks of code.
#[must_use]
pub fn cited(text: &str) -> Vec<Cited<'_>> {
    let mut found = Vec::new();
    let mut is_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            let quoted = line.split('`').skip(1).step_by(2);
            found.extend(quoted.filter(|word| is_path(word)).map(|path| Cited { line: index + 1, path }));
        }
    }
    found
}

/// Whether a word is a path of this repository: `openapi/cli`, never `/healthz`, `target/release` or `domain/NAME.rs`.
fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-./".contains(c);
    let made = ["target/", "application/", "text/"];
    word.contains('/')
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(plain)
        && !made.iter().any(|made| word.starts_with(made))
}
