//! Wire types of triggers, as parts of a task's definition.

use crate::api::contract::names::ItemKey;
use crate::api::core::defaults::yes;
use crate::domain::vocabulary::{FileChange, RunState, WebhookProof};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

macro_rules! trigger {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Key within the task. A trigger that keeps its key keeps its address and secret across edits. Null:
            /// made from the kind.
            #[serde(default)]
            #[schema(value_type = Option<ItemKey>)]
            pub key: Option<String>,
            /// Whether the trigger is enabled.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub enabled: bool,
        }
    };
}

trigger! {
    /// A call over HTTP.
    TriggerWebhook {
        /// How the caller proves that it is allowed to call.
        #[serde(default = "secret_url")]
        #[schema(inline = false)]
        pub proof: WebhookProof,
        /// JSON pointers to the values of params in the JSON body, by name of the param. Empty: members with the
        /// names of the params.
        #[serde(default)]
        #[schema(example = json!({"day": "/event/day"}))]
        pub params: BTreeMap<String, String>,
    }
}
trigger! {
    /// A file that appears or changes.
    TriggerFile {
        /// Absolute path on the server; `*`, `?`, `[...]` and `**` stand for parts of it.
        #[schema(min_length = 1, max_length = 4096, example = "/srv/inbox/*.csv")]
        pub pattern: String,
        /// What must happen to the file.
        #[serde(default = "settled")]
        #[schema(inline = false)]
        pub change: FileChange,
        /// With `settled`: seconds without a change.
        #[serde(default = "two")]
        #[schema(minimum = 0.1, maximum = 86_400, default = 2)]
        pub settle_seconds: f64,
    }
}
trigger! {
    /// The end of a run of another task.
    TriggerTask {
        /// Names of the tasks. The end of a run of any of them counts.
        #[schema(min_items = 1, max_items = 50)]
        pub tasks: Vec<String>,
        /// Final states that count.
        #[serde(default = "succeeded")]
        #[schema(min_items = 1, max_items = 6, default = json!(["succeeded"]))]
        pub states: Vec<RunState>,
    }
}

/// Something other than a schedule that starts a task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskTrigger {
    /// A call over HTTP.
    Webhook(TriggerWebhook),
    /// A file that appears or changes.
    File(TriggerFile),
    /// The end of a run of another task.
    Task(TriggerTask),
}

fn secret_url() -> WebhookProof {
    WebhookProof::SecretUrl
}
fn settled() -> FileChange {
    FileChange::Settled
}
fn two() -> f64 {
    2.0
}
fn succeeded() -> Vec<RunState> {
    vec![RunState::Succeeded]
}
