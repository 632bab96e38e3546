//! The ledger: one entry for each slot of each schedule, or for a stretch of them.

use super::entity::{schedule, slot, task};
use super::error::damaged;
use super::page::beyond;
use super::schedules::schedule_of;
use super::time::Micros;
use super::{Cursor, Page, PageRequest, Result, Store, Tx};
use crate::domain::ids::{RunId, ScheduleId, TaskId};
use crate::domain::vocabulary::SlotOutcome;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoColumnRef as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult as _, Iterable as _, Order,
    QueryFilter as _, QueryResult, QuerySelect as _,
};

/// An entry of the ledger as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRecord {
    /// Key inside the database.
    pub key: i64,
    /// The schedule.
    pub schedule: ScheduleId,
    /// Key of the schedule inside the database.
    pub schedule_row: i64,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// Zone of the schedule.
    pub timezone: String,
    /// The task.
    pub task: TaskId,
    /// Name of the task.
    pub task_name: String,
    /// First instant of the entry.
    pub first_at: DateTime<Utc>,
    /// Last instant of the entry.
    pub last_at: DateTime<Utc>,
    /// Slots it stands for.
    pub count: u64,
    /// What became of them.
    pub outcome: SlotOutcome,
    /// Why, in a sentence.
    pub reason: String,
    /// The run that was made.
    pub run: Option<RunId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// An entry to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotEntry {
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant; the first for a single slot.
    pub last_at: DateTime<Utc>,
    /// Slots it stands for.
    pub count: u64,
    /// What becomes of them.
    pub outcome: SlotOutcome,
    /// Why, in a sentence.
    pub reason: String,
    /// The run that is made in the same transaction.
    pub run: Option<RunId>,
}

/// First and last instant of a stretch of time that the ledger tells of.
pub type Told = (DateTime<Utc>, DateTime<Utc>);

/// Which entries a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotFilter {
    /// Of this task.
    pub task_key: Option<i64>,
    /// Of this schedule.
    pub schedule: Option<ScheduleId>,
    /// With this outcome.
    pub outcome: Option<SlotOutcome>,
    /// First instant at or after.
    pub from_at: Option<DateTime<Utc>>,
    /// First instant before.
    pub until_at: Option<DateTime<Utc>>,
}

impl Store {
    /// A page of the ledger, newest first.
    pub async fn slot_list(&self, filter: &SlotFilter, page: &PageRequest) -> Result<Page<SlotRecord>> {
        let mut query = filtered(filter);
        if let Some(cursor) = &page.cursor {
            let (at, key) = cursor.as_number()?;
            let columns = [(slot::Entity, slot::Column::FirstAt), (slot::Entity, slot::Column::Id)];
            query.and_where(beyond(columns, at, key, true));
        }
        query
            .order_by((slot::Entity, slot::Column::FirstAt), Order::Desc)
            .order_by((slot::Entity, slot::Column::Id), Order::Desc)
            .limit(u64::from(page.limit) + 1);
        let rows = self.reader().query_all(&query).await?;
        let items = rows.iter().map(record).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(items, page.limit, |slot| Cursor::number(slot.first_at.timestamp_micros(), slot.key)))
    }
}

/// A quarter of an hour, in microseconds: days of all zones begin at one.
const QUARTER: i64 = 900_000_000;

impl Store {
    /// How many slots were missed or skipped within a stretch of time, by the quarter of an hour in which their entries begin.
    pub async fn slots_without_run(
        &self,
        outcome: SlotOutcome,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, u64)>> {
        let quarter = || Expr::cust(format!("first_at / {QUARTER}"));
        let query = slot::Entity::find()
            .select_only()
            .column_as(quarter(), "quarter")
            .column_as(Expr::cust("CAST(SUM(\"count\") AS BIGINT)"), "slots")
            .filter(Expr::cust("outcome <> 'run'"))
            .filter(slot::Column::Outcome.eq(outcome.as_str()))
            .filter(slot::Column::FirstAt.gte(Micros::from(from)))
            .filter(slot::Column::FirstAt.lt(Micros::from(until)))
            .group_by(quarter());
        let rows: Vec<(i64, i64)> = query.into_tuple().all(self.reader()).await?;
        Ok(rows.into_iter().map(|(at, count)| (Micros(at * QUARTER).into(), count.unsigned_abs())).collect())
    }

    /// Whether any slot waits to be caught up.
    pub async fn slots_are_pending(&self) -> Result<bool> {
        let pending = slot::Entity::find()
            .filter(slot::Column::Outcome.eq(SlotOutcome::Pending.as_str()))
            .filter(Expr::cust("outcome <> 'run'"));
        Ok(pending.one(self.reader()).await?.is_some())
    }
}

