//! The ledger.

use crate::domain::keys::{Key, Schedule, Slot, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slot")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Slot>,
    pub schedule_id: Key<Schedule>,
    pub task_id: Key<Task>,
    pub first_at: Micros,
    pub last_at: Micros,
    pub count: i64,
    pub outcome: String,
    pub reason_code: Option<String>,
    pub reason: String,
    pub run_uid: Option<Uuid>,
    pub created_at: Micros,
    pub skipped_code: Option<String>,
    pub skipped_because: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
