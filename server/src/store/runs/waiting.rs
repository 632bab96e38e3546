//! Runs that wait: all of them with what decides about them, and moving the chosen ones on.

use super::changes::ROWS;
use super::entity::run;
use super::open;
use super::open::open_counts;
use crate::domain::model::RunRecord;
use crate::domain::pools::{Places, Room, WaitingRun};
use crate::domain::vocabulary::RunState;
use crate::store::core::rows::Rows;
use crate::store::core::rows::small;
use crate::store::tasks::definitions::definition_of;
use crate::store::tasks::entity::task;
use crate::store::{Result, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use std::collections::HashMap;

/// Most waiting runs that are looked at together, the oldest.
const MOST: u64 = 20_000;

impl Tx {
    /// The runs that wait, with the open runs of their tasks and the places of the pools.
    pub async fn runs_waiting(&self) -> Result<(Vec<WaitingRun>, Room)> {
        let pools = self.pools_locked().await?;
        let query = run::Entity::find().filter(waiting()).order_by_asc(run::Column::Id).limit(MOST);
        let rows = query.all(self).await?;
        let mut keys: Vec<i64> = rows.iter().map(|row| row.task_id).collect();
        keys.sort_unstable();
        keys.dedup();
        let counts = open_counts(self, &keys).await?;
        let mut tasks = HashMap::with_capacity(keys.len());
        for chunk in keys.chunks(500) {
            let query = task::Entity::find().select_only().columns([task::Column::Id, task::Column::Definition]);
            let query = query.filter(task::Column::Id.is_in(chunk.iter().copied()));
            for (key, definition) in query.into_tuple::<(i64, String)>().all(self).await? {
                let open = counts.get(&key).copied().unwrap_or_default();
                tasks.insert(key, (definition_of(&definition).0.overlap, open));
            }
        }
        let uses = self.pool_uses().await?;
        let places = pools.into_iter().map(|pool| {
            let used = uses.get(&pool.name).map_or(0, |found| found.used);
            (pool.name, Places { capacity: pool.capacity, used })
        });
        Ok((rows.into_iter().map(waiting_run).collect(), Room { tasks, pools: places.collect() }))
    }

    /// Makes these waiting runs ready to start, and says of others what they wait for.
    pub async fn runs_promote(
        &self,
        keys: &[i64],
        reasons: &[(i64, String)],
        at: DateTime<Utc>,
    ) -> Result<Vec<RunRecord>> {
        let text = "UPDATE run SET reason = v.reason FROM {rows} WHERE run.id = v.id AND run.state = 'waiting'";
        for chunk in reasons.chunks(ROWS) {
            let mut rows = Rows::new(["id", "reason"]);
            for (key, reason) in chunk {
                rows.push([(*key).into(), reason.clone().into()]);
            }
            self.execute_raw(rows.statement(self.get_database_backend(), text)).await?;
        }
        let mut promoted = Vec::new();
        for chunk in keys.chunks(ROWS) {
            let chosen = Query::select()
                .column(run::Column::Id)
                .from(run::Entity)
                .and_where(Expr::col(run::Column::Id).is_in(chunk.iter().copied()))
                .take();
            promoted.extend(self.promote(chosen, RunState::Waiting, at).await?);
        }
        Ok(promoted)
    }
}

fn waiting() -> sea_orm::Condition {
    sea_orm::Condition::all().add(open()).add(run::Column::State.eq(RunState::Waiting.as_str()))
}

fn waiting_run(row: run::Model) -> WaitingRun {
    WaitingRun {
        key: row.id,
        task: row.task_id,
        pool: row.pool,
        weight: row.pool_weight.map_or(1, small),
        priority: i32::try_from(row.priority).unwrap_or_default(),
        created_at: row.created_at.into(),
        due_at: row.due_at.into(),
        reason: row.reason,
    }
}
