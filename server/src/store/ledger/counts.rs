//! The ledger of one task for accounting: entries that touch a period.

use super::entity::slot;
use crate::domain::keys::{Key, Task};
use crate::domain::model::SlotCount;
use crate::domain::vocabulary::SlotOutcome;
use crate::store::core::error::damaged;
use crate::store::core::time::Micros;
use crate::store::schedules::entity::schedule;
use crate::store::{Result, Store};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Order};

#[derive(FromQueryResult)]
struct Row {
    schedule_key: String,
    first_at: i64,
    last_at: i64,
    number: i64,
    outcome: String,
    skipped_because: Option<String>,
}

impl Store {
    /// The entries of a task that touch a period (`until` not included), by schedule and time.
    pub async fn slots_count(
        &self,
        task_key: Key<Task>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<SlotCount>> {
        let column = |column| Expr::col((slot::Entity, column));
        let mut query = Query::select();
        query
            .expr_as(Expr::col((schedule::Entity, schedule::Column::Key)), "schedule_key")
            .expr_as(column(slot::Column::FirstAt), "first_at")
            .expr_as(column(slot::Column::LastAt), "last_at")
            .expr_as(column(slot::Column::Count), "number")
            .expr_as(column(slot::Column::Outcome), "outcome")
            .expr_as(column(slot::Column::SkippedBecause), "skipped_because")
            .from(slot::Entity)
            .inner_join(
                schedule::Entity,
                Expr::col((schedule::Entity, schedule::Column::Id)).equals((slot::Entity, slot::Column::ScheduleId)),
            )
            .and_where(column(slot::Column::TaskId).eq(task_key))
            .and_where(column(slot::Column::LastAt).gte(Micros::from(from)))
            .and_where(column(slot::Column::FirstAt).lt(Micros::from(until)))
            .order_by((slot::Entity, slot::Column::FirstAt), Order::Asc);
        let mut found = Vec::new();
        for row in self.reader().query_all(&query).await? {
            let Row { schedule_key, first_at, last_at, number, outcome, skipped_because } =
                Row::from_query_result(&row, "")?;
            let outcome = outcome.parse().map_err(|error| damaged("slot", error))?;
            let (first_at, last_at): (DateTime<Utc>, DateTime<Utc>) = (Micros(first_at).into(), Micros(last_at).into());
            found.push(SlotCount {
                schedule_key,
                first_at,
                last_at,
                count: number.unsigned_abs(),
                outcome: if skipped_because.is_some() { SlotOutcome::Skipped } else { outcome },
                whole: first_at >= from && last_at < until,
            });
        }
        Ok(found)
    }
}
