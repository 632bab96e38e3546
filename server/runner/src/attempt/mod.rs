//! The life of a runner: lock, identity, plan, command, exit record.
//!
//! The program is called as `orc-runner <log file>` and receives the plan, with every secret in it, over standard
//! input. If standard input ends before the plan is complete, the runner removes the log file again. A missing log
//! file therefore means that nothing was started.

pub(crate) mod control;
pub(crate) mod inject;
pub(crate) mod limits;
pub(crate) mod private;
pub(crate) mod run_as;
pub(crate) mod scratch;
pub(crate) mod supervise;
pub(crate) mod sweep;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::attempt::control::Control;
use crate::attempt::limits::Held;
use crate::attempt::private::PrivateFiles;
use crate::attempt::scratch::{ResultFile, Scratch};
use crate::attempt::supervise::{Ending, Session, Supervisor};
use crate::clock;
use crate::log::layout::{attempt_of, folder_of, socket_path};
use crate::log::write::LogWriter;
use crate::os::{self, Child, Failure, Output, Signals, Used, User};
use crate::protocol::message::{Identity, RunnerMessage, ServerMessage, Started, StopReason};
use crate::protocol::plan::Plan;
use crate::protocol::record::{Exit, ExitRecord, Outcome, SpawnFailure};
use crate::protocol::secret;
use crate::redact::Secrets;

/// How long the runner waits for a server to read the last messages.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs one attempt; this is the whole program. Exits with 0 when an exit record was written, and with 3 when nothing
/// was started.
pub fn run(log: &Path) -> ExitCode {
    let mut session = match begin(log) {
        Ok(session) => session,
        Err(message) => return refuse(None, message),
    };
    let attempt = attempt_of(log).unwrap_or_default();
    match receive_plan(&mut session, attempt) {
        Ok((plan, early)) => attempt_run(session, plan, early),
        Err(message) => refuse(Some(session), message),
    }
}

fn begin(log: &Path) -> Result<Session, String> {
    let words = |error: std::io::Error| format!("{}: {error}", log.display());
    let attempt = attempt_of(log).filter(|attempt| good_id(attempt));
    let attempt = attempt.ok_or_else(|| format!("{} is not the path of an attempt's log", log.display()))?.to_owned();
    std::env::set_current_dir(folder_of(log)).map_err(words)?;
    let log = PathBuf::from(log.file_name().unwrap_or_default());
    let pid = std::process::id();
    let identity = Identity {
        boot_id: os::boot_id().map_err(words)?,
        runner_pid: pid,
        runner_start_ticks: os::start_ticks(pid).unwrap_or(0),
        ..Identity::blank(attempt)
    };
    let signals = Signals::begin().map_err(words)?;
    let writer = LogWriter::create(&log, &identity).map_err(words)?;
    let mut control = Control::new(socket_path(&log)).map_err(words)?;
    control.tell(&RunnerMessage::Identity { identity });
    Ok(Session { signals, control, writer })
}

/// Waits for the plan. The error says why no plan will come.
fn receive_plan(session: &mut Session, attempt: &str) -> Result<(Plan, Vec<ServerMessage>), String> {
    loop {
        let mut sources = vec![session.signals.source()];
        sources.extend(session.control.interests());
        let Ok(ready) = os::wait(sources, None) else { continue };
        if ready[0] && session.signals.stop_asked() {
            return Err("a signal asked the runner to end before the plan arrived".to_owned());
        }
        let incoming = session.control.handle(&ready[1..]);
        let mut messages = incoming.messages.into_iter();
        match messages.next() {
            Some(ServerMessage::Start { plan }) if plan.attempt == attempt => {
                session.control.admit(&plan.token);
                return Ok((*plan, messages.collect()));
            }
            Some(ServerMessage::Start { .. }) => return Err("the plan is for another attempt".to_owned()),
            Some(_) => return Err("the first message must be the plan".to_owned()),
            None => {}
        }
        if let Some(fault) = incoming.fault {
            return Err(fault);
        }
        if session.control.server_gone() {
            return Err("standard input ended before a complete plan".to_owned());
        }
    }
}

fn refuse(session: Option<Session>, message: String) -> ExitCode {
    eprintln!("orc-runner: {message}");
    let refused = RunnerMessage::Refused { message };
    if let Some(mut session) = session {
        // If the file cannot be removed, it contains no start, so readers know that nothing ran.
        let _ = session.writer.discard();
        session.control.tell(&refused);
        session.control.close(PATIENCE);
    } else {
        println!("{}", serde_json::to_string(&refused).expect("messages are plain data"));
    }
    ExitCode::from(3)
}

