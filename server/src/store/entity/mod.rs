//! Rows of the tables, as sea-orm sees them: one file per table, columns in the order of the migration.
//!
//! Deliberately absent: relations and behaviour (the resource files next door write their joins out). Nothing here leaves
//! the room. Start reading at `run`; the summary table `run_hour` has no entity, `stats` builds its statements.

pub(super) mod attempt;
pub(super) mod audit_entry;
pub(super) mod backfill;
pub(super) mod calendar;
pub(super) mod calendar_version;
pub(super) mod feed;
pub(super) mod file_seen;
pub(super) mod hook_seen;
pub(super) mod idempotency;
pub(super) mod pool;
pub(super) mod run;
pub(super) mod schedule;
pub(super) mod session;
pub(super) mod setting;
pub(super) mod slot;
pub(super) mod task;
pub(super) mod task_version;
pub(super) mod token;
pub(super) mod trigger;
pub(super) mod trigger_firing;
pub(super) mod trigger_source;
pub(super) mod user;
