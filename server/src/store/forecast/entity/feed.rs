//! Calendar feeds.

use crate::domain::keys::{Feed, Key, Task, User};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feed")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Feed>,
    pub uid: Uuid,
    pub name: String,
    pub secret_hash: Vec<u8>,
    pub task_id: Option<Key<Task>>,
    pub folder: Option<String>,
    pub days: i64,
    pub user_id: Option<Key<User>>,
    pub created_by: String,
    pub created_at: Micros,
    pub rotated_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
