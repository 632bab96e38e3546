//! Facts about the database.

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
