//! Brings back to the present what a clock that ran ahead left in the future. Otherwise nothing would happen until
//! then.
//!
//! An entry for a future slot claims something that nobody can know yet, so it is removed, with an audit entry. The
//! slot gets its true entry when it is due. Only runs stay: they were run and are not run again.

use crate::app::core::write::{Moment, silent};
use crate::app::schedules::compile;
use crate::app::{App, Caller, Result};
use crate::domain::ids::ScheduleId;
use crate::domain::keys::{Key, Schedule};
use crate::domain::model::{Covered, ScheduleAhead, ScheduleRecord, SlotAcross};
use crate::domain::schedules::CompiledSchedule;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::sync::Arc;

/// Key of the latest known time among the settings, followed by the name of the node.
const SEEN_AT: &str = "seen_at ";

/// The stored time is updated when it is this old.
const STORE_EVERY: TimeDelta = TimeDelta::minutes(5);

/// The ledger may be this far ahead before it counts as a mistake.
const AHEAD_MAX: TimeDelta = TimeDelta::seconds(90);

/// The schedule whose ledger is cut.
struct Ledger {
    schedule: ScheduleId,
    /// Key of the schedule inside the database.
    row: Key<Schedule>,
    /// Name of its task.
    task: String,
}

impl App {
    /// Brings the ledger of a schedule back to now, if it is complete up to a later time or contains future slots.
    pub(in crate::app) async fn ledger_bring_back(
        &self,
        record: &mut ScheduleRecord,
        compiled: &Arc<CompiledSchedule>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        // Definitions may be read ahead for a future moment.
        let now = now.min(self.clock().now());
        let limit = now + AHEAD_MAX;
        let told = record.told_until_at.is_some_and(|at| at > limit);
        if record.watermark_at <= limit && !(told && self.store().slots_ahead(record.row, now).await?) {
            return Ok(());
        }
        let of = Ledger { schedule: record.id, row: record.row, task: record.task_name.clone() };
        self.ledger_cut(of, Some(Arc::clone(compiled)), now).await?;
        record.watermark_at = now;
        Ok(())
    }

    /// Removes future slots from a ledger. If its rule is unknown, the cut is computed by time alone.
    async fn ledger_cut(
        &self,
        Ledger { schedule: id, row, task }: Ledger,
        compiled: Option<Arc<CompiledSchedule>>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let name = task.clone();
        let write = async move |tx: &Tx, _: Moment| {
            let mut slots = tx.schedule_watermark_reset(id, now).await?;
            if let Some(across) = tx.slot_across(row, now).await? {
                let kept = shortened(compiled.as_deref(), across, now);
                slots += across.count - kept.count;
                tx.slot_shorten(row, kept).await?;
            }
            let detail = json!({"schedule": id.to_string(), "now": now, "slots": slots});
            let entry = Caller::system().audit(now, "schedule_watermark_reset", ("task", name.clone()), detail);
            tx.audit_append(&entry).await?;
            Ok(slots)
        };
        let slots = self.write(write, silent).await?;
        tracing::warn!(task, %now, slots, "the ledger reached into the future and was brought back, because the \
            clock was set back");
        Ok(())
    }

    /// Checks whether the clock was set back since the last call, even over restarts. If so, brings back everything
    /// that it left in the future: ledgers, dates of definitions, waiting runs, looks at what they wait for. Call this before schedules are read.
    pub async fn bring_back(&self, now: DateTime<Utc>) -> Result<()> {
        let key = format!("{SEEN_AT}{}", self.settings().node);
        let seen = self.store().setting_find(&key).await?;
        let seen: Option<DateTime<Utc>> = seen.and_then(|value| serde_json::from_value(value).ok());
        let was_ahead = seen.is_some_and(|at| at > now + AHEAD_MAX);
        if was_ahead {
            self.ledgers_bring_back(now).await?;
        } else if seen.is_some_and(|at| now - at < STORE_EVERY) {
            return Ok(());
        }
        let write = async move |tx: &Tx, _: Moment| {
            let moved = if was_ahead { dates_and_runs(tx, seen, now).await? } else { (0, 0) };
            tx.setting_put(&key, &json!(now)).await?;
            Ok(moved)
        };
        let (dates, runs) = self.write(write, silent).await?;
        if was_ahead {
            tracing::warn!(%now, dates, runs, "the clock was set back; what it had left in the future was brought \
                back");
            self.signals().raise(crate::app::Signal::Queue);
        }
        Ok(())
    }

    /// Also includes schedules that no longer fire.
    async fn ledgers_bring_back(&self, now: DateTime<Utc>) -> Result<()> {
        let book = self.calendar_book().await?;
        for ScheduleAhead { id, row, task_key } in self.store().schedules_ahead(now + AHEAD_MAX).await? {
            let stored = self.store().schedule_list(task_key).await?.readable;
            let record = stored.into_iter().find(|record| record.row == row);
            let compiled = record.as_ref().and_then(|record| {
                compile(&book, &record.task_name, &record.task_tags, &record.schedule).ok().map(Arc::new)
            });
            let task = record.map_or_else(|| task_key.number().to_string(), |record| record.task_name);
            self.ledger_cut(Ledger { schedule: id, row, task }, compiled, now).await?;
        }
        Ok(())
    }
}

async fn dates_and_runs(tx: &Tx, seen: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(u64, u64)> {
    let limit = now + AHEAD_MAX;
    let dates = tx.dates_bring_back(limit, now).await?;
    let runs = tx.runs_due_bring_back(limit, now).await?;
    let lead = seen.map_or(TimeDelta::zero(), |at| at - now);
    let looks = tx.looks_bring_back(limit, now, lead).await?;
    let detail = json!({"before": seen, "now": now, "dates": dates, "runs": runs, "looks": looks});
    tx.audit_append(&Caller::system().audit(now, "clock_set_back", ("system", String::new()), detail)).await?;
    Ok((dates, runs))
}

/// The part of an entry that is not in the future.
fn shortened(schedule: Option<&CompiledSchedule>, across: SlotAcross, now: DateTime<Utc>) -> SlotAcross {
    let SlotAcross { stretch: Covered { first_at, last_at }, count } = across;
    let just_before = first_at - TimeDelta::microseconds(1);
    let range = schedule.and_then(|schedule| schedule.range_between(just_before, now));
    if let Some(range) = range.filter(|range| range.first_at == first_at) {
        return SlotAcross { stretch: Covered { first_at, last_at: range.last_at }, count: range.count.min(count) };
    }
    // Its rule has changed, so its slots are assumed to be spread evenly over its time.
    let steps = i64::try_from(count - 1).unwrap_or(i64::MAX).max(1);
    let step = ((last_at - first_at).num_microseconds().unwrap_or(i64::MAX) / steps).max(1);
    let passed = (now - first_at).num_microseconds().unwrap_or_default() / step;
    let last_at = first_at + TimeDelta::microseconds(passed * step);
    SlotAcross { stretch: Covered { first_at, last_at }, count: passed.unsigned_abs() + 1 }
}
