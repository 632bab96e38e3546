//! The one door: every new run is admitted here, whatever started it.
//!
//! `new_run` decides (overlap, pool, params) without using the database. `insert` stores the decision and makes room:
//! under `queue_latest` and `replace`, a new run displaces those before it, in the same transaction.

use crate::app::core::span::seconds;
use crate::app::{App, Error, Result, Signal};
use crate::domain::core::overlap::Overlap;
use crate::domain::core::problem::Problem;
use crate::domain::ids::RunId;
use crate::domain::keys::{Backfill, Key, Schedule, Task};
use crate::domain::model::{RunCancel, RunNew, RunOrigin, RunRecord, TaskRecord, TriggerRecord};
use crate::domain::reason::{Displacing, Reason};
use crate::domain::runs::params;
use crate::domain::runs::{Admission, OpenRuns, admit};
use crate::domain::tasks::start_limits::{self, StartLimits};
use crate::domain::tasks::{Definition, RunSpec};
use crate::domain::vocabulary::{RunState, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// A requested run.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The task.
    pub task: &'a TaskRecord,
    /// The definition to run: the task's newest, or an older one.
    pub definition: &'a Definition,
    /// Version of the definition.
    pub version: u32,
    /// Why the run exists.
    pub trigger: TriggerRecord,
    /// Key in the database of the schedule that made the task due.
    pub schedule_row: Option<Key<Schedule>>,
    /// The slot for which the run is made.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// The run must not start before this instant.
    pub due_at: DateTime<Utc>,
    /// Values for params.
    pub params: Map<String, Value>,
    /// Key in the database of the backfill that the run is part of.
    pub backfill_key: Option<Key<Backfill>>,
    /// What started the first of the runs that the run repeats.
    pub origin: Option<RunOrigin>,
    /// What the system takes when a process starts.
    pub limits: StartLimits,
}

impl<'a> Wanted<'a> {
    /// A run of the task's newest definition, without params or a slot, that may start at `due_at`.
    pub fn new(task: &'a TaskRecord, kind: TriggerKind, by: Option<String>, due_at: DateTime<Utc>) -> Self {
        Self {
            task,
            definition: &task.definition,
            version: task.version,
            trigger: TriggerRecord { kind, by, schedule_key: None, rerun_of: None, edited_params: Vec::new() },
            schedule_row: None,
            scheduled_for: None,
            due_at,
            params: Map::new(),
            backfill_key: None,
            origin: None,
            limits: StartLimits::default(),
        }
    }

    /// The same run for a slot, which `schedule_key` made due.
    #[must_use]
    pub fn for_slot(mut self, schedule_key: String, at: DateTime<Utc>) -> Self {
        self.trigger.schedule_key = Some(schedule_key);
        Self { scheduled_for: Some(at), ..self }
    }
}

/// Why there is no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The stored definition of the task cannot be read.
    Damaged(String),
    /// The task is disabled.
    Disabled,
    /// Params are missing or wrong.
    Params(Vec<Problem>),
    /// No process can start with these params.
    TooLarge(Vec<Problem>),
    /// Orc does not start the task.
    Elsewhere,
    /// The overlap rule does not allow a run, for this reason.
    Overlap(Reason),
}

impl Refusal {
    /// Turns the refusal into an error for the caller.
    pub fn into_error(self, task: &str) -> Error {
        match self {
            Self::Damaged(damage) => damaged(task, &damage),
            Self::Disabled => Error::conflict("task_disabled", format!("task \"{task}\" is disabled; enable it first")),
            Self::Params(problems) | Self::TooLarge(problems) => Error::Invalid(problems),
            Self::Elsewhere => {
                let detail = "is a heartbeat: Orc does not start it, its job runs elsewhere and calls Orc";
                Error::conflict("task_runs_elsewhere", format!("task \"{task}\" {detail}"))
            }
            Self::Overlap(reason) => Error::conflict("overlap", format!("not started: {reason}")),
        }
    }

