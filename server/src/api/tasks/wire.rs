//! Wire types of tasks.

use super::definition::definition;
use super::definition::*;
use super::limits::{LimitAbility, Limits};
use super::params::ParamSpec;
use crate::api::contract::names::Name;
use crate::api::core::answer::{DependencySight, Lateness, Reason};
use crate::api::core::defaults::{one, yes};
use crate::api::core::page::page;
use crate::api::credentials::wire::CredentialUse;
use crate::api::dependencies::wire::TaskDependency;
use crate::api::ledger::expect::Expect;
use crate::api::schedules::wire::{Schedule, SlotPreview};
use crate::api::triggers::wire::TaskTrigger;
use crate::domain::vocabulary::{OnServerStop, RunState, TaskAction, TaskMend, TaskSort};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

definition! {
    /// A task: its definition and its present state.
    pub struct Task {
        /// UUID of the task.
        #[schema(read_only)]
        pub id: Uuid,
        /// Version of the definition. It grows by one with each change.
        #[schema(read_only)]
        pub version: u32,
        /// When the task was created.
        #[schema(read_only)]
        pub created_at: DateTime<Utc>,
        /// When its definition last changed.
        #[schema(read_only)]
        pub updated_at: DateTime<Utc>,
        /// Owner under which the task was last applied from a file.
        #[schema(read_only)]
        pub owner: Option<String>,
        /// Why the task cannot run or be changed, only replaced or deleted; null: it can.
        #[schema(read_only, inline = false)]
        pub problem: Option<Reason>,
        /// The next slots of all its schedules, soonest first.
        #[schema(read_only)]
        pub next_slots: Vec<SlotPreview>,
        /// The newest run of the task.
        #[schema(read_only, inline = false)]
        pub last_run: Option<LastRun>,
        /// What is late now, by what the task expects; null: nothing.
        #[schema(read_only, inline = false)]
        pub lateness: Option<Lateness>,
        /// What this request saved differently from what was sent, so that it can run; usually empty.
        #[schema(read_only)]
        pub mended: Vec<TaskMend>,
        /// What this server does about each limit of the task.
        #[schema(read_only)]
        pub limits_held: Vec<LimitAbility>,
        /// What can be done with the task now.
        #[schema(read_only)]
        pub actions: Vec<TaskAction>,
    }
}

/// A task in a list: what a table shows of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskSummary {
    /// UUID of the task.
    pub id: Uuid,
    /// Unique name.
    pub name: String,
    /// Title for people; empty: the name is shown.
    pub title: String,
    /// Folder of the task; empty: the root.
    pub folder: String,
    /// Labels.
    pub tags: Vec<String>,
    /// Whether anything can start the task.
    pub enabled: bool,
    /// Version of the definition.
    pub version: u32,
    /// Kind of what the task runs.
    #[schema(example = "command")]
    pub run_kind: String,
    /// Schedules of the task.
    pub schedules: Vec<ScheduleLine>,
    /// Why the task cannot run or be changed, only replaced or deleted; null: it can.
    pub problem: Option<Reason>,
    /// The next slot of all its schedules that will run. Skipped slots do not count.
    pub next_slot_at: Option<DateTime<Utc>>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// The newest run of the task.
    pub last_run: Option<LastRun>,
    /// What is late now, by what the task expects; null: nothing.
    pub lateness: Option<Lateness>,
    /// What can be done with the task now.
    pub actions: Vec<TaskAction>,
}
page!(
    /// A page of tasks.
    TaskPage,
    TaskSummary
);

/// A schedule in the list of tasks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ScheduleLine {
    /// The schedule in words; empty if it cannot be read.
    #[schema(example = "Every day at 02:00")]
    pub words: String,
    /// Why the schedule does not fire although it is stored; null: it can fire.
    pub problem: Option<Reason>,
}

/// The newest run of a task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LastRun {
    /// UUID of the run.
    pub id: Uuid,
    /// State of the run.
    pub state: RunState,
    /// When its first attempt started.
    pub started_at: Option<DateTime<Utc>>,
    /// When the run ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Seconds from the run's start to its end.
    pub duration_seconds: Option<f64>,
    /// Whether the run looks wrong although it succeeded.
    pub suspicious: bool,
}

/// Filters of a list of tasks.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TaskListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only names and titles that contain this text.
    #[param(max_length = 200)]
    pub text: Option<String>,
    /// Only tasks in this folder and the folders below it.
    #[param(max_length = 200)]
    pub folder: Option<String>,
    /// Only tasks with this tag.
    #[param(max_length = 100)]
    pub tag: Option<String>,
    /// True: only enabled tasks. False: only disabled ones.
    pub enabled: Option<bool>,
    /// Only tasks whose newest run is in this state.
    #[param(inline = false)]
    pub last_state: Option<RunState>,
    /// Order of the list.
    #[param(inline = false)]
    #[param(inline)]
    pub sort: Option<TaskSort>,
}

