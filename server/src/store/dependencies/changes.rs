//! Probes and what waits for them: storing looks.

use super::entity::{probe, run_dependency};
use super::{probe_record, record};
use crate::domain::ids::RunId;
use crate::domain::keys::{self, Key, Run};
use crate::domain::model::{ProbeLooked, ProbeRecord, WaitingDependency};
use crate::store::core::time::Micros;
use crate::store::runs::entity::run;
use crate::store::{Result, Store, StoreError, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

/// Runs that wait for their dependencies.
const SHUT: &str = "gate IS NOT NULL AND gate = 'shut' AND state IN ('waiting', 'queued')";

impl Store {
    /// Those of these probes for which no run waits any more.
    pub async fn probes_unwanted(&self, probes: &[Key<keys::Probe>]) -> Result<Vec<Key<keys::Probe>>> {
        let waits = Query::select()
            .expr(Expr::val(1))
            .from(run_dependency::Entity)
            .inner_join(
                run::Entity,
                Expr::col((run::Entity, run::Column::Id))
                    .equals((run_dependency::Entity, run_dependency::Column::RunId)),
            )
            .and_where(
                Expr::col((run_dependency::Entity, run_dependency::Column::ProbeId))
                    .equals((probe::Entity, probe::Column::Id)),
            )
            .and_where(Expr::cust(SHUT))
            .take();
        let wanted = probe::Entity::find().select_only().column(probe::Column::Id);
        let wanted = wanted.filter(probe::Column::Id.is_in(probes.iter().copied())).filter(Expr::exists(waits));
        let wanted: Vec<Key<keys::Probe>> = wanted.into_tuple().all(self.reader()).await?;
        Ok(probes.iter().copied().filter(|probe| !wanted.contains(probe)).collect())
    }
}

impl Tx {
    /// Finds a probe. On PostgreSQL, it stays as it is until the transaction ends, and nobody else begins to wait for it.
    pub async fn probe_find_locked(&self, key: Key<keys::Probe>) -> Result<Option<ProbeRecord>> {
        let query = probe::Entity::find_by_id(key);
        let query = if self.locks() { query.lock_exclusive() } else { query };
        Ok(query.one(self).await?.map(probe_record))
    }

    /// Deletes a probe for which nothing waits any more.
    pub async fn probe_delete(&self, key: Key<keys::Probe>) -> Result<()> {
        self.probe_leave(run_dependency::Column::ProbeId.eq(key)).await?;
        probe::Entity::delete_by_id(key).exec(self).await?;
        Ok(())
    }

    /// Runs that do not wait any more, such as cancelled ones, leave a probe.
    pub async fn probe_forget_ended(&self, key: Key<keys::Probe>) -> Result<()> {
        let waiting = Query::select().column(run::Column::Id).from(run::Entity).and_where(Expr::cust(SHUT)).take();
        let of_probe = run_dependency::Column::ProbeId.eq(key);
        self.probe_leave(of_probe.and(run_dependency::Column::RunId.not_in_subquery(waiting))).await
    }

    /// Some runs that wait for a probe, after another by key, with their ids. On PostgreSQL, nobody else moves them until
    /// the transaction ends.
    pub async fn runs_of_probe(
        &self,
        key: Key<keys::Probe>,
        after: Key<Run>,
        most: u64,
    ) -> Result<Vec<(Key<Run>, RunId)>> {
        let those = Query::select()
            .column(run_dependency::Column::RunId)
            .from(run_dependency::Entity)
            .and_where(Expr::col(run_dependency::Column::ProbeId).eq(key))
            .take();
        let query = run::Entity::find().select_only().columns([run::Column::Id, run::Column::Uid]);
        let query = query.filter(Expr::cust(SHUT)).filter(run::Column::Id.in_subquery(those));
        let query = query.filter(run::Column::Id.gt(after)).order_by_asc(run::Column::Id).limit(most);
        let query = if self.locks() { query.lock_exclusive() } else { query };
        let rows: Vec<(Key<Run>, uuid::Uuid)> = query.into_tuple().all(self).await?;
        Ok(rows.into_iter().map(|(key, uid)| (key, RunId(uid))).collect())
    }

    /// The first deadline after an instant among all that waits for a probe.
    pub async fn probe_deadline(&self, key: Key<keys::Probe>, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let query = run_dependency::Entity::find().select_only().column(run_dependency::Column::DeadlineAt);
        let query = query.filter(run_dependency::Column::ProbeId.eq(key));
        let query = query.filter(run_dependency::Column::DeadlineAt.gt(Micros::from(after)));
        let first = query.order_by_asc(run_dependency::Column::DeadlineAt).into_tuple::<Micros>().one(self).await?;
        Ok(first.map(Into::into))
    }

    /// Whether something waits for a probe that was set up after an instant.
    pub async fn probe_waited_later(&self, key: Key<keys::Probe>, after: DateTime<Utc>) -> Result<bool> {
        let query = run_dependency::Entity::find().select_only().column(run_dependency::Column::Id);
        let query = query.filter(run_dependency::Column::ProbeId.eq(key));
        let query = query.filter(run_dependency::Column::SetUpAt.gt(Micros::from(after)));
        Ok(query.into_tuple::<i64>().one(self).await?.is_some())
    }

    /// The dependencies of runs, in the order of the runs' keys and of their definitions.
    pub async fn dependencies_of(&self, runs: &[Key<Run>]) -> Result<Vec<WaitingDependency>> {
        let mut found = Vec::new();
        for chunk in runs.chunks(500) {
            let query = run_dependency::Entity::find();
            let query = query.filter(run_dependency::Column::RunId.is_in(chunk.iter().copied()));
            let query = query.order_by_asc(run_dependency::Column::RunId);
            let rows = query.order_by_asc(run_dependency::Column::Position).all(self).await?;
            found.extend(rows.into_iter().map(|row| WaitingDependency {
                run: row.run_id,
                probe: row.probe_id,
                record: record(row),
            }));
        }
        Ok(found)
    }

    /// Stores a look at a probe, for the probe and for everything that waited for it when the look began.
    pub async fn probe_seen(&self, known: &ProbeRecord, looked: &ProbeLooked, next_at: DateTime<Utc>) -> Result<()> {
        let ProbeLooked { key: _, look, looked_at, ended_at } = looked;
        let sight = serde_json::to_string(&look.sight).map_err(|error| StoreError::Other(format!("sight: {error}")))?;
        let troubles = if look.troubled { i64::from(known.troubles) + 1 } else { 0 };
        let more = if look.troubled { Expr::col(run_dependency::Column::Troubles).add(1) } else { Expr::value(0) };
        probe::Entity::update_many()
            .col_expr(probe::Column::Troubles, Expr::value(troubles))
            .col_expr(probe::Column::Memory, Expr::value(look.memory.clone()))
            .col_expr(probe::Column::NextAt, Expr::value(Micros::from(next_at)))
            .filter(probe::Column::Id.eq(known.key))
            .exec(self)
            .await?;
        let set_up = run_dependency::Column::SetUpAt;
        run_dependency::Entity::update_many()
            .col_expr(run_dependency::Column::Met, Expr::value(look.met))
            .col_expr(run_dependency::Column::Sight, Expr::value(sight))
            .col_expr(run_dependency::Column::LookedAt, Expr::value(Micros::from(*looked_at)))
            .col_expr(run_dependency::Column::EndedAt, Expr::value(Micros::from(*ended_at)))
            .col_expr(run_dependency::Column::Troubles, more)
            .col_expr(run_dependency::Column::NextAt, Expr::value(Micros::from(next_at)))
            .filter(run_dependency::Column::ProbeId.eq(known.key))
            .filter(set_up.is_null().or(set_up.lte(Micros::from(*looked_at))))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Makes probes due.
    pub async fn probes_hurry(&self, keys: &[Key<keys::Probe>], at: DateTime<Utc>) -> Result<()> {
        for chunk in keys.chunks(500) {
            probe::Entity::update_many()
                .col_expr(probe::Column::NextAt, Expr::value(Micros::from(at)))
                .filter(probe::Column::Id.is_in(chunk.iter().copied()))
                .filter(probe::Column::NextAt.gt(Micros::from(at)))
                .exec(self)
                .await?;
        }
        Ok(())
    }

    /// Makes looks due that a clock that ran ahead by `lead` put after `limit`, and takes the lead from the deadlines of
    /// runs that it made. Returns the number of looks.
    pub async fn looks_bring_back(&self, limit: DateTime<Utc>, now: DateTime<Utc>, lead: TimeDelta) -> Result<u64> {
        let (limit, now) = (Micros::from(limit).0, Micros::from(now).0);
        let lead = lead.num_microseconds().unwrap_or_default();
        let made_ahead = format!("run_id IN (SELECT id FROM run WHERE created_at > {limit})");
        let column = |name: &str, to: &str| {
            format!("UPDATE run_dependency SET {name} = {to} WHERE probe_id IS NOT NULL AND {name} > {limit}")
        };
        for name in ["set_up_at", "looked_at", "ended_at", "next_at"] {
            self.execute_unprepared(&column(name, &now.to_string())).await?;
        }
        let deadline = column("deadline_at", &format!("deadline_at - {lead}"));
        self.execute_unprepared(&format!("{deadline} AND {made_ahead}")).await?;
        let text = format!("UPDATE probe SET next_at = {now} WHERE next_at > {limit}");
        Ok(self.execute_unprepared(&text).await?.rows_affected())
    }

    /// The dependencies of these runs wait for nothing any more.
    pub async fn dependencies_leave(&self, runs: &[Key<Run>]) -> Result<()> {
        for chunk in runs.chunks(500) {
            self.probe_leave(run_dependency::Column::RunId.is_in(chunk.iter().copied())).await?;
        }
        Ok(())
    }

    async fn probe_leave(&self, which: impl sea_orm::sea_query::IntoCondition) -> Result<()> {
        run_dependency::Entity::update_many()
            .col_expr(run_dependency::Column::ProbeId, Expr::value(None::<i64>))
            .col_expr(run_dependency::Column::NextAt, Expr::value(None::<i64>))
            .filter(which)
            .exec(self)
            .await?;
        Ok(())
    }

    /// Records that a person started a run without waiting for what is not met.
    pub async fn dependencies_waive(&self, run: Key<Run>, by: &str) -> Result<()> {
        run_dependency::Entity::update_many()
            .col_expr(run_dependency::Column::WaivedBy, Expr::value(by))
            .filter(run_dependency::Column::RunId.eq(run))
            .filter(Expr::col(run_dependency::Column::Met).eq(false))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Key of a run that waits for its dependencies, whether or not these are set up.
    pub async fn gated_run(&self, run: RunId) -> Result<Option<Key<Run>>> {
        let query = run::Entity::find().select_only().column(run::Column::Id).filter(run::Column::Uid.eq(run.0));
        let query = query.filter(Expr::cust("gate IS NOT NULL AND state = 'waiting'"));
        Ok(query.into_tuple().one(self).await?)
    }
}
