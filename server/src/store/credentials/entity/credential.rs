//! Credentials, with their sealed values.

use crate::domain::keys::{Credential, Key};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credential")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<Credential>,
    pub uid: Uuid,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub fields: String,
    pub key_id: String,
    pub wrapped_key: Vec<u8>,
    pub value: Vec<u8>,
    pub version: i64,
    pub value_version: i64,
    pub expires_at: Option<Micros>,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub changed_by: String,
    pub rotated_at: Micros,
    pub last_used_at: Option<Micros>,
    pub last_used_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
