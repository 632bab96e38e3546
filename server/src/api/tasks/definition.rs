//! Wire types of a task's definition: what a body may contain, with defaults and bounds.
//!
//! The bounds stated here are enforced: `body` checks every request against the published schema.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::limits::Limits;
use super::params::ParamSpec;
pub use super::retry::*;
use crate::api::contract::names::Name;
use crate::api::core::defaults::{one, yes};
use crate::api::credentials::wire::CredentialUse;
use crate::api::dependencies::wire::TaskDependency;
use crate::api::ledger::expect::Expect;
use crate::api::schedules::wire::Schedule;
use crate::api::triggers::wire::TaskTrigger;
use crate::domain::vocabulary::OnServerStop;

macro_rules! definition {
    ($(#[$meta:meta])* pub struct $name:ident { $($extra:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($extra)*
            /// Unique name, by which people call the task.
            #[schema(value_type = Name)]
            pub name: String,
            /// Title for people; empty: the name is shown.
            #[serde(default)]
            #[schema(max_length = 200, default = "")]
            pub title: String,
            /// What the task is for.
            #[serde(default)]
            #[schema(max_length = 10_000, default = "")]
            pub description: String,
            /// Folder, as names separated by '/'; empty: the root.
            #[serde(default)]
            #[schema(max_length = 200, default = "")]
            pub folder: String,
            /// Labels for filters.
            #[serde(default)]
            #[schema(max_items = 50, default = json!([]))]
            pub tags: Vec<String>,
            /// Whether anything can start the task.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub enabled: bool,
            /// What the task runs.
            pub run: RunSpec,
            /// Working directory; null: a scratch folder of the attempt.
            #[serde(default)]
            #[schema(max_length = 4096)]
            pub working_directory: Option<String>,
            /// Environment variables of the process, in addition to those of the account (HOME, USER, LOGNAME, SHELL,
            /// PATH, LANG, and TZ if the machine has it). The server's own variables are not passed on. A variable with its
            /// name can have at most 131,072 bytes on Linux, and what can never start is refused.
            #[serde(default)]
            pub environment: BTreeMap<String, String>,
            /// Permissions that new files of the process do not get, in octal digits; null: the server's setting
            /// `task_umask`.
            #[serde(default)]
            #[schema(max_length = 4, pattern = "^0?[0-7]{3}$", example = "027")]
            pub umask: Option<String>,
            /// Whether processes that continue after the command has ended are left alone, such as a daemon that the
            /// task starts. They are listed with the run. Otherwise they are stopped.
            #[serde(default)]
            #[schema(default = false)]
            pub leave_behind: bool,
            /// Limits of the processes of each attempt.
            #[serde(default)]
            pub limits: Limits,
            /// User of the server's machine that the process runs as, such as `backup`; null: the server's setting
            /// `task_user`, or its own account. Only a server that runs as root can do this. Without a working directory
            /// the process starts in that user's home folder.
            #[serde(default)]
            #[schema(max_length = 100, example = "backup")]
            pub run_as: Option<String>,
            /// Credentials that the process gets. An http task mentions them in its request.
            #[serde(default)]
            #[schema(max_items = 50, default = json!([]))]
            pub credentials: Vec<CredentialUse>,
            /// Typed inputs of a run. The process finds all of them as JSON in the file that `ORC_PARAMS_FILE` names, and each
            /// as a variable ORC_PARAM_* unless its value is too large for one; the run then says so. The body of the
            /// webhook call that started the run is in the file that `ORC_BODY_FILE` names, byte for byte. Both files are
            /// private and are removed when the attempt ends.
            #[serde(default)]
            #[schema(max_items = 50, default = json!([]))]
            pub params: Vec<ParamSpec>,
            /// Rules by which the task becomes due.
            #[serde(default)]
            #[schema(max_items = 50, default = json!([]))]
            pub schedules: Vec<Schedule>,
            /// Other things that start the task: a call over HTTP, a file, the end of another task's run.
            #[serde(default)]
            #[schema(max_items = 20, default = json!([]))]
            pub triggers: Vec<TaskTrigger>,
            /// Conditions that must all hold before a run may start. A run that waits for them takes no place, and its
            /// time limits begin with its first attempt.
            #[serde(default)]
            #[schema(max_items = 20, default = json!([]))]
            pub dependencies: Vec<TaskDependency>,
            /// What happens when the task is due while one of its runs is open.
            #[serde(default = "overlap_default")]
            pub overlap: Overlap,
            /// Pool in which the task's runs take places; null: none.
            #[serde(default)]
            #[schema(max_length = 100, example = "database")]
            pub pool: Option<String>,
            /// Number of places that a run takes in its pool.
            #[serde(default = "one")]
            #[schema(minimum = 1, maximum = 10_000, default = 1)]
            pub pool_weight: u32,
            /// Runs with a higher priority start first.
            #[serde(default = "fifty")]
            #[schema(minimum = 0, maximum = 100, default = 50)]
            pub priority: i32,
            /// Maximum duration of a whole run in seconds, from the start of its first attempt; null: no limit.
            #[serde(default)]
            #[schema(minimum = 0.001, maximum = 31_622_400)]
            pub timeout_seconds: Option<f64>,
            /// Maximum duration of each attempt in seconds; null: no limit.
            #[serde(default)]
            #[schema(minimum = 0.001, maximum = 31_622_400)]
            pub attempt_timeout_seconds: Option<f64>,
            /// Seconds between asking a process to stop and killing its tree.
            #[serde(default = "ten")]
            #[schema(minimum = 0, maximum = 86_400, default = 10)]
            pub grace_seconds: f64,
            /// Exit codes that mean success.
            #[serde(default = "zero_codes")]
            #[schema(max_items = 50, default = json!([0]))]
            pub success_codes: Vec<i32>,
            /// Rule for further attempts.
            #[serde(default)]
            pub retry: Retry,
            /// Limits of the log.
            #[serde(default)]
            pub log: LogRules,
            /// How long runs are kept.
            #[serde(default)]
            pub retention: Retention,
            /// What happens to the task's runs when the server is stopped in an orderly way.
            #[serde(default = "keep")]
            #[schema(inline = false)]
            pub on_server_stop: OnServerStop,
            /// Whether runs that succeed are marked as suspicious if their duration, their log or a number in their
            /// result is far from what is usual for the task.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub mark_suspicious: bool,
            /// When its slots have run at the latest, and how often it succeeds.
            #[serde(default)]
            pub expect: Expect,
        }
    };
}
pub(in crate::api) use definition;

