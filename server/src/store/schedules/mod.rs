//! Schedules: one row per schedule of a task, with the watermark up to which its ledger is complete.
//!
//! Deliberately absent: the rules themselves, which are in the task's definition. Start reading at
//! `schedule_list_enabled_next`.

pub mod entity;

use self::entity::schedule;
use super::core::entity::task;
use super::core::error::damaged;
use super::core::rows::small;
use super::core::time::Micros;
use super::{Result, Store, StoreError, Tx};
use crate::domain::core::json;
use crate::domain::ids::{ScheduleId, TaskId};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{DamagedSchedule, ScheduleRecord, StoredSchedules};
use crate::domain::schedules::Schedule;
use crate::domain::tasks::Definition;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, IntoColumnRef as _, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult as _, Iterable as _, NotSet,
    QueryFilter as _, QueryOrder as _, QueryResult, QuerySelect as _, Set,
};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Store {
    /// Keys of the tasks whose definition changed at this instant or later.
    pub async fn task_keys_updated(&self, since: DateTime<Utc>) -> Result<Vec<Key<Task>>> {
        let changed = task::Entity::find()
            .select_only()
            .column(task::Column::Id)
            .filter(task::Column::DeletedAt.is_null())
            .filter(task::Column::UpdatedAt.gte(Micros::from(since)));
        Ok(changed.into_tuple().all(self.reader()).await?)
    }

    /// The schedules of these tasks that can fire.
    pub async fn schedule_list_enabled_of(&self, task_keys: &[Key<Task>]) -> Result<StoredSchedules> {
        enabled_of(self.reader(), task_keys).await
    }

    /// The schedules that can fire (enabled, of enabled tasks that are not deleted) of the next `count` tasks with
    /// keys above `after`, and the key of the last of these tasks. None if there are no more tasks.
    pub async fn schedule_list_enabled_next(
        &self,
        after: Key<Task>,
        count: u64,
    ) -> Result<Option<(Key<Task>, StoredSchedules)>> {
        let last: Option<Key<Task>> = task::Entity::find()
            .select_only()
            .column(task::Column::Id)
            .filter(task::Column::Id.gt(after))
            .order_by_asc(task::Column::Id)
            .limit(count)
            .into_tuple()
            .all(self.reader())
            .await?
            .pop();
        let Some(last) = last else { return Ok(None) };
        let mut query = select_enabled();
        query
            .and_where(Expr::col((schedule::Entity, schedule::Column::TaskId)).gt(after))
            .and_where(Expr::col((schedule::Entity, schedule::Column::TaskId)).lte(last));
        Ok(Some((last, read(&self.reader().query_all(&query).await?)?)))
    }

    /// The schedules that can fire and may name one of these calendars. Some of them may not name any.
    pub async fn schedule_list_naming(&self, calendars: &BTreeSet<String>) -> Result<StoredSchedules> {
        read(&self.reader().query_all(&select_naming(calendars)).await?)
    }

    /// The schedules of a task, including disabled ones but not removed ones.
    pub async fn schedule_list(&self, task_key: Key<Task>) -> Result<StoredSchedules> {
        of_task(self.reader(), task_key).await
    }
}

impl Tx {
    /// The schedules that can fire, have a watermark before an instant but not at `completed_at`, and may name one of these
    /// calendars or belong to a task with one of these tags (empty: all tasks; none: no task). Some of them may not match.
    pub async fn schedule_list_behind(
        &self,
        calendars: &BTreeSet<String>,
        tags: Option<&[String]>,
        before: DateTime<Utc>,
        completed_at: DateTime<Utc>,
    ) -> Result<StoredSchedules> {
        let mut query = match tags {
            Some([]) => select_enabled(),
            Some(tags) => select_concerned(calendars, tags),
            None => select_naming(calendars),
        };
        let watermark = Expr::col((schedule::Entity, schedule::Column::WatermarkAt));
        query.and_where(watermark.clone().lt(Micros::from(before))).and_where(watermark.ne(Micros::from(completed_at)));
        read(&self.query_all(&query).await?)
    }