/// What to do with open runs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TaskDeleteQuery {
    /// Cancel the open runs of the task. Without it, a task with open runs is not deleted (409).
    #[param(default = false)]
    pub cancel_runs: Option<bool>,
}

/// A new run of a task.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunCreate {
    /// Values of the task's params by name. Numbers keep their digits. A value that is too large for an environment
    /// variable reaches the process only in the file that `ORC_PARAMS_FILE` names.
    #[serde(default)]
    #[schema(value_type = Object, additional_properties, example = json!({"day": "2026-11-23"}))]
    pub params: Map<String, Value>,
}

/// Name of a copy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskClone {
    /// Name of the copy.
    #[schema(value_type = Name)]
    pub name: String,
    /// Whether the copy is enabled.
    #[serde(default)]
    #[schema(default = false)]
    pub enabled: bool,
}

/// What to do with several tasks.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkAction {
    /// Enable the tasks.
    Enable,
    /// Disable the tasks.
    Disable,
    /// Start a run of each task.
    Run,
    /// Delete the tasks.
    Delete,
    /// Move the tasks to `folder`.
    Move,
    /// Add `tag` to the tasks.
    Tag,
}

/// One action on several tasks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskBulk {
    /// What to do.
    pub action: BulkAction,
    /// Names or ids of the tasks.
    #[schema(min_items = 1, max_items = 1000)]
    pub tasks: Vec<String>,
    /// Target folder of `move`.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub folder: Option<String>,
    /// Tag for `tag`.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub tag: Option<String>,
}

/// What happened to each of several tasks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskBulkResult {
    /// One entry per task of the request, in the same order.
    pub items: Vec<TaskBulkItem>,
}

/// What happened to one of several tasks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskBulkItem {
    /// The task as the request named it.
    pub task: String,
    /// Whether the action succeeded.
    pub ok: bool,
    /// Code of the problem, if the action failed.
    pub code: Option<String>,
    /// What is wrong, if the action failed.
    pub detail: Option<String>,
    /// Id of the run, if the action was `run`.
    pub run_id: Option<Uuid>,
}

/// Definitions to create or update together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskApply {
    /// The definitions.
    #[schema(max_items = 10_000)]
    pub tasks: Vec<TaskDefinition>,
    /// Name under which these definitions are kept. `prune` needs it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub owner: Option<String>,
    /// Whether to delete tasks that the same owner applied last and that are no longer listed.
    #[serde(default)]
    #[schema(default = false)]
    pub prune: bool,
    /// Confirms that more than 10 tasks or 20 % may be deleted.
    #[serde(default)]
    #[schema(default = false)]
    pub yes: bool,
}

/// What applying changes, or would change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskApplyResult {
    /// Whether nothing was saved.
    pub dry_run: bool,
    /// One entry per task.
    pub items: Vec<TaskApplyItem>,
}

/// Kind of change to one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskChange {
    /// The task is new.
    Created,
    /// The definition differs.
    Updated,
    /// Nothing differs.
    Unchanged,
    /// The task is no longer listed.
    Deleted,
}

/// What applying changes about one task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskApplyItem {
    /// Name of the task.
    pub name: String,
    /// Kind of change.
    pub change: TaskChange,
    /// Fields that differ.
    pub differences: Vec<FieldDifference>,
    /// What was saved differently from what was sent, so that it can run; usually empty.
    pub mended: Vec<TaskMend>,
}

/// One field that differs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldDifference {
    /// JSON pointer into the definition.
    pub pointer: String,
    /// The value before; null: the field was absent.
    pub before: Value,
    /// The value after; null: the field is absent.
    pub after: Value,
}

/// A stored version of a definition.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskVersion {
    /// Number of the version, starting at 1.
    pub version: u32,
    /// When the version was saved.
    pub created_at: DateTime<Utc>,
    /// Name of the user or token that saved it.
    pub created_by: String,
    /// Fields that differ from the previous version.
    pub differences: Vec<FieldDifference>,
    /// The definition.
    pub definition: TaskDefinition,
}
page!(
    /// A page of versions, newest first.
    TaskVersionPage,
    TaskVersion
);

/// Fields of a definition to change. Absent fields stay as they are; null removes a field.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object, example = json!({"title": "Backup", "enabled": false}))]
pub struct TaskPatch(pub Map<String, Value>);

/// What would be seen of a task's dependencies now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskProbe {
    /// Whether a run that is made now would start without waiting.
    pub met: bool,
    /// The dependencies, in the order of the definition.
    pub items: Vec<TaskProbeItem>,
}

/// What would be seen of one dependency now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskProbeItem {
    /// Key of the dependency within the task.
    pub key: String,
    /// Kind of the dependency: task, file, url, command, tcp, host or vpn.
    #[schema(example = "file")]
    pub kind: String,
    /// What must hold, in English.
    #[schema(example = "/srv/inbox/*.csv exists")]
    pub words: String,
    /// Whether it holds.
    pub met: bool,
    /// What was seen.
    #[schema(inline = false)]
    pub seen: DependencySight,
    /// When the look began.
    pub looked_at: DateTime<Utc>,
}
