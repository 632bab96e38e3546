//! Backfills and their progress, which advances in the transaction that makes their runs.

use super::entity::backfill;
use crate::domain::ids::{BackfillId, TaskId};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{BackfillNew, BackfillRecord};
use crate::domain::model::{Cursor, Page, PageRequest, RunRecord};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{BackfillState, RunState};
use crate::store::core::error::damaged;
use crate::store::core::page::newest_first;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::small;
use crate::store::core::task::task_uids;
use crate::store::core::time::{Micros, instant};
use crate::store::runs::entity::run;
use crate::store::runs::open;
use crate::store::{Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Set,
};

impl Store {
    /// A page of backfills, newest first, of one task or of all.
    pub async fn backfill_list(&self, task_key: Option<Key<Task>>, page: &PageRequest) -> Result<Page<BackfillRecord>> {
        let mut query = backfill::Entity::find();
        if let Some(key) = task_key {
            query = query.filter(backfill::Column::TaskId.eq(key));
        }
        let columns = [backfill::Column::CreatedAt, backfill::Column::Id];
        let place = |row: &backfill::Model| Cursor::number(row.created_at.0, row.id);
        let Page { items, next } = newest_first(self.reader(), query, columns, page, place).await?;
        Ok(Page { items: records(self.reader(), items).await?, next })
    }

    /// Finds a backfill.
    pub async fn backfill_find(&self, id: BackfillId) -> Result<Option<BackfillRecord>> {
        find(self.reader(), id).await
    }

    /// The backfills in progress, oldest first.
    pub async fn backfills_running(&self) -> Result<Vec<BackfillId>> {
        let query = backfill::Entity::find().select_only().column(backfill::Column::Uid);
        let query = query.filter(Expr::cust("state = 'running'")).order_by_asc(backfill::Column::Id);
        let uids: Vec<uuid::Uuid> = query.into_tuple().all(self.reader()).await?;
        Ok(uids.into_iter().map(BackfillId).collect())
    }
}

impl Tx {
    /// Finds a backfill and locks it.
    pub async fn backfill_find(&self, id: BackfillId) -> Result<Option<BackfillRecord>> {
        if self.locks() {
            let row = backfill::Entity::find().filter(backfill::Column::Uid.eq(id.0));
            row.lock_exclusive().one(self).await?;
        }
        find(self, id).await
    }

    /// Stores a new backfill.
    pub async fn backfill_insert(&self, new: &BackfillNew) -> Result<BackfillRecord> {
        let id = BackfillId::generate();
        let params = serde_json::to_string(&new.params).map_err(|error| StoreError::Other(error.to_string()))?;
        let row = backfill::ActiveModel {
            id: NotSet,
            uid: Set(id.0),
            task_id: Set(new.task_key),
            schedule_key: Set(new.schedule_key.clone()),
            from_at: Set(new.from_at.into()),
            until_at: Set(new.until_at.into()),
            at_once: Set(new.at_once.into()),
            params: Set(params),
            state: Set(BackfillState::Running.as_str().to_owned()),
            reason_code: Set(None),
            reason: Set(String::new()),
            slot_count: Set(new.slot_count.cast_signed()),
            made_count: Set(0),
            done_at: Set((new.from_at - chrono::TimeDelta::microseconds(1)).into()),
            done_key: Set(String::new()),
            created_at: Set(new.created_at.into()),
            created_by: Set(new.created_by.clone()),
            finished_at: Set(None),
        };
        row.insert(self).await?;
        find(self, id).await?.ok_or_else(|| StoreError::Other("the new backfill cannot be read".into()))
    }

    /// Records the progress of a running backfill. Returns false if it is no longer running.
    pub async fn backfill_advance(
        &self,
        read: &BackfillRecord,
        done: &(DateTime<Utc>, String),
        made: u64,
    ) -> Result<bool> {
        let moved = backfill::Entity::update_many()
            .col_expr(backfill::Column::DoneAt, Expr::value(Micros::from(done.0)))
            .col_expr(backfill::Column::DoneKey, Expr::value(done.1.clone()))
            .col_expr(backfill::Column::MadeCount, Expr::value((read.made_count + made).cast_signed()))
            .filter(backfill::Column::Id.eq(read.key))
            .filter(backfill::Column::MadeCount.eq(read.made_count.cast_signed()))
            .filter(Expr::cust("state = 'running'"))
            .exec(self)
            .await?;
        Ok(moved.rows_affected > 0)
    }

