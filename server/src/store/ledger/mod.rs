//! The ledger: one entry for each slot of each schedule, or for a range of slots.
//!
//! Deliberately absent: deciding what an entry says, which `app::ledger` does. Start reading at `booking`, then
//! `list`.

pub(in crate::store) mod ahead;
pub(in crate::store) mod backfills;
pub(in crate::store) mod booking;
pub(in crate::store) mod counts;
pub mod entity;
pub(in crate::store) mod list;
pub(in crate::store) mod past;
pub(in crate::store) mod watch;
pub(in crate::store) mod watched;

use self::entity::slot;
use super::core::entity::task;
use super::core::error::damaged;
use super::core::reason::ReasonColumns;
use super::core::time::Micros;
use super::runs::entity::run;
use super::schedules::entity::schedule;
use super::schedules::schedule_of;
use super::{Result, Store, Tx};
use crate::domain::ids::{RunId, ScheduleId, TaskId};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{SlotEntry, SlotRecord};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::SlotOutcome;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoColumnRef as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult as _, Iterable as _, Order,
    QueryFilter as _, QueryResult,
};

impl Store {
    /// Returns whether any slot is pending.
    pub async fn slots_are_pending(&self) -> Result<bool> {
        let pending = slot::Entity::find()
            .filter(slot::Column::Outcome.eq(SlotOutcome::Pending.as_str()))
            .filter(Expr::cust("outcome <> 'run'"));
        Ok(pending.one(self.reader()).await?.is_some())
    }
}

impl Tx {
    /// The oldest pending entry of each task, oldest first, with the key of the task.
    pub async fn slots_pending(&self, most: u32) -> Result<Vec<(Key<Task>, SlotRecord)>> {
        let mut query = select();
        stored(&mut query, SlotOutcome::Pending);
        let oldest = "NOT EXISTS (SELECT 1 FROM slot AS other WHERE other.task_id = slot.task_id \
                      AND other.outcome = 'pending' AND (other.first_at, other.id) < (slot.first_at, slot.id))";
        query
            .and_where(Expr::cust(oldest))
            .order_by((slot::Entity, slot::Column::FirstAt), Order::Asc)
            .order_by((slot::Entity, slot::Column::Id), Order::Asc)
            .limit(most.into());
        let rows = self.query_all(&query).await?;
        rows.iter().map(|row| Ok((row.try_get("", "task_id")?, record(row)?))).collect()
    }

