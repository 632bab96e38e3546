//! Entries of the ledger of which something is expected, until nothing can be late about them; what was late stays.

use crate::domain::keys::{Key, Schedule, Task};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slot_watch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub schedule_id: Key<Schedule>,
    #[sea_orm(primary_key, auto_increment = false)]
    pub first_at: Micros,
    pub task_id: Key<Task>,
    pub look_at: Option<Micros>,
    pub late_kind: Option<String>,
    pub late_at: Option<Micros>,
    pub reason_code: Option<String>,
    pub reason: String,
    pub over_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
