//! The database as a file: size, copy, checkpoint, check.

use super::{DatabaseKind, Result, Store, StoreError};
use std::path::Path;

/// Facts about the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseFacts {
    /// Which database.
    pub kind: DatabaseKind,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Size of the write-ahead log in bytes (SQLite).
    pub wal_bytes: Option<u64>,
    /// Newest migration.
    pub schema_version: String,
}

/// What a checkpoint did (SQLite).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalState {
    /// Whether a reader kept it from finishing.
    pub busy: bool,
    /// Pages in the write-ahead log.
    pub pages: i64,
    /// Pages moved into the database.
    pub moved: i64,
}

impl Store {
    /// Kind, size and schema version.
    pub async fn database_facts(&self) -> Result<DatabaseFacts> {
        Err(StoreError::Closed)
    }

    /// Writes a consistent copy to a file that must not exist (SQLite; refused for PostgreSQL, which has its own tools).
    pub async fn backup_create(&self, _file: &Path) -> Result<()> {
        Err(StoreError::Closed)
    }

    /// Moves the write-ahead log into the database and truncates it. None on PostgreSQL.
    pub async fn wal_checkpoint(&self) -> Result<Option<WalState>> {
        Err(StoreError::Closed)
    }

    /// Looks for damage; answers what it found.
    pub async fn database_check(&self) -> Result<Vec<String>> {
        Err(StoreError::Closed)
    }
}
