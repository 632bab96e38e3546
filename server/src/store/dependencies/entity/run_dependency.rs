//! Dependencies of runs.

use crate::domain::keys::{self, Key, Run};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "run_dependency")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<keys::RunDependency>,
    pub run_id: Key<Run>,
    pub position: i64,
    pub key: String,
    pub rule: String,
    pub on_unmet: String,
    pub probe_id: Option<Key<keys::Probe>>,
    pub met: bool,
    pub sight: Option<String>,
    pub looked_at: Option<Micros>,
    pub next_at: Option<Micros>,
    pub deadline_at: Option<Micros>,
    pub waived_by: Option<String>,
    pub set_up_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub troubles: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
