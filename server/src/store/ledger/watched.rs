//! Reads watched slots with their entries, schedules, runs and tasks.
//!
//! Deliberately absent: writing, which `watch` does. Start reading at `watched_due`.

use super::watch::kind_of;
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Schedule};
use crate::domain::ledger::lateness::{Late, SeenSlot, SlotRun};
use crate::domain::model::{LateAfter, WatchedSlot};
use crate::store::core::error::damaged;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::time::{Micros, instant};
use crate::store::schedules::schedule_of;
use crate::store::{Result, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, JoinType, Query, SelectStatement};
use sea_orm::{ConnectionTrait as _, Order, QueryResult};

impl Tx {
    /// Slots at which to look now, the longest overdue first.
    pub async fn watched_due(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<WatchedSlot>> {
        let mut query = select_watched();
        query
            .and_where(Expr::cust(format!("slot_watch.look_at <= {}", Micros::from(now).0)))
            .order_by(("slot_watch", "look_at"), Order::Asc)
            .order_by(("slot_watch", "schedule_id"), Order::Asc)
            .order_by(("slot_watch", "first_at"), Order::Asc)
            .limit(most);
        self.watched(&query).await
    }

    /// Slots that were late and may be over, after another one, in a fixed order.
    pub async fn watched_late(&self, after: Option<LateAfter>, most: u64) -> Result<Vec<WatchedSlot>> {
        let may_be_over = "run.started_at IS NOT NULL OR run.finished_at IS NOT NULL \
                           OR task_watch.success_at > slot.last_at";
        let mut query = select_watched();
        query
            .and_where(Expr::cust("slot_watch.late_at IS NOT NULL AND slot_watch.over_at IS NULL"))
            .and_where(Expr::cust(format!("({may_be_over})")))
            .order_by(("slot_watch", "late_at"), Order::Asc)
            .order_by(("slot_watch", "schedule_id"), Order::Asc)
            .order_by(("slot_watch", "first_at"), Order::Asc)
            .limit(most);
        if let Some(LateAfter { late_at, schedule_row, first_at }) = after {
            let (late_at, first_at) = (Micros::from(late_at).0, Micros::from(first_at).0);
            let place = "(slot_watch.late_at, slot_watch.schedule_id, slot_watch.first_at)";
            query.and_where(Expr::cust(format!("{place} > ({late_at}, {}, {first_at})", schedule_row.number())));
        }
        self.watched(&query).await
    }

    async fn watched(&self, query: &SelectStatement) -> Result<Vec<WatchedSlot>> {
        self.query_all(query).await?.iter().map(watched).collect()
    }
}

/// Watched slots with their entries, schedules, runs and tasks.
fn select_watched() -> SelectStatement {
    let columns = [
        "slot_watch.schedule_id",
        "slot_watch.task_id",
        "slot_watch.first_at",
        "slot_watch.late_kind",
        "slot_watch.late_at",
        "slot.last_at",
        "slot.\"count\"",
        "slot.outcome",
        "slot.reason_code",
        "slot.reason",
        "slot.created_at",
        "schedule.definition AS schedule_definition",
        "run.uid AS run_uid",
        "run.state AS run_state",
        "run.started_at",
        "run.finished_at",
        "task_watch.success_at",
    ];
    let same_slot = "slot.schedule_id = slot_watch.schedule_id AND slot.first_at = slot_watch.first_at";
    Query::select()
        .exprs(columns.map(Expr::cust))
        .from("slot_watch")
        .join(JoinType::InnerJoin, "slot", Expr::cust(same_slot))
        .join(JoinType::InnerJoin, "schedule", Expr::cust("schedule.id = slot_watch.schedule_id"))
        .join(JoinType::LeftJoin, "run", Expr::cust("run.uid = slot.run_uid"))
        .join(JoinType::LeftJoin, "task_watch", Expr::cust("task_watch.task_id = slot_watch.task_id"))
        .take()
}

fn watched(row: &QueryResult) -> Result<WatchedSlot> {
    let at = |column| row.try_get::<Option<Micros>>("", column).map(instant);
    let outcome: String = row.try_get("", "outcome")?;
    let run = match row.try_get::<Option<uuid::Uuid>>("", "run_uid")? {
        None => None,
        Some(uid) => {
            let state: String = row.try_get("", "run_state")?;
            let state = state.parse().map_err(|error| damaged("run", error))?;
            Some(SlotRun { id: RunId(uid), state, started_at: at("started_at")?, finished_at: at("finished_at")? })
        }
    };
    let reason = ReasonColumns { code: row.try_get("", "reason_code")?, args: row.try_get("", "reason")? };
    let seen = SeenSlot {
        first_at: row.try_get::<Micros>("", "first_at")?.into(),
        last_at: row.try_get::<Micros>("", "last_at")?.into(),
        count: row.try_get::<i64>("", "count")?.unsigned_abs(),
        booked_at: row.try_get::<Micros>("", "created_at")?.into(),
        outcome: outcome.parse().map_err(|error| damaged("slot", error))?,
        reason: reason.read(),
        run,
    };
    // A slot whose schedule cannot be read any more is judged in UTC, as the ledger shows it.
    let schedule = schedule_of(&row.try_get::<String>("", "schedule_definition")?);
    let zone = schedule.ok().and_then(|schedule| schedule.timezone.parse().ok()).unwrap_or(chrono_tz::UTC);
    let kind = kind_of(row.try_get::<Option<String>>("", "late_kind")?.as_deref())?;
    Ok(WatchedSlot {
        schedule_row: row.try_get::<Key<Schedule>>("", "schedule_id")?,
        task_key: row.try_get("", "task_id")?,
        seen,
        zone,
        late: kind.zip(at("late_at")?).map(|(kind, since_at)| Late { kind, since_at }),
        success_at: at("success_at")?,
    })
}