    /// Turns the refusal into a reason for the ledger or for a skipped run.
    pub fn into_reason(self) -> Reason {
        match self {
            Self::Damaged(problem) => Reason::TaskDamaged { problem },
            Self::Disabled => Reason::TaskDisabled {},
            Self::Elsewhere => Reason::HeartbeatUnstarted {},
            Self::Params(problems) => {
                Reason::ParamsRefused { problems: problems.into_iter().map(|problem| problem.message).collect() }
            }
            Self::TooLarge(problems) => {
                Reason::StartTooLarge { problems: problems.into_iter().map(|problem| problem.message).collect() }
            }
            Self::Overlap(reason) => reason,
        }
    }
}

/// Refuses work that needs the definition of a task if that cannot be read.
pub fn whole(task: &TaskRecord) -> Result<()> {
    task.damage.rest.as_ref().map_or(Ok(()), |damage| Err(damaged(&task.definition.name, damage)))
}

/// The error for a task whose definition cannot be read. It can only be replaced or deleted.
pub fn damaged(task: &str, damage: &str) -> Error {
    Error::conflict("task_damaged", format!("task \"{task}\": {damage}; replace the whole task, or delete it"))
}

/// Decides about a new run. If there is to be one, counts it among the open runs.
pub fn new_run(wanted: Wanted, open: &mut OpenRuns, now: DateTime<Utc>) -> std::result::Result<RunNew, Refusal> {
    let Wanted {
        task,
        definition,
        version,
        trigger,
        schedule_row,
        scheduled_for,
        due_at,
        params,
        backfill_key,
        origin,
        limits,
    } = wanted;
    if let Some(damage) = &task.damage.rest {
        return Err(Refusal::Damaged(damage.clone()));
    }
    if !task.definition.enabled {
        return Err(Refusal::Disabled);
    }
    if definition.run.is_heartbeat() && trigger.kind != TriggerKind::Webhook {
        return Err(Refusal::Elsewhere);
    }
    let params = params::resolve(&definition.params_admitted(), &params).map_err(Refusal::Params)?;
    let too_large = start_limits::run_problems(definition, &params, limits);
    if !too_large.is_empty() {
        return Err(Refusal::TooLarge(too_large));
    }
    let gated = !definition.dependencies.is_empty();
    let (state, reason) = match (admit(definition.overlap, *open), &definition.pool) {
        (Admission::Skip(reason), _) => return Err(Refusal::Overlap(reason)),
        (Admission::Wait | Admission::Queue, _) if gated => (RunState::Waiting, Some(Reason::DependenciesUnseen {})),
        (Admission::Wait, _) => (RunState::Waiting, Some(Reason::EarlierRun {})),
        (Admission::Queue, Some(pool)) => (RunState::Waiting, Some(Reason::PoolFull { pool: pool.clone() })),
        (Admission::Queue, None) => (RunState::Queued, None),
    };
    match state {
        RunState::Waiting => open.waiting += 1,
        _ => open.active += 1,
    }
    Ok(RunNew {
        id: RunId::generate(),
        task: task.id,
        task_key: task.key,
        task_name: task.definition.name.clone(),
        task_version: version,
        state,
        trigger,
        schedule_row,
        scheduled_for,
        created_at: now,
        due_at,
        timeout: definition.timeout_seconds.map(seconds),
        priority: definition.priority,
        pool: definition.pool.clone(),
        pool_weight: definition.pool_weight,
        backfill_key,
        origin,
        params,
        needs_vault: !definition.credential_names().is_empty(),
        gated,
        reason,
    })
}

/// The run of a trigger. If overlap or params refuse it, it becomes a skipped run with the reason. None if the task
/// is disabled.
fn run_or_skipped(wanted: Wanted, mut open: OpenRuns, now: DateTime<Utc>) -> Option<RunNew> {
    let refusal = match new_run(wanted.clone(), &mut open, now) {
        Ok(run) => return Some(run),
        Err(refusal) => refusal,
    };
    ended(wanted, RunState::Skipped, refusal.into_reason(), now)
}

