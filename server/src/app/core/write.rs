//! The only way in which the database is changed: a transaction, then the announcement of what it changed.
//!
//! Whoever asks for a change may stop waiting at any moment, because a connection breaks or a request takes too long. So the
//! announcement belongs to the commit, not to the caller: the writer makes it, and no change stays untold. Deliberately absent:
//! what is announced, which each subject knows. Start reading at `App::write`.

use crate::app::{App, Error, Result};
use crate::store::{StoreError, Tx};
use chrono::{DateTime, Utc};

/// How to change a definition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Write {
    /// Version on which the change is based; none: the last writer wins.
    pub base: Option<u32>,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// When a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct Moment {
    /// When the transaction began. Everything that the transactions before it wrote is older, so ledgers that are completed up to this
    /// instant agree with versions that begin at it.
    pub now: DateTime<Utc>,
    /// Since when the server has been there without a break.
    pub present_from: DateTime<Utc>,
}

/// Announces nothing: nobody waits for what was written.
pub(in crate::app) const fn silent<T>(_: &App, _: &T) {}

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
    /// Runs a closure in a transaction as `Store::write` does, and calls `announce` after the commit, whether or not the caller
    /// still waits. `announce` only publishes events and raises signals: the writer waits for it.
    pub(in crate::app) async fn write<T, F, A>(&self, work: F, announce: A) -> Result<T>
    where
        T: Send + 'static,
        F: AsyncFn(&Tx, Moment) -> Result<T> + Send + 'static,
        A: FnOnce(&Self, &T) + Send + 'static,
    {
        let (app, announcer) = (self.clone(), self.clone());
        let work = async move |tx: &Tx| work(tx, app.moment()).await;
        self.store().write_then(work, move |done| announce(&announcer, done)).await
    }

    /// Does the same as `write`; a dry run answers the same, leaves nothing behind and announces nothing.
    pub(in crate::app) async fn write_or_try<T, F, A>(&self, dry_run: bool, work: F, announce: A) -> Result<T>
    where
        T: Send + 'static,
        F: AsyncFn(&Tx, Moment) -> Result<T> + Send + 'static,
        A: FnOnce(&Self, &T) + Send + 'static,
    {
        let (app, announcer) = (self.clone(), self.clone());
        let work = async move |tx: &Tx| {
            let done = work(tx, app.moment()).await.map_err(Undone::Failed)?;
            if dry_run { Err(Undone::DryRun(done)) } else { Ok(done) }
        };
        match self.store().write_then(work, move |done| announce(&announcer, done)).await {
            Ok(done) | Err(Undone::DryRun(done)) => Ok(done),
            Err(Undone::Failed(error)) => Err(error),
        }
    }

    fn moment(&self) -> Moment {
        let present_from = self.present_from();
        Moment { now: self.clock().now(), present_from }
    }
}
