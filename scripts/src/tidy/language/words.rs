//! The vocabulary, checked on published names: tags, operationIds, schema names, table names, navigation labels.

use crate::tidy::finding::{Finding, Texts};
use crate::tidy::source::Source;
use serde_json::Value;

/// A word that must not be used, its replacement, and whole names that may contain it nevertheless.
struct Rule {
    wrong: String,
    right: String,
    except: Vec<String>,
}

/// A published name and its place.
struct Name {
    path: String,
    line: usize,
    name: String,
}

/// Findings over the published names.
pub fn findings(sources: &[Source], texts: &Texts) -> Vec<Finding> {
    let rules = rules(&texts.vocabulary);
    let mut names = contract_names(&texts.contract);
    names.extend(table_names(&texts.schema));
    for source in sources.iter().filter(|source| source.path.starts_with("web/src/shell/")) {
        names.extend(navigation_labels(source));
    }
    let mut found = Vec::new();
    for Name { path, line, name } in names {
        for rule in &rules {
            if words_of(&name).contains(&rule.wrong) && !rule.except.contains(&name) {
                let message = format!("`{name}`: say `{}`, not `{}` (scripts/vocabulary.txt)", rule.right, rule.wrong);
                found.push(Finding { path: path.clone(), line, rule: "vocabulary", message });
            }
        }
    }
    found
}

/// Lines `wrong: right` or `wrong: right; except name, name`.
fn rules(text: &str) -> Vec<Rule> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .map(|(wrong, rest)| {
            let (right, except) = rest.split_once("; except").unwrap_or((rest, ""));
            let except = except.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
            Rule { wrong: wrong.trim().to_owned(), right: right.trim().to_owned(), except }
        })
        .collect()
}

fn contract_names(text: &str) -> Vec<Name> {
    let Ok(contract) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let mut names = Vec::new();
    let operations = contract["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    for operation in operations.filter_map(Value::as_object).flat_map(|path| path.values()) {
        names.extend(operation["operationId"].as_str().map(str::to_owned));
        let tags = operation["tags"].as_array().into_iter().flatten();
        names.extend(tags.filter_map(Value::as_str).map(str::to_owned));
    }
    let schemas = contract["components"]["schemas"].as_object();
    names.extend(schemas.into_iter().flat_map(|schemas| schemas.keys().cloned()));
    names.into_iter().map(|name| Name { path: "openapi/openapi.json".to_owned(), line: 0, name }).collect()
}

fn table_names(schema: &str) -> Vec<Name> {
    let mut names = Vec::new();
    for (index, line) in schema.lines().enumerate() {
        let lower = line.to_ascii_lowercase();
        let Some(rest) = lower.trim_start().strip_prefix("create table ") else { continue };
        let name = rest.trim_start_matches("if not exists ").split([' ', '(']).next().unwrap_or_default();
        let name = name.trim_matches('"').to_owned();
        names.push(Name { path: "migrations/schema.sql".to_owned(), line: index + 1, name });
    }
    names
}

fn navigation_labels(source: &Source) -> Vec<Name> {
    let after = |line: &str, key: &str| line.split_once(key)?.1.split('"').next().map(str::to_owned);
    let label = |line: &str| after(line, "label: \"").or_else(|| after(line, "word: \""));
    let name = |(line, text)| Some(Name { path: source.path.clone(), line, name: label(text)? });
    source.lines().filter_map(name).collect()
}

/// `RunCreate`, `run_create`, `Run now` -> `run`, `create` ... in lower case, plural `s` removed as a second form.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().expect("one word is always open").extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase();
    }
    let singular: Vec<_> = words.iter().filter_map(|word| word.strip_suffix('s').map(str::to_owned)).collect();
    words.extend(singular);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words_of("RunCreate"), ["run", "create"]);
        assert!(words_of("job_runs").contains(&"run".to_owned()));
    }
}
