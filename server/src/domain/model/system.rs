//! Facts about the database, and what processes find around them.

use std::collections::BTreeMap;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// SQLite, a file in the data folder.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl DatabaseKind {
    /// The kind's word.
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

/// What every process of a task finds around it, unless its task says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Which rights new files do not get, as umask(2) takes it.
    pub umask: u32,
    /// Variables of the account.
    pub environment: BTreeMap<String, String>,
}