fn attempt_run(mut session: Session, mut plan: Plan, early: Vec<ServerMessage>) -> ExitCode {
    let begun = clock::now();
    session.writer.limit(plan.log);
    let started_at_micros = clock::now_micros();
    if let Err(message) = secret::check_sizes(&plan.secrets) {
        let failure = Failure::new(SpawnFailure::InvalidInput, message);
        let record = failed(&mut session, started_at_micros, failure, None);
        return finish(session, record, Vec::new());
    }
    session.writer.mask(&Secrets::new(&plan.secrets));
    plan.notes.iter().for_each(|note| session.writer.note(&format!("[orc] {note}")));
    let mut outputs = Vec::new();
    let mut files = PrivateFiles::default();
    let record = match start(&mut session, &mut plan, &mut files) {
        Err((scratch, failure)) => failed(&mut session, started_at_micros, failure, scratch),
        Ok(Begun { child, scratch, mut held }) => {
            plan.environment.clear();
            plan.script = None;
            let started = Started { pid: child.pid, start_ticks: child.start_ticks, started_at_micros };
            session.writer.started(&started);
            session.control.tell(&RunnerMessage::Started { child: started });
            let mut ending = Supervisor::new(&mut session, &plan, child, &mut held, begun).run(early);
            outputs = std::mem::take(&mut ending.outputs);
            ended(&plan, ending, started_at_micros, scratch.finish(), held)
        }
    };
    drop(files);
    finish(session, record, outputs)
}

/// A started command and what belongs to it.
struct Begun {
    child: Child,
    scratch: Scratch,
    held: Held,
}

/// Writes the private files and starts the command with its credentials, account and limits.
fn start(
    session: &mut Session,
    plan: &mut Plan,
    files: &mut PrivateFiles,
) -> Result<Begun, (Option<Scratch>, Failure)> {
    let user = run_as::prepare(plan, files).map_err(|failure| (None, failure))?;
    let prepared = Scratch::prepare(plan, user.as_ref());
    let (scratch, arguments) = prepared.map_err(|(scratch, failure)| (Some(scratch), failure))?;
    match spawn(session, plan, &arguments, files, user) {
        Ok((child, held)) => Ok(Begun { child, scratch, held }),
        Err(failure) => Err((Some(scratch), failure)),
    }
}

fn spawn(
    session: &mut Session,
    plan: &mut Plan,
    arguments: &[String],
    files: &mut PrivateFiles,
    user: Option<User>,
) -> Result<(Child, Held), Failure> {
    let mut given = inject::prepare(plan, files)?;
    user.as_ref().map_or(Ok(()), |user| run_as::give(plan, user))?;
    given.user = user;
    let (held, note) = Held::prepare(plan)?;
    note.into_iter().for_each(|note| session.writer.note(&format!("[orc] {note}")));
    match os::spawn(plan, arguments, &mut given, held.group()) {
        Ok(child) => Ok((child, held)),
        Err(failure) => {
            held.finish(Used::default());
            Err(failure)
        }
    }
}

fn finish(mut session: Session, mut record: ExitRecord, outputs: Vec<Output>) -> ExitCode {
    let written = session.writer.finish(&mut record);
    // The process that empties them outlives this one. The writer has just forgotten all secrets.
    os::abandon(outputs);
    if let Err(error) = &written {
        eprintln!("orc-runner: {error}");
    }
    session.control.tell(&RunnerMessage::Exited { record: Box::new(record) });
    session.control.close(PATIENCE);
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn failed(session: &mut Session, started_at_micros: i64, failure: Failure, scratch: Option<Scratch>) -> ExitRecord {
    session.writer.note(&format!("[orc] not started: {}", failure.message));
    if let Some(scratch) = scratch {
        scratch.finish();
    }
    let outcome = Outcome::SpawnFailed { reason: failure.reason, message: failure.message };
    ExitRecord::blank(outcome, started_at_micros, clock::now_micros())
}

fn ended(plan: &Plan, ending: Ending, started_at_micros: i64, result: ResultFile, held: Held) -> ExitRecord {
    let outcome = match (ending.stop, ending.exit) {
        (Some(StopReason::Cancel { by }), _) => Outcome::Cancelled { by },
        (Some(StopReason::TimeLimit { limit, seconds }), _) => Outcome::TimedOut { limit, seconds },
        (Some(StopReason::Limit { limit, value }), _) => Outcome::LimitPassed { limit, value },
        (None, Some(Exit::Code { code })) => Outcome::Exited { code },
        (None, Some(Exit::Signal { signal })) => Outcome::Signalled { signal },
        // Only a stopped command can be given up before its end was seen.
        (None, None) => Outcome::Signalled { signal: 0 },
    };
    let success = matches!(outcome, Outcome::Exited { code } if plan.success_codes.contains(&code));
    let (used, limits) = held.finish(os::usage());
    let Used { cpu_seconds, peak_memory_bytes, disk_read_bytes, disk_written_bytes } = used;
    ExitRecord {
        success,
        exit: ending.exit,
        cpu_seconds,
        peak_memory_bytes,
        disk_read_bytes,
        disk_written_bytes,
        limits,
        leaked_output: ending.leaked,
        swept: ending.swept,
        survivors: ending.survivors,
        left_behind: ending.left_behind,
        result: result.value,
        result_error: result.error,
        ..ExitRecord::blank(outcome, started_at_micros, clock::now_micros())
    }
}

fn good_id(attempt: &str) -> bool {
    (1..=64).contains(&attempt.len()) && attempt.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
