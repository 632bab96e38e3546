//! Brings back to the present what a clock that ran ahead left in the ledger and in the queue.

use super::entity::slot;
use crate::domain::ids::ScheduleId;
use crate::domain::keys::{Key, Schedule, Task};
use crate::domain::model::RunOutlook;
use crate::domain::model::{Covered, ScheduleAhead, SlotAcross};
use crate::store::core::time::Micros;
use crate::store::runs::entity::{attempt, run};
use crate::store::schedules::entity::schedule;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Condition, Expr, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

/// Columns that say when something was valid, and which run is the newest.
const DATES: [(&str, &str); 9] = [
    ("task", "created_at"),
    ("task", "updated_at"),
    ("task", "deleted_at"),
    ("task", "last_run_created_at"),
    ("task_version", "created_at"),
    ("schedule", "removed_at"),
    ("calendar", "updated_at"),
    ("calendar", "deleted_at"),
    ("calendar_version", "created_at"),
];

impl Store {
    /// The schedules, including removed ones, whose ledgers are complete up to an instant after `limit`, or contain
    /// later slots without a run.
    pub async fn schedules_ahead(&self, limit: DateTime<Utc>) -> Result<Vec<ScheduleAhead>> {
        let limit = Micros::from(limit);
        let stretch = Condition::all().add(slot::Column::Count.gt(1)).add(slot::Column::LastAt.gt(limit));
        let ahead = Query::select()
            .column(slot::Column::ScheduleId)
            .from(slot::Entity)
            .and_where(slot::Column::RunUid.is_null())
            .cond_where(Condition::any().add(slot::Column::FirstAt.gt(limit)).add(stretch))
            .take();
        let rows = schedule::Entity::find()
            .select_only()
            .columns([schedule::Column::Id, schedule::Column::Uid, schedule::Column::TaskId])
            .filter(
                Condition::any()
                    .add(schedule::Column::Id.in_subquery(ahead))
                    .add(schedule::Column::WatermarkAt.gt(limit)),
            );
        let rows: Vec<(Key<Schedule>, Uuid, Key<Task>)> = rows.into_tuple().all(self.reader()).await?;
        Ok(rows.into_iter().map(|(row, uid, task_key)| ScheduleAhead { id: ScheduleId(uid), row, task_key }).collect())
    }

    /// Returns whether the ledger of a schedule contains slots after an instant without a run.
    pub async fn slots_ahead(&self, schedule_row: Key<Schedule>, now: DateTime<Utc>) -> Result<bool> {
        let ahead = without_run(schedule_row).filter(slot::Column::FirstAt.gt(Micros::from(now)));
        Ok(ahead.one(self.reader()).await?.is_some() || across(self.reader(), schedule_row, now).await?.is_some())
    }
}

impl Tx {
    /// Brings back dates of definitions and of the tasks' newest runs that are after `limit`. Returns how many there
    /// were.
    pub async fn dates_bring_back(&self, limit: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64> {
        let mut changed = 0;
        let (limit, now) = (Micros::from(limit).0, Micros::from(now).0);
        for (table, column) in DATES {
            let text = format!("UPDATE {table} SET {column} = {now} WHERE {column} > {limit}");
            changed += self.execute_unprepared(&text).await?.rows_affected();
        }
        Ok(changed)
    }

    /// Sets the watermark, even backwards, and removes later entries without a run. Returns the number of their
    /// slots.
    pub async fn schedule_watermark_reset(&self, schedule: ScheduleId, at: DateTime<Utc>) -> Result<u64> {
        // This statement comes first, so that on PostgreSQL nobody else writes into this ledger meanwhile.
        let rows = schedule::Entity::update_many()
            .col_expr(schedule::Column::WatermarkAt, Expr::value(Micros::from(at)))
            .filter(schedule::Column::Uid.eq(schedule.0))
            .exec_with_returning(self)
            .await?;
        let Some(row) = rows.first() else { return Ok(0) };
        let ahead = |query: Select<slot::Entity>| query.filter(slot::Column::FirstAt.gt(Micros::from(at)));
        let slots = ahead(without_run(row.id)).select_only();
        let slots = slots.column_as(Expr::cust("CAST(COALESCE(SUM(\"count\"), 0) AS BIGINT)"), "slots");
        let slots: i64 = slots.into_tuple().one(self).await?.unwrap_or_default();
        slot::Entity::delete_many()
            .filter(slot::Column::ScheduleId.eq(row.id))
            .filter(slot::Column::RunUid.is_null())
            .filter(slot::Column::FirstAt.gt(Micros::from(at)))
            .exec(self)
            .await?;
        Ok(slots.unsigned_abs())
    }

    /// The entry of a schedule's ledger that begins before an instant and ends after it, if it has no run.
    pub async fn slot_across(&self, schedule_row: Key<Schedule>, at: DateTime<Utc>) -> Result<Option<SlotAcross>> {
        across(self, schedule_row, at).await
    }

    /// Makes an entry end earlier.
    pub async fn slot_shorten(&self, schedule_row: Key<Schedule>, to: SlotAcross) -> Result<()> {
        let SlotAcross { stretch: Covered { first_at, last_at }, count } = to;
        slot::Entity::update_many()
            .col_expr(slot::Column::LastAt, Expr::value(Micros::from(last_at)))
            .col_expr(slot::Column::Count, Expr::value(i64::try_from(count).unwrap_or(i64::MAX)))
            .filter(slot::Column::ScheduleId.eq(schedule_row))
            .filter(slot::Column::FirstAt.eq(Micros::from(first_at)))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Makes runs that wait for a later time start at once, if they were created, queued or postponed after `limit`.
    /// Returns how many there were.
    pub async fn runs_due_bring_back(&self, limit: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64> {
        let after = |column: run::Column| column.gt(Micros::from(limit));
        let put_off = Query::select()
            .column(attempt::Column::RunId)
            .from(attempt::Entity)
            .and_where(attempt::Column::FinishedAt.gt(Micros::from(limit)))
            .take();
        let changed = run::Entity::update_many()
            .col_expr(run::Column::DueAt, Expr::value(Micros::from(now)))
            .filter(Expr::cust(RunOutlook::INDEXED))
            .filter(after(run::Column::DueAt))
            .filter(
                Condition::any()
                    .add(after(run::Column::CreatedAt))
                    .add(after(run::Column::QueuedAt))
                    .add(run::Column::Id.in_subquery(put_off)),
            )
            .exec(self)
            .await?;
        Ok(changed.rows_affected)
    }
}

fn without_run(schedule_row: Key<Schedule>) -> Select<slot::Entity> {
    slot::Entity::find().filter(slot::Column::ScheduleId.eq(schedule_row)).filter(slot::Column::RunUid.is_null())
}

async fn across(
    connection: &impl ConnectionTrait,
    schedule_row: Key<Schedule>,
    at: DateTime<Utc>,
) -> Result<Option<SlotAcross>> {
    let newest = slot::Entity::find()
        .filter(slot::Column::ScheduleId.eq(schedule_row))
        .filter(slot::Column::FirstAt.lte(Micros::from(at)))
        .order_by_desc(slot::Column::FirstAt);
    let newest = newest.one(connection).await?;
    Ok(newest.filter(|row| row.run_uid.is_none() && row.last_at > Micros::from(at)).map(|row| SlotAcross {
        stretch: Covered { first_at: row.first_at.into(), last_at: row.last_at.into() },
        count: row.count.unsigned_abs(),
    }))
}
