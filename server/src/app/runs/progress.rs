//! Sizes of the logs of running attempts. The engine reports them, followers of a log watch them, and runs show them.

use super::attempts::LogCounts;
use crate::domain::ids::{AttemptId, RunId};
use crate::domain::model::{AttemptRecord, ElsewhereRun, RunRecord};
use crate::domain::vocabulary::RunState;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What each running attempt has logged so far. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ProgressBoard {
    rows: Arc<Mutex<Rows>>,
}

#[derive(Debug, Default)]
struct Rows {
    attempts: HashMap<AttemptId, watch::Sender<LogCounts>>,
    /// The attempt in progress of each run.
    runs: HashMap<RunId, AttemptId>,
    /// The attempts of jobs elsewhere, by run.
    elsewhere: HashMap<RunId, AttemptId>,
}

impl Rows {
    fn logged(&self, attempt: AttemptId) -> LogCounts {
        self.attempts.get(&attempt).map(|counts| *counts.borrow()).unwrap_or_default()
    }
}

impl ProgressBoard {
    /// Adds an attempt of a run that begins or is adopted.
    pub fn begin(&self, run: RunId, attempt: AttemptId) {
        let mut rows = self.lock();
        rows.attempts.entry(attempt).or_insert_with(|| watch::channel(LogCounts::default()).0);
        rows.runs.insert(run, attempt);
    }

    /// Reports the size of an attempt's log.
    pub fn report(&self, attempt: AttemptId, counts: LogCounts) {
        if let Some(sender) = self.lock().attempts.get(&attempt) {
            sender.send_replace(counts);
        }
    }

    /// Removes an attempt that has ended. Watchers see their channel close.
    pub fn end(&self, run: RunId, attempt: AttemptId) {
        let mut rows = self.lock();
        rows.attempts.remove(&attempt);
        if rows.runs.get(&run) == Some(&attempt) {
            rows.runs.remove(&run);
        }
    }

    /// Replaces the attempts of jobs elsewhere, which are all those that are open.
    pub fn elsewhere(&self, open: &[ElsewhereRun]) {
        let open: HashMap<RunId, AttemptId> = open.iter().map(|run| (run.run, run.attempt)).collect();
        let before = std::mem::replace(&mut self.lock().elsewhere, open.clone());
        before.iter().filter(|(run, _)| !open.contains_key(run)).for_each(|(run, attempt)| self.end(*run, *attempt));
        open.iter().for_each(|(run, attempt)| self.begin(*run, *attempt));
    }

    /// Watches a running attempt. Returns none if it is not running here.
    pub fn watch(&self, attempt: AttemptId) -> Option<watch::Receiver<LogCounts>> {
        self.lock().attempts.get(&attempt).map(watch::Sender::subscribe)
    }

    /// Adds what attempts in progress have logged so far to their runs, which count ended attempts alone. Runs of jobs
    /// elsewhere count all that was logged.
    pub fn add_to_runs(&self, runs: &mut [RunRecord]) {
        let rows = self.lock();
        for run in runs.iter_mut().filter(|run| run.state == RunState::Running && !run.is_elsewhere()) {
            if let Some(attempt) = rows.runs.get(&run.id) {
                add(run, rows.logged(*attempt));
            }
        }
    }

    /// Adds the same to one run and to its attempts, which are all that it has.
    pub fn add_to_run(&self, run: &mut RunRecord, attempts: &mut [AttemptRecord]) {
        if run.is_elsewhere() {
            return;
        }
        let rows = self.lock();
        for attempt in attempts.iter_mut().filter(|attempt| attempt.outcome.is_none()) {
            let counts = rows.logged(attempt.id);
            (attempt.log_bytes, attempt.log_lines) = (counts.bytes, counts.lines);
            attempt.log_dropped_bytes = counts.dropped_bytes;
            add(run, counts);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn add(run: &mut RunRecord, counts: LogCounts) {
    run.log_bytes += counts.bytes;
    run.log_lines += counts.lines;
    run.log_truncated |= counts.dropped_bytes > 0;
}
