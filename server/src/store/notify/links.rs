//! Links by which somebody takes an incident up without logging in.
//!
//! Of a link's secret, only a hash is stored. Start reading at `link_find`.

use super::entity::{incident, incident_link};
use super::incidents::records;
use crate::domain::model::{LinkNew, LinkRecord};
use crate::store::core::time::{Micros, instant};
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _, Set,
};
use uuid::Uuid;

impl Store {
    /// Finds a link by its id.
    pub async fn link_find(&self, id: Uuid) -> Result<Option<LinkRecord>> {
        find(self.reader(), id).await
    }
}

impl Tx {
    /// Finds a link by its id.
    pub async fn link_find(&self, id: Uuid) -> Result<Option<LinkRecord>> {
        find(self, id).await
    }

    /// Stores a new link.
    pub async fn link_insert(&self, new: &LinkNew) -> Result<()> {
        let LinkNew { id, incident_key, channel_name, secret_hash, expires_at } = new.clone();
        let row = incident_link::ActiveModel {
            id: NotSet,
            uid: Set(id),
            incident_id: Set(incident_key),
            channel_name: Set(channel_name),
            secret_hash: Set(secret_hash),
            expires_at: Set(expires_at.into()),
            used_at: Set(None),
        };
        row.insert(self).await?;
        Ok(())
    }

    /// Notes that a link was used. Returns false if it was used before.
    pub async fn link_use(&self, read: &LinkRecord, at: DateTime<Utc>) -> Result<bool> {
        let update = incident_link::Entity::update_many()
            .col_expr(incident_link::Column::UsedAt, Expr::value(Micros::from(at)))
            .filter(incident_link::Column::Id.eq(read.key))
            .filter(incident_link::Column::UsedAt.is_null());
        Ok(update.exec(self).await?.rows_affected > 0)
    }
}

async fn find(connection: &impl ConnectionTrait, id: Uuid) -> Result<Option<LinkRecord>> {
    let query = incident_link::Entity::find().filter(incident_link::Column::Uid.eq(id));
    let Some(row) = query.one(connection).await? else { return Ok(None) };
    let incident_link::Model { id, uid: _, incident_id, channel_name, secret_hash, expires_at, used_at } = row;
    let rows = incident::Entity::find_by_id(incident_id).all(connection).await?;
    let incident = records(connection, rows).await?.into_iter().next();
    Ok(incident.map(|incident| LinkRecord {
        key: id,
        incident,
        channel_name,
        secret_hash,
        expires_at: expires_at.into(),
        used_at: instant(used_at),
    }))
}
