//! What reports tell about, apart from numbers about runs.
//!
//! Deliberately absent: what of it counts, which `domain::reports::contents` decides. Start reading at `report_tasks`.

use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{CredentialRecord, FailedRun, LateRun, MissedSlots, PoolStay, ReportTask};
use crate::domain::notify::words::IncidentKind;
use crate::domain::vocabulary::{RunState, SlotOutcome, TriggerKind};
use crate::store::core::entity::task;
use crate::store::core::error::damaged;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::small;
use crate::store::core::time::{Micros, instant};
use crate::store::credentials;
use crate::store::ledger::entity::slot;
use crate::store::notify::entity::incident;
use crate::store::runs::entity::run;
use crate::store::{Result, Store};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use std::collections::HashMap;
use uuid::Uuid;

/// How long a run may take and still be found, because runs are found by when they were made.
const LONGEST: TimeDelta = TimeDelta::days(31);

/// Maximum number of rows that are read of one kind.
const ROWS: u64 = 20_000;

#[derive(FromQueryResult)]
struct TaskRow {
    id: Key<Task>,
    name: String,
    folder: String,
    tags: String,
    owner: Option<String>,
    enabled: bool,
    updated_at: Micros,
    deleted_at: Option<Micros>,
}

#[derive(FromQueryResult)]
struct FailedRow {
    uid: Uuid,
    task_id: Key<Task>,
    state: String,
    reason_code: Option<String>,
    reason: String,
    finished_at: Micros,
}

#[derive(FromQueryResult)]
struct MissedRow {
    task_id: Key<Task>,
    first_at: Micros,
    last_at: Micros,
    count: i64,
    reason_code: Option<String>,
    reason: String,
}

#[derive(FromQueryResult)]
struct StayRow {
    pool: String,
    pool_weight: Option<i64>,
    queued_at: Micros,
    finished_at: Option<Micros>,
}

impl Store {
    /// All tasks, deleted ones too.
    pub async fn report_tasks(&self) -> Result<Vec<ReportTask>> {
        use task::Column::{DeletedAt, Enabled, Folder, Id, Name, Owner, Tags, UpdatedAt};
        let columns = [Id, Name, Folder, Tags, Owner, Enabled, UpdatedAt, DeletedAt];
        let query = task::Entity::find().select_only().columns(columns);
        let rows = query.into_model::<TaskRow>().all(self.reader()).await?;
        let read = |row: TaskRow| {
            let TaskRow { id, name, folder, tags, owner, enabled, updated_at, deleted_at } = row;
            let tags = serde_json::from_str(&tags).map_err(|error| damaged("task", error))?;
            let (updated_at, deleted) = (updated_at.into(), deleted_at.is_some());
            Ok(ReportTask { key: id, name, folder, tags, owner, enabled, updated_at, deleted })
        };
        rows.into_iter().map(read).collect()
    }

