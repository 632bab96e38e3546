//! Signals: "look at the database again", raised after a commit, heard by workers.
//!
//! A signal carries nothing and may be lost without harm: every worker also looks by itself from time to time.

use std::sync::Arc;
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
}

impl Signals {
    /// Rings: the one worker that listens (now, or next time it listens) wakes up.
    pub fn raise(&self, signal: Signal) {
        self.bell(signal).notify_one();
    }

    /// Waits until the signal is raised; a signal raised before counts.
    pub async fn heard(&self, signal: Signal) {
        self.bell(signal).notified().await;
    }

    fn bell(&self, signal: Signal) -> &Notify {
        match signal {
            Signal::Schedules => &self.bells[0],
            Signal::Queue => &self.bells[1],
            Signal::Cancel => &self.bells[2],
            Signal::Finished => &self.bells[3],
        }
    }
}
