//! The one vault of an installation.

use crate::domain::keys::{Key, Vault};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vault")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Key<Vault>,
    pub uid: Uuid,
    pub key_id: String,
    pub key_kind: String,
    pub salt: Vec<u8>,
    pub rounds: i64,
    pub probe: Vec<u8>,
    pub created_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
