//! No code reads meaning back out of a sentence: no `starts_with` and the like on a reason, message, problem or its
//! text.
//!
//! Decisions travel as codes with arguments (`Reason`). Only the name of the receiver is considered.

use crate::tidy::finding::Finding;
use crate::tidy::source::Source;

const RUST: &[&str] = &[".starts_with(", ".ends_with(", ".strip_prefix(", ".strip_suffix(", ".contains("];
const PAGE: &[&str] = &[".startsWith(", ".endsWith(", ".includes("];

/// Endings of names that hold sentences.
const SENTENCES: &[&str] = &["reason", "message", "problem", "because"];

/// Steps that hand the same text on.
const SAME_TEXT: &[&str] = &[
    "as_str",
    "as_deref",
    "as_ref",
    "clone",
    "cloned",
    "map",
    "text",
    "to_lowercase",
    "to_owned",
    "to_string",
    "toLowerCase",
    "trim",
    "unwrap_or",
    "unwrap_or_default",
    "words",
];

/// Findings of one file.
#[must_use]
pub fn findings(source: &Source) -> Vec<Finding> {
    let methods = if !source.is_rust() { PAGE } else { RUST };
    let is_held = ["server/src/", "openapi/cli/src/", "web/src/"].iter().any(|root| source.path.starts_with(root));
    if !is_held || source.is_exempt() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for method in methods {
        for (at, _) in source.code.match_indices(method) {
            let Some(name) = receiver(&source.code[..at]) else { continue };
            let lower = name.to_ascii_lowercase();
            if SENTENCES.iter().any(|end| lower.ends_with(end)) {
                let line = source.code[..at].matches('\n').count() + 1;
                let call = method.trim_matches(['.', '(']);
                let message = format!("`{name}` is a sentence, and `{call}` reads meaning out of it: compare its code");
                found.push(Finding { path: source.path.clone(), line, rule: "prose", message });
            }
        }
    }
    found
}

/// The name of the value before a method: `x` of `a.x`, `a.x?.text`, `a.x.as_str()`.
fn receiver(before: &str) -> Option<&str> {
    let mut rest = before;
    for _ in 0..8 {
        rest = rest.trim_end().trim_end_matches(['?', '!', '.']).trim_end();
        let called = rest.ends_with([')', ']']);
        while rest.ends_with([')', ']']) {
            rest = &rest[..opening(rest)?];
        }
        let start = rest.rfind(|letter: char| !(letter.is_alphanumeric() || letter == '_')).map_or(0, |at| at + 1);
        let name = &rest[start..];
        let has_more = rest[..start].trim_end().ends_with('.');
        if name.is_empty() {
            return None;
        }
        if !(has_more && SAME_TEXT.contains(&name)) {
            return (!called || !SAME_TEXT.contains(&name)).then_some(name);
        }
        rest = &rest[..start];
    }
    None
}

/// Position of the bracket that the last letter closes.
fn opening(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, byte) in text.bytes().enumerate().rev() {
        match byte {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, code: &str) -> usize {
        findings(&Source::new(path, code)).len()
    }

    #[test]
    fn sentences_are_not_read() {
        let app = "server/src/app/x.rs";
        assert_eq!(count(app, "if reason.starts_with(\"waits\") {}"), 1);
        assert_eq!(count(app, "run.reason\n    .as_deref()\n    .unwrap_or_default()\n    .contains(WORD)"), 1);
        assert_eq!(count(app, "error.message().strip_prefix(x); run.waiting_reason?.text.ends_with(y)"), 2);
        assert_eq!(count(app, "because[0].contains(x)"), 1);
        assert_eq!(count(app, "reasons.contains(&Reason::Pool); name.starts_with(x); (1..2).contains(&y)"), 0);
        assert_eq!(count(app, "// reason.contains(x)\n"), 0);
        assert_eq!(count("server/tests/it/x.rs", "reason.contains(x)"), 0);
    }

    #[test]
    fn the_page_reads_no_sentences_either() {
        assert_eq!(count("web/src/features/tasks/x.ts", "if (problem?.includes(\"x\")) {}"), 1);
        assert_eq!(count("web/src/features/tasks/x.ts", "run.reason?.text.startsWith(\"x\")"), 1);
        assert_eq!(count("web/src/features/tasks/x.ts", "codes.includes(reason.code)"), 0);
        assert_eq!(count("web/src/features/tasks/x.spec.ts", "message.includes(x)"), 0);
    }
}
