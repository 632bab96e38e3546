//! Events: what changed, for everybody who follows. A bounded ring in memory with ids.
//!
//! An id is `<server start in microseconds>-<sequence>`. A subscriber that returns with an id gets what it missed, or
//! learns that there is a gap (server/docs/decisions.md, 25). Nothing may depend on receiving an event.

use crate::domain::ids::{RunId, TaskId};
use crate::domain::vocabulary::{EventLoss, RunState, SlotOutcome, SystemPart};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

/// Number of events kept for returning subscribers.
pub const RING: usize = 4096;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A run changed or is new.
    Run {
        /// Id of the run.
        id: RunId,
        /// The run's current state.
        state: RunState,
        /// Id of its task.
        task_id: TaskId,
        /// Name of its task.
        task: String,
        /// Whether the run is new.
        created: bool,
    },
    /// A task changed, is new, or is gone.
    Task {
        /// Id of the task.
        id: TaskId,
        /// Name of the task.
        name: String,
        /// Version of its definition; none if the task is gone.
        version: Option<u32>,
    },
    /// A ledger entry was written.
    Slot {
        /// Id of the task.
        task_id: TaskId,
        /// Name of the task.
        task: String,
        /// What became of the slot.
        outcome: SlotOutcome,
    },
    /// The server's own state changed.
    System {
        /// What changed.
        what: SystemPart,
    },
}

/// A change and its position in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// Sequence number within this server's life, starting at 1.
    pub sequence: u64,
    /// What changed.
    pub change: Change,
}

/// The start of a subscription.
#[derive(Debug)]
pub struct Subscription {
    /// Why events are missing; none if nothing is missing.
    pub gap: Option<EventLoss>,
    /// Events since the given id.
    pub backlog: Vec<Numbered>,
    /// Sequence number of the newest event when the subscription began.
    pub newest: u64,
    /// Events from now on.
    pub live: broadcast::Receiver<Numbered>,
}

/// The stream of events.
#[derive(Debug, Clone)]
pub struct EventBus {
    epoch: i64,
    ring: Arc<Mutex<Ring>>,
}

#[derive(Debug)]
struct Ring {
    next: u64,
    kept: VecDeque<Numbered>,
    live: broadcast::Sender<Numbered>,
    finished: BTreeMap<RunState, u64>,
    slots: BTreeMap<SlotOutcome, u64>,
}

impl Default for EventBus {
    fn default() -> Self {
        Self::new()
    }
}

impl EventBus {
    /// Creates a stream. Its epoch distinguishes this server's life from others.
    pub fn new() -> Self {
        let epoch = crate::clock::process_start_micros();
        let (kept, live) = (VecDeque::with_capacity(RING), broadcast::channel(RING).0);
        let ring = Ring { next: 1, kept, live, finished: BTreeMap::new(), slots: BTreeMap::new() };
        Self { epoch, ring: Arc::new(Mutex::new(ring)) }
    }

    /// Publishes a change to everybody. Call this after the commit.
    pub fn publish(&self, change: Change) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        match &change {
            Change::Run { state, .. } if state.is_final() => *ring.finished.entry(*state).or_default() += 1,
            Change::Slot { outcome, .. } => *ring.slots.entry(*outcome).or_default() += 1,
            Change::Run { .. } | Change::Task { .. } | Change::System { .. } => {}
        }
        let numbered = Numbered { sequence: ring.next, change };
        ring.next += 1;
        if ring.kept.len() == RING {
            ring.kept.pop_front();
        }
        ring.kept.push_back(numbered.clone());
        let _nobody_listens_is_fine = ring.live.send(numbered);
    }

    /// Number of runs that ended since the server started, by final state.
    pub fn finished_runs(&self) -> BTreeMap<RunState, u64> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).finished.clone()
    }

    /// Number of ledger entries written since the server started, by outcome.
    pub fn slots(&self) -> BTreeMap<SlotOutcome, u64> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).slots.clone()
    }

    /// The id of an event, as sent to clients.
    pub fn id(&self, sequence: u64) -> String {
        format!("{}-{sequence}", self.epoch)
    }

    /// The id of the newest event.
    pub fn newest_id(&self) -> String {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        self.id(ring.next - 1)
    }

    /// Subscribes to the stream after the event with this id (none: from now on).
    pub fn subscribe(&self, after: Option<&str>) -> Subscription {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let (live, newest) = (ring.live.subscribe(), ring.next - 1);
        let Some(after) = after else { return Subscription { gap: None, backlog: Vec::new(), newest, live } };
        let sequence = after
            .split_once('-')
            .filter(|(epoch, _)| epoch.parse() == Ok(self.epoch))
            .and_then(|(_, sequence)| sequence.parse::<u64>().ok())
            .filter(|sequence| *sequence < ring.next);
        let Some(sequence) = sequence else {
            return Subscription { gap: Some(EventLoss::Restart), backlog: Vec::new(), newest, live };
        };
        let oldest = ring.kept.front().map_or(ring.next, |numbered| numbered.sequence);
        if sequence + 1 < oldest {
            return Subscription { gap: Some(EventLoss::Overrun), backlog: Vec::new(), newest, live };
        }
        let backlog = ring.kept.iter().filter(|numbered| numbered.sequence > sequence).cloned().collect();
        Subscription { gap: None, backlog, newest, live }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_gets_what_was_missed_or_a_gap() {
        let bus = EventBus::new();
        assert_eq!(bus.subscribe(None).gap, None);
        bus.publish(Change::System { what: SystemPart::Hold });
        let id = bus.newest_id();
        bus.publish(Change::System { what: SystemPart::Disk });
        let back = bus.subscribe(Some(&id));
        assert_eq!((back.gap, back.backlog.len()), (None, 1));
        assert_eq!(bus.subscribe(Some("1-1")).gap, Some(EventLoss::Restart));
        assert_eq!(bus.subscribe(Some("rubbish")).gap, Some(EventLoss::Restart));
        (0..RING).for_each(|_| bus.publish(Change::System { what: SystemPart::Disk }));
        assert_eq!(bus.subscribe(Some(&id)).gap, Some(EventLoss::Overrun));
    }
}
