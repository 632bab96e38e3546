//! What attempts found when they started. Attempts that found the same share a row.

use crate::domain::keys::{Conditions, Key};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conditions")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Conditions>,
    pub digest: Vec<u8>,
    pub found: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
