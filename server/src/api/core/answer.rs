//! Answers that all resources share: one with its version, a new one with its path, a reason.

use crate::domain::dependencies::Sight;
use crate::domain::dependencies::sight::SightCode;
use crate::domain::ledger::lateness::LateKind;
use crate::domain::model::{SlotLateness, TaskLateness};
use crate::domain::reason;
use crate::domain::reason::ReasonCode;
use crate::domain::schedules;
use crate::domain::schedules::SlotNoteCode;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt::Display;

/// Answers with a resource and its version as ETag.
pub fn versioned(body: impl Serialize, version: u32) -> Response {
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::ETAG, etag(version));
    response
}

/// The ETag of a version.
pub fn etag(version: u32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).expect("digits are valid in a header")
}

/// Turns the answer for a resource into that for a new one: 201 and its path. `name` is a checked name or an id.
pub fn created(mut response: Response, collection: &str, name: impl Display) -> Response {
    *response.status_mut() = StatusCode::CREATED;
    let location = format!("{}/{collection}/{name}", super::PREFIX);
    let location = HeaderValue::from_str(&location).expect("names and ids are valid in a header");
    response.headers_mut().insert(header::LOCATION, location);
    response
}

macro_rules! said {
    ($(#[$doc:meta])* $name:ident ($code:ty, $example:literal) = $fact:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub struct $name {
            /// What it is, for programs.
            #[schema(inline = false)]
            pub code: $code,
            /// The arguments. The code decides which there are.
            #[schema(value_type = Object, additional_properties)]
            pub args: serde_json::Map<String, serde_json::Value>,
            /// The same in English, for people.
            #[schema(example = $example)]
            pub text: String,
        }

        impl From<$fact> for $name {
            fn from(fact: $fact) -> Self {
                // Of several reasons, the arguments are those of the one that counts.
                let args = crate::api::core::answer::args_of(fact.main());
                Self { code: fact.code(), args, text: fact.words() }
            }
        }
    };
}
pub(in crate::api) use said;

said!(
    /// Why something is as it is.
    Reason (ReasonCode, "waits for a place in pool \"database\"") = reason::Reason
);
said!(
    /// What is special about a slot.
    SlotNote (SlotNoteCode, "skipped by calendar de-holidays: Christmas Day") = schedules::Note
);

said!(
    /// What was seen of a dependency.
    DependencySight (SightCode, "there is no /srv/inbox/*.csv") = Sight
);

/// What is or was late about a task or a slot.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Lateness {
    /// What is late.
    #[schema(inline = false)]
    pub kind: LateKind,
    /// When it should have happened.
    pub since_at: DateTime<Utc>,
    /// When it was over; null: it is not.
    pub over_at: Option<DateTime<Utc>>,
    /// Why it is late.
    #[schema(inline = false)]
    pub reason: Reason,
}

impl From<SlotLateness> for Lateness {
    fn from(SlotLateness { kind, since_at, reason, over_at }: SlotLateness) -> Self {
        Self { kind, since_at, over_at, reason: reason.into() }
    }
}

impl From<TaskLateness> for Lateness {
    fn from(TaskLateness { kind, since_at, reason }: TaskLateness) -> Self {
        Self { kind, since_at, over_at: None, reason: reason.into() }
    }
}

/// The arguments of a fact.
pub fn args_of(fact: &impl Serialize) -> Map<String, Value> {
    let mut stored = serde_json::to_value(fact).expect("a fact is plain data");
    match stored["args"].take() {
        Value::Object(args) => args,
        _ => Map::new(),
    }
}
