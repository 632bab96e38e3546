//! What is or was wrong with tasks and with the server.

use crate::domain::keys::{Incident, Key, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Incident>,
    pub uid: Uuid,
    pub task_id: Option<Key<Task>>,
    pub part: Option<String>,
    pub kind: String,
    pub opened_at: Micros,
    pub seen_at: Micros,
    pub run_count: i64,
    pub first_run_uid: Option<Uuid>,
    pub last_run_uid: Option<Uuid>,
    pub state: Option<String>,
    pub reason_code: Option<String>,
    pub reason: String,
    pub acknowledged_at: Option<Micros>,
    pub acknowledged_by: Option<String>,
    pub note: String,
    pub resolved_at: Option<Micros>,
    pub resolved_by: Option<String>,
    pub snoozed_until: Option<Micros>,
    pub snoozed_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
