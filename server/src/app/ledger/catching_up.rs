//! Catching up: pending ledger entries become runs, oldest first, one after another for each task, and a limited
//! number at once.

use crate::app::core::events::Change;
use crate::app::core::hold::on_hold;
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted, new_run};
use crate::app::{App, Result};
use crate::domain::core::overlap::Overlap;
use crate::domain::model::{RunNew, SlotEntry, SlotRecord, TaskRecord, TaskRef};
use crate::domain::reason::Reason;
use crate::domain::runs::OpenRuns;
use crate::domain::vocabulary::{RunState, SlotOutcome, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, Utc};

/// Maximum number of runs made in one round.
const MOST: u32 = 10;

/// Result of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaughtUp {
    /// Number of runs that were made.
    pub runs: usize,
    /// Number of entries that were skipped.
    pub skipped: usize,
    /// Whether more can be done soon.
    pub more: bool,
}

impl App {
    /// Returns whether slots are pending.
    pub async fn slots_are_pending(&self) -> Result<bool> {
        Ok(self.store().slots_are_pending().await?)
    }

    /// Runs one round: for each task with pending slots the oldest one, if there is room. Uses at most half of the
    /// server's places.
    pub async fn slots_catch_up(&self) -> Result<CaughtUp> {
        let now = self.clock().now();
        let most = (self.settings().run_limit / 2).max(1);
        let announce = |app: &Self, (inserted, settled): &(Inserted, Vec<(SlotRecord, SlotOutcome)>)| {
            app.announce_inserted(inserted);
            for (slot, outcome) in settled {
                let (task_id, task) = (slot.task, slot.task_name.clone());
                app.events().publish(Change::Slot { task_id, task, outcome: *outcome });
            }
        };
        let (inserted, settled) = self.write(async move |tx: &Tx, _| catch_up(tx, most, now).await, announce).await?;
        let runs = inserted.made.len();
        Ok(CaughtUp { runs, skipped: settled.len() - runs, more: !settled.is_empty() })
    }
}

async fn catch_up(tx: &Tx, most: u32, now: DateTime<Utc>) -> Result<(Inserted, Vec<(SlotRecord, SlotOutcome)>)> {
    let (mut all, mut settled) = (Inserted::default(), Vec::new());
    if on_hold(tx).await?.is_some() {
        return Ok((all, settled));
    }
    let mut places = most.saturating_sub(tx.runs_open_by_trigger(TriggerKind::CatchUp).await?).min(MOST);
    for (task_key, slot) in tx.slots_pending(200).await? {
        if places == 0 {
            break;
        }
        let task = tx.task_find(&TaskRef::Id(slot.task)).await?;
        let open = tx.runs_open(&[task_key]).await?.get(&task_key).copied().unwrap_or_default();
        let (entry, run) = match gone(task.as_ref(), &slot) {
            Some(reason) => (settle(&slot, SlotOutcome::Skipped, Some(reason)), None),
            None => {
                let Some(task) = task.as_ref().filter(|task| has_room(task, open)) else { continue };
                made(&slot, task, now)
            }
        };
        if !tx.slot_resolve(slot.schedule, &entry).await? {
            continue;
        }
        if let (Some(run), Some(task)) = (run, &task) {
            all += admit::insert_one(tx, run, task.definition.overlap, now).await?;
            places -= 1;
        }
        settled.push((slot, entry.outcome));
    }
    Ok((all, settled))
}

fn settle(slot: &SlotRecord, outcome: SlotOutcome, reason: Option<Reason>) -> SlotEntry {
    let SlotRecord { first_at, last_at, count, .. } = slot;
    SlotEntry { first_at: *first_at, last_at: *last_at, count: *count, outcome, reason, run: None }
}

/// Why a slot will never be caught up.
fn gone(task: Option<&TaskRecord>, slot: &SlotRecord) -> Option<Reason> {
    let Some(task) = task.filter(|task| task.deleted_at.is_none()) else {
        return Some(Reason::TaskDeleted {});
    };
    if let Some(damage) = &task.damage.rest {
        return Some(Reason::TaskDamaged { problem: damage.clone() });
    }
    if !task.definition.enabled {
        return Some(Reason::TaskDisabled {});
    }
    let schedule = task.definition.schedules.iter().find(|schedule| schedule.key == slot.schedule_key);
    match schedule {
        None => Some(Reason::ScheduleRemoved {}),
        Some(schedule) if !schedule.enabled => Some(Reason::ScheduleDisabled {}),
        Some(_) => None,
    }
}

/// Returns whether there is room. Caught-up runs wait for room instead of being skipped.
fn has_room(task: &TaskRecord, open: OpenRuns) -> bool {
    let total = open.active + open.waiting;
    match task.definition.overlap {
        Overlap::Allow { max } => total < max,
        Overlap::Skip | Overlap::Queue { .. } | Overlap::QueueLatest | Overlap::Replace => total == 0,
    }
}

/// What a slot becomes, and its run if it gets one.
fn made(slot: &SlotRecord, task: &TaskRecord, now: DateTime<Utc>) -> (SlotEntry, Option<RunNew>) {
    let wanted = Wanted::new(task, TriggerKind::CatchUp, None, now).for_slot(slot.schedule_key.clone(), slot.first_at);
    let wanted = Wanted { schedule_row: Some(slot.schedule_row), ..wanted };
    match new_run(wanted, &mut OpenRuns::default(), now) {
        Ok(run) => {
            debug_assert!(!run.state.is_final() && run.state != RunState::Running);
            let entry = SlotEntry { run: Some(run.id), ..settle(slot, SlotOutcome::Run, None) };
            (entry, Some(run))
        }
        Err(refusal) => (settle(slot, SlotOutcome::Skipped, Some(refusal.into_reason())), None),
    }
}
