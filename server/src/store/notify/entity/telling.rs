//! What rules told, or have to tell.

use crate::domain::keys::{Incident, Key, Rule, Task, Telling};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "telling")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Telling>,
    pub rule_id: Key<Rule>,
    pub incident_id: Option<Key<Incident>>,
    pub task_id: Option<Key<Task>>,
    pub run_uid: Option<Uuid>,
    pub kind: String,
    pub step: String,
    pub round: i64,
    pub happened_at: Micros,
    pub due_at: Micros,
    pub told_at: Option<Micros>,
    pub muted: Option<String>,
    pub muted_args: String,
    pub muted_until: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
