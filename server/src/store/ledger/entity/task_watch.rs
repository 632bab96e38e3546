//! Tasks of which something is expected.

use crate::domain::keys::{Key, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_watch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: Key<Task>,
    pub since_at: Micros,
    pub success_at: Option<Micros>,
    pub look_at: Option<Micros>,
    pub silent_at: Option<Micros>,
    pub reason_code: Option<String>,
    pub reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
