//! Tasks, including deleted ones.

use crate::domain::keys::{Key, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Task>,
    pub uid: Uuid,
    pub name: String,
    pub folder: String,
    pub tags: String,
    pub search: String,
    pub enabled: bool,
    pub version: i64,
    pub definition: String,
    pub retention_days: i64,
    pub retention_runs: i64,
    pub owner: Option<String>,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub deleted_at: Option<Micros>,
    pub run_count: i64,
    pub last_run_uid: Option<Uuid>,
    pub last_run_created_at: Micros,
    pub last_run_state: Option<String>,
    pub last_run_started_at: Option<Micros>,
    pub last_run_finished_at: Option<Micros>,
    pub last_run_suspicious: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