    /// The schedules of these tasks that can fire.
    pub async fn schedule_list_enabled_of(&self, task_keys: &[Key<Task>]) -> Result<StoredSchedules> {
        enabled_of(self, task_keys).await
    }

    /// The schedules of a task, including disabled ones but not removed ones.
    pub async fn schedule_list(&self, task_key: Key<Task>) -> Result<StoredSchedules> {
        of_task(self, task_key).await
    }
}

/// The last instant in the ledger of a row of `schedule`.
pub(super) const NEWEST_LAST: &str = "(SELECT slot.last_at FROM slot WHERE slot.schedule_id = schedule.id \
                                      ORDER BY slot.first_at DESC LIMIT 1)";

/// Schedules that are not removed, joined with their tasks.
fn select() -> SelectStatement {
    let mut query = Query::select();
    query
        .columns(schedule::Column::iter().map(|column| (schedule::Entity, column).into_column_ref()))
        .expr_as(Expr::col((task::Entity, task::Column::Uid)), "task_uid")
        .expr_as(Expr::col((task::Entity, task::Column::Name)), "task_name")
        .expr_as(Expr::col((task::Entity, task::Column::Enabled)), "task_enabled")
        .expr_as(Expr::col((task::Entity, task::Column::Version)), "task_version")
        .expr_as(Expr::col((task::Entity, task::Column::Tags)), "task_tags")
        .expr_as(Expr::cust(NEWEST_LAST), "newest_last")
        .from(schedule::Entity)
        .inner_join(
            task::Entity,
            Expr::col((task::Entity, task::Column::Id)).equals((schedule::Entity, schedule::Column::TaskId)),
        )
        .and_where(Expr::col((schedule::Entity, schedule::Column::RemovedAt)).is_null());
    query
}

fn select_enabled() -> SelectStatement {
    let mut query = select();
    query
        .and_where(Expr::col((schedule::Entity, schedule::Column::Enabled)).eq(true))
        .and_where(Expr::col((task::Entity, task::Column::Enabled)).eq(true))
        .and_where(Expr::col((task::Entity, task::Column::DeletedAt)).is_null());
    query
}

fn select_naming(calendars: &BTreeSet<String>) -> SelectStatement {
    select_concerned(calendars, &[])
}

fn select_concerned(calendars: &BTreeSet<String>, tags: &[String]) -> SelectStatement {
    let definition = || Expr::col((schedule::Entity, schedule::Column::Definition));
    let named = calendars.iter().map(|name| definition().like(format!("%\"{name}\"%")));
    // Characters that may be special in a pattern or in JSON match anything here, so there may be too many matches
    // but never too few.
    let pattern = |tag: &String| {
        let any = |it: char| if it.is_alphanumeric() { it } else { '%' };
        format!("%\"{}\"%", tag.chars().map(any).collect::<String>())
    };
    let labelled = tags.iter().map(|tag| Expr::col((task::Entity, task::Column::Tags)).like(pattern(tag)));
    let mut query = select_enabled();
    query.cond_where(named.chain(labelled).fold(Condition::any(), Condition::add));
    query
}

async fn of_task(connection: &impl ConnectionTrait, task_key: Key<Task>) -> Result<StoredSchedules> {
    let mut query = select();
    query.and_where(Expr::col((schedule::Entity, schedule::Column::TaskId)).eq(task_key));
    query.order_by((schedule::Entity, schedule::Column::Id), sea_orm::Order::Asc);
    read(&connection.query_all(&query).await?)
}

async fn enabled_of(connection: &impl ConnectionTrait, task_keys: &[Key<Task>]) -> Result<StoredSchedules> {
    let mut query = select_enabled();
    query.and_where(Expr::col((schedule::Entity, schedule::Column::TaskId)).is_in(task_keys.iter().copied()));
    read(&connection.query_all(&query).await?)
}

