//! Attempts.

use crate::domain::keys::{Attempt, Conditions, Key, Run};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Attempt>,
    pub uid: Uuid,
    pub run_id: Key<Run>,
    pub number: i64,
    pub outcome: Option<String>,
    pub node: String,
    pub boot_id: Option<String>,
    pub runner_pid: Option<i64>,
    pub runner_started: Option<i64>,
    pub pid: Option<i64>,
    pub token: Option<String>,
    pub started_at: Micros,
    pub finished_at: Option<Micros>,
    pub exit_code: Option<i64>,
    pub signal: Option<i64>,
    pub reason_code: Option<String>,
    pub reason: String,
    pub cpu: Option<i64>,
    pub peak_memory_bytes: Option<i64>,
    pub log_bytes: i64,
    pub log_lines: i64,
    pub log_dropped_bytes: i64,
    pub leaked_output: bool,
    pub survivor_count: i64,
    pub left_behind: Option<String>,
    pub credentials: Option<String>,
    pub disk_read_bytes: Option<i64>,
    pub disk_written_bytes: Option<i64>,
    pub limits: Option<String>,
    pub conditions_id: Option<Key<Conditions>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
