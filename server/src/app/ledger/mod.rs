//! The ledger: what is due becomes entries and runs, in one transaction with the watermarks.
//!
//! Deliberately absent: computing slots (`domain::schedules`) and admitting runs (`runs::admit`). Start reading at `verdicts`,
//! then `due`.

pub mod accounting;
pub mod backfills;
pub(in crate::app) mod brought_back;
pub mod catching_up;
pub(in crate::app) mod closing;
pub(in crate::app) mod damaged;
pub mod due;
pub(in crate::app) mod verdicts;

pub(super) use self::closing::{Concern, close_concerned};

use self::due::DueSlots;
use self::verdicts::{Due, Stretch, Verdict};
use super::runs::admit;
use super::runs::admit::{Inserted, Wanted, new_run};
use super::schedules::agenda::Planned;
use super::schedules::compile;
use super::system::HOLD;
use super::{App, Caller, Error, Result, Signal};
use crate::domain::ids::TaskId;
use crate::domain::model::{
    Page, PageRequest, RunNew, SlotBooking, SlotEntry, SlotFilter, SlotRecord, StoredSchedules, TaskRecord,
    TriggerRecord,
};
use crate::domain::reason::Reason;
use crate::domain::runs::OpenRuns;
use crate::domain::vocabulary::{Permission, SlotOutcome, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::Map;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::AddAssign;
use std::sync::Arc;

/// What a booking did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Booked {
    /// Ledger entries written.
    pub entries: usize,
    /// Runs made.
    pub runs: usize,
}

impl AddAssign for Booked {
    fn add_assign(&mut self, other: Self) {
        self.entries += other.entries;
        self.runs += other.runs;
    }
}

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

    /// Books everything of these schedules that is due by now: ledger entries, runs and watermarks together.
    pub async fn slots_book(&self, schedules: Vec<Arc<Planned>>, now: DateTime<Utc>) -> Result<Booked> {
        let calendars = self.store().calendar_mark().await?;
        let tasks = self.store().tasks_find(&task_keys(&schedules)).await?;
        let due = DueSlots { schedules, tasks, calendars, ..DueSlots::default() };
        let (booked, _) = self.slots_book_of(Arc::new(due), now).await?;
        self.slots_booked(booked);
        Ok(booked)
    }

    /// Has what was booked looked at.
    pub fn slots_booked(&self, booked: Booked) {
        if booked.entries > 0 {
            // Runs are queued, or slots pending.
            self.signals().raise(Signal::Queue);
        }
    }
}

pub(super) type BookedIn = (Inserted, Vec<(TaskId, String, SlotOutcome)>);

fn task_keys(schedules: &[Arc<Planned>]) -> Vec<i64> {
    schedules.iter().map(|planned| planned.task_key).collect::<BTreeSet<i64>>().into_iter().collect()
}

/// Why nothing fires, if everything is on hold.
pub(super) async fn on_hold(tx: &Tx) -> Result<Option<Reason>> {
    let hold = tx.setting_find(HOLD).await?;
    Ok(hold.map(|hold| Reason::OnHold { note: hold["reason"].as_str().unwrap_or_default().to_owned() }))
}

/// Completes the ledger of a task up to now under its present rules, before they change or end (server/docs/decisions.md, 16). With a
/// reason nothing fires any more: what is due is skipped for it.
pub(super) async fn close(tx: &Tx, task: &TaskRecord, stopped: Option<&Reason>, now: DateTime<Utc>) -> Result<()> {
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
    book(tx, &DueSlots { schedules, tasks, ..DueSlots::default() }, stopped.or(hold.as_ref()), now, now)
        .await
        .map(|_| ())
}

/// Books schedules, except those whose tasks are not given, are disabled, or have another version by now. The tasks do not
/// change before the end of the transaction. `present_from`: since when the server has been there without a break.
pub(super) async fn book(
    tx: &Tx,
    due: &DueSlots,
    stopped: Option<&Reason>,
    present_from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<BookedIn> {
    let DueSlots { schedules, tasks, .. } = due;
    let keys = task_keys(schedules);
    let mut open = tx.runs_open(&keys).await?;
    let (mut bookings, mut owners, mut runs) = (Vec::new(), Vec::new(), Vec::new());
    for planned in schedules {
        let Some(task) = tasks.get(&planned.task_key) else { continue };
        let damage = task.damage.rest.clone().map(|problem| Reason::TaskDamaged { problem });
        if !task.definition.enabled && damage.is_none() || task.version != planned.task_version {
            continue;
        }
        let told = match planned.told_ahead {
            true => tx.slots_told(planned.row, planned.watermark_at).await?,
            false => Vec::new(),
        };
        let stretch = Stretch { watermark_at: planned.watermark_at, present_from, now };
        let dues = verdicts::due(&planned.compiled, planned.catch_up, stretch, &told, stopped.or(damage.as_ref()));
        let open = open.entry(task.key).or_default();
        let entries = dues.into_iter().map(|due| entry(due, planned, task, open, now, &mut runs)).collect();
        bookings.push(SlotBooking { schedule_row: planned.row, task_key: task.key, watermark_at: now, entries });
        owners.push(task);
    }
    let new = tx.slots_book(&bookings, now).await?;
    let (mut wanted, mut written) = (HashSet::new(), Vec::new());
    for ((booking, task), new) in bookings.iter().zip(owners).zip(&new) {
        for (entry, _) in booking.entries.iter().zip(new).filter(|(_, new)| **new) {
            wanted.extend(entry.run);
            written.push((task.id, task.definition.name.clone(), entry.outcome));
        }
    }
    runs.retain(|run: &RunNew| wanted.contains(&run.id));
    let overlaps = tasks.values().map(|task| (task.key, task.definition.overlap)).collect();
    Ok((admit::insert(tx, &runs, &overlaps, now).await?, written))
}

fn entry(
    due: Due,
    planned: &Planned,
    task: &TaskRecord,
    open: &mut OpenRuns,
    now: DateTime<Utc>,
    runs: &mut Vec<RunNew>,
) -> SlotEntry {
    let Due { first_at, last_at, count, verdict } = due;
    let without = |outcome, reason| SlotEntry { first_at, last_at, count, outcome, reason, run: None };
    let kind = match verdict {
        Verdict::Skipped(reason) => return without(SlotOutcome::Skipped, Some(reason)),
        Verdict::Missed(reason) => return without(SlotOutcome::Missed, Some(reason)),
        Verdict::Pending => return without(SlotOutcome::Pending, Some(Reason::InTurn {})),
        Verdict::Run => TriggerKind::Schedule,
        Verdict::CatchUp => TriggerKind::CatchUp,
    };
    let wanted = Wanted {
        task,
        definition: &task.definition,
        version: task.version,
        trigger: TriggerRecord { kind, by: None, schedule_key: Some(planned.key.clone()), rerun_of: None },
        schedule_row: Some(planned.row),
        scheduled_for: Some(first_at),
        due_at: now.max(first_at + planned.compiled.delay()),
        params: Map::new(),
    };
    match new_run(wanted, open, now) {
        Ok(run) => {
            let id = run.id;
            runs.push(run);
            SlotEntry { first_at, last_at, count, outcome: SlotOutcome::Run, reason: None, run: Some(id) }
        }
        Err(refusal) => without(SlotOutcome::Skipped, Some(refusal.into_reason())),
    }
}
