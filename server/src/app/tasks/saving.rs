//! Saves a task within a transaction: a new one, a new version, a deletion.
//!
//! Every change of one task or many goes through here, so that versions, ledgers, triggers and the audit log always
//! agree. Deliberately absent: permissions and announcements, which are up to the callers. Start reading at `insert`.

use crate::app::calendars::calendars_known;
use crate::app::core::write::Moment;
use crate::app::credentials::using::{credentials_known, differs_in_place_only};
use crate::app::dependencies::edges::{dependencies_settle, nobody_depends};
use crate::app::ledger::close;
use crate::app::pools::pool_known;
use crate::app::triggers::{Circles, nobody_listens, triggers_settle};
use crate::app::{Caller, Error, Result};
use crate::domain::ids::RunId;
use crate::domain::model::{RunCancel, StoredSchedules, TaskChange, TaskRecord, TaskRef};
use crate::domain::reason::Reason;
use crate::domain::schedules::Schedule;
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use serde_json::json;

/// Refuses a name that is taken, and renaming a task that others refer to.
pub(super) async fn renamable(tx: &Tx, task: &TaskRecord, name: &str) -> Result<()> {
    if tx.task_find(&TaskRef::Name(name.to_owned())).await?.is_some() {
        return Err(Error::taken("task", name));
    }
    nobody_listens(tx, task, "renamed").await?;
    nobody_depends(tx, task, "renamed").await
}

/// How a definition is saved.
#[derive(Debug, Clone)]
pub(super) struct Saving {
    /// Action of the audit entry.
    pub action: &'static str,
    /// New owner; none: the owner stays.
    pub owner: Option<String>,
    /// Whether circles of triggers were checked already. If so, the caller settles dependencies after the last definition.
    pub circles: Circles,
}

impl Saving {
    /// Saves one definition on behalf of a person.
    pub const fn alone(action: &'static str) -> Self {
        Self { action, owner: None, circles: Circles::LookedFor }
    }
}

/// Stores a new task without an owner.
pub(super) async fn create(
    tx: &Tx,
    caller: &Caller,
    definition: &Definition,
    action: &'static str,
    moment: Moment,
) -> Result<TaskRecord> {
    insert(tx, caller, definition, Saving::alone(action), moment).await
}

/// Stores a new task.
pub(super) async fn insert(
    tx: &Tx,
    caller: &Caller,
    definition: &Definition,
    saving: Saving,
    Moment { now, .. }: Moment,
) -> Result<TaskRecord> {
    let Saving { action, owner, circles } = saving;
    if tx.task_find(&TaskRef::Name(definition.name.clone())).await?.is_some() {
        return Err(Error::taken("task", &definition.name));
    }
    pool_known(tx, definition).await?;
    credentials_known(tx, caller, definition, None).await?;
    user_allowed(caller, definition, None)?;
    calendars_known(tx, definition).await?;
    let change = TaskChange { at: now, by: caller.name.clone(), note: String::new(), owner };
    let made = tx.task_insert(definition, &change).await?;
    triggers_settle(tx, &made, circles, now).await?;
    if circles == Circles::LookedFor {
        dependencies_settle(tx, &made).await?;
    }
    let detail = json!({"version": made.version, "run": definition.run.kind()});
    tx.audit_append(&caller.audit(now, action, ("task", definition.name.clone()), detail)).await?;
    Ok(made)
}

/// Stores a new version, unless nothing changes.
pub(super) async fn update(
    tx: &Tx,
    caller: &Caller,
    record: &TaskRecord,
    definition: &Definition,
    saving: Saving,
    moment: Moment,
) -> Result<TaskRecord> {
    let Saving { action, owner, circles } = saving;
    let same_owner = owner.is_none() || owner == record.owner;
    if *definition == record.definition && same_owner && record.damage.is_none() && schedules_stored(tx, record).await?
    {
        return Ok(record.clone());
    }
    if definition.name != record.definition.name {
        renamable(tx, record, &definition.name).await?;
    }
    pool_known(tx, definition).await?;
    credentials_known(tx, caller, definition, Some(&record.definition)).await?;
    user_allowed(caller, definition, Some(&record.definition))?;
    calendars_known(tx, definition).await?;
    close(tx, record, None, moment).await?;
    let now = moment.now;
    let change = TaskChange { at: now, by: caller.name.clone(), note: action.to_owned(), owner };
    let written = tx.task_update(record, definition, &change).await?;
    triggers_settle(tx, &written, circles, now).await?;
    if circles == Circles::LookedFor {
        dependencies_settle(tx, &written).await?;
    }
    let detail = json!({"version": written.version, "renamed_from": (definition.name != record.definition.name).then(|| record.definition.name.clone())});
    tx.audit_append(&caller.audit(now, action, ("task", definition.name.clone()), detail)).await?;
    Ok(written)
}

/// Refuses to let a task run as a user of the caller's choice without the right to do that. Whoever changes what such a
/// task does, acts as that user.
fn user_allowed(caller: &Caller, definition: &Definition, before: Option<&Definition>) -> Result<()> {
    let chosen = definition.run_as.is_some() || before.is_some_and(|before| before.run_as.is_some());
    let same = before.is_some_and(|before| differs_in_place_only(definition, before));
    if chosen && !same { caller.require(Permission::TasksRunAs) } else { Ok(()) }
}

/// Returns whether the stored schedules of a task match its definition. If not, saving the same definition again
/// repairs them.
async fn schedules_stored(tx: &Tx, record: &TaskRecord) -> Result<bool> {
    let StoredSchedules { readable, damaged } = tx.schedule_list(record.key).await?;
    let stored = |wanted: &Schedule| readable.iter().any(|stored| stored.schedule == *wanted);
    Ok(damaged.is_empty() && record.definition.schedules.iter().all(stored))
}

/// Marks a task as deleted. Cancels its open runs, or refuses because of them.
pub(super) async fn delete(
    tx: &Tx,
    caller: &Caller,
    record: &TaskRecord,
    cancel_runs: bool,
    moment: Moment,
) -> Result<Vec<RunCancel>> {
    nobody_listens(tx, record, "deleted").await?;
    nobody_depends(tx, record, "deleted").await?;
    tx.task_dependencies_put(record.key, &[]).await?;
    close(tx, record, Some(&Reason::TaskDeleted {}), moment).await?;
    let now = moment.now;
    let open: Vec<RunId> = tx.run_list_open(record.key).await?.into_iter().map(|run| run.id).collect();
    if !open.is_empty() && !cancel_runs {
        let detail = format!("{} run(s) of the task have not ended; wait, or delete with cancel_runs=true", open.len());
        return Err(Error::conflict("runs_open", detail));
    }
    let mut cancelled = Vec::new();
    let reason = Reason::CancelledWithTask { by: caller.name.clone() };
    for run in open {
        cancelled.extend(tx.run_cancel(run, &reason, now).await?);
    }
    tx.task_delete(record, now).await?;
    let detail = json!({"version": record.version, "cancelled_runs": cancelled.len()});
    tx.audit_append(&caller.audit(now, "task_delete", ("task", record.definition.name.clone()), detail)).await?;
    Ok(cancelled)
}
