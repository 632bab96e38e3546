//! Wire types of dependencies, as parts of a task's definition.

use crate::api::contract::names::{ItemKey, Name};
use crate::domain::dependencies::AfterDeadline;
use crate::domain::vocabulary::RunState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A condition that must hold before a run may start.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskDependency {
    /// Another task's newest run ended in a certain state.
    Task(DependencyTask),
    /// A file exists, or does not.
    File(DependencyFile),
    /// An address answers.
    Url(DependencyUrl),
    /// A command ends with exit code 0.
    Command(DependencyCommand),
    /// A port accepts connections.
    Tcp(DependencyTcp),
    /// The server's machine has room and rest.
    Host(DependencyHost),
    /// A network profile holds, such as that of a VPN.
    Vpn(DependencyVpn),
}

macro_rules! dependency {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Key within the task, by which runs name the dependency. Null: made from the kind.
            #[serde(default)]
            #[schema(value_type = Option<ItemKey>)]
            pub key: Option<String>,
            /// What happens to a run while the condition does not hold.
            #[serde(default)]
            #[schema(inline = false)]
            pub on_unmet: OnUnmet,
        }
    };
}

dependency! {
    /// Another task's newest run ended in a certain state. Runs that have not ended do not count.
    DependencyTask {
        /// Name of the task.
        #[schema(value_type = Name)]
        pub task: String,
        /// Final states that count.
        #[serde(default = "succeeded")]
        #[schema(min_items = 1, max_items = 6, default = json!(["succeeded"]))]
        pub states: Vec<RunState>,
        /// When that run must have ended.
        #[serde(default)]
        #[schema(inline = false)]
        pub window: DependencyWindow,
        /// Time zone in which days begin, an IANA name; null: that of the task's first schedule, or the server's.
        #[serde(default)]
        #[schema(max_length = 100, example = "Europe/Berlin")]
        pub timezone: Option<String>,
        /// Values of params, by name, that the run takes from the other task's run when it may start:
        /// `${dependency.result.NAME}` takes a member of the result that the other run wrote to ORC_RESULT_FILE,
        /// `${dependency.params.NAME}` one of its params. Alone it keeps its type; among other text it becomes text. A
        /// value that the caller of the run gives counts instead. If a value is missing or of the wrong kind, the run
        /// fails before anything starts. If somebody starts the run without waiting, the param's default counts.
        #[serde(default)]
        #[schema(example = json!({"day": "${dependency.result.day}"}))]
        pub params: BTreeMap<String, String>,
    }
}

dependency! {
    /// A file exists, or does not. A folder, a socket or a pipe counts as well.
    DependencyFile {
        /// Absolute path on the server; `*`, `?`, `[...]` and `**` stand for parts of it. One match is enough. A folder, a
        /// socket or a pipe exists too, but only a file can meet min_age_seconds, min_bytes and unchanged_seconds.
        #[schema(min_length = 1, max_length = 4096, example = "/srv/inbox/*.csv")]
        pub path: String,
        /// Whether nothing may exist at this path: no file, no folder, no socket, no pipe.
        #[serde(default)]
        #[schema(default = false)]
        pub absent: bool,
        /// Minimum number of seconds since the date of the file; null: any.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 31_622_400)]
        pub min_age_seconds: Option<f64>,
        /// Minimum size in bytes; null: any.
        #[serde(default)]
        pub min_bytes: Option<u64>,
        /// Number of seconds for which Orc must have seen no change of the file, so that its writer is done; null: none.
        #[serde(default)]
        #[schema(minimum = 0.1, maximum = 86_400)]
        pub unchanged_seconds: Option<f64>,
    }
}

dependency! {
    /// An address answers. The rules of http tasks hold: no link-local addresses, no cloud metadata, not Orc itself, also
    /// after redirects.
    DependencyUrl {
        /// Address, http:// or https://.
        #[schema(min_length = 8, max_length = 4096, example = "https://intranet.example/health")]
        pub url: String,
        /// HTTP method.
        #[serde(default = "get")]
        #[schema(pattern = "^(GET|HEAD)$", default = "GET")]
        pub method: String,
        /// Status codes that count; empty: 200 to 299.
        #[serde(default)]
        #[schema(max_items = 100, default = json!([]))]
        pub expected_codes: Vec<u16>,
        /// Text that the first MiB of the answer must contain; null: any answer counts.
        #[serde(default)]
        #[schema(max_length = 10_000)]
        pub body_contains: Option<String>,
        /// Maximum duration of one look in seconds.
        #[serde(default = "ten")]
        #[schema(minimum = 0.1, maximum = 300, default = 10)]
        pub timeout_seconds: f64,
    }
}

