//! Backfills.

use crate::domain::keys::{Backfill, Key, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "backfill")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Backfill>,
    pub uid: Uuid,
    pub task_id: Key<Task>,
    pub schedule_key: Option<String>,
    pub from_at: Micros,
    pub until_at: Micros,
    pub at_once: i64,
    pub params: String,
    pub state: String,
    pub reason_code: Option<String>,
    pub reason: String,
    pub slot_count: i64,
    pub made_count: i64,
    pub done_at: Micros,
    pub done_key: String,
    pub created_at: Micros,
    pub created_by: String,
    pub finished_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
