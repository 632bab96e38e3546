//! Every subject of the contract has its place in every room, so whoever knows one room knows all of them.
//!
//! An operation belongs to the subject of its noun (`run_list` to `runs`). A place that a subject does not need is a
//! written exception with its reason. Deliberately absent: the quality of what is there.

use super::finding::{Finding, Texts};
use super::source::Source;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const CONTRACT: &str = "openapi/openapi.json";
const TABLE: &str = "openapi/cli/src/generated/operations.rs";

/// The subject of each noun that begins an operationId. A tag is such a noun, or the subject itself.
const NOUNS: &[(&str, &[&str])] = &[
    ("access", &["user", "token", "session", "setup", "audit"]),
    ("calendars", &["calendar"]),
    ("credentials", &["credential", "vault"]),
    ("forecast", &["plan", "simulation", "feed"]),
    ("ledger", &["slot", "backfill"]),
    ("networks", &["network"]),
    ("notify", &["channel", "delivery", "rule", "incident", "silence", "link"]),
    ("pools", &["pool"]),
    ("reports", &["report"]),
    ("runs", &["run"]),
    ("schedules", &["schedule"]),
    ("system", &["system", "clock", "event"]),
    ("tasks", &["task"]),
    ("triggers", &["trigger"]),
];

/// The rooms in which each subject has a file or a folder of its name.
const ROOMS: &[&str] = &[
    "server/src/domain",
    "server/src/store",
    "server/src/app",
    "server/src/api",
    "server/tests/it",
    "web/src/features",
];

/// Findings over the contract and the files.
#[must_use]
pub fn findings(sources: &[Source], texts: &Texts) -> Vec<Finding> {
    let finding = |path: String, message: String| Finding { path, line: 0, rule: "place", message };
    let contract = || CONTRACT.to_owned();
    let mut subjects: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for (id, tags) in operations(&texts.contract) {
        match subject_of(id.split('_').next().unwrap_or_default()) {
            Some(subject) => subjects.entry(subject).or_default().push(id),
            None => found.push(finding(contract(), format!("the noun of `{id}` belongs to no subject: {ADD}"))),
        }
        for tag in tags.iter().filter(|tag| subject_of(tag).is_none()) {
            found.push(finding(contract(), format!("the tag `{tag}` belongs to no subject: {ADD}")));
        }
    }
    let paths: BTreeSet<_> = sources.iter().map(|source| source.path.as_str()).collect();
    let table = sources.iter().find(|source| source.path == TABLE).map_or("", |source| source.text.as_str());
    for (subject, ids) in &subjects {
        for room in ROOMS {
            let place = format!("{room}/{subject}");
            // A subject without decisions of its own still has its records in the pure room.
            if !is_filled(&paths, &place) && !is_filled(&paths, &format!("{room}/model/{subject}")) {
                let message = format!("`{subject}` has no place here: a file or a folder of that name");
                found.push(finding(place, message));
            }
        }
        for id in ids.iter().filter(|id| !table.contains(&format!("\"{id}\""))) {
            let message = format!("`{id}` is not in the command line's table: run `cargo xtask contract`");
            found.push(finding(TABLE.to_owned(), message));
        }
    }
    found
}

const ADD: &str = "add it to the table in scripts/src/tidy/places.rs";

fn subject_of(noun: &str) -> Option<&'static str> {
    NOUNS.iter().find(|(subject, nouns)| *subject == noun || nouns.contains(&noun)).map(|(subject, _)| *subject)
}

/// Whether there is `place.rs`, or anything in `place/`.
fn is_filled(paths: &BTreeSet<&str>, place: &str) -> bool {
    let folder = format!("{place}/");
    let first = paths.range(folder.as_str()..).next();
    paths.contains(format!("{place}.rs").as_str()) || first.is_some_and(|path| path.starts_with(&folder))
}

/// Ids and tags of all operations.
fn operations(contract: &str) -> Vec<(String, Vec<String>)> {
    let contract: Value = serde_json::from_str(contract).unwrap_or_default();
    let paths = contract["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    let operations = paths.filter_map(Value::as_object).flat_map(|path| path.values());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let tags = |operation: &Value| operation["tags"].as_array().into_iter().flatten().filter_map(text).collect();
    operations.filter_map(|operation| Some((text(&operation["operationId"])?, tags(operation)))).collect()
}
