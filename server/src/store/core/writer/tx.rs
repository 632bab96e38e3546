//! A transaction as closures of the store see it. It notes every failed statement, so that no closure can hide a lost
//! transaction.

use crate::domain::model::CalendarShelf;
use crate::store::Result;
use crate::store::core::error::{Trouble, trouble};
use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

/// A transaction. If a closure returns an error or panics, exactly its own changes are undone. After an error of the
/// store the closure must end, because PostgreSQL refuses any further statement.
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

    /// Lends the transaction the calendars that the store read last.
    pub(in crate::store) fn lend(&self, shelf: &Arc<CalendarShelf>) {
        self.shelf.get_or_init(|| Arc::clone(shelf));
    }

    /// The calendars that the store read last. They may only be read, because what a transaction reads may never be
    /// committed.
    pub(in crate::store) fn shelf(&self) -> Option<&CalendarShelf> {
        self.shelf.get().map(Arc::as_ref)
    }

    /// The worst error that happened in the transaction.
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

    /// Returns whether rows must be locked before they are judged (PostgreSQL only, because SQLite has a single
    /// writer).
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
