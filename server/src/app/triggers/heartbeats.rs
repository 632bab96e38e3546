//! Heartbeats: what a job elsewhere tells becomes a run of its task, with log, duration and end.
//!
//! What a job sends is first added to the log, then one transaction changes the run, so nothing that was answered is
//! lost. Calls are handled one at a time, because both belong together. While everything is on hold, jobs elsewhere go
//! on, so their calls count. Deliberately absent: what a call means (`domain::triggers::heartbeat`), and whether it may
//! say anything (`hook_proof`). Start reading at `heartbeat`.

use super::call::HookCall;
use super::hook_proof::{Webhook, still};
use super::hooks::{Handled, HookAnswer, Refused};
use crate::app::core::write::Moment;
use crate::app::runs::admit;
use crate::app::runs::admit::Wanted;
use crate::app::runs::idempotency::{Idempotency, remember, repeated};
use crate::app::{App, Error, Result, Signal};
use crate::domain::ids::AttemptId;
use crate::domain::model::{
    ElsewhereBegin, ElsewhereEnd, ElsewhereLog, ElsewhereRun, RunRecord, TaskRecord, TaskRef, TaskTriggerRecord,
};
use crate::domain::reason::Reason;
use crate::domain::triggers::heartbeat::{self, Beating, Effect, Ping};
use crate::domain::triggers::webhook::WebhookRule;
use crate::domain::triggers::words::HookVerdict;
use crate::domain::vocabulary::{AttemptOutcome, RunState, TriggerKind};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use orc_runner::{Identity, LogLimits, LogWriter, Stream, redact_bytes};
use std::io;
use std::path::Path;
use uuid::Uuid;

/// How often a call looks again for its run, because somebody ended the run in between.
const LOOKS: u32 = 3;

/// What the worker for heartbeats left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartbeatsLeft {
    /// Number of runs that it ended.
    pub closed: u64,
    /// Whether runs are open.
    pub open: bool,
    /// The next deadline of an open run.
    pub next_at: Option<DateTime<Utc>>,
}

/// What a call says, and for which webhook.
#[derive(Debug, Clone)]
struct Said {
    record: TaskTriggerRecord,
    rule: WebhookRule,
    task: TaskRef,
    ping: Ping,
    rid: Option<Uuid>,
    from: String,
    key: Option<Idempotency>,
}

/// What a look found before anything is changed.
enum Seen {
    Repeated(Box<RunRecord>),
    Unproved,
    Open(Vec<Beating>),
}

/// What a transaction made of a call.
enum Written {
    Done {
        /// The run of the job.
        run: Box<RunRecord>,
        /// Runs whose end nobody told.
        over: Vec<RunRecord>,
        /// Whether the run is new.
        made: bool,
    },
    Unproved,
    /// The run was ended by somebody else meanwhile.
    Gone,
}

/// Size of a log after a call, and what was not kept of the call.
#[derive(Debug, Clone, Copy)]
struct Logged {
    bytes: u64,
    lines: u64,
    lost: u64,
}

impl App {
    /// Handles a call that proved itself.
    pub(super) async fn heartbeat(&self, found: &Webhook, call: &HookCall) -> Handled {
        let bad = |error| Refused { verdict: HookVerdict::BadAddress, error };
        let unknown =
            "after the secret stands nothing (it succeeded), /start, /fail, /log, or an exit code from /0 to /255";
        let ping = Ping::parse(call.said.as_deref()).ok_or_else(|| bad(Error::NotFound(unknown.into())))?;
        let rid = rid(call).map_err(bad)?;
        let said = Said {
            record: found.record.clone(),
            rule: found.rule.clone(),
            task: TaskRef::Id(found.task.id),
            ping,
            rid,
            from: call.from.clone(),
            key: key(&found.record.id.to_string(), ping, rid, call),
        };
        let _one_at_a_time = self.inner.boards.heartbeats.lock().await;
        for _ in 0..LOOKS {
            if let Some(answer) = self.heartbeat_once(&said, &found.task, call).await? {
                return Ok(answer);
            }
        }
        Err(Error::Unavailable("the run was ended by somebody else just now; call again".into()).into())
    }

