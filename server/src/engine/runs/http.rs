//! Runs an attempt of kind `http`: this server sends the request, and the answer becomes the log.
//!
//! There is no runner. If the server crashes, the attempt is `lost` and the retry rule decides
//! (server/docs/decisions.md, 6). The log has the usual format and is written on a blocking thread.

use super::active::Control;
use super::follow;
use crate::app::App;
use crate::app::runs::attempts::AttemptReport;
use crate::domain::model::ClaimedRun;
use crate::domain::reason::Reason;
use crate::domain::tasks::RunSpec;
use crate::domain::vocabulary::AttemptOutcome;
use crate::integrations::authorities::BadFile;
use crate::integrations::hop::HttpError;
use crate::integrations::http_request::{self, HttpRequest, Private};
use chrono::{DateTime, Utc};
use memchr::memmem::Finder;
use orc_runner::message::{Identity, Started};
use orc_runner::record::{CancelledBy, ExitRecord, Outcome, SpawnFailure, TimeLimit};
use orc_runner::{LogLimits, LogWriter, PlanSecret, Secrets, Stream, redact_text};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// How many pieces of the answer may wait to be written.
const QUEUE: usize = 16;

/// Time limit of a task that sets none.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// Carries out an http attempt.
pub async fn run(
    claimed: &ClaimedRun,
    secrets: &[PlanSecret],
    app: &App,
    control: &mut mpsc::UnboundedReceiver<Control>,
    own_port: u16,
) -> AttemptReport {
    let started_at = app.clock().now();
    let secrets = compiled(secrets.to_vec()).await;
    let (sender, written) = match open(claimed, &secrets, app) {
        Ok(log) => write_behind(log, app.clone(), claimed),
        Err(error) => {
            let reason = Reason::LogUnwritable { problem: error.to_string() };
            return AttemptReport::bare(AttemptOutcome::Failed, started_at, Some(reason));
        }
    };
    let (limit, which) = limit(claimed, started_at);
    let outcome = tokio::select! {
        said = ask(claimed, &secrets, app, own_port, &sender) => said,
        () = tokio::time::sleep(limit) => RequestEnd {
            outcome: Outcome::TimedOut { limit: which, seconds: limit.as_secs_f64() },
            success: false,
            reason: None,
        },
        _ = control.recv() => {
            RequestEnd { outcome: Outcome::Cancelled { by: CancelledBy::Server }, success: false, reason: None }
        }
    };
    let RequestEnd { outcome, success, reason } = outcome.masked(&secrets);
    if let Some(reason) = &reason {
        let _noted_if_it_can_be = sender.send((Stream::System, format!("[orc] {reason}\n").into_bytes())).await;
    }
    drop(sender);
    let finished_at = app.clock().now();
    let record = record(outcome, success, started_at, finished_at);
    let mut report = match finish(written, record.clone()).await {
        Ok(record) => follow::report(record),
        Err(_) => follow::report(record),
    };
    report.reason = reason.or(report.reason);
    report.exit_code = None;
    report.cpu_seconds = None;
    report.peak_memory_bytes = None;
    report.disk_read_bytes = None;
    report.disk_written_bytes = None;
    report
}

/// Compiles the list of what must be masked, which takes up to 0.2 s for very large values.
async fn compiled(secrets: Vec<PlanSecret>) -> Secrets {
    if secrets.is_empty() {
        return Secrets::default();
    }
    let compiling = tokio::task::spawn_blocking(move || Secrets::new(&secrets));
    compiling.await.expect("compiling ends, and nobody cancels it")
}

/// Result of the request.
struct RequestEnd {
    outcome: Outcome,
    success: bool,
    reason: Option<Reason>,
}

impl RequestEnd {
    fn failed(reason: Reason) -> Self {
        Self { outcome: Outcome::Exited { code: 1 }, success: false, reason: Some(reason) }
    }

    /// Masks secrets in texts that quote the request or the answer.
    fn masked(mut self, secrets: &Secrets) -> Self {
        let clear = |text: &mut String| *text = redact_text(secrets, text).into_owned();
        if let Outcome::SpawnFailed { message, .. } = &mut self.outcome {
            clear(message);
        }
        if let Some(Reason::RequestFailed { problem } | Reason::RequestRefused { problem }) = &mut self.reason {
            clear(problem);
        }
        self
    }
}

