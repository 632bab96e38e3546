//! Opening: checks, migrations with a copy taken first, the pool of readers, the writer.

use super::{Result, StoreError};
use std::path::PathBuf;
use std::sync::Arc;

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

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://...`; none: `orc.db` in the data folder.
    pub url: Option<String>,
    /// Data folder; copies taken before migrations go to `backups` in it.
    pub data_dir: PathBuf,
    /// Connections for reading.
    pub readers: u32,
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseConfig").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

/// The database, opened. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    _inner: Arc<()>,
}

impl Store {
    /// Opens the database, brings its schema up to date, starts the writer. `Refused` says what is wrong and what to do.
    pub async fn open(_config: &DatabaseConfig) -> Result<Self> {
        Err(StoreError::Closed)
    }

    /// Waits for what is being written, then closes. Later calls answer `Closed`.
    pub async fn close(&self) {}
}
