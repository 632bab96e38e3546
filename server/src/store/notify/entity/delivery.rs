//! Notifications on their way through channels.

use crate::domain::keys::{Channel, Delivery, Key};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Delivery>,
    pub uid: Uuid,
    pub channel_id: Option<Key<Channel>>,
    pub channel_name: String,
    pub dedup_key: Option<String>,
    pub notice: String,
    pub state: String,
    pub created_at: Micros,
    pub begun_at: Micros,
    pub due_at: Option<Micros>,
    pub attempt_count: i64,
    pub attempted_at: Option<Micros>,
    pub delivered_at: Option<Micros>,
    pub answer: Option<String>,
    pub unreached: String,
    pub problem: Option<String>,
    pub problem_args: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
