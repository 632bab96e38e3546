//! Runs that have not ended: how many each task has.

use super::entity::run;
use super::{open, records};
use crate::domain::keys::{Key, Task};
use crate::domain::model::RunRecord;
use crate::domain::runs::OpenRuns;
use crate::domain::vocabulary::{RunState, TriggerKind};
use crate::store::core::rows::small;
use crate::store::{Result, Tx};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use std::collections::HashMap;

impl Tx {
    /// Open runs of each task, by its key. Tasks without any are absent.
    pub async fn runs_open(&self, task_keys: &[Key<Task>]) -> Result<HashMap<Key<Task>, OpenRuns>> {
        open_counts(self, task_keys).await
    }

    /// Number of open runs with this kind of trigger.
    pub async fn runs_open_by_trigger(&self, kind: TriggerKind) -> Result<u32> {
        let query = run::Entity::find().filter(open()).filter(run::Column::TriggerKind.eq(kind.as_str()));
        Ok(u32::try_from(query.count(self).await?).unwrap_or(u32::MAX))
    }

    /// The open runs of a task, oldest first.
    pub async fn run_list_open(&self, task_key: Key<Task>) -> Result<Vec<RunRecord>> {
        let query = run::Entity::find().filter(open()).filter(run::Column::TaskId.eq(task_key));
        records(self, query.order_by_asc(run::Column::Id).all(self).await?).await
    }
}

#[derive(FromQueryResult)]
struct OpenCount {
    task_id: Key<Task>,
    state: String,
    number: i64,
}

pub(in crate::store) async fn open_counts(
    connection: &impl ConnectionTrait,
    task_keys: &[Key<Task>],
) -> Result<HashMap<Key<Task>, OpenRuns>> {
    let mut found: HashMap<Key<Task>, OpenRuns> = HashMap::new();
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
