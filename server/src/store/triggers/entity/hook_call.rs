//! Calls of webhooks.

use crate::domain::keys::{HookCall, Key, Trigger};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hook_call")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<HookCall>,
    pub trigger_id: Key<Trigger>,
    pub called_at: Micros,
    pub address: String,
    pub sender: String,
    pub verdict: String,
    pub run_uid: Option<Uuid>,
    pub delivery: Option<String>,
    pub body_bytes: i64,
    pub call_count: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