/// A run that ends in this state before anything starts. None if the task is disabled or damaged.
fn ended(wanted: Wanted, state: RunState, reason: Reason, now: DateTime<Utc>) -> Option<RunNew> {
    let free = Definition {
        params: Vec::new(),
        environment: BTreeMap::new(),
        dependencies: Vec::new(),
        run: nothing(),
        ..wanted.definition.clone()
    };
    let wanted = Wanted { definition: &free, params: Map::new(), ..wanted };
    let run = new_run(wanted, &mut OpenRuns::default(), now).ok()?;
    Some(RunNew { state, reason: Some(reason), ..run })
}

/// What a run starts that ends before anything starts.
fn nothing() -> RunSpec {
    RunSpec::Shell { line: String::new(), shell: None }
}

/// Runs that were stored, and runs that they displaced.
#[derive(Debug, Clone, Default)]
pub struct Inserted {
    /// The new runs, in order.
    pub made: Vec<RunRecord>,
    /// Runs that are skipped or cancelled because of the new ones.
    pub displaced: Vec<RunRecord>,
}

impl Inserted {
    /// The run that was asked for.
    pub fn first(&self) -> Result<&RunRecord> {
        self.made.first().ok_or_else(|| Error::Internal("no run was inserted".into()))
    }
}

impl AddAssign for Inserted {
    fn add_assign(&mut self, other: Self) {
        self.made.extend(other.made);
        self.displaced.extend(other.displaced);
    }
}

/// Admits one run and stores it. A refusal is the error for whoever asked.
pub async fn one(tx: &Tx, wanted: Wanted<'_>, now: DateTime<Utc>) -> Result<Inserted> {
    let (definition, mut open) = (wanted.definition, open_of(tx, wanted.task).await?);
    let run = new_run(wanted, &mut open, now).map_err(|refusal| refusal.into_error(&definition.name))?;
    insert_one(tx, run, definition.overlap, now).await
}

/// Admits one run that nobody waits for, and stores it. A run that overlap or params refuse is stored as skipped; if the
/// task is disabled or damaged, nothing is stored.
pub async fn one_or_skipped(tx: &Tx, wanted: Wanted<'_>, now: DateTime<Utc>) -> Result<Inserted> {
    let (overlap, open) = (wanted.definition.overlap, open_of(tx, wanted.task).await?);
    match run_or_skipped(wanted, open, now) {
        Some(run) => insert_one(tx, run, overlap, now).await,
        None => Ok(Inserted::default()),
    }
}

/// Stores a run that fails before anything starts. If the task is disabled or damaged, nothing is stored.
pub async fn failed(tx: &Tx, wanted: Wanted<'_>, reason: Reason, now: DateTime<Utc>) -> Result<Inserted> {
    let overlap = wanted.definition.overlap;
    match ended(wanted, RunState::Failed, reason, now) {
        Some(run) => insert_one(tx, run, overlap, now).await,
        None => Ok(Inserted::default()),
    }
}

/// Admits one run of a caller who waits for an answer, and stores it. A run that overlap refuses is stored as skipped;
/// every other refusal stores nothing and is the caller's.
pub async fn one_or_overlapped(tx: &Tx, wanted: Wanted<'_>, now: DateTime<Utc>) -> Result<Inserted> {
    let (definition, open) = (wanted.definition, open_of(tx, wanted.task).await?);
    let run = match new_run(wanted.clone(), &mut open.clone(), now) {
        Ok(run) => Some(run),
        Err(Refusal::Overlap(_)) => run_or_skipped(wanted, open, now),
        Err(refusal) => return Err(refusal.into_error(&definition.name)),
    };
    let run = run.ok_or_else(|| Error::Internal("no run was made".into()))?;
    insert_one(tx, run, definition.overlap, now).await
}

