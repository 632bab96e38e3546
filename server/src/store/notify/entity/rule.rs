//! Rules of notifications.

use crate::domain::keys::{Key, Rule};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Rule>,
    pub uid: Uuid,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub terms: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
