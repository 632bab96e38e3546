//! Following a runner: its messages, the commands to it, and the meaning of its exit record.

use super::active::{Membership, Touch};
use super::reach::message;
use super::runners::Conversation;
use crate::app::App;
use crate::app::runs::attempts::{AttemptReport, LogCounts};
use crate::domain::model::{AttemptStarted, ClaimedRun, LeftBehind};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{AttemptOutcome, LimitKind, LimitMeans};
use crate::engine::core::limits::{applied, kind_of};
use chrono::{DateTime, Utc};
use orc_runner::message::{RunnerMessage, Started};
use orc_runner::record::{self, CancelledBy, Exit, ExitRecord, LogTotals, Outcome, TimeLimit};
use orc_runner::{Link, LogReader, Swept};
use std::io;
use std::time::Duration;

/// A command that lasts longer than this has its process id stored at once; a shorter one has it stored with its end.
const SHOW_AFTER: Duration = Duration::from_millis(50);

/// How following ended.
#[derive(Debug)]
pub enum Followed {
    /// The runner ended with an exit record.
    Ended(Box<AttemptReport>),
    /// The conversation ended without an exit record, because the runner is gone or has closed it.
    Over {
        /// Whether the runner had sent anything before.
        answered: bool,
    },
}

/// Follows a runner until the conversation is over, and passes on the commands to the run.
pub async fn follow(
    app: &App,
    claimed: &ClaimedRun,
    mut runner: Conversation,
    membership: &mut Membership,
) -> Followed {
    let attempt = claimed.attempt.id;
    let mut child: Option<Started> = None;
    let mut answered = false;
    let show = tokio::time::sleep(SHOW_AFTER);
    tokio::pin!(show);
    loop {
        let said = tokio::select! {
            said = runner.next() => said,
            () = &mut show, if child.is_some() => {
                if let Some(child) = child.take() {
                    note_start(app, claimed, child).await;
                }
                continue;
            }
            Some(told) = membership.control.recv() => {
                let _a_gone_runner_is_seen_next = runner.send(&message(told)).await;
                continue;
            }
        };
        if matches!(said, Ok(Some(_))) && !answered {
            answered = true;
            membership.set_touch(Touch::Reached);
        }
        match said {
            Ok(Some(RunnerMessage::Started { child: started })) => {
                show.set(tokio::time::sleep(SHOW_AFTER));
                child = Some(started);
            }
            Ok(Some(RunnerMessage::Log { bytes, lines, dropped_bytes })) => {
                app.progress().report(attempt, LogCounts { bytes, lines, dropped_bytes });
            }
            Ok(Some(RunnerMessage::Exited { record })) => {
                app.progress().report(attempt, counts(&record.log));
                runner.until_gone().await;
                let pid = child.map(|child| child.pid);
                return Followed::Ended(Box::new(AttemptReport { pid, ..report(*record) }));
            }
            Ok(Some(RunnerMessage::Identity { .. } | RunnerMessage::Stopping { .. })) => {}
            Ok(Some(RunnerMessage::Refused { message })) => tracing::warn!(%attempt, message, "the runner refused"),
            Ok(None) | Err(_) => {
                runner.until_gone().await;
                return Followed::Over { answered };
            }
        }
    }
}

/// Stores the command's process id, which is only shown to people. Losing it does no harm.
async fn note_start(app: &App, claimed: &ClaimedRun, child: Started) {
    let started = AttemptStarted { pid: Some(child.pid), ..AttemptStarted::of(claimed) };
    let _shown_only = app.attempt_started(started).await;
}