/// Stores a queued run of a job elsewhere, which nobody may claim: its begin follows in the same transaction. Overlap
/// does not count, because Orc cannot keep the job from running.
pub async fn elsewhere(tx: &Tx, wanted: Wanted<'_>, now: DateTime<Utc>) -> Result<Inserted> {
    let definition = wanted.definition;
    let run = new_run(wanted, &mut OpenRuns::default(), now);
    let run = run.map_err(|refusal| refusal.into_error(&definition.name))?;
    insert_one(tx, run, definition.overlap, now).await
}

/// How many runs of a task are open.
pub async fn open_of(tx: &Tx, task: &TaskRecord) -> Result<OpenRuns> {
    Ok(tx.runs_open(&[task.key]).await?.get(&task.key).copied().unwrap_or_default())
}

/// Stores one admitted run of a task with this overlap rule.
pub async fn insert_one(tx: &Tx, run: RunNew, overlap: Overlap, now: DateTime<Utc>) -> Result<Inserted> {
    let overlaps = BTreeMap::from([(run.task_key, overlap)]);
    insert(tx, &[run], &overlaps, now).await
}

/// Stores admitted runs. `overlaps` holds the overlap rules of their tasks, by key.
pub async fn insert(
    tx: &Tx,
    runs: &[RunNew],
    overlaps: &BTreeMap<Key<Task>, Overlap>,
    now: DateTime<Utc>,
) -> Result<Inserted> {
    if runs.is_empty() {
        return Ok(Inserted::default());
    }
    let made = tx.runs_insert(runs).await?;
    let mut displaced = Vec::new();
    let waiting = runs.iter().filter(|run| run.state == RunState::Waiting);
    // Of each task, the newest run is the one that stays.
    for (task, newest) in &waiting.map(|run| (run.task_key, run)).collect::<BTreeMap<Key<Task>, &RunNew>>() {
        let Some(overlap) = overlaps.get(task) else { continue };
        match overlap {
            Overlap::QueueLatest => {
                displaced.extend(tx.runs_supersede(*task, Displacing::QueueLatest, now).await?);
            }
            Overlap::Replace => {
                displaced.extend(tx.runs_supersede(*task, Displacing::Replace, now).await?);
                // A run that may never start replaces nothing yet.
                if !newest.gated {
                    displaced.extend(replace(tx, newest.task_key, newest.scheduled_for, now).await?);
                }
            }
            Overlap::Skip | Overlap::Queue { .. } | Overlap::Allow { .. } => {}
        }
    }
    Ok(Inserted { made, displaced })
}

/// Cancels the open runs of a task in favour of a waiting one. It asks only once, because a second request would skip the
/// grace period.
pub(in crate::app) async fn replace(
    tx: &Tx,
    task: Key<Task>,
    scheduled_for: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<RunRecord>> {
    let reason = Reason::Replaced { scheduled_for };
    let mut found = Vec::new();
    for run in tx.run_list_open(task).await? {
        if run.state == RunState::Waiting || run.cancel_requested_at.is_some() {
            continue;
        }
        match tx.run_cancel(run.id, &reason, now).await? {
            Some(RunCancel::Cancelled(run) | RunCancel::Requested(run)) => found.push(run),
            Some(RunCancel::Ended(_)) | None => {}
        }
    }
    Ok(found)
}

impl App {
    /// Announces new runs and what they displaced, after the commit.
    pub fn announce_inserted(&self, inserted: &Inserted) {
        self.announce_inserted_quietly(inserted);
        if !inserted.made.is_empty() {
            self.signals().raise(Signal::Queue);
        }
    }

    /// The same without the signal for new runs. A caller who makes many runs raises it after the last one.
    pub(in crate::app) fn announce_inserted_quietly(&self, inserted: &Inserted) {
        for run in &inserted.made {
            self.announce_run(run, true);
        }
        for run in &inserted.displaced {
            self.announce_run(run, false);
        }
        if !inserted.displaced.is_empty() {
            self.signals().raise(Signal::Cancel);
            self.signals().raise(Signal::Finished);
        }
    }
}