type Sender = mpsc::Sender<(Stream, Vec<u8>)>;
type Written = tokio::task::JoinHandle<LogWriter>;

fn open(claimed: &ClaimedRun, secrets: &Secrets, app: &App) -> io::Result<LogWriter> {
    std::fs::create_dir_all(app.log_folder())?;
    let identity = Identity { runner_pid: std::process::id(), ..Identity::blank(claimed.attempt.id.to_string()) };
    let mut log = LogWriter::create(&app.log_path(claimed.attempt.id), &identity)?;
    log.limit(LogLimits { cap_bytes: claimed.definition.log.max_bytes, ..LogLimits::default() });
    log.mask(secrets);
    let started_at_micros = claimed.attempt.started_at.timestamp_micros();
    log.started(&Started { pid: std::process::id(), start_ticks: 0, started_at_micros });
    Ok(log)
}

/// Writes pieces on a blocking thread and reports progress to followers.
fn write_behind(mut log: LogWriter, app: App, claimed: &ClaimedRun) -> (Sender, Written) {
    let (sender, mut receiver) = mpsc::channel::<(Stream, Vec<u8>)>(QUEUE);
    let attempt = claimed.attempt.id;
    let written = tokio::task::spawn_blocking(move || {
        while let Some((stream, bytes)) = receiver.blocking_recv() {
            log.data(stream, &bytes);
            app.progress().report(attempt, follow::counts(&log.totals()));
        }
        log
    });
    (sender, written)
}

async fn finish(written: Written, mut record: ExitRecord) -> io::Result<ExitRecord> {
    let mut log = written.await.map_err(io::Error::other)?;
    let finished = tokio::task::spawn_blocking(move || log.finish(&mut record).map(|()| record));
    finished.await.map_err(io::Error::other)?
}

fn record(outcome: Outcome, success: bool, started_at: DateTime<Utc>, finished_at: DateTime<Utc>) -> ExitRecord {
    let (started_at, finished_at) = (started_at.timestamp_micros(), finished_at.timestamp_micros());
    ExitRecord { success, ..ExitRecord::blank(outcome, started_at, finished_at) }
}

/// The shorter of the attempt's time-out and what is left of the run's.
fn limit(claimed: &ClaimedRun, now: DateTime<Utc>) -> (Duration, TimeLimit) {
    let attempt = claimed.definition.attempt_timeout_seconds.map_or(LONGEST, |s| Duration::from_secs_f64(s.max(0.0)));
    let run = claimed.run.deadline_at.map_or(LONGEST, |at| (at - now).to_std().unwrap_or_default());
    if run < attempt { (run, TimeLimit::Run) } else { (attempt, TimeLimit::Attempt) }
}

async fn ask(claimed: &ClaimedRun, secrets: &Secrets, app: &App, own_port: u16, sender: &Sender) -> RequestEnd {
    let RunSpec::Http { method, url, headers, body, expected_codes, body_contains, travel } = &claimed.definition.run
    else {
        return RequestEnd::failed(Reason::RequestFailed { problem: "this task is not of kind http".into() });
    };
    let (method, url, headers, body) = (method.clone(), url.clone(), headers.clone(), body.clone());
    let server = &app.settings().travel;
    let (proxy, ca_files) = (travel.proxy(server), [&server.ca_file, &travel.ca_file]);
    let ca_files = ca_files.into_iter().flatten().map(PathBuf::from).collect();
    let tell = |way: String| {
        let _a_full_queue_has_told_enough = sender.try_send((Stream::System, format!("[orc] {way}\n").into_bytes()));
    };
    let private = private(secrets, &headers, body.as_deref());
    let request = HttpRequest { method, url, headers, body, private, proxy, ca_files, own_port };
    let mut answer = match http_request::send(&request, &tell).await {
        Ok(answer) => answer,
        Err(error) => return without_answer(error),
    };
    let code = answer.code();
    let head = answer.head();
    let _a_closed_log_is_seen_at_the_end = sender.send((Stream::System, head.into_bytes())).await;
    let mut search = Search::new(body_contains.as_deref().unwrap_or_default());
    loop {
        match answer.next().await {
            Ok(Some(piece)) => {
                search.feed(&piece);
                let _a_closed_log_is_seen_at_the_end = sender.send((Stream::Stdout, piece)).await;
            }
            Ok(None) => break,
            Err(error) => return without_answer(error),
        }
    }
    let expected = if expected_codes.is_empty() { (200..300).contains(&code) } else { expected_codes.contains(&code) };
    if !expected {
        return RequestEnd::failed(Reason::UnexpectedStatus { status: code, expected: expected_codes.clone() });
    }
    if !search.found {
        return RequestEnd::failed(Reason::TextMissing { status: code });
    }
    RequestEnd { outcome: Outcome::Exited { code: 0 }, success: true, reason: None }
}

