//! Signals: "look at the database again", raised after a commit, heard by workers.
//!
//! A signal carries only how often it was raised. Any number of workers may therefore listen to one, and none misses
//! a signal that was raised while it was busy. Losing a signal does no harm, because every worker also looks by
//! itself at intervals.

use std::sync::Arc;
use tokio::sync::watch;

/// The subject of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Schedules changed: compute the next slots again.
    Schedules,
    /// A run became ready to start, or a place became free.
    Queue,
    /// Somebody asked a running run to stop.
    Cancel,
    /// A run ended: waiting runs may start.
    Finished,
    /// Something happened in a folder that file triggers look at.
    Files,
    /// A look at a dependency ended.
    Gate,
    /// There is something to send, or a sending ended.
    Outbox,
    /// Rules or incidents changed, or runs were judged, so that incidents may be over.
    Incidents,
    /// Runs started: what was late may be late no longer.
    Started,
    /// Reports changed.
    Reports,
    /// A job elsewhere began or ended.
    Heartbeats,
}

impl Signal {
    /// All kinds of signals.
    pub const ALL: [Self; 11] = [
        Self::Schedules,
        Self::Queue,
        Self::Cancel,
        Self::Finished,
        Self::Files,
        Self::Gate,
        Self::Outbox,
        Self::Incidents,
        Self::Started,
        Self::Reports,
        Self::Heartbeats,
    ];
}

/// One counter per kind of signal.
#[derive(Debug, Clone)]
pub struct Signals {
    bells: Arc<[watch::Sender<u64>; Signal::ALL.len()]>,
}

impl Default for Signals {
    fn default() -> Self {
        Self { bells: Arc::new(std::array::from_fn(|_| watch::Sender::new(0))) }
    }
}

impl Signals {
    /// Raises a signal. Every worker that listens wakes up, now or when it listens again.
    pub fn raise(&self, signal: Signal) {
        self.bell(signal).send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Waits until the count of the signal differs from `seen`.
    pub async fn heard(&self, signal: Signal, seen: u64) {
        let mut bell = self.bell(signal).subscribe();
        let _the_sender_lives_as_long_as_we_do = bell.wait_for(|count| *count != seen).await;
    }

    /// How often the signal was raised. A listener uses it to see whether the signal was raised since its last look.
    pub fn raised_count(&self, signal: Signal) -> u64 {
        *self.bell(signal).borrow()
    }

    fn bell(&self, signal: Signal) -> &watch::Sender<u64> {
        &self.bells[match signal {
            Signal::Schedules => 0,
            Signal::Queue => 1,
            Signal::Cancel => 2,
            Signal::Finished => 3,
            Signal::Files => 4,
            Signal::Gate => 5,
            Signal::Outbox => 6,
            Signal::Incidents => 7,
            Signal::Started => 9,
            Signal::Reports => 8,
            Signal::Heartbeats => 10,
        }]
    }
}
