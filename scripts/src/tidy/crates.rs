//! Crates that are declared and not used: in the workspace's table by no member, in a member's by no line of its
//! code.
//!
//! A crate counts as used if its name begins a path. Deliberately absent: features, which cannot be seen here.

use super::finding::{Finding, Manifest};
use super::source::Source;

/// Crates that a member needs without naming them, as `member crate`, with the reason.
const NAMELESS: &[(&str, &str)] = &[];

/// A line of a table of dependencies.
struct Declared<'a> {
    name: &'a str,
    line: usize,
    /// Whether the table is `workspace.dependencies`.
    shared: bool,
}

/// Findings over all manifests.
#[must_use]
pub fn findings(manifests: &[Manifest], sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut nameless: Vec<_> = NAMELESS.iter().map(|(name, _)| *name).collect();
    for manifest in manifests {
        for Declared { name, line, shared } in declared(&manifest.text) {
            let used = match shared {
                true => {
                    manifests.iter().any(|member| declared(&member.text).iter().any(|it| !it.shared && it.name == name))
                }
                false => named_in(manifests, manifest, sources, &name.replace('-', "_")),
            };
            let key = format!("{} {name}", manifest.path);
            let waived = nameless.iter().position(|it| *it == key);
            match (used, waived) {
                (false, None) => {
                    let message = format!("`{name}` is declared and not used: take it out");
                    found.push(Finding { path: manifest.path.clone(), line, rule: "crate", message });
                }
                (false, Some(index)) => drop(nameless.remove(index)),
                (true, _) => {}
            }
        }
    }
    if !manifests.is_empty() {
        found.extend(nameless.into_iter().map(|key| Finding {
            path: "scripts/src/tidy/crates.rs".to_owned(),
            line: 0,
            rule: "crate",
            message: format!("`{key}` is used now, or gone: take it off the table"),
        }));
    }
    found
}

/// The dependencies of a manifest: `name = ..` and `name.workspace = true` in every table that ends with `dependencies`.
fn declared(text: &str) -> Vec<Declared<'_>> {
    let (mut inside, mut shared) = (false, false);
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(table) = line.strip_prefix('[') {
            inside = table.trim_end().trim_end_matches(']').ends_with("dependencies");
            shared = table.starts_with("workspace.");
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside && !line.starts_with('#')) {
            let name = name.trim().split('.').next().unwrap_or_default();
            found.push(Declared { name, line: index + 1, shared });
        }
    }
    found
}

/// Whether a file of the member names the crate. A file belongs to the deepest member around it.
fn named_in(manifests: &[Manifest], manifest: &Manifest, sources: &[Source], name: &str) -> bool {
    let folder = |manifest: &Manifest| manifest.path.trim_end_matches("Cargo.toml").to_owned();
    let mine = folder(manifest);
    let deeper: Vec<_> = manifests.iter().map(folder).filter(|other| other.len() > mine.len()).collect();
    let belongs = |source: &&Source| {
        source.path.starts_with(&mine) && !deeper.iter().any(|other| source.path.starts_with(other.as_str()))
    };
    sources.iter().filter(|source| source.is_rust()).filter(belongs).any(|source| names(&source.text, name))
}

/// Whether a path of the text begins with the crate: `name::a`, `use name;`, `use name as b`.
fn names(text: &str, name: &str) -> bool {
    let inside = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':' || letter == '.';
    text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + name.len()..]);
            let imported = before.trim_end().ends_with("use") && after.starts_with([';', ' ']);
            !before.ends_with(inside) && (after.starts_with("::") || imported)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<String> {
        let manifest = |path: &str, text: &str| Manifest { path: path.to_owned(), text: text.to_owned() };
        let manifests = [
            manifest("Cargo.toml", "[workspace.dependencies]\nserde-json = \"1\"\ntime = \"1\"\n"),
            manifest(
                "a/Cargo.toml",
                "[package]\nname = \"a\"\n[target.'cfg(unix)'.dependencies]\nserde-json.workspace = true\n",
            ),
            manifest("a/b/Cargo.toml", "[dev-dependencies]\n"),
        ];
        let sources = [Source::new("a/src/lib.rs", code), Source::new("a/b/src/lib.rs", "use serde_json::Value;")];
        let named = |finding: Finding| format!("{}:{}", finding.path, finding.line);
        findings(&manifests, &sources).into_iter().filter(|finding| finding.line > 0).map(named).collect()
    }

    #[test]
    fn a_crate_that_no_path_begins_with_is_unused() {
        assert_eq!(found("use serde_json::Value;"), ["Cargo.toml:3"]);
        assert_eq!(found("#[cfg(test)]\nmod tests {\n    use serde_json as json;\n}"), ["Cargo.toml:3"]);
        assert_eq!(
            found("// serde_json::Value\nuse x::serde_json::Value; my_serde_json::f();"),
            ["Cargo.toml:3", "a/Cargo.toml:4"]
        );
    }
}
