//! What the newest runs of tasks that succeeded took, logged and reported.

use crate::domain::keys::{Key, Task};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_band")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: Key<Task>,
    pub samples: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
