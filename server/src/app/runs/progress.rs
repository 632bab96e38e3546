//! Sizes of the logs of running attempts. The engine reports them, and followers of a log watch them.

use crate::domain::ids::AttemptId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Bytes logged so far by each running attempt. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ProgressBoard {
    attempts: Arc<Mutex<HashMap<AttemptId, watch::Sender<u64>>>>,
}

impl ProgressBoard {
    /// Adds an attempt that begins or is adopted.
    pub fn begin(&self, attempt: AttemptId) {
        self.lock().entry(attempt).or_insert_with(|| watch::channel(0).0);
    }

    /// Reports the size of an attempt's log, in bytes.
    pub fn report(&self, attempt: AttemptId, bytes: u64) {
        if let Some(sender) = self.lock().get(&attempt) {
            sender.send_replace(bytes);
        }
    }

    /// Removes an attempt that has ended. Watchers see their channel close.
    pub fn end(&self, attempt: AttemptId) {
        self.lock().remove(&attempt);
    }

    /// Watches a running attempt. Returns none if it is not running here.
    pub fn watch(&self, attempt: AttemptId) -> Option<watch::Receiver<u64>> {
        self.lock().get(&attempt).map(watch::Sender::subscribe)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AttemptId, watch::Sender<u64>>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
