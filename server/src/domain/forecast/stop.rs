//! How a computation hears that nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish to stop, shared between whoever asked for a computation and the computation, which looks at it at intervals.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the computation to end early. What it has found by then is thrown away.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the computation should end early.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