    /// Notes in the entry of a run that the run was skipped later.
    pub(super) async fn slot_skipped(&self, run: &run::Model, reason: &Reason) -> Result<()> {
        let (Some(schedule), Some(at)) = (run.schedule_id, run.scheduled_for) else { return Ok(()) };
        let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
        slot::Entity::update_many()
            .col_expr(slot::Column::SkippedCode, Expr::value(code))
            .col_expr(slot::Column::SkippedBecause, Expr::value(args))
            .filter(slot::Column::ScheduleId.eq(schedule))
            .filter(slot::Column::FirstAt.eq(at))
            .filter(slot::Column::RunUid.eq(run.uid))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Turns a pending entry into `run`, `skipped` or `missed`. Returns false if it is not pending.
    pub async fn slot_resolve(&self, schedule: ScheduleId, entry: &SlotEntry) -> Result<bool> {
        let key = Query::select()
            .column(schedule::Column::Id)
            .from(schedule::Entity)
            .and_where(Expr::col(schedule::Column::Uid).eq(schedule.0))
            .take();
        let reason = ReasonColumns::of(entry.reason.as_ref());
        let changed = slot::Entity::update_many()
            .col_expr(slot::Column::Outcome, Expr::value(entry.outcome.as_str()))
            .col_expr(slot::Column::ReasonCode, Expr::value(reason.code))
            .col_expr(slot::Column::Reason, Expr::value(reason.args))
            .col_expr(slot::Column::RunUid, Expr::value(entry.run.map(|id| id.0)))
            .filter(slot::Column::ScheduleId.in_subquery(key))
            .filter(slot::Column::FirstAt.eq(Micros::from(entry.first_at)))
            .filter(slot::Column::Outcome.eq(SlotOutcome::Pending.as_str()))
            .exec(self)
            .await?;
        Ok(changed.rows_affected > 0)
    }

    /// Deletes at most `limit` entries whose last slot is before an instant, oldest first. Returns how many there were.
    pub async fn slots_delete(&self, before: DateTime<Utc>, limit: u32) -> Result<u64> {
        let before = Micros::from(before);
        let old = Query::select()
            .column(slot::Column::Id)
            .from(slot::Entity)
            .and_where(Expr::col(slot::Column::FirstAt).lt(before))
            .and_where(Expr::col(slot::Column::LastAt).lt(before))
            .and_where(Expr::col(slot::Column::Outcome).ne("pending"))
            .order_by(slot::Column::FirstAt, Order::Asc)
            .limit(u64::from(limit))
            .take();
        let deleted = slot::Entity::delete_many().filter(slot::Column::Id.in_subquery(old)).exec(self).await?;
        Ok(deleted.rows_affected)
    }
}

/// Entries with their schedules and tasks.
pub(super) fn select() -> SelectStatement {
    let mut query = Query::select();
    query
        .columns(slot::Column::iter().map(|column| (slot::Entity, column).into_column_ref()))
        .expr_as(Expr::col((schedule::Entity, schedule::Column::Uid)), "schedule_uid")
        .expr_as(Expr::col((schedule::Entity, schedule::Column::Key)), "schedule_key")
        .expr_as(Expr::col((schedule::Entity, schedule::Column::Definition)), "schedule_definition")
        .expr_as(Expr::col((task::Entity, task::Column::Uid)), "task_uid")
        .expr_as(Expr::col((task::Entity, task::Column::Name)), "task_name")
        .exprs(watch::LATE_COLUMNS.map(|(column, name)| Expr::cust(format!("{column} AS {name}"))))
        .from(slot::Entity)
        .left_join(
            "slot_watch",
            Expr::cust("slot_watch.schedule_id = slot.schedule_id AND slot_watch.first_at = slot.first_at"),
        )
        .inner_join(
            schedule::Entity,
            Expr::col((schedule::Entity, schedule::Column::Id)).equals((slot::Entity, slot::Column::ScheduleId)),
        )
        .inner_join(
            task::Entity,
            Expr::col((task::Entity, task::Column::Id)).equals((slot::Entity, slot::Column::TaskId)),
        );
    query
}

/// Limits a query to entries that were written with this outcome.
pub(super) fn stored(query: &mut SelectStatement, outcome: SlotOutcome) {
    query.and_where(Expr::col((slot::Entity, slot::Column::Outcome)).eq(outcome.as_str()));
    if outcome != SlotOutcome::Run {
        query.and_where(Expr::cust("outcome <> 'run'"));
    }
}

pub(super) fn record(row: &QueryResult) -> Result<SlotRecord> {
    let slot::Model {
        id,
        schedule_id,
        task_id: _,
        first_at,
        last_at,
        count,
        outcome,
        reason_code,
        reason,
        run_uid,
        created_at,
        skipped_code,
        skipped_because,
    } = slot::Model::from_query_result(row, "")?;
    let outcome = outcome.parse().map_err(|error| damaged("slot", error))?;
    let (outcome, reason) = match skipped_because {
        Some(args) => (SlotOutcome::Skipped, ReasonColumns { code: skipped_code, args }),
        None => (outcome, ReasonColumns { code: reason_code, args: reason }),
    };
    Ok(SlotRecord {
        key: id,
        schedule: ScheduleId(row.try_get("", "schedule_uid")?),
        schedule_row: schedule_id,
        schedule_key: row.try_get("", "schedule_key")?,
        // The ledger of a schedule stays readable even if the schedule is not.
        timezone: schedule_of(&row.try_get::<String>("", "schedule_definition")?)
            .map_or_else(|_| "UTC".to_owned(), |schedule| schedule.timezone),
        task: TaskId(row.try_get("", "task_uid")?),
        task_name: row.try_get("", "task_name")?,
        first_at: first_at.into(),
        last_at: last_at.into(),
        count: count.unsigned_abs(),
        outcome,
        reason: reason.read(),
        run: run_uid.map(RunId),
        created_at: created_at.into(),
        late: watch::slot_lateness(row)?,
    })
}
