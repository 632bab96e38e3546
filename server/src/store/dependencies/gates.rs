//! Gates of runs: setting up what a run waits for, and letting it go on.

use super::entity::{probe, run_dependency};
use crate::domain::ids::RunId;
use crate::domain::keys::{self, Key, Run, Task};
use crate::domain::model::{GatedRun, RunDependencyNew, RunRecord};
use crate::domain::reason::Reason;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::small;
use crate::store::core::time::{Micros, instant, micros};
use crate::store::runs::entity::run;
use crate::store::runs::records;
use crate::store::{Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, NotSet, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set};

/// Runs whose dependencies are not set up yet. Spelled out so that the partial index is used.
/// A queued run keeps its places while it is looked at again.
pub(super) const NEW: &str = "gate IS NOT NULL AND gate = 'new' AND state IN ('waiting', 'queued')";

impl Tx {
    /// Runs whose dependencies are not set up yet and that are due, longest due first.
    pub async fn gates_new(&self, now: DateTime<Utc>, most: u64) -> Result<Vec<GatedRun>> {
        let query = run::Entity::find().filter(Expr::cust(NEW)).filter(run::Column::DueAt.lte(Micros::from(now)));
        let rows = query.order_by_asc(run::Column::DueAt).limit(most).all(self).await?;
        let gated = |row: run::Model| GatedRun {
            key: row.id,
            id: RunId(row.uid),
            task_key: row.task_id,
            task_version: small(row.task_version),
            scheduled_for: instant(row.scheduled_for),
            created_at: row.created_at.into(),
            due_at: row.due_at.into(),
        };
        Ok(rows.into_iter().map(gated).collect())
    }

    /// When the last run of a task before this one started.
    pub async fn last_started(&self, task: Key<Task>, before: Key<Run>) -> Result<Option<DateTime<Utc>>> {
        let query = run::Entity::find().select_only().column(run::Column::StartedAt);
        let query = query.filter(run::Column::TaskId.eq(task)).filter(run::Column::StartedAt.is_not_null());
        let query = query.filter(run::Column::Id.lt(before)).order_by_desc(run::Column::CreatedAt);
        let found: Option<Micros> = query.into_tuple().one(self).await?;
        Ok(instant(found))
    }

    /// Sets up the dependencies of a run. Their probes are due now.
    pub async fn gate_shut(&self, run: Key<Run>, wanted: &[RunDependencyNew], now: DateTime<Utc>) -> Result<()> {
        run_dependency::Entity::delete_many().filter(run_dependency::Column::RunId.eq(run)).exec(self).await?;
        for (position, new) in wanted.iter().enumerate() {
            let probe = self.probe_put(new, now).await?;
            let row = run_dependency::ActiveModel {
                id: NotSet,
                run_id: Set(run),
                position: Set(i64::try_from(position).unwrap_or(i64::MAX)),
                key: Set(new.key.clone()),
                rule: Set(text(&new.rule)?),
                on_unmet: Set(text(&new.on_unmet)?),
                probe_id: Set(Some(probe)),
                met: Set(false),
                sight: Set(None),
                looked_at: Set(None),
                next_at: Set(Some(now.into())),
                deadline_at: Set(micros(new.deadline_at)),
                waived_by: Set(None),
                set_up_at: Set(Some(now.into())),
                ended_at: Set(None),
                troubles: Set(0),
            };
            run_dependency::Entity::insert(row).exec_without_returning(self).await?;
        }
        let gate = run::Entity::update_many().col_expr(run::Column::Gate, Expr::value("shut"));
        gate.filter(run::Column::Id.eq(run)).filter(Expr::cust(NEW)).exec(self).await?;
        Ok(())
    }

