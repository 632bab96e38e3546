//! Following a runner: what it says, what it is told, and what its exit record means.

use super::active::Control;
use super::executor::message;
use super::runners::Link;
use crate::app::App;
use crate::app::runs::attempts::AttemptReport;
use crate::domain::ids::AttemptId;
use crate::domain::model::{AttemptStarted, ClaimedRun};
use crate::domain::vocabulary::AttemptOutcome;
use chrono::{DateTime, Utc};
use orc_runner::message::{RunnerMessage, Started};
use orc_runner::record::{CancelledBy, Exit, ExitRecord, LogTotals, Outcome, TimeLimit};
use orc_runner::{LogReader, sweep};
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

/// The process id of a command that lasts longer is stored when it has begun; that of a shorter one with its end.
const SHOW_AFTER: Duration = Duration::from_millis(50);

/// How following ended.
#[derive(Debug)]
pub enum Followed {
    /// With an exit record.
    Ended(Box<AttemptReport>),
    /// The runner is gone without one.
    RunnerGone,
}

/// Follows a runner until it is gone, passing on what the run is told.
pub async fn follow(
    app: &App,
    claimed: &ClaimedRun,
    mut link: Link,
    control: &mut mpsc::UnboundedReceiver<Control>,
) -> Followed {
    let attempt = claimed.attempt.id;
    let mut child: Option<Started> = None;
    let show = tokio::time::sleep(SHOW_AFTER);
    tokio::pin!(show);
    loop {
        let said = tokio::select! {
            said = link.next() => said,
            () = &mut show, if child.is_some() => {
                if let Some(child) = child.take() {
                    note_start(app, claimed, child).await;
                }
                continue;
            }
            Some(told) = control.recv() => {
                let _a_gone_runner_is_seen_next = link.send(&message(told)).await;
                continue;
            }
        };
        match said {
            Ok(Some(RunnerMessage::Started { child: started })) => {
                show.set(tokio::time::sleep(SHOW_AFTER));
                child = Some(started);
            }
            Ok(Some(RunnerMessage::Log { bytes, .. })) => app.progress().report(attempt, bytes),
            Ok(Some(RunnerMessage::Exited { record })) => {
                app.progress().report(attempt, record.log.bytes);
                link.until_gone().await;
                let pid = child.map(|child| child.pid);
                return Followed::Ended(Box::new(AttemptReport { pid, ..report(*record) }));
            }
            Ok(Some(RunnerMessage::Identity { .. } | RunnerMessage::Stopping { .. })) => {}
            Ok(Some(RunnerMessage::Refused { message })) => tracing::warn!(%attempt, message, "the runner refused"),
            Ok(None) | Err(_) => {
                link.until_gone().await;
                return Followed::RunnerGone;
            }
        }
    }
}

/// The command's process id is shown to people; losing it harms nothing.
async fn note_start(app: &App, claimed: &ClaimedRun, child: Started) {
    let started = AttemptStarted {
        attempt: claimed.attempt.id,
        fence: claimed.run.fence,
        boot_id: None,
        runner_pid: None,
        runner_started: None,
        pid: Some(child.pid),
        token: None,
    };
    let _shown_only = app.store().attempts_started(vec![started]).await;
}

/// What became of an attempt whose runner is gone. None: its command was never started; a runner without a plan
/// removes its log. `planned`: whether it may have got its plan. Blocking.
pub fn look_after(
    log: &Path,
    attempt: AttemptId,
    planned: bool,
    now: DateTime<Utc>,
) -> io::Result<Option<AttemptReport>> {
    let mut reader = match LogReader::open(log) {
        Ok(reader) => Some(reader),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(reader) = &mut reader
        && let Some(record) = reader.exit()?
    {
        return Ok(Some(report(record.clone())));
    }
    let swept = sweep(&attempt.to_string())?;
    let survivor_count = u32::try_from(swept.survivors.len()).unwrap_or(u32::MAX);
    let seen = swept.killed > 0 || survivor_count > 0;
    let totals = match &mut reader {
        Some(reader) => reader.totals()?,
        None => LogTotals::default(),
    };
    let lost = lost(now, swept.killed, survivor_count, (totals.bytes, totals.lines, totals.dropped_bytes));
    Ok((seen || planned && reader.is_some()).then_some(lost))
}

fn lost(now: DateTime<Utc>, killed: u32, survivor_count: u32, log: (u64, u64, u64)) -> AttemptReport {
    let mut reason = "its runner is gone without an exit record (killed, or the machine went down)".to_owned();
    if killed > 0 {
        reason.push_str(&format!("; {killed} processes left behind were stopped"));
    }
    if survivor_count > 0 {
        reason.push_str(&format!("; {survivor_count} processes could not be stopped"));
    }
    AttemptReport { survivor_count, log, ..AttemptReport::bare(AttemptOutcome::Lost, now, reason) }
}

/// What an exit record means.
pub fn report(record: ExitRecord) -> AttemptReport {
    let (exit_code, signal) = match record.exit {
        Some(Exit::Code { code }) => (Some(code), None),
        Some(Exit::Signal { signal }) => (None, Some(signal)),
        None => (None, None),
    };
    let (outcome, mut reason, hopeless) = meaning(&record);
    if record.swept > 0 {
        let note = format!("{} processes left behind were stopped", record.swept);
        reason = if reason.is_empty() { note } else { format!("{reason}; {note}") };
    }
    if let Some(error) = &record.result_error {
        let note = format!("its result was not taken: {error}");
        reason = if reason.is_empty() { note } else { format!("{reason}; {note}") };
    }
    AttemptReport {
        outcome,
        finished_at: DateTime::from_timestamp_micros(record.finished_at_micros).unwrap_or_default(),
        pid: None,
        exit_code,
        signal,
        reason,
        hopeless,
        cpu_seconds: Some(record.cpu_seconds),
        peak_memory_bytes: Some(record.peak_memory_bytes),
        log: (record.log.bytes, record.log.lines, record.log.dropped_bytes),
        leaked_output: record.leaked_output,
        survivor_count: u32::try_from(record.survivors.len()).unwrap_or(u32::MAX),
        result: record.result,
    }
}

fn meaning(record: &ExitRecord) -> (AttemptOutcome, String, bool) {
    match &record.outcome {
        Outcome::Exited { .. } if record.success => (AttemptOutcome::Succeeded, String::new(), false),
        Outcome::Exited { code } => (AttemptOutcome::Failed, format!("ended with exit code {code}"), false),
        Outcome::Signalled { signal } => (AttemptOutcome::Failed, format!("ended by signal {signal}"), false),
        Outcome::SpawnFailed { reason, message } => {
            (AttemptOutcome::Failed, format!("could not be started: {message}"), !reason.retryable())
        }
        Outcome::TimedOut { limit, seconds } => {
            let whose = match limit {
                TimeLimit::Attempt => "the attempt",
                TimeLimit::Run => "the whole run",
            };
            (AttemptOutcome::TimedOut, format!("stopped: {whose} took longer than {} s", rounded(*seconds)), false)
        }
        Outcome::Cancelled { by: CancelledBy::Server } => (AttemptOutcome::Cancelled, String::new(), false),
        Outcome::Cancelled { by: CancelledBy::Signal } => {
            (AttemptOutcome::Cancelled, "the runner was told to stop by the system".into(), false)
        }
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
