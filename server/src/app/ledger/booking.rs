//! Booking: turns due slots into ledger entries and runs, and moves the watermarks, in the caller's transaction.
//!
//! Deliberately absent: reading what is due (`due`), and announcing anything before the commit.

use super::verdicts;
use super::verdicts::{Due, Stretch, Verdict};
use crate::app::Result;
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted, new_run};
use crate::app::schedules::agenda::Planned;
use crate::domain::ids::TaskId;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{CalendarMark, RunNew, SlotBooking, SlotEntry, TaskRecord};
use crate::domain::reason::Reason;
use crate::domain::runs::OpenRuns;
use crate::domain::vocabulary::{SlotOutcome, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::AddAssign;
use std::sync::Arc;

/// Result of a booking.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Booked {
    /// Number of ledger entries written.
    pub entries: usize,
    /// Number of runs made.
    pub runs: usize,
}

impl AddAssign for Booked {
    fn add_assign(&mut self, other: Self) {
        self.entries += other.entries;
        self.runs += other.runs;
    }
}

/// Due schedules as they were read, with their tasks.
#[derive(Debug, Clone, Default)]
pub struct DueSlots {
    /// The schedules.
    pub schedules: Vec<Arc<Planned>>,
    /// Their tasks, by key in the database.
    pub tasks: HashMap<Key<Task>, TaskRecord>,
    /// For each task, when the next of its schedules is due that are not due yet.
    pub later: HashMap<Key<Task>, DateTime<Utc>>,
    /// Mark of the calendars with which the schedules were read.
    pub calendars: CalendarMark,
}

/// Result of a booking within its transaction, to be announced after the commit.
#[derive(Debug, Default)]
pub(super) struct BookedIn {
    /// The runs that were made, and those that they displaced.
    pub(super) inserted: Inserted,
    /// The ledger entries that were written.
    pub(super) written: Vec<Written>,
}

impl BookedIn {
    /// How much that was.
    pub(super) const fn counts(&self) -> Booked {
        Booked { entries: self.written.len(), runs: self.inserted.made.len() }
    }
}

/// A ledger entry that was written.
#[derive(Debug)]
pub(super) struct Written {
    /// Id of the task.
    pub(super) task_id: TaskId,
    /// Name of the task.
    pub(super) task: String,
    /// What became of the slot.
    pub(super) outcome: SlotOutcome,
}

/// The keys of the tasks of schedules, each once.
pub(super) fn task_keys(schedules: &[Arc<Planned>]) -> Vec<Key<Task>> {
    schedules.iter().map(|planned| planned.task_key).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Books schedules, except those whose tasks are missing, disabled, or at another version now. The tasks do not
/// change before the end of the transaction. `present_from` is the instant since which the server has been present
/// without interruption.
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
        let watched = task.definition.expect.watches_slots();
        let (schedule_row, task_key) = (planned.row, task.key);
        bookings.push(SlotBooking { schedule_row, task_key, watermark_at: now, entries, watched });
        owners.push(task);
    }
    let new = tx.slots_book(&bookings, now).await?;
    let (mut wanted, mut written) = (HashSet::new(), Vec::new());
    for ((booking, task), new) in bookings.iter().zip(owners).zip(&new) {
        for (entry, _) in booking.entries.iter().zip(new).filter(|(_, new)| **new) {
            wanted.extend(entry.run);
            let name = task.definition.name.clone();
            written.push(Written { task_id: task.id, task: name, outcome: entry.outcome });
        }
    }
    runs.retain(|run: &RunNew| wanted.contains(&run.id));
    let overlaps = tasks.values().map(|task| (task.key, task.definition.overlap)).collect();
    Ok(BookedIn { inserted: admit::insert(tx, &runs, &overlaps, now).await?, written })
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
    let due_at = now.max(first_at + planned.compiled.delay());
    let wanted = Wanted::new(task, kind, None, due_at).for_slot(planned.key.clone(), first_at);
    let wanted = Wanted { schedule_row: Some(planned.row), ..wanted };
    match new_run(wanted, open, now) {
        Ok(run) => {
            let id = run.id;
            runs.push(run);
            SlotEntry { first_at, last_at, count, outcome: SlotOutcome::Run, reason: None, run: Some(id) }
        }
        Err(refusal) => without(SlotOutcome::Skipped, Some(refusal.into_reason())),
    }
}
