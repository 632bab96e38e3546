//! Tells a computation that nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request to stop, shared between the caller of a computation and the computation, which checks it at intervals.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the computation to end early. Its partial result is thrown away.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the computation should end early.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
