//! What is looked at for dependencies of waiting runs.

use crate::domain::keys::{self, Key};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "probe")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<keys::Probe>,
    pub digest: Vec<u8>,
    pub kind: String,
    pub spec: String,
    pub every: i64,
    pub troubles: i64,
    pub memory: Option<String>,
    pub next_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
