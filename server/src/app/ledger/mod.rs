//! The ledger: due slots become entries and runs, in one transaction with the watermarks.
//!
//! Deliberately absent: computing slots (`domain::schedules`) and admitting runs (`runs::admit`). Start reading at
//! `verdicts`, then `due`.

pub mod accounting;
pub mod backfills;
mod booking;
pub(in crate::app) mod brought_back;
pub mod catching_up;
pub(in crate::app) mod closing;
pub(in crate::app) mod damaged;
pub mod due;
pub(in crate::app) mod verdicts;

pub use self::booking::{Booked, DueSlots};
use self::booking::{book, task_keys};
use super::core::hold::on_hold;
use super::core::write::Moment;
use super::schedules::agenda::Planned;
use super::schedules::compile;
use super::{App, Caller, Error, Result, Signal};
use crate::domain::model::{Page, PageRequest, SlotFilter, SlotRecord, StoredSchedules, TaskRecord};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::Arc;

impl App {
    /// A page of the ledger, newest first; `task` is a name or id.
    pub async fn slot_list(
        &self,
        caller: &Caller,
        task: Option<&str>,
        mut filter: SlotFilter,
        page: &PageRequest,
    ) -> Result<Page<SlotRecord>> {
        caller.require(Permission::Read)?;
        Error::unless_in_order(filter.from_at, filter.until_at, "?until_at")?;
        if let Some(task) = task {
            filter.task_key = Some(self.task_key(task).await?);
        }
        Ok(self.store().slot_list(&filter, page).await?)
    }

    /// Books everything that is due for these schedules: ledger entries, runs and watermarks together.
    pub async fn slots_book(&self, schedules: Vec<Arc<Planned>>, now: DateTime<Utc>) -> Result<Booked> {
        let calendars = self.store().calendar_mark().await?;
        let tasks = self.store().tasks_find(&task_keys(&schedules)).await?;
        let due = DueSlots { schedules, tasks, calendars, ..DueSlots::default() };
        let (booked, _) = self.slots_book_of(Arc::new(due), now).await?;
        self.slots_booked(booked);
        Ok(booked)
    }

    /// Wakes the workers that handle what was booked.
    pub fn slots_booked(&self, booked: Booked) {
        if booked.entries > 0 {
            // Runs are queued, or slots are pending.
            self.signals().raise(Signal::Queue);
        }
    }
}

/// Completes the ledger of a task up to now under its current rules, before they change or end
/// (server/docs/decisions.md, 16). If there is a reason, nothing fires any more, and due slots are skipped for it.
pub(super) async fn close(tx: &Tx, task: &TaskRecord, stopped: Option<&Reason>, moment: Moment) -> Result<()> {
    let Moment { now, present_from } = moment;
    if !task.definition.enabled && task.damage.rest.is_none() {
        return Ok(());
    }
    let mut schedules = Vec::new();
    let calendars = super::calendars::calendar_book(tx).await?;
    let StoredSchedules { readable, damaged } = tx.schedule_list(task.key).await?;
    self::damaged::close(tx, task, damaged, &calendars, now).await?;
    for record in readable {
        let Ok(compiled) = compile(&calendars, &record.task_name, &record.task_tags, &record.schedule) else {
            continue;
        };
        let planned = Planned::new(record, task.version, Arc::new(compiled));
        if planned.enabled && planned.next_at().is_some_and(|at| at <= now) {
            schedules.push(Arc::new(planned));
        }
    }
    if schedules.is_empty() {
        return Ok(());
    }
    let hold = on_hold(tx).await?;
    let tasks = HashMap::from([(task.key, task.clone())]);
    book(tx, &DueSlots { schedules, tasks, ..DueSlots::default() }, stopped.or(hold.as_ref()), present_from, now)
        .await
        .map(|_| ())
}
