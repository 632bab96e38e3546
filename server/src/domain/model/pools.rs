//! Pools, as the store keeps them.

use crate::domain::ids::PoolId;
use crate::domain::keys::{Key, Pool};
use chrono::DateTime;
use chrono::Utc;

/// A pool as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolRecord {
    /// Id of the pool.
    pub id: PoolId,
    /// Key in the database.
    pub key: Key<Pool>,
    /// Unique name.
    pub name: String,
    /// What the pool stands for.
    pub description: String,
    /// Number of places; 0: the pool is closed.
    pub capacity: u32,
    /// Version of the definition.
    pub version: u32,
    /// When the pool was created.
    pub created_at: DateTime<Utc>,
    /// When the definition last changed.
    pub updated_at: DateTime<Utc>,
}

/// The part of a pool that is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// Number of places taken by open runs. One run takes at most the whole pool.
    pub used: u32,
    /// Number of runs that wait.
    pub waiting: u32,
}
