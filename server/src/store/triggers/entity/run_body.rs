//! Bodies of the calls that started runs.

use crate::domain::keys::{Key, Run};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "run_body")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Key<Run>,
    pub body: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
