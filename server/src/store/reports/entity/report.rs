//! Reports.

use crate::domain::keys::{Key, Report};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Report>,
    pub uid: Uuid,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub timing: String,
    pub scope: String,
    pub when_empty: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub done_at: Micros,
    pub sent_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