impl Tx {
    /// The oldest pending entry of each task, oldest first, with the key of the task.
    pub async fn slots_pending(&self, most: u32) -> Result<Vec<(i64, SlotRecord)>> {
        let mut query = filtered(&SlotFilter { outcome: Some(SlotOutcome::Pending), ..SlotFilter::default() });
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

    /// Turns a pending entry into `run`, `skipped` or `missed`. False: it is not pending.
    pub async fn slot_resolve(&self, schedule: ScheduleId, entry: &SlotEntry) -> Result<bool> {
        let key = Query::select()
            .column(schedule::Column::Id)
            .from(schedule::Entity)
            .and_where(Expr::col(schedule::Column::Uid).eq(schedule.0))
            .take();
        let changed = slot::Entity::update_many()
            .col_expr(slot::Column::Outcome, Expr::value(entry.outcome.as_str()))
            .col_expr(slot::Column::Reason, Expr::value(entry.reason.as_str()))
            .col_expr(slot::Column::RunUid, Expr::value(entry.run.map(|id| id.0)))
            .filter(slot::Column::ScheduleId.in_subquery(key))
            .filter(slot::Column::FirstAt.eq(Micros::from(entry.first_at)))
            .filter(slot::Column::Outcome.eq(SlotOutcome::Pending.as_str()))
            .exec(self)
            .await?;
        Ok(changed.rows_affected > 0)
    }
}

fn filtered(filter: &SlotFilter) -> SelectStatement {
    let SlotFilter { task_key, schedule, outcome, from_at, until_at } = filter;
    let column = |column| Expr::col((slot::Entity, column));
    let mut query = Query::select();
    query
        .columns(slot::Column::iter().map(|column| (slot::Entity, column).into_column_ref()))
        .expr_as(Expr::col((schedule::Entity, schedule::Column::Uid)), "schedule_uid")
        .expr_as(Expr::col((schedule::Entity, schedule::Column::Key)), "schedule_key")
        .expr_as(Expr::col((schedule::Entity, schedule::Column::Definition)), "schedule_definition")
        .expr_as(Expr::col((task::Entity, task::Column::Uid)), "task_uid")
        .expr_as(Expr::col((task::Entity, task::Column::Name)), "task_name")
        .from(slot::Entity)
        .inner_join(
            schedule::Entity,
            Expr::col((schedule::Entity, schedule::Column::Id)).equals((slot::Entity, slot::Column::ScheduleId)),
        )
        .inner_join(
            task::Entity,
            Expr::col((task::Entity, task::Column::Id)).equals((slot::Entity, slot::Column::TaskId)),
        );
    if let Some(key) = task_key {
        query.and_where(column(slot::Column::TaskId).eq(*key));
    }
    if let Some(schedule) = schedule {
        query.and_where(Expr::col((schedule::Entity, schedule::Column::Uid)).eq(schedule.0));
    }
    if let Some(outcome) = outcome {
        query.and_where(column(slot::Column::Outcome).eq(outcome.as_str()));
        if *outcome != SlotOutcome::Run {
            query.and_where(Expr::cust("outcome <> 'run'"));
        }
    }
    if let Some(from) = from_at {
        query.and_where(column(slot::Column::FirstAt).gte(Micros::from(*from)));
    }
    if let Some(until) = until_at {
        query.and_where(column(slot::Column::FirstAt).lt(Micros::from(*until)));
    }
    query
}

fn record(row: &QueryResult) -> Result<SlotRecord> {
    let slot::Model { id, schedule_id: _, task_id: _, first_at, last_at, count, outcome, reason, run_uid, created_at } =
        slot::Model::from_query_result(row, "")?;
    Ok(SlotRecord {
        key: id,
        schedule: ScheduleId(row.try_get("", "schedule_uid")?),
        schedule_row: row.try_get("", "schedule_id")?,
        schedule_key: row.try_get("", "schedule_key")?,
        // The ledger of a schedule stays readable when the schedule is not.
        timezone: schedule_of(&row.try_get::<String>("", "schedule_definition")?)
            .map_or_else(|_| "UTC".to_owned(), |schedule| schedule.timezone),
        task: TaskId(row.try_get("", "task_uid")?),
        task_name: row.try_get("", "task_name")?,
        first_at: first_at.into(),
        last_at: last_at.into(),
        count: count.unsigned_abs(),
        outcome: outcome.parse().map_err(|error| damaged("slot", error))?,
        reason,
        run: run_uid.map(RunId),
        created_at: created_at.into(),
    })
}
