//! Converts tasks between the wire and the use cases.

use super::convert::definition_out;
use super::definition::TaskDefinition;
use super::limits::held_out;
use super::wire::{
    BulkAction, FieldDifference, LastRun, ScheduleLine, Task, TaskApplyItem, TaskBulk, TaskBulkItem, TaskChange,
    TaskProbeItem, TaskSummary, TaskVersion,
};
use crate::api::core::answer;
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::runs::seconds;
use crate::api::schedules::slot_out;
use crate::app;
use crate::app::dependencies::looking::DependencySeen;
use crate::app::schedules::agenda::InvalidSchedules;
use crate::app::schedules::{next_run, words};
use crate::app::tasks::sets::{Applied, Bulk};
use crate::app::tasks::{TaskListed, TaskView, actions};
use crate::domain::calendars::CalendarBook;
use crate::domain::dependencies::Dependency;
use crate::domain::ids::RunId;
use crate::domain::model::{LastRunRecord, TaskVersionRecord};
use crate::domain::reason::Reason;
use crate::domain::schedules::Schedule;
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::TaskMend;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;

/// Answers with one task, and its version as ETag.
pub fn tagged(view: TaskView) -> Response {
    saved(view, Vec::new())
}

/// The answer for a saved task, with what saving changed.
pub fn saved(view: TaskView, mended: Vec<TaskMend>) -> Response {
    let version = view.record.version;
    answer::versioned(Task { mended, ..task_out(view) }, version)
}

/// The answer for a new task: 201, its path, the task.
pub fn created(view: TaskView, mended: Vec<TaskMend>) -> Response {
    let name = view.record.definition.name.clone();
    answer::created(saved(view, mended), "tasks", name)
}

/// Converts a task for its own page.
pub fn task_out(view: TaskView) -> Task {
    let TaskView { record, schedule_ids, mut schedule_problems, next_slots, abilities, lateness } = view;
    let held = held_out(record.definition.limits, &abilities);
    let words = record.definition.schedules.iter().map(|schedule| {
        let words = words(&record.definition.name, schedule).ok();
        (schedule_ids.get(&schedule.key).map(|id| id.0), words, schedule_problems.remove(&schedule.key).map(Into::into))
    });
    let described: Vec<_> = words.collect();
    let actions = actions(&record);
    let mut it = definition_out(record.definition);
    for (schedule, (id, words, problem)) in it.schedules.iter_mut().zip(described) {
        schedule.describe(id, words, problem);
    }
    Task {
        id: record.id.0,
        version: record.version,
        created_at: record.created_at,
        updated_at: record.updated_at,
        owner: record.owner,
        problem: record.damage.rest.map(damaged),
        next_slots: next_slots.into_iter().map(|(key, slot)| slot_out(Some(key), &slot)).collect(),
        last_run: record.last_run.map(last_run_out),
        lateness: lateness.map(Into::into),
        mended: Vec::new(),
        limits_held: held,
        actions,
        name: it.name,
        title: it.title,
        description: it.description,
        folder: it.folder,
        tags: it.tags,
        enabled: it.enabled,
        run: it.run,
        working_directory: it.working_directory,
        environment: it.environment,
        umask: it.umask,
        leave_behind: it.leave_behind,
        limits: it.limits,
        run_as: it.run_as,
        credentials: it.credentials,
        params: it.params,
        schedules: it.schedules,
        triggers: it.triggers,
        dependencies: it.dependencies,
        overlap: it.overlap,
        pool: it.pool,
        pool_weight: it.pool_weight,
        priority: it.priority,
        timeout_seconds: it.timeout_seconds,
        attempt_timeout_seconds: it.attempt_timeout_seconds,
        grace_seconds: it.grace_seconds,
        success_codes: it.success_codes,
        retry: it.retry,
        log: it.log,
        retention: it.retention,
        on_server_stop: it.on_server_stop,
        mark_suspicious: it.mark_suspicious,
        expect: it.expect,
    }
}

/// Converts a task for a list.
pub fn summary_out(
    book: &CalendarBook,
    invalid: &InvalidSchedules,
    TaskListed { record: task, lateness }: TaskListed,
    now: DateTime<Utc>,
) -> TaskSummary {
    let actions = actions(&task);
    let definition = task.definition;
    let fires = |schedule: &Schedule| invalid.is_empty() || !invalid.contains_key(&(task.key, schedule.key.clone()));
    let next = next_run(book, &definition, fires, now);
    let line = |schedule: &Schedule| {
        let (words, fault) = match words(&definition.name, schedule) {
            Ok(words) => (words, None),
            Err(fault) => (String::new(), Some(fault.to_string())),
        };
        let known = invalid.get(&(task.key, schedule.key.clone())).map(|invalid| invalid.error.clone());
        let problem = known.or(fault).map(|problem| Reason::ScheduleInvalid { problem }.into());
        ScheduleLine { words, problem }
    };
    TaskSummary {
        id: task.id.0,
        schedules: definition.schedules.iter().map(line).collect(),
        actions,
        problem: task.damage.rest.map(damaged),
        run_kind: definition.run.kind().to_owned(),
        name: definition.name,
        title: definition.title,
        folder: definition.folder,
        tags: definition.tags,
        enabled: definition.enabled,
        version: task.version,
        next_slot_at: next.map(|slot| slot.scheduled_for),
        updated_at: task.updated_at,
        last_run: task.last_run.map(last_run_out),
        lateness: lateness.map(Into::into),
    }
}

