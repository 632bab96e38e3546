//! The writer: everything that changes the database passes here.
//!
//! On SQLite one thread runs the waiting closures one after another, each in its own savepoint, commits them together, and
//! only then answers each. On PostgreSQL each closure is a transaction of its own, repeated on serialization failures.

use super::{Store, StoreError};

/// A transaction. An error that a closure returns, or a panic, undoes everything the closure did, and nothing else.
#[derive(Debug)]
pub struct Tx {
    _private: (),
}

impl Store {
    /// Runs a closure in a transaction and answers after its commit. The closure may be run again (so it must not consume
    /// what it captures), talks only to the database, and ends within milliseconds. `E` is the caller's own error type.
    pub async fn write<T, E, F>(&self, _work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: AsyncFn(&Tx) -> Result<T, E> + Send + 'static,
    {
        Err(StoreError::Closed.into())
    }
}