definition! {
    /// Everything a person defines about a task.
    pub struct TaskDefinition {}
}

/// What a task runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunSpec {
    /// A program and its arguments, without a shell.
    Command(RunCommand),
    /// One line for a shell.
    Shell(RunShell),
    /// A text for an interpreter.
    Script(RunScript),
    /// An HTTP request.
    Http(RunHttp),
    /// Nothing: a job elsewhere calls Orc when it begins and ends.
    Heartbeat(RunHeartbeat),
}

/// A job that Orc does not start, such as one on another machine. The task has one trigger, a webhook with the proof
/// `secret_url`, whose address the job calls with GET, HEAD or POST: `/start` when it begins, the address itself when it
/// succeeded, `/fail` or `/EXIT_CODE` when it ended in another way, `/log` in between. What it sends becomes the log, of each
/// call the last 100,000 bytes. `?rid=UUID` tells which start and end belong together. A run that has begun and is not
/// ended within `timeout_seconds` times out. Credentials of the task are masked in what the job sends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunHeartbeat {}

/// A program and its arguments, without a shell: nothing needs quoting.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunCommand {
    /// Program: a path, or a name searched in PATH.
    #[schema(min_length = 1, max_length = 4096, example = "/usr/bin/rsync")]
    pub program: String,
    /// Arguments, passed on byte for byte; `${params.x}` is replaced inside an argument. An argument can have at most
    /// 131,071 bytes on Linux.
    #[serde(default)]
    #[schema(max_items = 1000, default = json!([]))]
    pub arguments: Vec<String>,
}

/// One line for a shell.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunShell {
    /// The line, passed to the shell unchanged. Params are ORC_PARAM_* variables.
    #[schema(min_length = 1, max_length = 100_000, example = "pg_dump shop | gzip > shop.gz")]
    pub line: String,
    /// Program of the shell; null: /bin/sh, or cmd on Windows.
    #[serde(default)]
    #[schema(max_length = 4096)]
    pub shell: Option<String>,
}