fn damaged(problem: String) -> answer::Reason {
    Reason::TaskDamaged { problem }.into()
}

fn last_run_out(run: LastRunRecord) -> LastRun {
    let duration = run.started_at.zip(run.finished_at).map(|(from, until)| seconds(until - from).max(0.0));
    let LastRunRecord { id, state, started_at, finished_at, suspicious } = run;
    LastRun { id: id.0, state, started_at, finished_at, duration_seconds: duration, suspicious }
}

/// Converts a version.
pub fn version_out(version: TaskVersionRecord, before: Option<TaskVersionRecord>) -> TaskVersion {
    let differences = before.map_or_else(Vec::new, |before| differences(&before.definition, &version.definition));
    TaskVersion {
        version: version.version,
        created_at: version.created_at,
        created_by: version.created_by,
        differences,
        definition: definition_out(version.definition),
    }
}

/// What applying changes about a task, as the wire shows it.
pub fn applied_out(applied: Applied, mended: &BTreeMap<String, Vec<TaskMend>>) -> TaskApplyItem {
    let item = |name: String, change, differences| {
        let mended = mended.get(&name).cloned().unwrap_or_default();
        TaskApplyItem { name, change, differences, mended }
    };
    match applied {
        Applied::Created(name) => item(name, TaskChange::Created, Vec::new()),
        Applied::Unchanged(name) => item(name, TaskChange::Unchanged, Vec::new()),
        Applied::Deleted(name) => item(name, TaskChange::Deleted, Vec::new()),
        Applied::Updated(pair) => {
            let found = differences(&pair.0, &pair.1);
            item(pair.1.name, TaskChange::Updated, found)
        }
    }
}

/// Converts the action of a bulk request.
pub fn bulk_in(body: &TaskBulk) -> ApiResult<Bulk> {
    let needed = |value: &Option<String>, name: &str| {
        value
            .clone()
            .ok_or_else(|| ApiError::from(app::Error::invalid(format!("/{name}"), "is required for this action")))
    };
    Ok(match body.action {
        BulkAction::Enable => Bulk::Switch(true),
        BulkAction::Disable => Bulk::Switch(false),
        BulkAction::Run => Bulk::Run,
        BulkAction::Delete => Bulk::Delete,
        BulkAction::Move => Bulk::Move(needed(&body.folder, "folder")?),
        BulkAction::Tag => Bulk::Tag(needed(&body.tag, "tag")?),
    })
}

/// Converts what happened to one task of a bulk request.
pub fn bulk_item(task: String, done: app::Result<Option<RunId>>) -> TaskBulkItem {
    match done {
        Ok(run) => TaskBulkItem { task, ok: true, code: None, detail: None, run_id: run.map(|run| run.0) },
        Err(error) => {
            let error = ApiError::from(error);
            TaskBulkItem {
                task,
                ok: false,
                code: Some(error.code.to_owned()),
                detail: Some(error.detail),
                run_id: None,
            }
        }
    }
}

pub(super) fn differences(before: &Definition, after: &Definition) -> Vec<FieldDifference> {
    let json = |definition: &Definition| {
        let wire: TaskDefinition = definition_out(definition.clone());
        serde_json::to_value(wire).unwrap_or_default()
    };
    let mut found = Vec::new();
    compare("", &json(before), &json(after), &mut found);
    found
}

fn compare(at: &str, before: &Value, after: &Value, found: &mut Vec<FieldDifference>) {
    if before == after {
        return;
    }
    match (before.as_object(), after.as_object()) {
        (Some(old), Some(new)) => {
            let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
            for key in keys {
                let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                let side = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                compare(&pointer, &side(old), &side(new), found);
            }
        }
        _ => found.push(FieldDifference { pointer: at.to_owned(), before: before.clone(), after: after.clone() }),
    }
}

/// Applies a JSON merge patch (RFC 7396).
pub fn merge(target: &mut Value, patch: &Value) {
    let Some(changes) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(map) = target.as_object_mut() else { return };
    for (key, change) in changes {
        if change.is_null() {
            map.remove(key);
        } else {
            merge(map.entry(key.clone()).or_insert(Value::Null), change);
        }
    }
}

/// Converts what was seen of a dependency.
pub(super) fn probe_out(seen: DependencySeen) -> TaskProbeItem {
    let DependencySeen { dependency, met, sight, looked_at } = seen;
    let Dependency { key, rule, on_unmet: _ } = dependency;
    let (kind, words) = (rule.kind().to_owned(), rule.words());
    TaskProbeItem { key, kind, words, met, seen: sight.into(), looked_at }
}
