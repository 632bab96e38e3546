//! HTTP: the door for people and programs.
//!
//! One file per resource: routes, wire types, conversions. Deliberately absent: decisions (they are in `app` and
//! `domain`), the database, and routes outside `routes!()`, so that every route is in the published document.
//! Start reading at `router`, then `tasks`.

mod answer;
pub mod audit;
pub mod auth;
pub mod backfills;
pub mod body;
pub mod calendar_import;
pub mod calendar_wire;
pub mod calendars;
pub mod convert;
pub mod definition;
pub mod document;
pub mod effects;
pub mod error;
pub mod events;
pub mod feeds;
pub mod guard;
mod hooks;
pub mod layers;
pub mod listen;
mod log_stream;
pub mod logs;
pub mod metrics;
mod page;
pub mod param_wire;
pub mod plan;
pub mod pools;
pub mod router;
pub mod run_wire;
pub mod runs;
pub mod schedule_convert;
pub mod schedule_wire;
pub mod schedules;
pub mod schema;
mod schema_words;
pub mod sessions;
pub mod simulations;
pub mod slot_summary;
pub mod spa;
pub mod state;
mod swagger;
pub mod system;
pub mod task_export;
pub mod task_import;
mod task_out;
pub mod task_wire;
pub mod tasks;
pub mod tokens;
mod trigger_convert;
pub mod trigger_wire;
pub mod triggers;
pub mod users;
pub mod within;

/// The wire types of definitions under one roof.
mod wire {
    pub use super::definition::*;
    pub use super::param_wire::*;
    pub use super::schedule_wire::*;
    pub use super::trigger_wire::*;
}
