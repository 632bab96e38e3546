//! Runs that have not ended: how many each task has, and which tasks have some that wait.

use super::entity::run;
use super::runs::{open, records, task_uids};
use super::tasks::small;
use super::{Result, RunRecord, Store, Tx};
use crate::domain::ids::TaskId;
use crate::domain::run::OpenRuns;
use crate::domain::vocabulary::RunState;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use std::collections::HashMap;

/// A task that has waiting runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingTask {
    /// The task.
    pub task: TaskId,
    /// Its key inside the database.
    pub task_key: i64,
    /// Its open runs.
    pub open: OpenRuns,
}

impl Store {
    /// Tasks with waiting runs, and what of theirs is open.
    pub async fn run_waiting_tasks(&self) -> Result<Vec<WaitingTask>> {
        let query = run::Entity::find()
            .select_only()
            .column(run::Column::TaskId)
            .distinct()
            .filter(open())
            .filter(run::Column::State.eq(RunState::Waiting.as_str()));
        let keys: Vec<i64> = query.into_tuple().all(self.reader()).await?;
        let counts = open_counts(self.reader(), &keys).await?;
        let uids = task_uids(self.reader(), keys).await?;
        let waiting = |(key, open)| uids.get(&key).map(|uid| WaitingTask { task: *uid, task_key: key, open });
        Ok(counts.into_iter().filter_map(waiting).filter(|task| task.open.waiting > 0).collect())
    }
}

impl Tx {
    /// Open runs of each task, by its key; tasks without any are absent.
    pub async fn runs_open(&self, task_keys: &[i64]) -> Result<HashMap<i64, OpenRuns>> {
        open_counts(self, task_keys).await
    }

    /// The open runs of a task, oldest first.
    pub async fn run_list_open(&self, task_key: i64) -> Result<Vec<RunRecord>> {
        let query = run::Entity::find().filter(open()).filter(run::Column::TaskId.eq(task_key));
        records(self, query.order_by_asc(run::Column::Id).all(self).await?).await
    }
}

#[derive(FromQueryResult)]
struct OpenCount {
    task_id: i64,
    state: String,
    number: i64,
}

async fn open_counts(connection: &impl ConnectionTrait, task_keys: &[i64]) -> Result<HashMap<i64, OpenRuns>> {
    let mut found: HashMap<i64, OpenRuns> = HashMap::new();
    for keys in task_keys.chunks(500) {
        let query = run::Entity::find()
            .select_only()
            .column(run::Column::TaskId)
            .column(run::Column::State)
            .column_as(run::Column::Id.count(), "number")
            .filter(open())
            .filter(run::Column::TaskId.is_in(keys.iter().copied()))
            .group_by(run::Column::TaskId)
            .group_by(run::Column::State);
        for OpenCount { task_id, state, number } in query.into_model().all(connection).await? {
            let counts = found.entry(task_id).or_default();
            if state == RunState::Waiting.as_str() {
                counts.waiting += small(number);
            } else {
                counts.active += small(number);
            }
        }
    }
    Ok(found)
}
