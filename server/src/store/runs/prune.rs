//! Retention: finds finished runs that exceed what their task keeps, a few tasks at a time.

use super::entity::{attempt, run};
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::keys::{Key, Run, Task};
use crate::domain::model::{PruneCandidate, PruneStep};
use crate::store::core::entity::task;
use crate::store::core::rows::Rows;
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, Returning};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Number of tasks checked in one step.
const TASKS: u64 = 200;
const DAY: i64 = 86_400_000_000;

type Found = BTreeMap<Key<Run>, Uuid>;

impl Store {
    /// Checks the tasks after a key (`Key::NONE` to begin) for finished runs beyond their retention, and returns about `limit`
    /// runs at most. Delete the candidates before the next step, because a full step checks the same tasks again.
    pub async fn prune_list(&self, after: Key<Task>, limit: u32, now: DateTime<Utc>) -> Result<PruneStep> {
        let tasks = task::Entity::find()
            .select_only()
            .columns([task::Column::Id, task::Column::RunCount, task::Column::RetentionRuns])
            .filter(task::Column::Id.gt(after))
            .filter(task::Column::RunCount.gt(0))
            .order_by_asc(task::Column::Id)
            .limit(TASKS);
        let tasks: Vec<(Key<Task>, i64, i64)> = tasks.into_tuple().all(self.reader()).await?;
        let Some(last) = tasks.last().map(|task| task.0) else { return Ok(PruneStep::default()) };
        let limit = u64::from(limit);
        let mut found = self.too_old(after, last, limit, now).await?;
        for (key, count, keep) in tasks.iter().filter(|(_, count, keep)| count > keep) {
            if found.len() as u64 >= limit {
                break;
            }
            found.extend(self.too_many(*key, Ord::min((count - keep).unsigned_abs(), limit)).await?);
        }
        let full = found.len() as u64 >= limit;
        let next = if full { Some(after) } else { (tasks.len() as u64 == TASKS).then_some(last) };
        Ok(PruneStep { candidates: self.candidates(found).await?, next })
    }

    /// Finds the tasks first, by one index lookup each, because most of them have nothing to delete.
    async fn too_old(&self, after: Key<Task>, last: Key<Task>, limit: u64, now: DateTime<Utc>) -> Result<Found> {
        let task_column = |column| Expr::col((task::Entity, column));
        let oldest = Expr::value(Micros::from(now)).sub(task_column(task::Column::RetentionDays).mul(DAY));
        let old = Query::select()
            .column(run::Column::Id)
            .from(run::Entity)
            .and_where(Expr::col((run::Entity, run::Column::TaskId)).equals((task::Entity, task::Column::Id)))
            .and_where(Expr::col((run::Entity, run::Column::CreatedAt)).lt(oldest.clone()))
            .and_where(Expr::col((run::Entity, run::Column::FinishedAt)).lt(oldest))
            .take();
        let tasks = task::Entity::find()
            .select_only()
            .columns([task::Column::Id, task::Column::RetentionDays])
            .filter(task::Column::Id.gt(after))
            .filter(task::Column::Id.lte(last))
            .filter(task::Column::RunCount.gt(0))
            .filter(Expr::exists(old))
            .order_by_asc(task::Column::Id);
        let mut found = Found::new();
        for (key, days) in tasks.into_tuple::<(Key<Task>, i64)>().all(self.reader()).await? {
            if found.len() as u64 >= limit {
                break;
            }
            let before = Micros(Micros::from(now).0 - days * DAY);
            let runs = run::Entity::find()
                .select_only()
                .columns([run::Column::Id, run::Column::Uid])
                .filter(run::Column::TaskId.eq(key))
                .filter(run::Column::CreatedAt.lt(before))
                .filter(run::Column::FinishedAt.lt(before))
                .order_by_asc(run::Column::CreatedAt)
                .limit(limit);
            found.extend(runs.into_tuple::<(Key<Run>, Uuid)>().all(self.reader()).await?);
        }
        Ok(found)
    }

    async fn too_many(&self, task_key: Key<Task>, excess: u64) -> Result<Found> {
        let query = run::Entity::find()
            .select_only()
            .columns([run::Column::Id, run::Column::Uid])
            .filter(run::Column::TaskId.eq(task_key))
            .filter(run::Column::FinishedAt.is_not_null())
            .order_by_asc(run::Column::CreatedAt)
            .order_by_asc(run::Column::Id)
            .limit(excess);
        Ok(query.into_tuple::<(Key<Run>, Uuid)>().all(self.reader()).await?.into_iter().collect())
    }

    async fn candidates(&self, found: Found) -> Result<Vec<PruneCandidate>> {
        let keys: Vec<Key<Run>> = found.keys().copied().collect();
        let mut attempts: HashMap<Key<Run>, Vec<AttemptId>> = HashMap::new();
        for keys in keys.chunks(500) {
            let query = attempt::Entity::find().select_only().columns([attempt::Column::RunId, attempt::Column::Uid]);
            let query = query.filter(attempt::Column::RunId.is_in(keys.iter().copied()));
            for (run, uid) in query.into_tuple::<(Key<Run>, Uuid)>().all(self.reader()).await? {
                attempts.entry(run).or_default().push(AttemptId(uid));
            }
        }
        let candidate = |(key, uid): (Key<Run>, Uuid)| PruneCandidate {
            run: RunId(uid),
            attempts: attempts.remove(&key).unwrap_or_default(),
        };
        Ok(found.into_iter().map(candidate).collect())
    }
}

impl Tx {
    /// Deletes finished runs and their attempts. Returns how many there were. Runs that have not ended stay.
    pub async fn runs_delete(&self, runs: &[RunId]) -> Result<u64> {
        let mut gone: BTreeMap<Key<Task>, i64> = BTreeMap::new();
        for chunk in runs.chunks(500) {
            let query = Query::delete()
                .from_table(run::Entity)
                .and_where(Expr::col(run::Column::Uid).is_in(chunk.iter().map(|id| id.0)))
                .and_where(Expr::col(run::Column::FinishedAt).is_not_null())
                .returning(Returning::new().column(run::Column::TaskId))
                .take();
            for row in self.query_all(&query).await? {
                *gone.entry(row.try_get("", "task_id")?).or_default() += 1;
            }
            task::Entity::update_many()
                .col_expr(task::Column::LastRunUid, Expr::value(None::<Uuid>))
                .col_expr(task::Column::LastRunState, Expr::value(None::<String>))
                .filter(task::Column::LastRunUid.is_in(chunk.iter().map(|id| id.0)))
                .filter(task::Column::LastRunFinishedAt.is_not_null())
                .exec(self)
                .await?;
        }
        let gone: Vec<(Key<Task>, i64)> = gone.into_iter().collect();
        for chunk in gone.chunks(500) {
            let mut rows = Rows::new(["task_id", "number"]);
            chunk.iter().for_each(|(key, number)| rows.push([(*key).into(), (*number).into()]));
            let text = "UPDATE task SET run_count = task.run_count - v.number FROM {rows} WHERE task.id = v.task_id";
            self.execute_raw(rows.statement(self.get_database_backend(), text)).await?;
        }
        Ok(gone.iter().map(|(_, number)| number.unsigned_abs()).sum())
    }
}
