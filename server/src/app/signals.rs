//! Signals: "look at the database again", raised after a commit, heard by workers.
//!
//! A signal carries nothing and may be lost without harm: every worker also looks by itself from time to time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// What a signal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Schedules changed: plan again.
    Schedules,
    /// A run became ready to start, or a place became free.
    Queue,
    /// Somebody asked a running run to stop.
    Cancel,
    /// Something ended: waiting runs may go on.
    Finished,
}

/// One bell per kind of signal.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    bells: Arc<[Notify; 4]>,
    counts: Arc<[AtomicU64; 4]>,
}

impl Signals {
    /// Rings: the one worker that listens (now, or next time it listens) wakes up.
    pub fn raise(&self, signal: Signal) {
        self.counts[place(signal)].fetch_add(1, Ordering::Release);
        self.bells[place(signal)].notify_one();
    }

    /// Waits until the signal is raised; a signal raised before counts.
    pub async fn heard(&self, signal: Signal) {
        self.bells[place(signal)].notified().await;
    }

    /// How often the signal was raised: tells a listener whether it was since it last looked.
    pub fn raised_count(&self, signal: Signal) -> u64 {
        self.counts[place(signal)].load(Ordering::Acquire)
    }
}

const fn place(signal: Signal) -> usize {
    match signal {
        Signal::Schedules => 0,
        Signal::Queue => 1,
        Signal::Cancel => 2,
        Signal::Finished => 3,
    }
}