/// The parts of a request that contain the value of a credential, in whatever form.
fn private(secrets: &Secrets, headers: &BTreeMap<String, String>, body: Option<&str>) -> Private {
    let holds = |text: &str| redact_text(secrets, text) != text;
    let headers = headers.iter().filter(|(_, value)| holds(value)).map(|(name, _)| name.clone()).collect();
    Private { headers, body: body.is_some_and(holds) }
}

/// The end of a request that got no answer, or only a part of it.
fn without_answer(error: HttpError) -> RequestEnd {
    match error {
        HttpError::Refused(problem) => {
            let outcome = Outcome::SpawnFailed { reason: SpawnFailure::InvalidInput, message: problem.clone() };
            RequestEnd { outcome, success: false, reason: Some(Reason::RequestRefused { problem }) }
        }
        HttpError::Failed(problem) => RequestEnd::failed(Reason::RequestFailed { problem }),
        HttpError::FailedAtProxy { proxy, problem } => {
            RequestEnd::failed(Reason::RequestFailedAtProxy { proxy, problem })
        }
        HttpError::Authorities(BadFile { path, line, problem }) => {
            RequestEnd::failed(Reason::CaFileUnusable { path, line, problem })
        }
    }
}

/// Searches a text in a stream of pieces, across their borders. Memory is bounded, and time grows only with the
/// length of the pieces, because the text may have 10,000 characters and whoever answers chooses the pieces.
struct Search {
    finder: Finder<'static>,
    tail: Vec<u8>,
    found: bool,
}

impl Search {
    fn new(needle: &str) -> Self {
        Self { finder: Finder::new(needle).into_owned(), tail: Vec::new(), found: needle.is_empty() }
    }

    fn feed(&mut self, piece: &[u8]) {
        if self.found {
            return;
        }
        self.tail.extend_from_slice(piece);
        self.found = self.finder.find(&self.tail).is_some();
        let keep = self.tail.len().min(self.finder.needle().len().saturating_sub(1));
        self.tail.drain(..self.tail.len() - keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_across_pieces() {
        for cut in 0..=9 {
            let mut search = Search::new("all well");
            search.feed(&b"xall welly"[..cut]);
            search.feed(&b"xall welly"[cut..]);
            assert!(search.found, "cut at {cut}");
        }
        let mut search = Search::new("all well");
        search.feed(b"all wel");
        search.feed(b"x");
        assert!(!search.found);
    }

    #[test]
    fn what_quotes_the_request_shows_no_secret() {
        let secrets = Secrets::of_values([b"hunter2!".as_slice()]);
        let problem = "http://api/?key=hunter2%21 cannot be reached".to_owned();
        let outcome = Outcome::SpawnFailed { reason: SpawnFailure::InvalidInput, message: problem.clone() };
        let reason = Some(Reason::RequestRefused { problem: problem.clone() });
        let end = RequestEnd { outcome, success: false, reason }.masked(&secrets);
        let failed = RequestEnd::failed(Reason::RequestFailed { problem }).masked(&secrets);
        let wanted = "http://api/?key=*** cannot be reached".to_owned();
        assert!(matches!(end.outcome, Outcome::SpawnFailed { message, .. } if message == wanted));
        assert_eq!(end.reason, Some(Reason::RequestRefused { problem: wanted.clone() }));
        assert_eq!(failed.reason, Some(Reason::RequestFailed { problem: wanted }));
    }

    #[test]
    fn a_hostile_answer_costs_no_more_than_another() {
        let needle = format!("{}b", "a".repeat(9_999));
        let mut search = Search::new(&needle);
        let piece = vec![b'a'; 64 * 1024];
        // A search that starts anew at each place would compare 160 billion characters in these 16 MiB.
        for _ in 0..256 {
            search.feed(&piece);
        }
        assert!(!search.found);
        search.feed(b"b");
        assert!(search.found);
    }
}