dependency! {
    /// A command ends with exit code 0. It runs on the server with the environment of tasks, and is stopped with its whole
    /// process tree.
    DependencyCommand {
        /// Program: a path, or a name searched in PATH.
        #[schema(min_length = 1, max_length = 4096, example = "/usr/local/bin/is-ready")]
        pub program: String,
        /// Its arguments, passed on byte for byte.
        #[serde(default)]
        #[schema(max_items = 100, default = json!([]))]
        pub arguments: Vec<String>,
        /// Maximum duration of one look in seconds.
        #[serde(default = "thirty")]
        #[schema(minimum = 0.1, maximum = 3600, default = 30)]
        pub timeout_seconds: f64,
    }
}

dependency! {
    /// A port accepts connections.
    DependencyTcp {
        /// Name or address of the host.
        #[schema(min_length = 1, max_length = 255, example = "db.example")]
        pub host: String,
        /// Port.
        #[schema(minimum = 1, maximum = 65_535, example = 5432)]
        pub port: u16,
        /// Maximum duration of one look in seconds.
        #[serde(default = "ten")]
        #[schema(minimum = 0.1, maximum = 300, default = 10)]
        pub timeout_seconds: f64,
    }
}

dependency! {
    /// The server's machine has room and rest. Each part that is given must hold.
    DependencyHost {
        /// A path on the disk whose free space counts; null: no disk.
        #[serde(default)]
        #[schema(max_length = 4096, example = "/srv")]
        pub disk_path: Option<String>,
        /// Minimum free space on that disk, in bytes.
        #[serde(default)]
        #[schema(example = 10_737_418_240_u64)]
        pub disk_free_bytes: Option<u64>,
        /// Minimum memory that programs can still get, in bytes; null: any.
        #[serde(default)]
        pub memory_free_bytes: Option<u64>,
        /// Maximum load of the last minute, per processor; null: any.
        #[serde(default)]
        #[schema(minimum = 0, maximum = 10_000)]
        pub load_max: Option<f64>,
        /// Whether the machine must run on mains power.
        #[serde(default)]
        #[schema(default = false)]
        pub on_ac_power: bool,
        /// Minimum number of seconds since anybody typed in a terminal of the machine; null: any.
        #[serde(default)]
        #[schema(minimum = 1, maximum = 86_400)]
        pub idle_seconds: Option<f64>,
    }
}

dependency! {
    /// A network profile holds, such as that of a VPN.
    DependencyVpn {
        /// Name of the network profile.
        #[schema(value_type = Name)]
        pub network: String,
    }
}

/// When the run of another task must have ended.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DependencyWindow {
    /// On the day of the look.
    #[default]
    Today,
    /// At any time.
    AnyTime,
    /// Since the last run of the depending task started.
    SinceLastRun,
    /// Within the last seconds before the look.
    Within(WindowWithin),
    /// For a slot on the same day as the slot of the depending run. A run without a slot counts by its creation.
    SameSlotDay,
}

/// Within the last seconds before the look.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowWithin {
    /// Number of seconds.
    #[schema(minimum = 1, maximum = 31_622_400, example = 3600)]
    pub seconds: f64,
}

/// What happens to a run while a condition does not hold.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OnUnmet {
    /// The run waits.
    Wait(OnUnmetWait),
    /// The run is skipped at once.
    Skip,
    /// The run fails at once.
    Fail,
}

impl Default for OnUnmet {
    fn default() -> Self {
        Self::Wait(OnUnmetWait { deadline_seconds: hour(), every_seconds: thirty(), at_deadline: fail() })
    }
}

/// The run waits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnUnmetWait {
    /// Maximum seconds of waiting, from the instant at which the run could have started.
    #[serde(default = "hour")]
    #[schema(minimum = 1, maximum = 31_622_400, default = 3600)]
    pub deadline_seconds: f64,
    /// Seconds between two looks. The end of another task's run leads to a look at once.
    #[serde(default = "thirty")]
    #[schema(minimum = 1, maximum = 86_400, default = 30)]
    pub every_seconds: f64,
    /// What becomes of the run when the deadline has passed.
    #[serde(default = "fail")]
    #[schema(inline = false)]
    pub at_deadline: AfterDeadline,
}

fn succeeded() -> Vec<RunState> {
    vec![RunState::Succeeded]
}
fn get() -> String {
    "GET".to_owned()
}
fn ten() -> f64 {
    10.0
}
fn thirty() -> f64 {
    30.0
}
fn hour() -> f64 {
    3600.0
}
fn fail() -> AfterDeadline {
    AfterDeadline::Fail
}
