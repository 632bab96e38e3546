//! Triggers.

use crate::domain::keys::{Key, Task, Trigger};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trigger")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Trigger>,
    pub uid: Uuid,
    pub task_id: Key<Task>,
    pub key: String,
    pub kind: String,
    pub secret_hash: Option<Vec<u8>>,
    pub sealed_secret: Option<Vec<u8>>,
    pub rotated_at: Option<Micros>,
    pub last_run_at: Option<Micros>,
    pub removed_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