    /// One look and one change. None: somebody ended the run in between.
    async fn heartbeat_once(
        &self,
        said: &Said,
        task: &TaskRecord,
        call: &HookCall,
    ) -> std::result::Result<Option<HookAnswer>, Refused> {
        let again = |run| Ok(Some(HookAnswer::Told { run, verdict: HookVerdict::Repeated }));
        let open = match self.heartbeat_look(said).await? {
            Seen::Repeated(run) => return again(run),
            Seen::Unproved => return Err(self.heartbeat_unproved(call).await),
            Seen::Open(open) => open,
        };
        let effect = heartbeat::effect(said.ping, said.rid, &open);
        let attempt = match &effect {
            Effect::Again(run) => match self.store().run_find(*run).await.map_err(Error::from)? {
                Some(run) => return again(Box::new(run)),
                None => return Ok(None),
            },
            Effect::Nothing => {
                let detail = "the task has no open run to whose log this could be added; call /start first";
                let error = Error::conflict("no_open_run", detail);
                return Err(Refused { verdict: HookVerdict::NothingOpen, error });
            }
            Effect::Open(beating) => beating.attempt,
            Effect::Begin { .. } | Effect::Whole => AttemptId::generate(),
        };
        let logged = self.heartbeat_log(task, attempt, &call.body).await?;
        let verdict = match said.ping {
            Ping::Start => HookVerdict::Started,
            Ping::Success | Ping::Fail | Ping::Exit(_) => HookVerdict::Ended,
            Ping::Log => HookVerdict::Noted,
        };
        match self.heartbeat_write(said.clone(), effect, attempt, logged).await? {
            Written::Done { run, .. } => Ok(Some(HookAnswer::Told { run, verdict })),
            Written::Unproved => Err(self.heartbeat_unproved(call).await),
            Written::Gone => Ok(None),
        }
    }

    async fn heartbeat_unproved(&self, call: &HookCall) -> Refused {
        Refused { verdict: HookVerdict::WrongProof, error: self.hook_refused(call).await }
    }

    async fn heartbeat_look(&self, said: &Said) -> Result<Seen> {
        let said = said.clone();
        let look = async move |tx: &Tx, Moment { now, .. }: Moment| {
            if let Some(run) = repeated(tx, said.key.as_ref(), now).await? {
                return Ok(Seen::Repeated(Box::new(run)));
            }
            let Some(task) = proved(tx, &said).await? else { return Ok(Seen::Unproved) };
            let open = tx.elsewhere_open(task.key).await?;
            Ok(Seen::Open(open.into_iter().map(beating).collect()))
        };
        self.write(look, crate::app::core::write::silent).await
    }

