//! Wire types of triggers, as parts of a task's definition.

use crate::api::contract::names::ItemKey;
use crate::api::core::defaults::yes;
use crate::domain::triggers::words::{HmacAlgorithm, SignatureEncoding, SignedParts, WebhookSender};
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
        /// Who calls. Its rules decide how a call is signed, which calls are repetitions, and which challenge is
        /// answered.
        #[serde(default = "orc")]
        #[schema(inline = false)]
        pub sender: WebhookSender,
        /// How the sender `generic` signs; null for all others.
        #[serde(default)]
        #[schema(inline = false)]
        pub signature: Option<WebhookSignature>,
        /// Where the values of params stand, by name of the param: a JSON pointer into the body, `header:NAME` or
        /// `query:NAME`. Empty: members of the body with the names of the params.
        #[serde(default)]
        #[schema(example = json!({"branch": "/ref", "event": "header:X-GitHub-Event"}))]
        pub params: BTreeMap<String, String>,
        /// Conditions that must all hold. A call that fails one starts nothing and is answered with success.
        #[serde(default)]
        #[schema(max_items = 20)]
        pub filters: Vec<WebhookFilter>,
    }
}

/// How a sender signs that is not in the list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookSignature {
    /// Hash function of the HMAC.
    #[serde(default = "sha256")]
    #[schema(inline = false)]
    pub algorithm: HmacAlgorithm,
    /// Header that has the signature.
    #[schema(min_length = 1, max_length = 100, example = "X-Signature")]
    pub header: String,
    /// Text before the signature in that header.
    #[serde(default)]
    #[schema(max_length = 50, default = "", example = "sha256=")]
    pub prefix: String,
    /// How the signature is written.
    #[serde(default = "hex")]
    #[schema(inline = false)]
    pub encoding: SignatureEncoding,
    /// What is signed.
    #[serde(default = "body")]
    #[schema(inline = false)]
    pub signed: SignedParts,
    /// Header that has the time, in seconds since 1970; null: calls have no time, and `signed` is `body`.
    #[serde(default)]
    #[schema(max_length = 100, example = "X-Timestamp")]
    pub timestamp_header: Option<String>,
    /// Longest time between the signature and its arrival, in seconds.
    #[serde(default = "five_minutes")]
    #[schema(minimum = 1, maximum = 3600, default = 300)]
    pub tolerance_seconds: u32,
}

/// A condition on a call: a place, and exactly one of `is`, `is_not`, `one_of` and `matches`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookFilter {
    /// Where the value stands: a JSON pointer into the body, `header:NAME` or `query:NAME`.
    #[schema(max_length = 500, example = "/ref")]
    pub at: String,
    /// The value is this text. A number, true or false is compared as JSON writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "refs/heads/main")]
    pub is: Option<String>,
    /// The value is absent, or another text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub is_not: Option<String>,
    /// The value is one of these texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    pub one_of: Option<Vec<String>>,
    /// The value matches this pattern; `*` stands for any text and `?` for one character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "refs/heads/release-*")]
    pub matches: Option<String>,
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
        /// With `settled`: seconds for which Orc must see no change, by its own clock. The date of the file does not matter.
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
        /// Values of params, by name: `${trigger.result.NAME}` takes a member of the result that the other run wrote
        /// to ORC_RESULT_FILE, `${trigger.params.NAME}` one of its params. Alone it keeps its type; among other text it
        /// becomes text. If a value is missing or of the wrong kind, the run fails before anything starts.
        #[serde(default)]
        #[schema(example = json!({"day": "${trigger.result.day}"}))]
        pub params: BTreeMap<String, String>,
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
fn orc() -> WebhookSender {
    WebhookSender::Orc
}
fn sha256() -> HmacAlgorithm {
    HmacAlgorithm::Sha256
}
fn hex() -> SignatureEncoding {
    SignatureEncoding::Hex
}
fn body() -> SignedParts {
    SignedParts::Body
}
fn five_minutes() -> u32 {
    300
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