/// A text for an interpreter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunScript {
    /// Interpreter: bash, sh, python, node, pwsh, powershell, cmd, or a path.
    #[schema(min_length = 1, max_length = 4096, example = "python")]
    pub interpreter: String,
    /// The text. Params are ORC_PARAM_* variables.
    #[schema(min_length = 1, max_length = 500_000)]
    pub text: String,
    /// Arguments after the script's path.
    #[serde(default)]
    #[schema(max_items = 1000, default = json!([]))]
    pub arguments: Vec<String>,
}

/// An HTTP request that the server makes. The answer becomes the log.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunHttp {
    /// HTTP method.
    #[serde(default = "get")]
    #[schema(pattern = "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$", default = "GET")]
    pub method: String,
    /// Address, http:// or https://.
    #[schema(min_length = 8, max_length = 4096, example = "https://intranet.example/health")]
    pub url: String,
    /// Headers of the request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body of the request, sent unchanged.
    #[serde(default)]
    #[schema(max_length = 500_000)]
    pub body: Option<String>,
    /// Status codes that mean success; empty: 200 to 299.
    #[serde(default)]
    #[schema(max_items = 100, default = json!([]))]
    pub expected_codes: Vec<u16>,
    /// Text that the answer must contain.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub body_contains: Option<String>,
    /// Proxy of the request: http://, https://, socks5:// or socks5h:// with host and port, without a login; `direct`:
    /// none; null: the server's setting `http_proxy`. Variables such as HTTP_PROXY never count.
    #[serde(default)]
    #[schema(max_length = 2048, example = "http://proxy.example:3128")]
    pub proxy: Option<String>,
    /// Hosts that are reached without the proxy: a name with all names below it, an address, a network, or `*`. They
    /// count in addition to the server's setting `http_no_proxy` unless the task has a proxy of its own.
    #[serde(default)]
    #[schema(max_items = 100, default = json!([]), example = json!(["intranet.example", "10.0.0.0/8"]))]
    pub no_proxy: Vec<String>,
    /// Absolute path on the server of a file with certificates (PEM) of authorities to trust in addition to those of the
    /// system and of the server's setting `http_ca_file`. It is read at the start of each run.
    #[serde(default)]
    #[schema(max_length = 4096, example = "/etc/ssl/company-ca.pem")]
    pub ca_file: Option<String>,
}

/// What happens when a task is due while one of its runs is open.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Overlap {
    /// No run is made; the ledger records this.
    Skip,
    /// Further runs wait, oldest first.
    Queue(OverlapQueue),
    /// Only the newest run waits; one that waited before is skipped.
    QueueLatest,
    /// The open run is cancelled, and the new one starts when it has ended.
    Replace,
    /// Several runs are open at once.
    Allow(OverlapAllow),
}

/// Further runs wait, oldest first.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapQueue {
    /// Maximum number of runs that may wait.
    #[serde(default = "hundred")]
    #[schema(minimum = 1, maximum = 10_000, default = 100)]
    pub max_waiting: u32,
}

/// Several runs at once.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapAllow {
    /// Maximum number of simultaneous runs.
    #[schema(minimum = 1, maximum = 10_000)]
    pub max: u32,
}

/// Limits of one attempt's log.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogRules {
    /// Maximum number of bytes kept. A longer log loses its middle.
    #[schema(minimum = 65_536, maximum = 1_073_741_824, default = 16_777_216)]
    pub max_bytes: u64,
}

impl Default for LogRules {
    fn default() -> Self {
        Self { max_bytes: 16 * 1024 * 1024 }
    }
}

/// How long finished runs and their logs are kept.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days after the end.
    #[schema(minimum = 1, maximum = 36_500, default = 90)]
    pub days: u32,
    /// Maximum number of runs kept per task.
    #[schema(minimum = 1, maximum = 1_000_000, default = 1000)]
    pub runs: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: 90, runs: 1000 }
    }
}

pub(in crate::api) fn fifty() -> i32 {
    50
}
pub(in crate::api) fn ten() -> f64 {
    10.0
}
fn hundred() -> u32 {
    100
}
fn get() -> String {
    "GET".to_owned()
}
pub(in crate::api) fn zero_codes() -> Vec<i32> {
    vec![0]
}
pub(in crate::api) fn keep() -> OnServerStop {
    OnServerStop::Keep
}
pub(in crate::api) fn overlap_default() -> Overlap {
    Overlap::Skip
}
