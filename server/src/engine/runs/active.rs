//! The attempts in progress in this server, and how to reach each of them.

use crate::domain::ids::{AttemptId, RunId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

/// A command to an attempt in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Stop: ask, wait for the grace period, kill.
    Cancel,
    /// Stop at once.
    Kill,
}

/// Whether the runner of an attempt in progress can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// This server started the runner, or the runner has answered.
    Reached,
    /// An earlier server started the runner, and this server is attaching to it.
    Sought,
    /// The runner lives, but this server has failed to attach for a while.
    Lost,
}

#[derive(Debug)]
struct Entry {
    attempt: AttemptId,
    control: mpsc::UnboundedSender<Control>,
    cancel_on_stop: bool,
    grace: Duration,
    told: Option<Control>,
    touch: Touch,
}

/// The attempts in progress. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Active {
    runs: Arc<Mutex<HashMap<RunId, Entry>>>,
    ended: Arc<Notify>,
}

/// What the registry needs to know about an attempt.
#[derive(Debug, Clone, Copy)]
pub struct Joining {
    /// Id of the run.
    pub run: RunId,
    /// Id of the attempt.
    pub attempt: AttemptId,
    /// Whether the attempt is cancelled when the server stops.
    pub cancel_on_stop: bool,
    /// Grace period of the attempt.
    pub grace: Duration,
}

/// Membership of one attempt. Dropping it removes the attempt.
#[derive(Debug)]
pub struct Membership {
    active: Active,
    run: RunId,
    /// The commands to the attempt.
    pub control: mpsc::UnboundedReceiver<Control>,
}

impl Active {
    /// Registers an attempt that begins or is adopted. Returns none if the run is in progress already.
    pub fn join(&self, joining: Joining) -> Option<Membership> {
        let Joining { run, attempt, cancel_on_stop, grace } = joining;
        let mut runs = self.lock();
        if runs.contains_key(&run) {
            return None;
        }
        let (sender, control) = mpsc::unbounded_channel();
        runs.insert(run, Entry { attempt, control: sender, cancel_on_stop, grace, told: None, touch: Touch::Reached });
        drop(runs);
        Some(Membership { active: self.clone(), run, control })
    }

    /// Number of attempts in progress.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Number of attempts whose runner is in this state.
    pub fn touch_count(&self, touch: Touch) -> usize {
        self.lock().values().filter(|entry| entry.touch == touch).count()
    }

    /// Returns whether an attempt is in progress here.
    pub fn has(&self, attempt: AttemptId) -> bool {
        self.lock().values().any(|entry| entry.attempt == attempt)
    }

    /// Sends a command to a run, each kind of command once. Returns false if the run is not in progress here.
    pub fn tell(&self, run: RunId, control: Control) -> bool {
        let mut runs = self.lock();
        let Some(entry) = runs.get_mut(&run) else { return false };
        if entry.told != Some(control) && entry.told != Some(Control::Kill) {
            entry.told = Some(control);
            let _an_ending_attempt_needs_no_telling = entry.control.send(control);
        }
        true
    }

    /// Cancels every attempt that is not to be kept. Returns the longest grace period among them.
    pub fn cancel_on_stop(&self) -> Option<Duration> {
        let runs = self.lock();
        let stopping: Vec<_> = runs.iter().filter(|(_, entry)| entry.cancel_on_stop).collect();
        let grace = stopping.iter().map(|(_, entry)| entry.grace).max();
        for (_, entry) in stopping {
            let _an_ending_attempt_needs_no_telling = entry.control.send(Control::Cancel);
        }
        grace
    }

    /// Waits until only attempts that are to be kept are in progress.
    pub async fn wait_for_stopping(&self) {
        loop {
            let ended = self.ended.notified();
            if !self.lock().values().any(|entry| entry.cancel_on_stop) {
                return;
            }
            ended.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Entry>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Membership {
    /// Notes whether the runner can be reached.
    pub fn set_touch(&self, touch: Touch) {
        if let Some(entry) = self.active.lock().get_mut(&self.run) {
            entry.touch = touch;
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.active.lock().remove(&self.run);
        self.active.ended.notify_waiters();
    }
}