    /// Ends a running backfill. Returns false if it is no longer running.
    pub async fn backfill_end(
        &self,
        read: &BackfillRecord,
        to: BackfillState,
        reason: Option<&Reason>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let ReasonColumns { code, args } = ReasonColumns::of(reason);
        let ended = backfill::Entity::update_many()
            .col_expr(backfill::Column::State, Expr::value(to.as_str()))
            .col_expr(backfill::Column::ReasonCode, Expr::value(code))
            .col_expr(backfill::Column::Reason, Expr::value(args))
            .col_expr(backfill::Column::FinishedAt, Expr::value(Micros::from(at)))
            .filter(backfill::Column::Id.eq(read.key))
            .filter(Expr::cust("state = 'running'"))
            .exec(self)
            .await?;
        Ok(ended.rows_affected > 0)
    }

    /// The open runs of a backfill.
    pub async fn backfill_open_runs(&self, read: &BackfillRecord) -> Result<Vec<RunRecord>> {
        let query = run::Entity::find()
            .filter(Expr::cust("backfill_id IS NOT NULL"))
            .filter(run::Column::BackfillId.eq(read.key))
            .filter(open());
        crate::store::runs::records(self, query.order_by_asc(run::Column::Id).all(self).await?).await
    }
}

async fn find(connection: &impl ConnectionTrait, id: BackfillId) -> Result<Option<BackfillRecord>> {
    let row = backfill::Entity::find().filter(backfill::Column::Uid.eq(id.0)).one(connection).await?;
    Ok(records(connection, row.into_iter().collect()).await?.pop())
}

async fn records(connection: &impl ConnectionTrait, rows: Vec<backfill::Model>) -> Result<Vec<BackfillRecord>> {
    let uids = task_uids(connection, rows.iter().map(|row| row.task_id)).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let task = uids.get(&row.task_id).copied().ok_or_else(|| damaged("backfill", "its task does not exist"))?;
        let counts: Vec<(String, i64)> = run::Entity::find()
            .select_only()
            .column(run::Column::State)
            .column_as(run::Column::Id.count(), "number")
            .filter(Expr::cust("backfill_id IS NOT NULL"))
            .filter(run::Column::BackfillId.eq(row.id))
            .group_by(run::Column::State)
            .into_tuple()
            .all(connection)
            .await?;
        found.push(record(row, task, &counts)?);
    }
    Ok(found)
}

fn record(row: backfill::Model, task: TaskId, counts: &[(String, i64)]) -> Result<BackfillRecord> {
    let (mut open_count, mut succeeded_count, mut failed_count) = (0, 0, 0);
    for (state, number) in counts {
        let state: RunState = state.parse().map_err(|error| damaged("run", error))?;
        *match state {
            RunState::Succeeded => &mut succeeded_count,
            state if state.is_final() => &mut failed_count,
            _ => &mut open_count,
        } += number.unsigned_abs();
    }
    Ok(BackfillRecord {
        id: BackfillId(row.uid),
        key: row.id,
        task,
        task_key: row.task_id,
        schedule_key: row.schedule_key,
        from_at: row.from_at.into(),
        until_at: row.until_at.into(),
        at_once: small(row.at_once),
        params: serde_json::from_str(&row.params).map_err(|error| damaged("backfill", error))?,
        state: row.state.parse().map_err(|error| damaged("backfill", error))?,
        reason: ReasonColumns { code: row.reason_code, args: row.reason }.read(),
        slot_count: row.slot_count.unsigned_abs(),
        made_count: row.made_count.unsigned_abs(),
        done: (row.done_at.into(), row.done_key),
        created_at: row.created_at.into(),
        created_by: row.created_by,
        finished_at: instant(row.finished_at),
        open_count,
        succeeded_count,
        failed_count,
    })
}