    /// The runs that ended badly within a time, newest first.
    pub async fn runs_failed(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<FailedRun>> {
        use run::Column::{CreatedAt, FinishedAt, Reason, ReasonCode, State, TaskId, Uid};
        let bad = [RunState::Failed, RunState::TimedOut, RunState::Lost];
        let query = run::Entity::find()
            .select_only()
            .columns([Uid, TaskId, State, ReasonCode, Reason, FinishedAt])
            // So written, both databases use the index of runs that did not succeed.
            .filter(Expr::cust("state <> 'succeeded'"))
            .filter(State.is_in(bad.map(|state| state.as_str())))
            .filter(CreatedAt.gte(Micros::from(from - LONGEST)))
            .filter(CreatedAt.lt(Micros::from(until)))
            .filter(FinishedAt.gte(Micros::from(from)))
            .filter(FinishedAt.lt(Micros::from(until)))
            .order_by_desc(FinishedAt)
            .limit(ROWS);
        let rows = query.into_model::<FailedRow>().all(self.reader()).await?;
        let read = |row: FailedRow| {
            let FailedRow { uid, task_id, state, reason_code, reason, finished_at } = row;
            Ok(FailedRun {
                run: RunId(uid),
                task_key: task_id,
                state: state.parse().map_err(|error| damaged("run", error))?,
                reason: ReasonColumns { code: reason_code, args: reason }.read(),
                at: finished_at.into(),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Slots of a time that were missed. Of an entry that reaches over an end of the time, its slots are assumed to lie
    /// evenly.
    pub async fn slots_missed(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<MissedSlots>> {
        use slot::Column::{Count, FirstAt, LastAt, Outcome, Reason, ReasonCode, TaskId};
        let query = slot::Entity::find()
            .select_only()
            .columns([TaskId, FirstAt, LastAt, Count, ReasonCode, Reason])
            .filter(Expr::cust("outcome <> 'run'"))
            .filter(Outcome.eq(SlotOutcome::Missed.as_str()))
            .filter(LastAt.gte(Micros::from(from)))
            .filter(FirstAt.lt(Micros::from(until)))
            .order_by_desc(FirstAt)
            .limit(ROWS);
        let rows = query.into_model::<MissedRow>().all(self.reader()).await?;
        let read = |row: MissedRow| {
            let MissedRow { task_id, first_at, last_at, count, reason_code, reason } = row;
            let (first, last): (DateTime<Utc>, DateTime<Utc>) = (first_at.into(), last_at.into());
            MissedSlots {
                task_key: task_id,
                first_at: first.max(from),
                last_at: last.min(until),
                count: within(
                    count.unsigned_abs(),
                    [first_at.0, last_at.0],
                    [from, until].map(|at| Micros::from(at).0),
                ),
                reason: ReasonColumns { code: reason_code, args: reason }.read(),
            }
        };
        Ok(rows.into_iter().map(read).filter(|missed| missed.count > 0).collect())
    }

    /// Slots of a time that were missed and had their run later.
    pub async fn slots_late(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<LateRun>> {
        use run::Column::{CreatedAt, ScheduledFor, TaskId, TriggerKind as Kind};
        let query = run::Entity::find()
            .select_only()
            .columns([TaskId, ScheduledFor, CreatedAt])
            .filter(Expr::cust("trigger_kind <> 'schedule'"))
            .filter(Kind.eq(TriggerKind::CatchUp.as_str()))
            .filter(ScheduledFor.gte(Micros::from(from)))
            .filter(ScheduledFor.lt(Micros::from(until)))
            .limit(ROWS);
        let rows: Vec<(Key<Task>, Micros, Micros)> = query.into_tuple().all(self.reader()).await?;
        let late = |(task_key, scheduled_for, made_at): (Key<Task>, Micros, Micros)| LateRun {
            task_key,
            scheduled_for: scheduled_for.into(),
            made_at: made_at.into(),
        };
        Ok(rows.into_iter().map(late).collect())
    }

    /// How often each task began to fail within a time.
    pub async fn task_breaks(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<HashMap<Key<Task>, u32>> {
        use incident::Column::{Kind, OpenedAt, TaskId};
        let query = incident::Entity::find()
            .select_only()
            .column(TaskId)
            .column_as(Expr::cust("COUNT(*)"), "number")
            .filter(Kind.eq(IncidentKind::Failing.as_str()))
            .filter(TaskId.is_not_null())
            .filter(OpenedAt.gte(Micros::from(from)))
            .filter(OpenedAt.lt(Micros::from(until)))
            .group_by(TaskId);
        let rows: Vec<(Key<Task>, i64)> = query.into_tuple().all(self.reader()).await?;
        Ok(rows.into_iter().map(|(task, number)| (task, small(number))).collect())
    }

    /// When runs took places in pools, of runs that were made within a time or up to a month before it.
    pub async fn pool_stays(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<PoolStay>> {
        use run::Column::{CreatedAt, FinishedAt, Pool, PoolWeight, QueuedAt};
        let query = run::Entity::find()
            .select_only()
            .columns([Pool, PoolWeight, QueuedAt, FinishedAt])
            .filter(CreatedAt.gte(Micros::from(from - LONGEST)))
            .filter(CreatedAt.lt(Micros::from(until)))
            .filter(Pool.is_not_null())
            .filter(QueuedAt.lt(Micros::from(until)))
            .filter(Condition::any().add(FinishedAt.is_null()).add(FinishedAt.gte(Micros::from(from))))
            .order_by_desc(CreatedAt)
            .limit(ROWS);
        let rows = query.into_model::<StayRow>().all(self.reader()).await?;
        let stay = |row: StayRow| PoolStay {
            pool: row.pool,
            weight: small(row.pool_weight.unwrap_or(1)),
            from_at: row.queued_at.into(),
            until_at: instant(row.finished_at),
        };
        Ok(rows.into_iter().map(stay).collect())
    }

    /// Credentials whose values expire before an instant, the first ones first.
    pub async fn credentials_expiring(&self, before: DateTime<Utc>) -> Result<Vec<CredentialRecord>> {
        credentials::expiring(self.reader(), before, ROWS).await
    }
}

/// How many slots of an entry are within a time whose end is not included.
fn within(count: u64, entry: [i64; 2], time: [i64; 2]) -> u64 {
    let before = |at: i64| crate::store::ledger::past::before(at, (entry[0], entry[1]), count);
    before(time[1]) - before(time[0])
}
