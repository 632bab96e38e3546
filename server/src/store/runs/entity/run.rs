//! Runs.

use crate::domain::keys::{Backfill, Key, Run, Schedule, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

/// In place of the name of a server, for runs that jobs elsewhere carry out.
pub const NO_SERVER: &str = "";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "run")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Run>,
    pub uid: Uuid,
    pub task_id: Key<Task>,
    pub task_name: String,
    pub task_version: i64,
    pub state: String,
    pub trigger_kind: String,
    pub trigger_by: Option<String>,
    pub trigger_schedule_key: Option<String>,
    pub trigger_rerun_of: Option<Uuid>,
    pub origin_kind: Option<String>,
    pub origin_by: Option<String>,
    pub schedule_id: Option<Key<Schedule>>,
    pub scheduled_for: Option<Micros>,
    pub created_at: Micros,
    pub queued_at: Option<Micros>,
    pub started_at: Option<Micros>,
    pub finished_at: Option<Micros>,
    pub due_at: Micros,
    pub timeout: Option<i64>,
    pub deadline_at: Option<Micros>,
    pub priority: i64,
    pub params: String,
    pub result: Option<String>,
    pub reason_code: Option<String>,
    pub reason: String,
    pub cancel_requested_at: Option<Micros>,
    pub cancel_requested_by: Option<String>,
    pub cancel_forced: bool,
    pub attempt_count: i64,
    pub fence: i64,
    pub node: Option<String>,
    pub log_bytes: i64,
    pub log_lines: i64,
    pub log_truncated: bool,
    pub pool: Option<String>,
    pub pool_weight: Option<i64>,
    pub backfill_id: Option<Key<Backfill>>,
    pub needs_vault: bool,
    pub gate: Option<String>,
    pub gate_until: Option<Micros>,
    pub edited_params: Option<String>,
    pub suspicious: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
