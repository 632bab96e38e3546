//! Wire types of params, as parts of a task's definition.

use crate::api::contract::names::ParamName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

macro_rules! param {
    ($(#[$meta:meta])* $name:ident, $value:ty { $($own:tt)* }) => {
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
    /// A whole number.
    ParamInteger, i64 {
        /// Minimum value.
        #[serde(default)]
        pub minimum: Option<i64>,
        /// Maximum value.
        #[serde(default)]
        pub maximum: Option<i64>,
    }
}
param! {
    /// A number.
    ParamNumber, f64 {
        /// Minimum value.
        #[serde(default)]
        pub minimum: Option<f64>,
        /// Maximum value.
        #[serde(default)]
        pub maximum: Option<f64>,
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
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
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
