//! The end of attempts: the domain decides what follows, and one transaction books all of it.

use crate::app::core::span::seconds;
use crate::app::{App, Result, Signal};
use crate::domain::core::limits::AppliedLimit;
use crate::domain::model::{AttemptFinished, ClaimedRun, LeftBehind, RunNext};
use crate::domain::reason::Reason;
use crate::domain::runs::{AfterAttempt, AttemptEnd, AttemptPlace, after_attempt};
use crate::domain::vocabulary::{AttemptOutcome, RunState};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptReport {
    /// Outcome of the attempt.
    pub outcome: AttemptOutcome,
    /// When the attempt ended.
    pub finished_at: DateTime<Utc>,
    /// Process id of the command, if it is not stored yet.
    pub pid: Option<u32>,
    /// Exit code of the process.
    pub exit_code: Option<i32>,
    /// Signal that ended the process.
    pub signal: Option<i32>,
    /// Why the attempt ended like this; none: there is no particular reason.
    pub reason: Option<Reason>,
    /// Whether another attempt would be pointless (program not found, folder missing).
    pub hopeless: bool,
    /// Processor seconds of the whole process tree.
    pub cpu_seconds: Option<f64>,
    /// Peak memory in bytes: of all processes together where that is measured, otherwise of the largest one.
    pub peak_memory_bytes: Option<u64>,
    /// Bytes that its processes read from disks.
    pub disk_read_bytes: Option<u64>,
    /// Bytes that its processes wrote for disks.
    pub disk_written_bytes: Option<u64>,
    /// The limits that its processes had.
    pub limits: Vec<AppliedLimit>,
    /// Figures of the log.
    pub log: LogCounts,
    /// Whether a process left behind still held the output.
    pub leaked_output: bool,
    /// Number of processes that could not be stopped.
    pub survivor_count: u32,
    /// Processes that continue because the task allows it.
    pub left_behind: Vec<LeftBehind>,
    /// What the run wrote as its result.
    pub result: Option<Value>,
}

/// Size of an attempt's log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogCounts {
    /// Number of bytes, including dropped ones.
    pub bytes: u64,
    /// Number of lines.
    pub lines: u64,
    /// Number of bytes that were not kept.
    pub dropped_bytes: u64,
}

impl AttemptReport {
    /// Creates a report of which only the outcome is known.
    pub fn bare(outcome: AttemptOutcome, finished_at: DateTime<Utc>, reason: Option<Reason>) -> Self {
        Self {
            outcome,
            finished_at,
            pid: None,
            exit_code: None,
            signal: None,
            reason,
            hopeless: false,
            cpu_seconds: None,
            peak_memory_bytes: None,
            disk_read_bytes: None,
            disk_written_bytes: None,
            limits: Vec::new(),
            log: LogCounts::default(),
            leaked_output: false,
            survivor_count: 0,
            left_behind: Vec::new(),
            result: None,
        }
    }
}

impl App {
    /// Books the end of an attempt and what follows. Returns false if the end was booked already; nothing was changed
    /// then.
    pub async fn attempt_finish(&self, claimed: &ClaimedRun, report: &AttemptReport) -> Result<bool> {
        let cancelled = self.store().run_cancel_requested(claimed.run.id).await?;
        let next = match self.after(claimed, report, cancelled) {
            AfterAttempt::Retry { at } => RunNext::Retry { at },
            AfterAttempt::Finish(state) => RunNext::Finish { state, result: report.result.clone() },
        };
        self.book(claimed, report, next).await
    }

    /// Books that nothing was started: the run is queued again and the attempt does not count.
    pub async fn attempt_requeue(&self, claimed: &ClaimedRun, reason: &Reason) -> Result<bool> {
        let report = AttemptReport::bare(AttemptOutcome::Lost, self.clock().now(), Some(reason.clone()));
        self.book(claimed, &report, RunNext::Requeue).await
    }

    fn after(&self, claimed: &ClaimedRun, report: &AttemptReport, cancel_requested: bool) -> AfterAttempt {
        let end = AttemptEnd {
            outcome: report.outcome,
            exit_code: report.exit_code,
            hopeless: report.hopeless,
            survivors: report.survivor_count,
        };
        let place = AttemptPlace {
            number: claimed.attempt.number,
            ended_at: report.finished_at,
            deadline_at: claimed.run.deadline_at,
            cancel_requested,
            draw: rand::random(),
        };
        after_attempt(&claimed.definition.retry, end, place)
    }

    async fn book(&self, claimed: &ClaimedRun, report: &AttemptReport, next: RunNext) -> Result<bool> {
        let state = match &next {
            RunNext::Retry { .. } => RunState::BackingOff,
            RunNext::Finish { state, .. } => *state,
            RunNext::Requeue => RunState::Queued,
        };
        let LogCounts { bytes: log_bytes, lines: log_lines, dropped_bytes: log_dropped_bytes } = report.log;
        let finished = AttemptFinished {
            attempt: claimed.attempt.id,
            run: claimed.run.id,
            fence: claimed.run.fence,
            outcome: report.outcome,
            finished_at: report.finished_at,
            pid: report.pid,
            exit_code: report.exit_code,
            signal: report.signal,
            reason: report.reason.clone(),
            cpu: report.cpu_seconds.map(|cpu| seconds(cpu.clamp(0.0, 1e12))),
            peak_memory_bytes: report.peak_memory_bytes,
            disk_read_bytes: report.disk_read_bytes,
            disk_written_bytes: report.disk_written_bytes,
            limits: report.limits.clone(),
            log_bytes,
            log_lines,
            log_dropped_bytes,
            leaked_output: report.leaked_output,
            survivor_count: report.survivor_count,
            left_behind: report.left_behind.clone(),
            next,
        };
        let booked = self.store().attempts_finish(vec![finished]).await?.first().copied().unwrap_or_default();
        if booked {
            let run = crate::domain::model::RunRecord { state, ..claimed.run.clone() };
            self.announce_run(&run, false);
        }
        self.signals().raise(Signal::Finished);
        Ok(booked)
    }
}

/// Seconds from now until an instant; zero if it has passed.
pub fn seconds_until(at: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    (at - now).max(TimeDelta::zero()).as_seconds_f64()
}