    async fn heartbeat_write(
        &self,
        said: Said,
        effect: Effect,
        attempt: AttemptId,
        logged: Option<Logged>,
    ) -> Result<Written> {
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let Some(task) = proved(tx, &said).await? else { return Ok(Written::Unproved) };
            let mut over = Vec::new();
            if let Effect::Begin { over: runs } = &effect {
                for run in runs {
                    let (state, outcome) = (RunState::Lost, AttemptOutcome::Lost);
                    let reason = Some(Reason::HeartbeatBegunAgain {});
                    let end = ElsewhereEnd { run: *run, state, outcome, exit_code: None, reason, at: now };
                    over.extend(tx.elsewhere_end(&end).await?);
                }
            }
            let run = match &effect {
                Effect::Open(beating) => beating.run,
                _ => begin(tx, &task, &said, attempt, now).await?,
            };
            if let Some(Logged { bytes, lines, lost }) = logged {
                tx.elsewhere_log(&ElsewhereLog { run, attempt, bytes, lines, dropped_bytes: lost }).await?;
            }
            let record = match said.ping.end(&task.definition.success_codes) {
                Some(end) => {
                    let reason = reason(said.ping, end.state);
                    let heartbeat::End { outcome, state, exit_code } = end;
                    tx.elsewhere_end(&ElsewhereEnd { run, state, outcome, exit_code, reason, at: now }).await?
                }
                None => tx.run_find(run).await?.filter(|run| !run.state.is_final()),
            };
            let Some(record) = record else { return Ok(Written::Gone) };
            tx.trigger_used(said.record.row, now).await?;
            remember(tx, said.key.as_ref(), run, now).await?;
            Ok(Written::Done { run: Box::new(record), over, made: !matches!(effect, Effect::Open(_)) })
        };
        let announce = |app: &Self, written: &Written| {
            if let Written::Done { run, over, made } = written {
                app.announce_run(run, *made);
                over.iter().for_each(|run| app.announce_run(run, false));
                app.announce_elsewhere(over.iter().chain([run.as_ref()]));
            }
        };
        self.write(write, announce).await
    }

    /// Wakes whoever waits for begins and ends of these runs.
    fn announce_elsewhere<'a>(&self, runs: impl Iterator<Item = &'a RunRecord>) {
        let ended: Vec<bool> = runs.map(|run| run.state.is_final()).collect();
        self.signals().raise(Signal::Heartbeats);
        if ended.contains(&true) {
            self.signals().raise(Signal::Finished);
        }
        if ended.contains(&false) {
            self.signals().raise(Signal::Started);
        }
    }

    /// Adds what a job sent to the log of its run. None: it sent nothing.
    async fn heartbeat_log(&self, task: &TaskRecord, attempt: AttemptId, body: &[u8]) -> Result<Option<Logged>> {
        if body.is_empty() {
            return Ok(None);
        }
        let definition = &task.definition;
        let (folder, path) = (self.log_folder(), self.log_path(attempt));
        let (text, most) = (body.to_vec(), definition.log.max_bytes);
        let secrets = self.definition_secrets(definition).await?;
        let writing = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(folder)?;
            let text = match &secrets {
                Ok(secrets) => Ok(redact_bytes(secrets, &text).into_owned()),
                Err(closed) => Err((text.len(), closed.words())),
            };
            add(&path, attempt, most, text)
        });
        let written = writing.await.map_err(io::Error::other).and_then(|written| written);
        let failed = |error| Error::Unavailable(format!("what the job sent could not be written to the log: {error}"));
        written.map(Some).map_err(failed)
    }

    /// Ends runs of jobs elsewhere that have not told their end in time.
    ///
    /// # Errors
    /// The first failure of the database.
    pub async fn heartbeats_close(&self) -> Result<HeartbeatsLeft> {
        let open = self.store().elsewhere_open(None).await?;
        self.progress().elsewhere(&open);
        let now = self.clock().now();
        let (mut left, mut closed) = (HeartbeatsLeft { closed: 0, open: !open.is_empty(), next_at: None }, Vec::new());
        for run in open {
            match run.deadline_at {
                Some(deadline) if deadline <= now => closed.extend(self.heartbeat_unended(run).await?),
                Some(deadline) => left.next_at = Some(left.next_at.map_or(deadline, |next| next.min(deadline))),
                None => {}
            }
        }
        left.closed = closed.len() as u64;
        Ok(left)
    }

    async fn heartbeat_unended(&self, open: ElsewhereRun) -> Result<Option<RunRecord>> {
        let limit = open.timeout.map_or(0, |timeout| timeout.num_milliseconds().unsigned_abs());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let (run, state, outcome) = (open.run, RunState::TimedOut, AttemptOutcome::TimedOut);
            let reason = Some(Reason::HeartbeatUnended { limit_milliseconds: limit });
            Ok(tx.elsewhere_end(&ElsewhereEnd { run, state, outcome, exit_code: None, reason, at: now }).await?)
        };
        let announce = |app: &Self, ended: &Option<RunRecord>| {
            if let Some(run) = ended {
                app.announce_run(run, false);
                app.announce_elsewhere([run].into_iter());
            }
        };
        self.write(write, announce).await
    }
}

/// The task of a call, if its address is still valid.
async fn proved(tx: &Tx, said: &Said) -> Result<Option<TaskRecord>> {
    let found = tx.task_find(&said.task).await?;
    let found = found.filter(|task| task.deleted_at.is_none() && task.definition.run.is_heartbeat());
    let Some(task) = found else { return Ok(None) };
    Ok(still(tx, &said.record, &said.rule, task.id).await?.then_some(task))
}

/// Makes a run and begins it. Returns its id.
async fn begin(
    tx: &Tx,
    task: &TaskRecord,
    said: &Said,
    attempt: AttemptId,
    now: DateTime<Utc>,
) -> Result<crate::domain::ids::RunId> {
    let by = Some(format!("webhook {}", said.record.key));
    let inserted = admit::elsewhere(tx, Wanted::new(task, TriggerKind::Webhook, by, now), now).await?;
    let run = inserted.first()?.id;
    let begin = ElsewhereBegin { run, attempt, from: said.from.clone(), rid: said.rid, at: now };
    let begun = tx.elsewhere_begin(&begin).await?;
    begun.map(|run| run.id).ok_or_else(|| Error::Internal("the run of a heartbeat did not begin".into()))
}

fn beating(run: ElsewhereRun) -> Beating {
    let ElsewhereRun { run, attempt, rid, timeout: _, deadline_at: _ } = run;
    Beating { run, attempt, rid }
}

/// Why a run ended as the job told.
fn reason(ping: Ping, state: RunState) -> Option<Reason> {
    match ping {
        _ if state == RunState::Succeeded => None,
        Ping::Exit(code) => Some(Reason::ExitCode { exit_code: code.into() }),
        Ping::Start | Ping::Success | Ping::Fail | Ping::Log => Some(Reason::HeartbeatFailed {}),
    }
}

