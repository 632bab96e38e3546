//! Pools: named limits of simultaneous runs, and how much of them is in use.
//!
//! Deliberately absent: choosing which run gets a place, which `domain::pools` does. Start reading at `pool_list`.

pub mod entity;

use self::entity::pool;
use super::core::error::unique;
use super::core::page::beyond;
use super::core::rows::small;
use super::core::time::Micros;
use super::runs::entity::run;
use super::tasks::definitions::definition_of;
use super::tasks::entity::task;
use super::{Conflict, Result, Store, StoreError, Tx};
use crate::domain::ids::PoolId;
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::model::{PoolRecord, PoolUse};
use crate::domain::pools::Places;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, NotSet,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use std::collections::BTreeMap;

impl Store {
    /// A page of pools by name.
    pub async fn pool_list(&self, page: &PageRequest) -> Result<Page<PoolRecord>> {
        let mut query = pool::Entity::find();
        if let Some(cursor) = &page.cursor {
            let (at, key) = cursor.as_text()?;
            query = query.filter(beyond([pool::Column::Name, pool::Column::Id], at, key, false));
        }
        let query = query.order_by_asc(pool::Column::Name).order_by_asc(pool::Column::Id);
        let rows = query.limit(u64::from(page.limit) + 1).all(self.reader()).await?;
        Ok(Page::cut(rows, page.limit, |row| Cursor::text(row.name.clone(), row.id)).map(record))
    }

    /// All pools.
    pub async fn pools(&self) -> Result<Vec<PoolRecord>> {
        let rows = pool::Entity::find().order_by_asc(pool::Column::Name).all(self.reader()).await?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// The places of all pools.
    pub async fn pool_places(&self) -> Result<BTreeMap<String, Places>> {
        places(self.reader(), pool::Entity::find().all(self.reader()).await?).await
    }

    /// Finds a pool by id or name.
    pub async fn pool_find(&self, pool: &str) -> Result<Option<PoolRecord>> {
        find(self.reader(), pool).await
    }

    /// How much of each pool is in use, for pools that open runs name.
    pub async fn pool_uses(&self) -> Result<BTreeMap<String, PoolUse>> {
        uses(self.reader()).await
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

    /// The places of all pools. On PostgreSQL they are locked, so that two servers do not give away the same place.
    pub async fn pool_places_locked(&self) -> Result<BTreeMap<String, Places>> {
        let query = pool::Entity::find().order_by_asc(pool::Column::Id);
        let query = if self.locks() { query.lock_exclusive() } else { query };
        places(self, query.all(self).await?).await
    }

    /// How much of each pool is in use, for pools that open runs name.
    pub async fn pool_uses(&self) -> Result<BTreeMap<String, PoolUse>> {
        uses(self).await
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

#[derive(FromQueryResult)]
struct UseRow {
    pool: String,
    weight: i64,
    number: i64,
    capacity: Option<i64>,
}

/// The places of these pools.
async fn places(connection: &impl ConnectionTrait, pools: Vec<pool::Model>) -> Result<BTreeMap<String, Places>> {
    let used = used(connection).await?;
    let of = |row: pool::Model| {
        let used = used.get(&row.name).copied().unwrap_or_default();
        (row.name, Places { capacity: small(row.capacity), used })
    };
    Ok(pools.into_iter().map(of).collect())
}

/// Places of each pool taken by runs that do not wait. The conditions of the partial index are spelled out so that
/// the index is used. The cost does not grow with the number of waiting runs.
async fn used(connection: &impl ConnectionTrait) -> Result<BTreeMap<String, u32>> {
    let query = run::Entity::find()
        .select_only()
        .column_as(run::Column::Pool, "pool")
        .column_as(run::Column::PoolWeight, "weight")
        .column_as(run::Column::Id.count(), "number")
        .expr_as(Expr::cust("(SELECT capacity FROM pool WHERE pool.name = run.pool)"), "capacity")
        .filter(Expr::cust("pool IS NOT NULL AND finished_at IS NULL AND state <> 'waiting'"))
        .group_by(run::Column::Pool)
        .group_by(run::Column::PoolWeight);
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for UseRow { pool, weight, number, capacity } in query.into_model::<UseRow>().all(connection).await? {
        *found.entry(pool).or_default() += small(number) * small(weight.min(capacity.unwrap_or(weight)));
    }
    Ok(found)
}

async fn uses(connection: &impl ConnectionTrait) -> Result<BTreeMap<String, PoolUse>> {
    let used = used(connection).await?.into_iter().map(|(pool, used)| (pool, PoolUse { used, waiting: 0 }));
    let mut found: BTreeMap<String, PoolUse> = used.collect();
    let query = run::Entity::find()
        .select_only()
        .column(run::Column::Pool)
        .column_as(run::Column::Id.count(), "number")
        .filter(Expr::cust("state = 'waiting' AND pool IS NOT NULL"))
        .group_by(run::Column::Pool);
    for (pool, number) in query.into_tuple::<(String, i64)>().all(connection).await? {
        found.entry(pool).or_default().waiting = small(number);
    }
    Ok(found)
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