/// Finds out what became of an attempt whose runner is gone. None means that its command was never started, because a
/// runner without a plan removes its log. `planned` says whether the runner may have received its plan; `leaves` says
/// whether the task leaves processes behind, so that none may be stopped. Blocks.
pub fn look_after(link: &Link, planned: bool, leaves: bool, now: DateTime<Utc>) -> io::Result<Option<AttemptReport>> {
    let mut reader = match LogReader::open(link.log()) {
        Ok(reader) => Some(reader),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(reader) = &mut reader
        && let Some(record) = reader.exit()?
    {
        return Ok(Some(report(record.clone())));
    }
    let (swept, left_behind) =
        if leaves { (Swept::default(), link.left_behind()?) } else { (link.sweep()?, Vec::new()) };
    let survivor_count = u32::try_from(swept.survivors.len()).unwrap_or(u32::MAX);
    let seen = swept.killed > 0 || survivor_count > 0 || !left_behind.is_empty();
    let totals = match &mut reader {
        Some(reader) => reader.totals()?,
        None => LogTotals::default(),
    };
    let lost = lost(now, swept.killed, survivor_count, counts(&totals));
    let lost = AttemptReport { left_behind: left_behind.into_iter().map(left_behind_of).collect(), ..lost };
    Ok((seen || planned && reader.is_some()).then_some(lost))
}

fn lost(now: DateTime<Utc>, killed: u32, survivor_count: u32, log: LogCounts) -> AttemptReport {
    let mut reasons = vec![Reason::RunnerGone {}];
    reasons.extend((killed > 0).then_some(Reason::ProcessesStopped { count: killed }));
    reasons.extend((survivor_count > 0).then_some(Reason::ProcessesLeft { count: survivor_count }));
    AttemptReport { survivor_count, log, ..AttemptReport::bare(AttemptOutcome::Lost, now, Reason::of_all(reasons)) }
}

/// The counts of a log that are booked.
pub(super) const fn counts(totals: &LogTotals) -> LogCounts {
    LogCounts { bytes: totals.bytes, lines: totals.lines, dropped_bytes: totals.dropped_bytes }
}

/// Turns an exit record into a report.
pub fn report(record: ExitRecord) -> AttemptReport {
    let (exit_code, signal) = match record.exit {
        Some(Exit::Code { code }) => (Some(code), None),
        Some(Exit::Signal { signal }) => (None, Some(signal)),
        None => (None, None),
    };
    let Meaning { outcome, reason, hopeless } = meaning(&record);
    let limits: Vec<_> = record.limits.iter().copied().map(applied).collect();
    // The kernel ends a process that passes a limit of its cgroup, so the limit explains the end.
    let passed = limits.iter().filter(|limit| limit.passed && limit.means == LimitMeans::Cgroup);
    let mut reasons: Vec<Reason> = passed.filter_map(|limit| passed_reason(limit.kind, limit.value)).collect();
    reasons.extend(reason);
    reasons.extend((record.swept > 0).then_some(Reason::ProcessesStopped { count: record.swept }));
    reasons.extend(record.result_error.clone().map(|problem| Reason::ResultRefused { problem }));
    AttemptReport {
        outcome,
        finished_at: DateTime::from_timestamp_micros(record.finished_at_micros).unwrap_or_default(),
        pid: None,
        exit_code,
        signal,
        reason: Reason::of_all(reasons),
        hopeless,
        cpu_seconds: Some(record.cpu_seconds),
        peak_memory_bytes: Some(record.peak_memory_bytes),
        disk_read_bytes: Some(record.disk_read_bytes),
        disk_written_bytes: Some(record.disk_written_bytes),
        limits,
        log: counts(&record.log),
        leaked_output: record.leaked_output,
        survivor_count: u32::try_from(record.survivors.len()).unwrap_or(u32::MAX),
        left_behind: record.left_behind.into_iter().map(left_behind_of).collect(),
        result: record.result,
    }
}

fn left_behind_of(process: record::LeftBehind) -> LeftBehind {
    let record::LeftBehind { pid, started_at_micros, name } = process;
    LeftBehind { pid, name, started_at: DateTime::from_timestamp_micros(started_at_micros).unwrap_or_default() }
}

/// What the end of a command means for its attempt.
struct Meaning {
    outcome: AttemptOutcome,
    reason: Option<Reason>,
    /// Whether another attempt would be pointless.
    hopeless: bool,
}

impl Meaning {
    const fn of(outcome: AttemptOutcome, reason: Option<Reason>) -> Self {
        Self { outcome, reason, hopeless: false }
    }
}

fn meaning(record: &ExitRecord) -> Meaning {
    match &record.outcome {
        Outcome::Exited { .. } if record.success => Meaning::of(AttemptOutcome::Succeeded, None),
        Outcome::Exited { code } => Meaning::of(AttemptOutcome::Failed, Some(Reason::ExitCode { exit_code: *code })),
        Outcome::Signalled { signal } => Meaning::of(AttemptOutcome::Failed, Some(Reason::Signal { signal: *signal })),
        Outcome::SpawnFailed { reason, message } => {
            let problem = message.clone();
            let failed = Meaning::of(AttemptOutcome::Failed, Some(Reason::StartFailed { problem }));
            Meaning { hopeless: !reason.retryable(), ..failed }
        }
        Outcome::TimedOut { limit, seconds } => {
            let limit_milliseconds = milliseconds(*seconds);
            let reason = match limit {
                TimeLimit::Attempt => Reason::AttemptTimedOut { limit_milliseconds },
                TimeLimit::Run => Reason::RunTimedOut { limit_milliseconds },
            };
            Meaning::of(AttemptOutcome::TimedOut, Some(reason))
        }
        Outcome::LimitPassed { limit, value } => {
            Meaning::of(AttemptOutcome::Failed, passed_reason(kind_of(*limit), *value))
        }
        Outcome::Cancelled { by: CancelledBy::Server } => Meaning::of(AttemptOutcome::Cancelled, None),
        Outcome::Cancelled { by: CancelledBy::Signal } => {
            Meaning::of(AttemptOutcome::Cancelled, Some(Reason::RunnerStopped {}))
        }
    }
}

/// The reason for an end at a limit; none for limits that end nothing.
fn passed_reason(kind: LimitKind, value: i64) -> Option<Reason> {
    let limit = value.unsigned_abs();
    match kind {
        LimitKind::Memory => Some(Reason::MemoryLimitPassed { limit_bytes: limit }),
        LimitKind::Processes => Some(Reason::ProcessLimitPassed { limit }),
        LimitKind::Cpu | LimitKind::OpenFiles | LimitKind::Niceness => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "time-outs are positive and at most a year"
)]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}
