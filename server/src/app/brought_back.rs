//! The clock ran ahead and was set back: what it left in the future is brought back, or nothing would happen until then.
//!
//! An entry for a slot that is still to come says what nobody can know yet, so it is taken back, with an audit entry; the
//! slot gets its true entry when it is due. Only what was run stays: it was run, and is not run again.

use super::{App, Caller, Error, Result};
use crate::domain::schedule::CompiledSchedule;
use crate::store::{ScheduleRecord, SlotAcross, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::sync::Arc;

/// The ledger may be that far ahead before it is taken for a mistake.
const AHEAD_MAX: TimeDelta = TimeDelta::seconds(90);

impl App {
    /// Brings the ledger of a schedule back to now, if it is complete up to a later time, or tells of slots to come.
    pub(super) async fn ledger_bring_back(
        &self,
        record: &mut ScheduleRecord,
        compiled: &Arc<CompiledSchedule>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let limit = now + AHEAD_MAX;
        let told = record.told_until_at.is_some_and(|at| at > limit);
        if record.watermark_at <= limit && !(told && self.store().slots_ahead(record.key, now).await?) {
            return Ok(());
        }
        let (id, row, before, name) = (record.id, record.key, record.watermark_at, record.task_name.clone());
        let compiled = Arc::clone(compiled);
        let slots = self.store().write(async move |tx: &Tx| {
            let mut slots = tx.schedule_watermark_reset(id, now).await?;
            if let Some(across) = tx.slot_across(row, now).await? {
                let kept = shortened(&compiled, across, now);
                slots += across.count - kept.count;
                tx.slot_shorten(row, kept).await?;
            }
            let detail = json!({"schedule": id.to_string(), "before": before, "now": now, "slots": slots});
            let entry = Caller::system().audit(now, "schedule_watermark_reset", ("task", name.clone()), detail);
            tx.audit_append(&entry).await?;
            Ok::<_, Error>(slots)
        });
        let slots = slots.await?;
        let task = &record.task_name;
        tracing::warn!(task, %before, %now, slots, "the ledger reached into the future, and was brought back: the clock was set back");
        record.watermark_at = now;
        Ok(())
    }

    /// Has runs start that wait for a time which the clock showed wrongly.
    pub async fn runs_bring_back(&self, now: DateTime<Utc>) -> Result<()> {
        let limit = now + AHEAD_MAX;
        let runs = self.store().write(async move |tx: &Tx| {
            let runs = tx.runs_due_bring_back(limit, now).await?;
            if runs > 0 {
                let detail = json!({"runs": runs, "now": now});
                tx.audit_append(&Caller::system().audit(now, "runs_brought_back", ("system", String::new()), detail))
                    .await?;
            }
            Ok::<_, Error>(runs)
        });
        let runs = runs.await?;
        if runs > 0 {
            tracing::warn!(%now, runs, "runs waited for a time in the future, and start now: the clock was set back");
            self.signals().raise(super::Signal::Queue);
        }
        Ok(())
    }
}

/// The part of an entry that is not in the future.
fn shortened(schedule: &CompiledSchedule, across: SlotAcross, now: DateTime<Utc>) -> SlotAcross {
    let SlotAcross { stretch: (first_at, last_at), count } = across;
    let just_before = first_at - TimeDelta::microseconds(1);
    let range = schedule.range_between(just_before, now).filter(|range| range.first_at == first_at);
    if let Some(range) = range {
        return SlotAcross { stretch: (first_at, range.last_at), count: range.count.min(count) };
    }
    // Its rule is another one by now: as much of its slots as of its time.
    let (part, whole) = ((now - first_at).as_seconds_f64(), (last_at - first_at).as_seconds_f64());
    match (count as f64 * part / whole) as u64 {
        0 | 1 => SlotAcross { stretch: (first_at, first_at), count: 1 },
        kept => SlotAcross { stretch: (first_at, now), count: kept },
    }
}
