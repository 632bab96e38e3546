//! Links by which somebody takes an incident up without logging in.

use crate::domain::keys::{Incident, IncidentLink, Key};
use crate::store::core::time::Micros;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_link")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: Key<IncidentLink>,
    pub uid: Uuid,
    pub incident_id: Key<Incident>,
    pub channel_name: String,
    pub secret_hash: Vec<u8>,
    pub expires_at: Micros,
    pub used_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
