//! Connections: where the database is, and how each kind of connection is set up.

use crate::domain::model::DatabaseKind;
use crate::store::{Result, StoreError};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Number of writing connections on PostgreSQL.
pub(in crate::store) const POSTGRES_WRITERS: u32 = 8;
const BUSY_LIMIT: Duration = Duration::from_secs(5);
/// Size in bytes to which the write-ahead log is cut after a checkpoint.
const JOURNAL_SIZE_LIMIT: &str = "67108864";

/// Number of pages (32 MiB) at which the write-ahead log is copied into the database. 10,000 runs can be queued
/// without a copy.
const CHECKPOINT_PAGES: &str = "8192";

/// Maximum page cache of the writer, in KiB as a negative number. With less, a transaction of many rows writes its
/// pages twice.
const WRITER_CACHE: &str = "-16384";

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://...`; none: `orc.db` in the data folder.
    pub url: Option<String>,
    /// Data folder. Copies made before migrations go to its folder `backups`.
    pub data_dir: PathBuf,
    /// Number of connections for reading.
    pub readers: u32,
}

impl DatabaseConfig {
    /// Uses SQLite in the data folder.
    pub fn in_data_dir(data_dir: impl Into<PathBuf>) -> Self {
        Self { url: None, data_dir: data_dir.into(), readers: 4 }
    }
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseConfig").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

/// What to connect to.
#[derive(Clone)]
pub(in crate::store) enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A URL.
    Postgres(String),
}

impl Target {
    pub(in crate::store) fn of(config: &DatabaseConfig) -> Result<Self> {
        let Some(url) = &config.url else {
            return Ok(Self::Sqlite(config.data_dir.join("orc.db")));
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.clone()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.starts_with(":memory:") => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => Err(StoreError::Refused("the database URL must be sqlite:PATH or postgres://...".into())),
        }
    }

    pub(in crate::store) const fn kind(&self) -> DatabaseKind {
        match self {
            Self::Sqlite(_) => DatabaseKind::Sqlite,
            Self::Postgres(_) => DatabaseKind::Postgres,
        }
    }
}

/// What a SQLite connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Access {
    /// Read only, by a pragma.
    Read,
    /// Write, and create the file.
    Write,
    /// Read only, by the mode of the open file, so that nothing is touched.
    Look,
}

/// Opens the writer's connection.
pub(in crate::store) async fn writer(target: &Target) -> Result<DatabaseConnection> {
    match target {
        Target::Sqlite(path) => sqlite(path, Access::Write, 1).await,
        Target::Postgres(url) => postgres(url, POSTGRES_WRITERS).await,
    }
}

/// Connects to a SQLite file.
pub(in crate::store) async fn sqlite(path: &Path, access: Access, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new("sqlite:orc");
    // All connections are opened at once, from the runtime's own threads. Each connection is a permanent thread, and
    // one opened by a thread of low priority would keep that priority.
    common(&mut options).max_connections(connections).min_connections(connections);
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |_| sqlite_options(&path, access));
    Ok(Database::connect(options).await?)
}

fn sqlite_options(path: &Path, access: Access) -> SqliteConnectOptions {
    use sea_orm::sqlx::ConnectOptions as _;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_LIMIT)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .statement_cache_capacity(64)
        .disable_statement_logging();
    match access {
        Access::Look => options.read_only(true),
        Access::Read => options.create_if_missing(false).pragma("query_only", "ON"),
        Access::Write => options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .statement_cache_capacity(256)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .pragma("journal_size_limit", JOURNAL_SIZE_LIMIT)
            .pragma("cache_size", WRITER_CACHE),
    }
}

/// Connects to PostgreSQL.
pub(in crate::store) async fn postgres(url: &str, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    common(&mut options).max_connections(connections).set_application_name("orc");
    options.test_before_acquire_if_idle_for(BUSY_LIMIT);
    Database::connect(options)
        .await
        .map_err(|error| StoreError::Refused(format!("PostgreSQL cannot be reached: {error}")))
}

fn common(options: &mut ConnectOptions) -> &mut ConnectOptions {
    options
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(false)
        .min_connections(1)
        .acquire_timeout(BUSY_LIMIT)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
}
