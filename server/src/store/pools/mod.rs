//! Pools: named limits of simultaneous runs.
//!
//! Deliberately absent: how much of them is in use, which `runs::places` counts, and choosing which run gets a place, which
//! `domain::pools` does. Start reading at `pool_list`.

pub mod entity;

use self::entity::pool;
use super::core::entity::task;
use super::core::error::unique;
use super::core::page::{containing, in_name_order};
use super::core::rows::small;
use super::core::task::definition::definition_of;
use super::core::time::Micros;
use super::{Conflict, Result, Store, StoreError, Tx};
use crate::domain::ids::PoolId;
use crate::domain::model::PoolRecord;
use crate::domain::model::{Cursor, Page, PageRequest};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _,
    QueryOrder as _, Set,
};

impl Store {
    /// A page of pools by name.
    pub async fn pool_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<PoolRecord>> {
        let mut query = pool::Entity::find();
        if let Some(text) = text {
            query = query.filter(containing(pool::Column::Name, text));
        }
        let columns = [pool::Column::Name, pool::Column::Id];
        let place = |row: &pool::Model| Cursor::text(row.name.clone(), row.id);
        Ok(in_name_order(self.reader(), query, columns, page, place).await?.map(record))
    }

    /// All pools.
    pub async fn pools(&self) -> Result<Vec<PoolRecord>> {
        let rows = pool::Entity::find().order_by_asc(pool::Column::Name).all(self.reader()).await?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// Finds a pool by id or name.
    pub async fn pool_find(&self, pool: &str) -> Result<Option<PoolRecord>> {
        find(self.reader(), pool).await
    }

    /// Names of the tasks that use a pool.
    pub async fn pool_tasks(&self, pool: &str) -> Result<Vec<String>> {
        users(self.reader(), pool).await
    }
}

impl Tx {
    /// Finds a pool by id or name.
    pub async fn pool_find(&self, pool: &str) -> Result<Option<PoolRecord>> {
        find(self, pool).await
    }

    /// Names of the tasks that use a pool.
    pub async fn pool_tasks(&self, pool: &str) -> Result<Vec<String>> {
        users(self, pool).await
    }

    /// Stores a new pool. Fails with `NameTaken` if the name is in use.
    pub async fn pool_insert(
        &self,
        name: &str,
        description: &str,
        capacity: u32,
        at: DateTime<Utc>,
    ) -> Result<PoolRecord> {
        let row = pool::ActiveModel {
            id: NotSet,
            uid: Set(PoolId::generate().0),
            name: Set(name.to_owned()),
            description: Set(description.to_owned()),
            capacity: Set(capacity.into()),
            version: Set(1),
            created_at: Set(at.into()),
            updated_at: Set(at.into()),
        };
        Ok(record(row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?))
    }

    /// Changes a pool. Fails with `Stale` if the pool is no longer at the version that was read.
    pub async fn pool_update(&self, read: &PoolRecord, changed: &PoolRecord, at: DateTime<Utc>) -> Result<PoolRecord> {
        let rows = pool::Entity::update_many()
            .col_expr(pool::Column::Name, Expr::value(changed.name.clone()))
            .col_expr(pool::Column::Description, Expr::value(changed.description.clone()))
            .col_expr(pool::Column::Capacity, Expr::value(i64::from(changed.capacity)))
            .col_expr(pool::Column::Version, Expr::value(i64::from(read.version) + 1))
            .col_expr(pool::Column::UpdatedAt, Expr::value(Micros::from(at)))
            .filter(pool::Column::Id.eq(read.key))
            .filter(pool::Column::Version.eq(i64::from(read.version)))
            .exec_with_returning(self)
            .await
            .map_err(|error| unique(error, Conflict::NameTaken))?;
        rows.into_iter().next().map(record).ok_or_else(|| StoreError::conflict(Conflict::Gone("the pool")))
    }

    /// Deletes a pool. Returns false if there was none.
    pub async fn pool_delete(&self, read: &PoolRecord) -> Result<bool> {
        Ok(pool::Entity::delete_by_id(read.key).exec(self).await?.rows_affected > 0)
    }
}

fn record(row: pool::Model) -> PoolRecord {
    let pool::Model { id, uid, name, description, capacity, version, created_at, updated_at } = row;
    PoolRecord {
        id: PoolId(uid),
        key: id,
        name,
        description,
        capacity: small(capacity),
        version: small(version),
        created_at: created_at.into(),
        updated_at: updated_at.into(),
    }
}

async fn find(connection: &impl ConnectionTrait, pool: &str) -> Result<Option<PoolRecord>> {
    let query = match pool.parse::<PoolId>() {
        Ok(id) => pool::Entity::find().filter(pool::Column::Uid.eq(id.0)),
        Err(_) => pool::Entity::find().filter(pool::Column::Name.eq(pool)),
    };
    Ok(query.one(connection).await?.map(record))
}

/// `_` in a name is a wildcard of LIKE, so the rows found are checked again.
async fn users(connection: &impl ConnectionTrait, pool: &str) -> Result<Vec<String>> {
    let query = task::Entity::find()
        .filter(task::Column::DeletedAt.is_null())
        .filter(task::Column::Definition.contains(format!("\"pool\":\"{pool}\"")))
        .order_by_asc(task::Column::Name);
    let mut found = Vec::new();
    for row in query.all(connection).await? {
        if definition_of(&row.definition).0.pool.as_deref() == Some(pool) {
            found.push(row.name);
        }
    }
    Ok(found)
}
