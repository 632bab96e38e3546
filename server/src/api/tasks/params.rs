//! Wire types of params, as parts of a task's definition.

use crate::api::contract::names::ParamName;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Number, Value};
use utoipa::ToSchema;

macro_rules! param {
    ($(#[$meta:meta])* $name:ident, $(#[$value_meta:meta])* $value:ty { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Name of the param.
            #[schema(value_type = ParamName)]
            pub name: String,
            /// What the param means.
            #[serde(default)]
            #[schema(max_length = 1000, default = "")]
            pub description: String,
            /// Whether a value must be given when there is no default.
            #[serde(default)]
            #[schema(default = false)]
            pub required: bool,
            /// Value used when none is given.
            #[serde(default)]
            $(#[$value_meta])*
            pub default: Option<$value>,
            $($own)*
        }
    };
}

param! {
    /// A text.
    ParamString, String {
        /// Maximum number of characters.
        #[serde(default)]
        #[schema(minimum = 1, maximum = 100_000)]
        pub max_length: Option<u32>,
    }
}
param! {
    /// A whole number from -2^63 to 2^64 - 1. `1.0` and `1e3` are whole numbers too.
    ParamInteger, #[schema(value_type = Option<i64>, extensions(("x-exact" = json!(true))))] Number {
        /// Minimum value.
        #[serde(default)]
        #[schema(value_type = Option<i64>, extensions(("x-exact" = json!(true))))]
        pub minimum: Option<Number>,
        /// Maximum value.
        #[serde(default)]
        #[schema(value_type = Option<i64>, extensions(("x-exact" = json!(true))))]
        pub maximum: Option<Number>,
    }
}
param! {
    /// A number of any size. Its digits reach the process as they are written.
    ParamNumber, #[schema(value_type = Option<f64>, extensions(("x-exact" = json!(true))))] Number {
        /// Minimum value.
        #[serde(default)]
        #[schema(value_type = Option<f64>, extensions(("x-exact" = json!(true))))]
        pub minimum: Option<Number>,
        /// Maximum value.
        #[serde(default)]
        #[schema(value_type = Option<f64>, extensions(("x-exact" = json!(true))))]
        pub maximum: Option<Number>,
    }
}
param! {
    /// True or false.
    ParamBoolean, bool {}
}
param! {
    /// One value of a list.
    ParamChoice, String {
        /// The allowed values.
        #[schema(min_items = 1, max_items = 500)]
        pub choices: Vec<String>,
    }
}
param! {
    /// A date, YYYY-MM-DD.
    ParamDate, String {}
}
param! {
    /// Any JSON value.
    ParamJson, Value {}
}

/// A typed input of a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ParamSpec {
    /// A text.
    String(ParamString),
    /// A whole number.
    Integer(ParamInteger),
    /// A number.
    Number(ParamNumber),
    /// True or false.
    Boolean(ParamBoolean),
    /// One value of a list.
    Choice(ParamChoice),
    /// A date.
    Date(ParamDate),
    /// Any JSON value.
    Json(ParamJson),
}

/// Read by hand, because what serde makes for tagged types holds no number beyond 64 bits.
impl<'de> Deserialize<'de> for ParamSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::<String, Value>::deserialize(deserializer)?;
        let kind = fields.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
        let spec = match kind.as_str() {
            "string" => read(fields).map(Self::String),
            "integer" => read(fields).map(Self::Integer),
            "number" => read(fields).map(Self::Number),
            "boolean" => read(fields).map(Self::Boolean),
            "choice" => read(fields).map(Self::Choice),
            "date" => read(fields).map(Self::Date),
            "json" => read(fields).map(Self::Json),
            other => return Err(D::Error::custom(format!("`{other}` is not the kind of a param"))),
        };
        spec.map_err(D::Error::custom)
    }
}

fn read<T: DeserializeOwned>(fields: Map<String, Value>) -> serde_json::Result<T> {
    serde_json::from_value(Value::Object(fields))
}
