//! The database as a file: size, copy, checkpoint, check.

use crate::domain::model::{DatabaseFacts, WalState};
use crate::store::core::connect::Target;
use crate::store::core::schema;
use crate::store::core::writer::command::Command;
use crate::store::{Result, Store, StoreError};
use sea_orm::ConnectionTrait as _;
use std::path::{Path, PathBuf};
use tokio::sync::oneshot;

impl Store {
    /// Kind, size and schema version.
    pub async fn database_facts(&self) -> Result<DatabaseFacts> {
        let schema_version = orc_migrations::applied(self.reader()).await?.pop().unwrap_or_default();
        let (size_bytes, wal_bytes) = match self.target() {
            Target::Sqlite(path) => {
                let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
                (size(path), Some(size(&wal_of(path))))
            }
            Target::Postgres(_) => {
                let sql = "SELECT pg_database_size(current_database())";
                let row = self.reader().query_one_raw(schema::statement(self.reader(), sql)).await?;
                let size: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
                (size.unsigned_abs(), None)
            }
        };
        Ok(DatabaseFacts { kind: self.kind(), size_bytes, wal_bytes, schema_version })
    }

    /// Writes a consistent copy to a file that must not exist yet, and reads it (SQLite; refused for PostgreSQL, which has
    /// its own tools).
    pub async fn backup_create(&self, file: &Path) -> Result<()> {
        match self.target() {
            Target::Sqlite(path) => {
                schema::copy_into(path, file).await?;
                schema::prove(file).await
            }
            Target::Postgres(_) => Err(StoreError::Refused("copy a PostgreSQL database with pg_dump".into())),
        }
    }

    /// Moves the write-ahead log into the database and truncates it. Returns none on PostgreSQL.
    pub async fn wal_checkpoint(&self) -> Result<Option<WalState>> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Checkpoint(reply)).await?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Looks for damage and returns what it found. PostgreSQL checks its files itself.
    pub async fn database_check(&self) -> Result<Vec<String>> {
        match self.target() {
            Target::Sqlite(_) => Ok(schema::quick_check(self.reader()).await?),
            Target::Postgres(_) => Ok(Vec::new()),
        }
    }
}

fn wal_of(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    wal.into()
}
