//! Reads stored definitions. An unreadable part disables only itself.
//!
//! Another program may have written a definition: an older or newer server, or somebody with a database editor. A
//! schedule of unknown shape becomes one that never computes slots and cannot be saved again. For anything else that
//! cannot be read there is a stand-in, and the definition counts as disabled until it is replaced.

use crate::domain::core::json;
use crate::domain::core::limits::Limits;
use crate::domain::core::overlap::Overlap;
use crate::domain::ledger::Expect;
use crate::domain::model::Damage;
use crate::domain::schedules::{CatchUp, Fold, Gap, Roll, Rule, Schedule};
use crate::domain::tasks::{Backoff, Definition, LogRules, Retention, Retry, RunSpec};
use crate::domain::vocabulary::OnServerStop;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Number of characters shown of an unreadable schedule.
const SHOWN: usize = 400;

/// Reads the readable parts of a stored definition.
pub(in crate::store) fn definition_of(text: &str) -> (Definition, Damage) {
    match json::read(text) {
        Ok(definition) => (definition, Damage::default()),
        Err(error) => salvaged(text, &error.to_string()),
    }
}

fn salvaged(json: &str, error: &str) -> (Definition, Damage) {
    let mut damage = Damage::default();
    let Ok(Value::Object(mut stored)) = serde_json::from_str::<Value>(json) else {
        damage.rest = Some(damaged(error));
        return (stand_in(), damage);
    };
    if let Some(Value::Array(schedules)) = stored.get_mut("schedules") {
        for (index, schedule) in schedules.iter_mut().enumerate() {
            let Err(error) = serde_json::from_value::<Schedule>(schedule.clone()) else { continue };
            let unreadable = unreadable(index, schedule);
            let message = format!("it is damaged in the database: {error}");
            damage.schedules.insert(unreadable.key.clone(), message);
            *schedule = serde_json::to_value(unreadable).unwrap_or_default();
        }
    }
    if let Ok(definition) = serde_json::from_value(Value::Object(stored.clone())) {
        return (definition, damage);
    }
    let (definition, problems) = field_by_field(stored);
    let problems = if problems.is_empty() { vec![error.to_owned()] } else { problems };
    damage.rest = Some(damaged(&problems.join("; ")));
    (definition, damage)
}

fn damaged(error: &str) -> String {
    format!("the definition is damaged in the database: {error}")
}

/// The stand-in with every field that can be read, and what is wrong with the others.
fn field_by_field(stored: Map<String, Value>) -> (Definition, Vec<String>) {
    let mut problems = Vec::new();
    let mut best = stand_in();
    let mut fields = match serde_json::to_value(&best) {
        Ok(Value::Object(fields)) => fields,
        _ => return (best, problems),
    };
    for (name, value) in stored {
        let before = fields.insert(name.clone(), value);
        match serde_json::from_value::<Definition>(Value::Object(fields.clone())) {
            Ok(definition) => best = definition,
            Err(error) => {
                problems.push(format!("{name}: {error}"));
                before.map(|before| fields.insert(name, before));
            }
        }
    }
    best.enabled = false;
    (best, problems)
}

/// A schedule in place of an unreadable one, with its text where an expression should be.
fn unreadable(index: usize, stored: &Value) -> Schedule {
    let text = |field: &str| stored[field].as_str().map(str::to_owned);
    Schedule {
        key: text("key").filter(|key| !key.is_empty()).unwrap_or_else(|| format!("damaged-{}", index + 1)),
        enabled: stored["enabled"].as_bool().unwrap_or(true),
        timezone: text("timezone").unwrap_or_else(|| "UTC".to_owned()),
        start_at: None,
        end_at: None,
        gap: Gap::default(),
        fold: Fold::default(),
        catch_up: CatchUp::default(),
        splay_seconds: 0,
        run_only_on: Vec::new(),
        skip_on: Vec::new(),
        roll: Roll::default(),
        rule: Rule::Cron { expression: stored.to_string().chars().take(SHOWN).collect() },
    }
}

/// A definition that runs nothing and cannot be saved, because it has no program.
fn stand_in() -> Definition {
    Definition {
        name: "unreadable".to_owned(),
        title: String::new(),
        description: String::new(),
        folder: String::new(),
        tags: Vec::new(),
        enabled: false,
        run: RunSpec::Command { program: " ".to_owned(), arguments: Vec::new() },
        working_directory: None,
        environment: BTreeMap::new(),
        umask: None,
        leave_behind: false,
        limits: Limits::default(),
        run_as: None,
        credentials: Vec::new(),
        params: Vec::new(),
        schedules: Vec::new(),
        triggers: Vec::new(),
        dependencies: Vec::new(),
        overlap: Overlap::Skip,
        pool: None,
        pool_weight: 1,
        priority: 50,
        timeout_seconds: None,
        attempt_timeout_seconds: None,
        grace_seconds: 10.0,
        success_codes: vec![0],
        retry: Retry {
            max_attempts: 1,
            delay_seconds: 0.0,
            backoff: Backoff::Fixed,
            jitter: false,
            retry_on: Vec::new(),
            exit_codes: Vec::new(),
            never_exit_codes: Vec::new(),
        },
        log: LogRules { max_bytes: 16 * 1024 * 1024 },
        retention: Retention { days: 90, runs: 1000 },
        on_server_stop: OnServerStop::Keep,
        mark_suspicious: true,
        expect: Expect::default(),
    }
}
