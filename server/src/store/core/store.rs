//! The open database: checks, migrations after making a copy, the pool of readers, and the way to the writer.

use super::connect::{Access, DatabaseConfig, Target};
use super::writer::command::Command;
use super::writer::shared::{Batch, SharedRow};
use super::writer::tx::Tx;
use super::writer::work::Closure;
use super::{connect, schema, writer};
use crate::domain::model::{CalendarShelf, DatabaseKind};
use crate::store::{Result, StoreError};
use sea_orm::DatabaseConnection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Longest time that a caller waits for a place in the queue.
const QUEUE_LIMIT: Duration = Duration::from_secs(10);

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    reader: DatabaseConnection,
    sender: mpsc::Sender<Command>,
    copy: Option<PathBuf>,
    shelf: Arc<CalendarShelf>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.kind().as_str())
    }
}

impl Store {
    /// Opens the database, brings its schema up to date, and starts the writer. `Refused` says what is wrong and what
    /// to do.
    pub async fn open(config: &DatabaseConfig) -> Result<Self> {
        let target = Target::of(config)?;
        let copy = match &target {
            Target::Sqlite(path) => schema::prepare_sqlite(path, &config.data_dir).await?,
            Target::Postgres(url) => {
                schema::prepare_postgres(url).await?;
                None
            }
        };
        let sender = writer::start(target.clone()).await?;
        let reader = match &target {
            Target::Sqlite(path) => connect::sqlite(path, Access::Read, config.readers.max(1)).await?,
            Target::Postgres(url) => connect::postgres(url, config.readers.max(1)).await?,
        };
        Ok(Self { inner: Arc::new(Inner { target, reader, sender, copy, shelf: Arc::default() }) })
    }

    /// Kind of database.
    pub fn kind(&self) -> DatabaseKind {
        self.inner.target.kind()
    }

    /// The copy made before this opening changed the schema, if it did.
    pub fn copy_before_migration(&self) -> Option<&Path> {
        self.inner.copy.as_deref()
    }

    /// Waits for pending writes, then closes. Later calls return `Closed`.
    pub async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.send(Command::Close(reply)).await.is_ok() {
            let _the_writer_may_be_gone = closed.await;
        }
        let _closing_cannot_be_repeated = self.inner.reader.close_by_ref().await;
    }

    pub(in crate::store) fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// The calendars that were read last.
    pub(in crate::store) fn shelf(&self) -> &CalendarShelf {
        &self.inner.shelf
    }

    pub(in crate::store) fn target(&self) -> &Target {
        &self.inner.target
    }

    /// Runs a closure in a transaction and returns after the commit. The closure may run more than once, so it must
    /// not consume what it captures. It must only use the database and end within milliseconds. `E` is the caller's
    /// own error type.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&Tx) -> Result<T, E> + Send + 'static,
    {
        self.write_then(work, |_| ()).await
    }

    /// Does the same as `write`, and calls `after` as soon as the commit is certain, also if whoever asked has stopped waiting
    /// by then. `after` runs on the writer's thread, so it must end within microseconds.
    pub async fn write_then<T, E, F, A>(&self, work: F, after: A) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&Tx) -> Result<T, E> + Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let shelf = Arc::clone(&self.inner.shelf);
        let work = async move |tx: &Tx| {
            tx.lend(&shelf);
            work(tx).await
        };
        self.send(Command::Work(Box::new(Closure::new(work, after, reply)))).await?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Writes rows in statements shared with rows of the same kind that wait at the same time. Returns for each row
    /// whether it was valid.
    pub(in crate::store) async fn write_shared<R: SharedRow>(&self, rows: Vec<R>) -> Result<Vec<bool>> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Shared(Box::new(Batch::new(rows, reply)))).await?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Sends a command to the writer.
    pub(in crate::store) async fn send(&self, command: Command) -> Result<()> {
        match self.inner.sender.send_timeout(command, QUEUE_LIMIT).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(StoreError::Busy),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(StoreError::Closed),
        }
    }
}
