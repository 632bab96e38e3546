//! The writer: everything that changes the database passes here.
//!
//! On SQLite one thread runs the waiting closures one after another, each in its own savepoint, commits them together, and
//! only then answers each (`group`). On PostgreSQL each closure is a transaction of its own, repeated on serialization
//! failures (`each`). An error of a statement is noted in the `Tx`, so that no closure can hide a dead transaction.

use super::error::{Trouble, trouble};
use super::{connect, each, group};
use crate::domain::model::CalendarShelf;
use crate::domain::model::WalState;
use crate::domain::model::{AttemptFinished, AttemptStarted};
use crate::store::{Result, Store, StoreError};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Longest time a closure may take.
const WORK_LIMIT: Duration = Duration::from_secs(10);
/// Longest time a caller waits for a place in the queue.
const QUEUE_LIMIT: Duration = Duration::from_secs(10);
/// Most commands that wait.
const QUEUE_LENGTH: usize = 4096;

/// A transaction. An error that a closure returns, or a panic, undoes everything the closure did, and nothing else. After
/// an error of the store the closure must end: PostgreSQL refuses any further statement.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    trouble: AtomicU8,
    shelf: OnceLock<Arc<CalendarShelf>>,
}

impl Tx {
    pub(in crate::store) const fn new(inner: DatabaseTransaction) -> Self {
        Self { inner, trouble: AtomicU8::new(0), shelf: OnceLock::new() }
    }

    /// The calendars that the store read last, for a look only: what a transaction reads may never be committed.
    pub(in crate::store) fn shelf(&self) -> Option<&CalendarShelf> {
        self.shelf.get().map(Arc::as_ref)
    }

    /// The worst that happened to it.
    pub(in crate::store) fn trouble(&self) -> Trouble {
        match self.trouble.load(Ordering::Relaxed) {
            0 => Trouble::None,
            1 => Trouble::Statement,
            2 => Trouble::Repeat,
            _ => Trouble::Dead,
        }
    }

    pub(in crate::store) async fn commit(self) -> Result<(), DbErr> {
        self.inner.commit().await
    }

    pub(in crate::store) async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }

    /// Whether rows must be locked before they are judged (PostgreSQL; SQLite has one writer anyway).
    pub(in crate::store) fn locks(&self) -> bool {
        self.inner.get_database_backend() == DbBackend::Postgres
    }

    fn note<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result {
            self.trouble.fetch_max(trouble(error) as u8, Ordering::Relaxed);
        }
        result
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.note(self.inner.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.note(self.inner.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(self.inner.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(self.inner.query_all_raw(statement).await)
    }
}

/// What the writer's thread is told.
pub(in crate::store) enum Command {
    /// A closure.
    Work(Box<dyn Work>),
    /// Attempts that started; shares statements with others of its kind.
    Started(Vec<AttemptStarted>, oneshot::Sender<Result<Vec<bool>>>),
    /// Attempts that ended; shares statements with others of its kind.
    Finished(Vec<AttemptFinished>, oneshot::Sender<Result<Vec<bool>>>),
    /// Checkpoint the write-ahead log, outside any transaction.
    Checkpoint(oneshot::Sender<Result<Option<WalState>>>),
    /// Finish and end.
    Close(oneshot::Sender<()>),
}

/// Something to do within a transaction. It may be run several times; the last run counts.
pub(in crate::store) trait Work: Send {
    /// Whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Does it; true: keep what was done.
    fn run<'a>(&'a mut self, tx: &'a Tx) -> LocalBoxFuture<'a, bool>;
    /// It was stopped from outside.
    fn fail(&mut self, error: StoreError);
    /// Answers, after the commit or its failure.
    fn answer(self: Box<Self>, commit: Result<()>);
    /// Whether it consists of parts that can be tried one by one when all together fail.
    fn divisible(&self) -> bool {
        false
    }
    /// Gives up its parts, each to be run and answered alone.
    fn divide(&mut self) -> Vec<Box<dyn Work>> {
        Vec::new()
    }
}

struct Closure<T, E, F> {
    work: F,
    shelf: Arc<CalendarShelf>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work for Closure<T, E, F>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: AsyncFn(&Tx) -> Result<T, E> + Send + 'static,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run<'a>(&'a mut self, tx: &'a Tx) -> LocalBoxFuture<'a, bool> {
        async move {
            self.result = None;
            tx.shelf.get_or_init(|| Arc::clone(&self.shelf));
            let result = (self.work)(tx).await;
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        }
        .boxed_local()
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>, commit: Result<()>) {
        let result = match (commit, self.result) {
            (Err(error), Some(Ok(_)) | None) => Err(error.into()),
            (_, Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed.into()),
        };
        let _ = self.reply.send(result);
    }
}

/// Runs work, stopping it when it panics or takes too long; true: keep what it did.
pub(in crate::store) async fn run_guarded(work: &mut dyn Work, tx: &Tx) -> bool {
    let guarded = AssertUnwindSafe(work.run(tx)).catch_unwind();
    match tokio::time::timeout(WORK_LIMIT, guarded).await {
        Ok(Ok(true)) if tx.trouble() == Trouble::Statement => {
            work.fail(StoreError::Other("a closure of the store went on after an error".into()));
            false
        }
        Ok(Ok(keep)) => keep,
        Ok(Err(panic)) => {
            let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            tracing::error!(%said, "a closure of the store panicked; it was rolled back");
            work.fail(StoreError::Other(format!("panicked: {said}")));
            false
        }
        Err(_) => {
            tracing::error!("a closure of the store took longer than {WORK_LIMIT:?}; it was rolled back");
            work.fail(StoreError::Busy);
            false
        }
    }
}

/// Starts the writer's thread; answers once its connection stands.
pub(in crate::store) async fn start(target: connect::Target) -> Result<mpsc::Sender<Command>> {
    let (sender, receiver) = mpsc::channel(QUEUE_LENGTH);
    let (ready, started) = oneshot::channel();
    let body = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => tokio::task::LocalSet::new().block_on(&runtime, serve(target, receiver, ready)),
            Err(error) => {
                let _ = ready.send(Err(StoreError::Other(format!("the writer cannot start: {error}"))));
            }
        }
    };
    let thread = std::thread::Builder::new().name("orc-store".into()).spawn(body);
    thread.map_err(|error| StoreError::Other(format!("the writer cannot start: {error}")))?;
    started.await.map_err(|_| StoreError::Closed)??;
    Ok(sender)
}

async fn serve(target: connect::Target, receiver: mpsc::Receiver<Command>, ready: oneshot::Sender<Result<()>>) {
    match connect::writer(&target).await {
        Err(error) => {
            let _ = ready.send(Err(error));
        }
        Ok(connection) => {
            let _ = ready.send(Ok(()));
            match target {
                connect::Target::Sqlite(_) => group::serve(target, connection, receiver).await,
                connect::Target::Postgres(_) => each::serve(connection, receiver).await,
            }
        }
    }
}

impl Store {
    /// Runs a closure in a transaction and answers after its commit. The closure may be run again (so it must not consume
    /// what it captures), talks only to the database, and ends within milliseconds. `E` is the caller's own error type.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&Tx) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Work(Box::new(Closure { work, shelf: Arc::clone(self.shelf()), result: None, reply })))
            .await?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Hands a command to the writer.
    pub(in crate::store) async fn send(&self, command: Command) -> Result<()> {
        match self.sender().send_timeout(command, QUEUE_LIMIT).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(StoreError::Busy),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(StoreError::Closed),
        }
    }
}
