//! Pools, as the store keeps them.

use crate::domain::ids::PoolId;
use crate::domain::keys::{Key, Pool};
use chrono::DateTime;
use chrono::Utc;

/// A pool as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolRecord {
    /// Id.
    pub id: PoolId,
    /// Key inside the database.
    pub key: Key<Pool>,
    /// Unique name.
    pub name: String,
    /// What it stands for.
    pub description: String,
    /// Places; 0: closed.
    pub capacity: u32,
    /// Version of the definition.
    pub version: u32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What of a pool is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// Places taken by open runs, each at most the pool.
    pub used: u32,
    /// Runs that wait.
    pub waiting: u32,
}
