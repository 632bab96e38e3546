//! Times in which rules tell nothing about some tasks.

use crate::domain::keys::{Key, Silence};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "silence")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Silence>,
    pub uid: Uuid,
    pub what: String,
    pub from_at: Micros,
    pub until_at: Micros,
    pub reason: String,
    pub created_at: Micros,
    pub created_by: String,
    pub ended_at: Option<Micros>,
    pub ended_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
