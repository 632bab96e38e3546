//! The ledger of one task as accounting needs it: entries that touch a period, with what became of their runs.

use super::entity::{run, schedule, slot};
use super::error::damaged;
use super::time::Micros;
use super::{Result, Store};
use crate::domain::vocabulary::{RunState, SlotOutcome};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Order};

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotCount {
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant.
    pub last_at: DateTime<Utc>,
    /// Slots it stands for.
    pub count: u64,
    /// What became of them.
    pub outcome: SlotOutcome,
    /// State of its run, if there is one still.
    pub run_state: Option<RunState>,
    /// Whether it lies within the period as a whole.
    pub whole: bool,
}

#[derive(FromQueryResult)]
struct Row {
    schedule_key: String,
    first_at: i64,
    last_at: i64,
    number: i64,
    outcome: String,
    run_state: Option<String>,
}

impl Store {
    /// The entries of a task that touch a period (`until` not included), by schedule and time.
    pub async fn slots_count(
        &self,
        task_key: i64,
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
            .expr_as(Expr::col((run::Entity, run::Column::State)), "run_state")
            .from(slot::Entity)
            .inner_join(
                schedule::Entity,
                Expr::col((schedule::Entity, schedule::Column::Id)).equals((slot::Entity, slot::Column::ScheduleId)),
            )
            .left_join(
                run::Entity,
                Expr::col((run::Entity, run::Column::Uid)).equals((slot::Entity, slot::Column::RunUid)),
            )
            .and_where(column(slot::Column::TaskId).eq(task_key))
            .and_where(column(slot::Column::LastAt).gte(Micros::from(from)))
            .and_where(column(slot::Column::FirstAt).lt(Micros::from(until)))
            .order_by((slot::Entity, slot::Column::FirstAt), Order::Asc);
        let mut found = Vec::new();
        for row in self.reader().query_all(&query).await? {
            let Row { schedule_key, first_at, last_at, number, outcome, run_state } = Row::from_query_result(&row, "")?;
            let (first_at, last_at): (DateTime<Utc>, DateTime<Utc>) = (Micros(first_at).into(), Micros(last_at).into());
            found.push(SlotCount {
                schedule_key,
                first_at,
                last_at,
                count: number.unsigned_abs(),
                outcome: outcome.parse().map_err(|error| damaged("slot", error))?,
                run_state: run_state
                    .map(|word| word.parse())
                    .transpose()
                    .map_err(|error: crate::domain::vocabulary::UnknownWord| damaged("run", error))?,
                whole: first_at >= from && last_at < until,
            });
        }
        Ok(found)
    }
}