fn read(rows: &[QueryResult]) -> Result<StoredSchedules> {
    let mut found = StoredSchedules::default();
    for row in rows {
        match record(row) {
            Ok(schedule) => found.readable.push(schedule),
            Err(StoreError::Damaged(error)) => found.damaged.push(DamagedSchedule {
                id: ScheduleId(row.try_get::<Uuid>("", "uid")?),
                row: row.try_get("", "id")?,
                task_key: row.try_get("", "task_id")?,
                task_name: row.try_get("", "task_name")?,
                key: row.try_get("", "key")?,
                watermark_at: Micros(row.try_get("", "watermark_at")?).into(),
                told_until_at: told_until(row)?,
                error,
            }),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn record(row: &QueryResult) -> Result<ScheduleRecord> {
    let schedule::Model { id, uid, task_id, key: _, definition, enabled: _, watermark_at, removed_at: _ } =
        schedule::Model::from_query_result(row, "")?;
    Ok(ScheduleRecord {
        id: ScheduleId(uid),
        row: id,
        task: TaskId(row.try_get::<Uuid>("", "task_uid")?),
        task_key: task_id,
        task_name: row.try_get("", "task_name")?,
        task_enabled: row.try_get("", "task_enabled")?,
        task_version: small(row.try_get("", "task_version")?),
        task_tags: serde_json::from_str(&row.try_get::<String>("", "task_tags")?)
            .map_err(|error| damaged("task", error))?,
        schedule: schedule_of(&definition)?,
        watermark_at: watermark_at.into(),
        told_until_at: told_until(row)?,
    })
}

fn told_until(row: &QueryResult) -> Result<Option<DateTime<Utc>>> {
    Ok(row.try_get::<Option<i64>>("", "newest_last")?.map(|last| Micros(last).into()))
}

/// Reads a stored schedule.
pub(super) fn schedule_of(text: &str) -> Result<Schedule> {
    json::read(text).map_err(|error| damaged("schedule", error))
}

/// Makes the rows of a task match its definition. With `all`, every schedule's watermark starts at `at`.
pub(super) async fn sync(
    tx: &Tx,
    task_key: Key<Task>,
    definition: &Definition,
    all: bool,
    at: DateTime<Utc>,
) -> Result<()> {
    let present = schedule::Entity::find()
        .filter(schedule::Column::TaskId.eq(task_key))
        .filter(schedule::Column::RemovedAt.is_null());
    let mut present = present.all(tx).await?;
    for wanted in &definition.schedules {
        let json = serde_json::to_string(wanted).map_err(|error| StoreError::Other(format!("schedule: {error}")))?;
        let Some(index) = present.iter().position(|row| row.key == wanted.key) else {
            insert(tx, task_key, wanted, json, at).await?;
            continue;
        };
        let row = present.swap_remove(index);
        if all || row.definition != json {
            schedule::Entity::update_many()
                .col_expr(schedule::Column::Definition, Expr::value(json))
                .col_expr(schedule::Column::Enabled, Expr::value(wanted.enabled))
                .col_expr(schedule::Column::WatermarkAt, Expr::value(Micros::from(at)))
                .filter(schedule::Column::Id.eq(row.id))
                .exec(tx)
                .await?;
        }
    }
    let gone: Vec<_> = present.iter().map(|row| row.id).collect();
    if !gone.is_empty() {
        schedule::Entity::update_many()
            .col_expr(schedule::Column::RemovedAt, Expr::value(Micros::from(at)))
            .filter(schedule::Column::Id.is_in(gone))
            .exec(tx)
            .await?;
    }
    Ok(())
}

async fn insert(tx: &Tx, task_key: Key<Task>, wanted: &Schedule, json: String, at: DateTime<Utc>) -> Result<()> {
    let row = schedule::ActiveModel {
        id: NotSet,
        uid: Set(ScheduleId::generate().0),
        task_id: Set(task_key),
        key: Set(wanted.key.clone()),
        definition: Set(json),
        enabled: Set(wanted.enabled),
        watermark_at: Set(at.into()),
        removed_at: Set(None),
    };
    schedule::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Closes all schedules of a task.
pub(super) async fn remove_all(tx: &Tx, task_key: Key<Task>, at: DateTime<Utc>) -> Result<()> {
    schedule::Entity::update_many()
        .col_expr(schedule::Column::RemovedAt, Expr::value(Micros::from(at)))
        .filter(schedule::Column::TaskId.eq(task_key))
        .filter(schedule::Column::RemovedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
