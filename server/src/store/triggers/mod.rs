//! Triggers: one row per trigger of a task, what it listens to, and the ends of runs that it has not handled yet.
//!
//! Deliberately absent: starting runs because of them, which `app::triggers` does. Start reading at `trigger_list`.

pub(in crate::store) mod bodies;
pub mod entity;
pub(in crate::store) mod files_seen;
pub(in crate::store) mod hooks;

use self::entity::{hook_call, trigger, trigger_firing, trigger_source};
use super::core::entity::task;
use super::core::error::damaged;
use super::core::time::{Micros, instant};
use super::runs::entity::run;
use super::{Result, Store, Tx};
use crate::domain::ids::{RunId, TaskId, TriggerId};
use crate::domain::keys::{self, Firing, Key, Task};
use crate::domain::model::{FiringRecord, TaskTriggerRecord};
use crate::domain::tasks::Definition;
use crate::domain::triggers::Trigger;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, NotSet, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set,
};
use std::collections::BTreeMap;

impl Store {
    /// The triggers of a task.
    pub async fn trigger_list(&self, task_key: Key<Task>) -> Result<Vec<TaskTriggerRecord>> {
        let rows = of_task(task_key).all(self.reader()).await?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// Finds a trigger that was not removed, with its task.
    pub async fn trigger_find(&self, id: TriggerId) -> Result<Option<(TaskTriggerRecord, TaskId)>> {
        let query = trigger::Entity::find().filter(trigger::Column::Uid.eq(id.0));
        let Some(row) = query.filter(trigger::Column::RemovedAt.is_null()).one(self.reader()).await? else {
            return Ok(None);
        };
        let uids = super::core::task::task_uids(self.reader(), [row.task_id]).await?;
        Ok(uids.get(&row.task_id).map(|task| (record(row), *task)))
    }

    /// Returns whether any end of a run has not been handled yet.
    pub async fn firings_are_there(&self) -> Result<bool> {
        Ok(self.firing_after(Key::NONE).await?.is_some())
    }

    /// The oldest end of a run after another that triggers have not handled yet.
    pub async fn firing_after(&self, after: Key<Firing>) -> Result<Option<Key<Firing>>> {
        Ok(firings_after(after).one(self.reader()).await?.map(|row| row.id))
    }
}

impl Tx {
    /// The triggers of a task.
    pub async fn trigger_list(&self, task_key: Key<Task>) -> Result<Vec<TaskTriggerRecord>> {
        Ok(of_task(task_key).all(self).await?.into_iter().map(record).collect())
    }

    /// Makes the rows of a task match its definition. `sources` are the keys of the tasks that its triggers listen
    /// to, by key of the trigger.
    pub async fn triggers_sync(
        &self,
        task_key: Key<Task>,
        definition: &Definition,
        sources: &BTreeMap<String, Vec<Key<Task>>>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut present = of_task(task_key).all(self).await?;
        for wanted in &definition.triggers {
            let known = present.iter().position(|row| row.key == wanted.key && row.kind == wanted.rule.kind());
            let row = match known {
                Some(index) => present.swap_remove(index).id,
                None => {
                    if let Some(index) = present.iter().position(|row| row.key == wanted.key) {
                        self.trigger_remove(present.swap_remove(index).id, at).await?;
                    }
                    self.trigger_insert(task_key, wanted).await?
                }
            };
            trigger_source::Entity::delete_many().filter(trigger_source::Column::TriggerId.eq(row)).exec(self).await?;
            for task in sources.get(&wanted.key).into_iter().flatten() {
                let source = trigger_source::ActiveModel { trigger_id: Set(row), task_id: Set(*task) };
                trigger_source::Entity::insert(source).exec_without_returning(self).await?;
            }
        }
        for row in present {
            self.trigger_remove(row.id, at).await?;
        }
        Ok(())
    }

    async fn trigger_insert(&self, task_key: Key<Task>, wanted: &Trigger) -> Result<Key<keys::Trigger>> {
        let row = trigger::ActiveModel {
            id: NotSet,
            uid: Set(TriggerId::generate().0),
            task_id: Set(task_key),
            key: Set(wanted.key.clone()),
            kind: Set(wanted.rule.kind().to_owned()),
            secret_hash: Set(None),
            sealed_secret: Set(None),
            rotated_at: Set(None),
            last_run_at: Set(None),
            removed_at: Set(None),
        };
        Ok(row.insert(self).await?.id)
    }