    /// Finds or makes the probe of a dependency, and makes it due.
    async fn probe_put(&self, new: &RunDependencyNew, now: DateTime<Utc>) -> Result<Key<keys::Probe>> {
        #[expect(clippy::cast_possible_truncation, reason = "at most a year in microseconds")]
        let every = (new.on_unmet.every_seconds() * 1e6) as i64;
        let row = probe::ActiveModel {
            id: NotSet,
            digest: Set(new.digest.clone()),
            kind: Set(new.rule.kind().to_owned()),
            spec: Set(text(&new.probe)?),
            every: Set(every),
            troubles: Set(0),
            memory: Set(None),
            next_at: Set(now.into()),
        };
        let sooner = Expr::cust("CASE WHEN excluded.every < probe.every THEN excluded.every ELSE probe.every END");
        let known = OnConflict::column(probe::Column::Digest)
            .update_column(probe::Column::NextAt)
            .value(probe::Column::Every, sooner)
            .to_owned();
        probe::Entity::insert(row).on_conflict(known).exec_without_returning(self).await?;
        let query = probe::Entity::find().select_only().column(probe::Column::Id);
        let found = query.filter(probe::Column::Digest.eq(new.digest.clone())).into_tuple().one(self).await?;
        found.ok_or_else(|| StoreError::Other("the probe was not stored".into()))
    }

    /// Lets waiting runs go on. What was seen counts until this instant; none: it counts however old it is.
    pub async fn gates_open(
        &self,
        runs: &[Key<Run>],
        until: Option<DateTime<Utc>>,
    ) -> Result<Vec<(Key<Run>, RunRecord)>> {
        let ReasonColumns { code, args } = ReasonColumns::of(None::<&Reason>);
        let mut opened = Vec::new();
        for chunk in runs.chunks(500) {
            let rows = run::Entity::update_many()
                .col_expr(run::Column::Gate, Expr::value(None::<String>))
                .col_expr(run::Column::GateUntil, Expr::value(micros(until)))
                .col_expr(run::Column::ReasonCode, Expr::value(code.clone()))
                .col_expr(run::Column::Reason, Expr::value(args.clone()))
                .filter(run::Column::Id.is_in(chunk.iter().copied()))
                .filter(Expr::cust("state IN ('waiting', 'queued')").and(run::Column::Gate.is_not_null()))
                .exec_with_returning(self)
                .await?;
            let keys: Vec<Key<Run>> = rows.iter().map(|row| row.id).collect();
            opened.extend(keys.into_iter().zip(records(self, rows).await?));
        }
        Ok(opened)
    }

    /// Holds queued runs back for which too much time has passed since the last look at their dependencies. They keep
    /// their places until the next look.
    pub async fn gates_stale(&self, now: DateTime<Utc>) -> Result<Vec<RunRecord>> {
        let ReasonColumns { code, args } = ReasonColumns::of(Some(&Reason::DependenciesUnseen {}));
        let rows = run::Entity::update_many()
            .col_expr(run::Column::Gate, Expr::value("new"))
            .col_expr(run::Column::GateUntil, Expr::value(None::<i64>))
            .col_expr(run::Column::ReasonCode, Expr::value(code))
            .col_expr(run::Column::Reason, Expr::value(args))
            .filter(Expr::cust("gate_until IS NOT NULL AND state = 'queued'"))
            .filter(run::Column::GateUntil.lt(Micros::from(now)))
            .exec_with_returning(self)
            .await?;
        records(self, rows).await
    }

    /// Queued runs whose dependencies turned out not to hold wait again, and give their places back.
    pub async fn gates_give_back(&self, runs: &[Key<Run>]) -> Result<bool> {
        let mut given = false;
        for chunk in runs.chunks(500) {
            let rows = run::Entity::update_many()
                .col_expr(run::Column::State, Expr::value("waiting"))
                .col_expr(run::Column::QueuedAt, Expr::value(None::<i64>))
                .filter(Expr::cust("gate IS NOT NULL AND gate = 'shut' AND state = 'queued'"))
                .filter(run::Column::Id.is_in(chunk.iter().copied()))
                .exec_with_returning(self)
                .await?;
            self.tasks_follow(&rows).await?;
            given |= !rows.is_empty();
        }
        Ok(given)
    }
}

fn text(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(format!("dependency: {error}")))
}
