//! Dry runs: the real work in a real transaction, which is then rolled back.

use crate::app::{App, Error, Result};
use crate::store::{StoreError, Tx};

/// Why a piece of work is rolled back: it failed, or it was a dry run.
enum Undone<T> {
    Failed(Error),
    DryRun(T),
}

impl<T> From<StoreError> for Undone<T> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl App {
    /// Runs a closure in a transaction, as `Store::write` does. A dry run returns the same and leaves nothing behind.
    pub(in crate::app) async fn write_or_try<T, F>(&self, dry_run: bool, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: AsyncFn(&Tx) -> Result<T> + Send + 'static,
    {
        let done = self.store().write(async move |tx: &Tx| {
            let done = work(tx).await.map_err(Undone::Failed)?;
            if dry_run { Err(Undone::DryRun(done)) } else { Ok(done) }
        });
        match done.await {
            Ok(done) | Err(Undone::DryRun(done)) => Ok(done),
            Err(Undone::Failed(error)) => Err(error),
        }
    }
}
