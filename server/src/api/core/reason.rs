//! A reason as the wire shows it: what programs choose by, and what people read.

use crate::domain::reason;
use crate::domain::reason::ReasonCode;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Why something is as it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reason {
    /// What kind of reason it is, for programs.
    pub code: ReasonCode,
    /// The arguments of the reason; which there are depends on the code.
    #[schema(value_type = Object, additional_properties)]
    pub args: Map<String, Value>,
    /// The reason in English, for people.
    #[schema(example = "waits for a place in pool \"database\"")]
    pub text: String,
}

impl From<reason::Reason> for Reason {
    fn from(reason: reason::Reason) -> Self {
        let mut stored = serde_json::to_value(reason.main()).expect("a reason is plain data");
        let args = match stored["args"].take() {
            Value::Object(args) => args,
            _ => Map::new(),
        };
        Self { code: reason.code(), args, text: reason.words() }
    }
}