/// What the start and the end of a job have in common.
fn rid(call: &HookCall) -> Result<Option<Uuid>> {
    let Some(text) = call.query("rid") else { return Ok(None) };
    let refused = |_| Error::invalid("?rid", "must be a UUID, the same for the start and the end of a job");
    Uuid::try_parse(text).map(Some).map_err(refused)
}

/// What makes the repetition of a call harmless.
fn key(trigger: &str, ping: Ping, rid: Option<Uuid>, call: &HookCall) -> Option<Idempotency> {
    let part = match ping {
        Ping::Start => "start",
        Ping::Success | Ping::Fail | Ping::Exit(_) => "end",
        Ping::Log => return None,
    };
    match (rid, &call.idempotency_key) {
        (Some(rid), _) => Some(Idempotency::of_delivery(trigger, &format!("heartbeat {part} {rid}"))),
        (None, Some(key)) => Some(Idempotency::of_hook(trigger, format!("heartbeat {part} {key}"), &call.body)),
        (None, None) => None,
    }
}

/// Adds a text to the log of an attempt, or says that so many bytes could not be masked.
fn add(
    log: &Path,
    attempt: AttemptId,
    most: u64,
    text: std::result::Result<Vec<u8>, (usize, String)>,
) -> io::Result<Logged> {
    let identity = Identity { runner_pid: std::process::id(), ..Identity::blank(attempt.to_string()) };
    let mut writer = if log.exists() { LogWriter::reopen(log)? } else { LogWriter::create(log, &identity)? };
    // The room is counted here, so that the log stays one file that can be opened again.
    writer.limit(LogLimits { cap_bytes: u64::MAX, ..LogLimits::default() });
    let before = writer.totals();
    let lost = match &text {
        Ok(text) => {
            let room = usize::try_from(most.saturating_sub(before.bytes)).unwrap_or(usize::MAX);
            let (kept, lost) = heartbeat::kept(text, room);
            if lost > 0 {
                writer.note(&format!("[orc] {lost} bytes before this were not kept"));
            }
            writer.data(Stream::Stdout, kept);
            if !kept.is_empty() && !kept.ends_with(b"\n") {
                writer.data(Stream::Stdout, b"\n");
            }
            lost
        }
        Err((lost, closed)) => {
            writer.note(&format!("[orc] {lost} bytes were not kept, because secrets could not be masked: {closed}"));
            *lost
        }
    };
    let totals = writer.leave();
    let dropped = totals.dropped_bytes - before.dropped_bytes;
    Ok(Logged { bytes: totals.bytes, lines: totals.lines, lost: lost as u64 + dropped })
}

#[cfg(test)]
mod tests {
    use super::*;
    use orc_runner::{Content, LogReader};

    fn lines(log: &Path) -> String {
        let mut reader = LogReader::open(log).expect("the log is there");
        let mut text = Vec::new();
        loop {
            let records = reader.read(1 << 20).expect("it can be read");
            if records.is_empty() {
                return String::from_utf8(text).expect("text");
            }
            for record in records {
                match record.content {
                    Content::Bytes(bytes) => text.extend(bytes),
                    Content::Gap { bytes, .. } => text.extend(format!("<{bytes}>").bytes()),
                }
            }
        }
    }

    #[test]
    fn each_call_adds_to_the_log_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let attempt = AttemptId::generate();
        let log = orc_runner::log_path(folder.path(), &attempt.to_string());
        let say = |text: &[u8]| add(&log, attempt, 40, Ok(text.to_vec())).expect("it is written");
        let first = say(b"one");
        assert_eq!((first.bytes, first.lines, first.lost), (4, 1, 0));
        let second = say(b"two\nthree\n");
        assert_eq!((second.bytes, second.lines, second.lost), (14, 3, 0));
        let third = say(&[b'x'; 30]);
        assert_eq!(third.lost, 4);
        assert_eq!(
            lines(&log),
            format!("one\ntwo\nthree\n[orc] 4 bytes before this were not kept\n{}\n", "x".repeat(26))
        );
        let fourth = add(&log, attempt, 1000, Err((7, "the vault is sealed".to_owned()))).expect("it is written");
        assert_eq!((fourth.lines, fourth.lost), (6, 7));
        assert!(
            lines(&log).ends_with("7 bytes were not kept, because secrets could not be masked: the vault is sealed\n")
        );
    }
}
