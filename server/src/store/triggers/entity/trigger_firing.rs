//! Ends of runs that triggers have not handled yet.

use crate::domain::keys::{Firing, Key, Trigger};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trigger_firing")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Firing>,
    pub trigger_id: Key<Trigger>,
    pub run_uid: Uuid,
    pub task_name: String,
    pub state: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