    async fn trigger_remove(&self, row: Key<keys::Trigger>, at: DateTime<Utc>) -> Result<()> {
        trigger_firing::Entity::delete_many().filter(trigger_firing::Column::TriggerId.eq(row)).exec(self).await?;
        trigger_source::Entity::delete_many().filter(trigger_source::Column::TriggerId.eq(row)).exec(self).await?;
        hook_call::Entity::delete_many().filter(hook_call::Column::TriggerId.eq(row)).exec(self).await?;
        trigger::Entity::update_many()
            .col_expr(trigger::Column::RemovedAt, Expr::value(Micros::from(at)))
            .col_expr(trigger::Column::SecretHash, Expr::value(None::<Vec<u8>>))
            .col_expr(trigger::Column::SealedSecret, Expr::value(None::<Vec<u8>>))
            .filter(trigger::Column::Id.eq(row))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Gives a trigger a new secret.
    pub async fn trigger_rotate(
        &self,
        row: Key<keys::Trigger>,
        hash: Option<Vec<u8>>,
        sealed: Option<Vec<u8>>,
        at: DateTime<Utc>,
    ) -> Result<()> {
        trigger::Entity::update_many()
            .col_expr(trigger::Column::SecretHash, Expr::value(hash))
            .col_expr(trigger::Column::SealedSecret, Expr::value(sealed))
            .col_expr(trigger::Column::RotatedAt, Expr::value(Micros::from(at)))
            .filter(trigger::Column::Id.eq(row))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Records that a trigger made a run.
    pub async fn trigger_used(&self, row: Key<keys::Trigger>, at: DateTime<Utc>) -> Result<()> {
        trigger::Entity::update_many()
            .col_expr(trigger::Column::LastRunAt, Expr::value(Micros::from(at)))
            .filter(trigger::Column::Id.eq(row))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Which task listens to which, without deleted ones: (listener, source), by name.
    pub async fn trigger_edges(&self) -> Result<Vec<(String, String)>> {
        let edges: Vec<(Key<Task>, Key<Task>)> = trigger_source::Entity::find()
            .select_only()
            .column_as(trigger::Column::TaskId, "listener")
            .column_as(trigger_source::Column::TaskId, "source")
            .join(
                sea_orm::JoinType::InnerJoin,
                trigger_source::Entity::belongs_to(trigger::Entity)
                    .from(trigger_source::Column::TriggerId)
                    .to(trigger::Column::Id)
                    .into(),
            )
            .into_tuple()
            .all(self)
            .await?;
        let mut keys: Vec<Key<Task>> = edges.iter().flat_map(|(listener, source)| [*listener, *source]).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut names: BTreeMap<Key<Task>, String> = BTreeMap::new();
        for chunk in keys.chunks(500) {
            let found = task::Entity::find()
                .select_only()
                .columns([task::Column::Id, task::Column::Name])
                .filter(task::Column::DeletedAt.is_null())
                .filter(task::Column::Id.is_in(chunk.iter().copied()));
            names.extend(found.into_tuple::<(Key<Task>, String)>().all(self).await?);
        }
        let named = |(listener, source)| Some((names.get(&listener)?.clone(), names.get(&source)?.clone()));
        Ok(edges.into_iter().filter_map(named).collect())
    }

    /// Names of the tasks that listen to a task, in order, each once.
    pub async fn trigger_listeners(&self, task_key: Key<Task>) -> Result<Vec<String>> {
        let triggers = Query::select()
            .column(trigger_source::Column::TriggerId)
            .from(trigger_source::Entity)
            .and_where(trigger_source::Column::TaskId.eq(task_key))
            .take();
        let listeners = Query::select()
            .column(trigger::Column::TaskId)
            .from(trigger::Entity)
            .and_where(trigger::Column::Id.in_subquery(triggers))
            .take();
        let query = task::Entity::find().select_only().column(task::Column::Name);
        let query = query.filter(task::Column::DeletedAt.is_null()).filter(task::Column::Id.in_subquery(listeners));
        Ok(query.order_by_asc(task::Column::Name).into_tuple().all(self).await?)
    }

    /// Records the ends of runs for the triggers that listen to their tasks.
    pub(super) async fn triggers_fire<'a>(&self, ended: impl IntoIterator<Item = &'a run::Model>) -> Result<()> {
        let ended: Vec<&run::Model> = ended.into_iter().filter(|run| run.finished_at.is_some()).collect();
        if ended.is_empty() {
            return Ok(());
        }
        let mut tasks: Vec<Key<Task>> = ended.iter().map(|run| run.task_id).collect();
        tasks.sort_unstable();
        tasks.dedup();
        let query = trigger_source::Entity::find().filter(trigger_source::Column::TaskId.is_in(tasks));
        let listeners = query.all(self).await?;
        let firings: Vec<_> = ended
            .iter()
            .flat_map(|run| {
                listeners.iter().filter(|it| it.task_id == run.task_id).map(move |it| firing(it.trigger_id, run))
            })
            .collect();
        for chunk in firings.chunks(500) {
            trigger_firing::Entity::insert_many(chunk.to_vec()).exec_without_returning(self).await?;
        }
        Ok(())
    }

    /// The oldest ends of runs after another that triggers have not handled yet.
    pub async fn firings(&self, after: Key<Firing>, most: u64) -> Result<Vec<FiringRecord>> {
        let rows = firings_after(after).limit(most).all(self).await?;
        let ids = rows.iter().map(|row| row.trigger_id);
        let triggers = trigger::Entity::find().filter(trigger::Column::Id.is_in(ids)).all(self).await?;
        let triggers: BTreeMap<Key<keys::Trigger>, trigger::Model> =
            triggers.into_iter().map(|row| (row.id, row)).collect();
        let uids = super::core::task::task_uids(self, triggers.values().map(|row| row.task_id)).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let of = triggers.get(&row.trigger_id).ok_or_else(|| damaged("trigger_firing", "it has no trigger"))?;
            let task = uids.get(&of.task_id).copied().ok_or_else(|| damaged("trigger", "its task does not exist"))?;
            found.push(FiringRecord {
                row: row.id,
                trigger: record(of.clone()),
                task,
                run: RunId(row.run_uid),
                task_name: row.task_name,
                state: row.state.parse().map_err(|error| damaged("trigger_firing", error))?,
            });
        }
        Ok(found)
    }

    /// Removes an end of a run from the list. Returns false if somebody else did.
    pub async fn firing_delete(&self, row: Key<Firing>) -> Result<bool> {
        Ok(trigger_firing::Entity::delete_by_id(row).exec(self).await?.rows_affected > 0)
    }
}

fn firings_after(after: Key<Firing>) -> sea_orm::Select<trigger_firing::Entity> {
    let id = trigger_firing::Column::Id;
    trigger_firing::Entity::find().filter(id.gt(after)).order_by_asc(id)
}

fn firing(trigger_id: Key<keys::Trigger>, run: &run::Model) -> trigger_firing::ActiveModel {
    trigger_firing::ActiveModel {
        id: NotSet,
        trigger_id: Set(trigger_id),
        run_uid: Set(run.uid),
        task_name: Set(run.task_name.clone()),
        state: Set(run.state.clone()),
    }
}

fn of_task(task_key: Key<Task>) -> sea_orm::Select<trigger::Entity> {
    trigger::Entity::find()
        .filter(trigger::Column::TaskId.eq(task_key))
        .filter(trigger::Column::RemovedAt.is_null())
        .order_by_asc(trigger::Column::Id)
}

pub(super) fn record(row: trigger::Model) -> TaskTriggerRecord {
    let trigger::Model {
        id,
        uid,
        task_id,
        key,
        kind: _,
        secret_hash,
        sealed_secret,
        rotated_at,
        last_run_at,
        removed_at: _,
    } = row;
    TaskTriggerRecord {
        id: TriggerId(uid),
        row: id,
        task_key: task_id,
        key,
        secret_hash,
        sealed_secret,
        rotated_at: instant(rotated_at),
        last_run_at: instant(last_run_at),
    }
}
