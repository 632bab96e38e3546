//! Places of pools: how many of each pool the open runs take.
//!
//! The runs themselves are counted, so there is no stored number that could be wrong. Deliberately absent: choosing which run
//! gets a place, which `domain::pools` does. Start reading at `used`.

use super::entity::run;
use crate::domain::model::PoolUse;
use crate::domain::pools::Places;
use crate::store::core::rows::small;
use crate::store::pools::entity::pool;
use crate::store::{Result, Store, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use std::collections::BTreeMap;

impl Store {
    /// The places of all pools.
    pub async fn pool_places(&self) -> Result<BTreeMap<String, Places>> {
        places(self.reader(), pool::Entity::find().all(self.reader()).await?).await
    }

    /// How much of each pool is in use, for pools that open runs name.
    pub async fn pool_uses(&self) -> Result<BTreeMap<String, PoolUse>> {
        uses(self.reader()).await
    }
}

impl Tx {
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
