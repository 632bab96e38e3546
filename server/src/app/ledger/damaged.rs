//! Completes the ledger of schedules whose stored rows cannot be read, before these are replaced.
//!
//! The rule of such a row is also in the task's definition and in its newest version. It gives the slots, none of
//! which ran. If neither can be read, it is unknown which slots there were, and accounting says so (see
//! `accounting`).

use super::booking::{DueSlots, book};
use crate::app::Result;
use crate::app::schedules::agenda::Planned;
use crate::app::schedules::compile;
use crate::domain::calendars::CalendarBook;
use crate::domain::model::{DamagedSchedule, ScheduleRecord, TaskRecord};
use crate::domain::reason::Reason;
use crate::domain::tasks::Definition;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;

/// Completes the ledger of these schedules of a task up to now, as far as their rules are known.
pub(in crate::app) async fn close(
    tx: &Tx,
    task: &TaskRecord,
    damaged: Vec<DamagedSchedule>,
    calendars: &CalendarBook,
    now: DateTime<Utc>,
) -> Result<()> {
    for row in damaged {
        let reason = Reason::ScheduleDamaged { problem: row.error.clone() };
        let Some(definition) = rules(tx, task, &row.key).await? else { continue };
        let Some(planned) = planned(task, row, &definition, calendars) else { continue };
        let tasks = HashMap::from([(task.key, task.clone())]);
        let due = DueSlots { schedules: vec![Arc::new(planned)], tasks, ..DueSlots::default() };
        book(tx, &due, Some(&reason), now, now).await?;
    }
    Ok(())
}

/// The definition that applied to the schedule with this key: the task's own, or its version.
async fn rules(tx: &Tx, task: &TaskRecord, key: &str) -> Result<Option<Definition>> {
    if task.damage.rest.is_none() && !task.damage.schedules.contains_key(key) {
        return Ok(Some(task.definition.clone()));
    }
    let version = tx.task_version_find(task.key, task.version).await?;
    let readable = version.filter(|it| it.damage.rest.is_none() && !it.damage.schedules.contains_key(key));
    Ok(readable.map(|version| version.definition))
}

fn planned(
    task: &TaskRecord,
    row: DamagedSchedule,
    definition: &Definition,
    calendars: &CalendarBook,
) -> Option<Planned> {
    let schedule = definition.schedules.iter().find(|it| it.key == row.key && it.enabled && definition.enabled)?;
    let compiled = compile(calendars, &definition.name, &definition.tags, schedule).ok()?;
    let record = ScheduleRecord {
        id: row.id,
        row: row.row,
        task: task.id,
        task_key: task.key,
        task_name: definition.name.clone(),
        task_enabled: true,
        task_version: task.version,
        task_tags: definition.tags.clone(),
        schedule: schedule.clone(),
        watermark_at: row.watermark_at,
        told_until_at: row.told_until_at,
    };
    Some(Planned::new(record, task.version, Arc::new(compiled)))
}
