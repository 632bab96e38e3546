//! Schedules of tasks, including removed ones.

use crate::domain::keys::{Key, Schedule, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Schedule>,
    pub uid: Uuid,
    pub task_id: Key<Task>,
    pub key: String,
    pub definition: String,
    pub enabled: bool,
    pub watermark_at: Micros,
    pub removed_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
