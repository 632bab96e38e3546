//! The keeper: watches the database's write-ahead log and the disk, and warns about either.

use crate::app::App;
use crate::app::core::events::Change;
use crate::app::system::disk::DiskGuard;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::SystemPart;
use crate::engine::core::worker::{RoundError, RoundResult, Worker};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Size in bytes from which the write-ahead log is a warning.
const WAL_MAX: u64 = 64 * 1024 * 1024;

/// The worker for database and disk.
#[derive(Debug)]
pub struct Keeper {
    app: App,
    guard: Mutex<DiskGuard>,
}

impl Keeper {
    /// Creates the worker.
    pub const fn new(app: App) -> Self {
        Self { app, guard: Mutex::new(DiskGuard::Ok) }
    }

    async fn round(&self) -> RoundResult {
        let moved = self.app.wal_checkpoint().await?;
        let disk = self.app.disk();
        let before = std::mem::replace(&mut *self.guard.lock().unwrap_or_else(PoisonError::into_inner), disk.guard());
        if before != disk.guard() {
            tracing::warn!(free_bytes = disk.free_bytes, guard = disk.guard().as_str(), "the disk guard changed");
            self.app.events().publish(Change::System { what: SystemPart::Disk });
        }
        let wal = self.app.wal_bytes().await?;
        if wal > WAL_MAX {
            return Err(RoundError(Reason::WalGrown { bytes: wal }));
        }
        let pages = moved.map_or(0, |state| u64::try_from(state.moved).unwrap_or_default());
        Ok((pages > 0).then_some(Reason::PagesMoved { pages }))
    }
}

impl Worker for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }
}
