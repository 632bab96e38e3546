//! Files that file triggers know.

use crate::domain::keys::{Key, Trigger};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_seen")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub trigger_id: Key<Trigger>,
    #[sea_orm(primary_key, auto_increment = false)]
    pub path: String,
    pub bytes: i64,
    pub changed_at: Micros,
    pub gone_at: Option<Micros>,
    pub device: Option<i64>,
    pub number: Option<i64>,
    pub altered_at: Option<Micros>,
    pub rights: Option<i64>,
    pub content: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
