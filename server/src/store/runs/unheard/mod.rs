//! Ends of runs that incidents have not looked at yet.
//!
//! The transaction that ends a run puts it on the list, unless it succeeded: the judge hands on those, because it is the
//! one who knows whether they look wrong. A cancelled run says nothing. Deliberately absent: what an end means, which
//! `domain::notify::incidents` decides. Start reading at `unheard_take`.

use super::changes::ROWS;
use super::entity::run;
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Run, Task};
use crate::domain::model::HeardRun;
use crate::domain::vocabulary::RunState;
use crate::store::core::error::damaged;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::Rows;
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct Unheard {
    uid: Uuid,
    task_id: Key<Task>,
    state: String,
    reason_code: Option<String>,
    reason: String,
    suspicious: Option<String>,
    finished_at: Option<Micros>,
}

impl Store {
    /// Whether there are ends of runs that incidents have not looked at yet.
    pub async fn unheard_are_there(&self) -> Result<bool> {
        let query = Query::select().expr(Expr::value(1)).from("run_unheard").limit(1).take();
        Ok(self.reader().query_one(&query).await?.is_some())
    }
}

impl Tx {
    /// Puts runs on the list that ended, and neither succeeded nor were cancelled.
    pub(in crate::store) async fn runs_unheard<'a>(
        &self,
        ended: impl IntoIterator<Item = &'a run::Model>,
    ) -> Result<()> {
        let silent = [RunState::Succeeded.as_str(), RunState::Cancelled.as_str()];
        let ended = ended.into_iter().filter(|row| row.finished_at.is_some() && !silent.contains(&row.state.as_str()));
        let keys: Vec<Key<Run>> = ended.map(|row| row.id).collect();
        self.unheard_insert(&keys).await
    }

    /// Puts runs on the list.
    pub(in crate::store) async fn unheard_insert(&self, keys: &[Key<Run>]) -> Result<()> {
        for chunk in keys.chunks(ROWS) {
            let mut rows = Rows::new(["run_id"]);
            // The key of a deleted run may be used again before the list was read.
            let after = " ON CONFLICT (run_id) DO NOTHING";
            chunk.iter().for_each(|key| rows.push([(*key).into()]));
            self.execute_raw(rows.insert(self.get_database_backend(), "run_unheard", &[], after)).await?;
        }
        Ok(())
    }

    /// Takes at most `most` runs from the list, in the order in which they ended.
    pub async fn unheard_take(&self, most: u64) -> Result<Vec<HeardRun>> {
        let first = Query::select()
            .column("run_id")
            .from("run_unheard")
            .order_by("run_id", sea_orm::Order::Asc)
            .limit(most)
            .take();
        let taken = Query::delete()
            .from_table("run_unheard")
            .and_where(Expr::col("run_id").in_subquery(first))
            .returning(Query::returning().column("run_id"))
            .take();
        let rows = self.query_all(&taken).await?;
        let keys = rows.iter().map(|row| row.try_get::<Key<Run>>("", "run_id")).collect::<Result<Vec<_>, _>>()?;
        let mut found = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(ROWS) {
            use run::Column::{FinishedAt, Id, Reason, ReasonCode, State, Suspicious, TaskId, Uid};
            let columns = [Uid, TaskId, State, ReasonCode, Reason, Suspicious, FinishedAt];
            let query = run::Entity::find().select_only().columns(columns);
            let query = query.filter(Id.is_in(chunk.iter().copied()));
            for row in query.into_model::<Unheard>().all(self).await? {
                found.extend(heard(row)?);
            }
        }
        found.sort_by_key(|run| (run.at, run.id));
        Ok(found)
    }
}

fn heard(row: Unheard) -> Result<Option<HeardRun>> {
    let Unheard { uid, task_id, state, reason_code, reason, suspicious, finished_at } = row;
    let Some(at) = finished_at else { return Ok(None) };
    Ok(Some(HeardRun {
        id: RunId(uid),
        task_key: task_id,
        state: state.parse().map_err(|error| damaged("run", error))?,
        reason: ReasonColumns { code: reason_code, args: reason }.read(),
        suspicious: suspicious.is_some(),
        at: at.into(),
    }))
}
