//! Facts about the database, what the server deletes apart from runs, and the environment of processes.

use crate::domain::core::limits::Abilities;
use crate::domain::tasks::start_limits::StartLimits;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// SQLite, a file in the data folder.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl DatabaseKind {
    /// Name of the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Facts about the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseFacts {
    /// Kind of database.
    pub kind: DatabaseKind,
    /// Size of the database in bytes.
    pub size_bytes: u64,
    /// Size of the write-ahead log in bytes (SQLite).
    pub wal_bytes: Option<u64>,
    /// Newest migration.
    pub schema_version: String,
}

/// Result of a checkpoint (SQLite).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalState {
    /// Whether a reader kept the checkpoint from finishing.
    pub busy: bool,
    /// Number of pages in the write-ahead log.
    pub pages: i64,
    /// Number of pages moved into the database.
    pub moved: i64,
}

/// What is deleted after some time, apart from runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leftovers {
    /// Ledger entries whose last slot is before this instant are deleted.
    pub slots_before: DateTime<Utc>,
    /// Sessions that ended before this instant are deleted.
    pub sessions_before: DateTime<Utc>,
    /// Idempotency keys that were used before this instant are deleted.
    pub keys_before: DateTime<Utc>,
    /// Deliveries that were made before this instant and are not tried any more are deleted, and incidents that were
    /// resolved before it.
    pub deliveries_before: DateTime<Utc>,
    /// Maximum number of ledger entries, of deliveries and of incidents, to delete at once.
    pub limit: u32,
}

/// The environment of every task's process, unless the task says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Permissions that new files do not get, as for umask(2).
    pub umask: u32,
    /// Variables of the account.
    pub environment: BTreeMap<String, String>,
    /// What the system takes when a process starts.
    pub limits: StartLimits,
    /// What the server can do with processes.
    pub abilities: Abilities,
}
