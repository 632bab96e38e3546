//! Rows of the tables, as sea-orm sees them. Nothing here leaves the room.

pub(super) mod attempt;
pub(super) mod audit_entry;
pub(super) mod idempotency;
pub(super) mod run;
pub(super) mod schedule;
pub(super) mod session;
pub(super) mod setting;
pub(super) mod slot;
pub(super) mod task;
pub(super) mod task_version;
pub(super) mod token;
pub(super) mod user;
