//! Channels of notifications.

use crate::domain::keys::{Channel, Key};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Channel>,
    pub uid: Uuid,
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub target: String,
    pub credentials: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub accepted_at: Option<Micros>,
    pub refused_at: Option<Micros>,
    pub refused_count: i64,
    pub problem: Option<String>,
    pub problem_args: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
