//! Users.

use crate::domain::keys::{Key, User};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<User>,
    pub uid: Uuid,
    pub name: String,
    pub password_hash: String,
    pub role: String,
    pub grants: String,
    pub disabled: bool,
    pub created_at: Micros,
    pub last_login_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
