//! Watches one command from start to end: output, limits, messages and signals, in one loop.
//!
//! Cancels, time limits and signals stop a command in the same steps: ask the process group, wait for the grace
//! period, kill every descendant of the command. However an attempt ends, [`Supervisor::run`] returns only when no
//! process of the attempt is left, or with the list of those that could not be killed or that the plan leaves behind.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::attempt::control::Control;
use crate::attempt::limits::Held;
use crate::attempt::sweep::{self, ROUNDS};
use crate::clock;
use crate::log::Stream;
use crate::log::write::LogWriter;
use crate::os::{self, Child, Feed, Output, Signals};
use crate::protocol::message::{RunnerMessage, ServerMessage, StopReason};
use crate::protocol::plan::Plan;
use crate::protocol::record::{CancelledBy, Exit, LeftBehind, LogTotals, Survivor, TimeLimit};

/// Shortest time between two progress messages.
const PROGRESS_PERIOD: Duration = Duration::from_millis(50);
/// How long descendants may take to end by themselves after the command has ended and its output is closed.
const BREATH: Duration = Duration::from_millis(10);
/// Bytes per read from a pipe.
const READ: usize = 64 * 1024;
/// Maximum number of reads that empty the pipes after the end. A pipe holds at most 1 MiB.
const LAST_READS: usize = 64;

/// What the runner has apart from the command.
pub(crate) struct Session {
    pub(crate) signals: Signals,
    pub(crate) control: Control,
    pub(crate) writer: LogWriter,
}

/// What became of the command.
#[derive(Default)]
pub(crate) struct Ending {
    pub(crate) exit: Option<Exit>,
    pub(crate) stop: Option<StopReason>,
    pub(crate) leaked: bool,
    pub(crate) swept: u32,
    pub(crate) survivors: Vec<Survivor>,
    pub(crate) left_behind: Vec<LeftBehind>,
    /// Pipes that processes which are left behind may still write to.
    pub(crate) outputs: Vec<Output>,
}

/// The state of one running command.
pub(crate) struct Supervisor<'a> {
    session: &'a mut Session,
    plan: &'a Plan,
    held: &'a mut Held,
    leader: u32,
    stdout: Option<Output>,
    stderr: Option<Output>,
    stdin: Option<Feed>,
    limits: Vec<(Instant, StopReason)>,
    ending: Ending,
    /// No descendant is left.
    alone: bool,
    kill_at: Option<Instant>,
    killed: bool,
    drain_until: Option<Instant>,
    progress: Option<Instant>,
    progressed: Instant,
    buffer: Vec<u8>,
}

impl<'a> Supervisor<'a> {
    pub(crate) fn new(
        session: &'a mut Session,
        plan: &'a Plan,
        child: Child,
        held: &'a mut Held,
        begun: Instant,
    ) -> Self {
        let now = clock::now();
        let limit = |from: Instant, limit: TimeLimit, value: Option<f64>| {
            value.map(|seconds| (from + clock::seconds(seconds), StopReason::TimeLimit { limit, seconds }))
        };
        let limits = limit(now, TimeLimit::Attempt, plan.attempt_timeout_seconds).into_iter();
        let limits = limits.chain(limit(begun, TimeLimit::Run, plan.run_deadline_seconds)).collect();
        Self {
            session,
            plan,
            held,
            leader: child.pid,
            stdout: Some(child.stdout),
            stderr: Some(child.stderr),
            stdin: child.stdin,
            limits,
            ending: Ending::default(),
            alone: false,
            kill_at: None,
            killed: false,
            drain_until: None,
            progress: None,
            progressed: now.checked_sub(PROGRESS_PERIOD).unwrap_or(now),
            buffer: vec![0; READ],
        }
    }

    /// Follows the command to its end. `early` holds the messages that arrived together with the plan.
    pub(crate) fn run(mut self, early: Vec<ServerMessage>) -> Ending {
        early.into_iter().for_each(|message| self.message(&message));
        self.follow_server();
        while !self.over() {
            self.turn();
            self.pass_limits();
            self.report();
        }
        self.ending.leaked = self.open() && self.ending.stop.is_none();
        if !self.alone && self.ending.stop.is_none() {
            // A process that has just closed the output is probably about to end by itself.
            self.wait_for_signal(BREATH);
            self.reap();
        }
        let leaves = self.plan.leave_behind && self.ending.stop.is_none();
        if !self.alone && leaves {
            self.ending.left_behind = os::survivors().unwrap_or_default().into_iter().map(sweep::left_behind).collect();
        } else if !self.alone {
            self.sweep();
        }
        self.read_rest();
        self.ending.leaked |= self.open();
        if self.ending.leaked {
            self.session.writer.note("[orc] another process kept the output open after the command had ended");
        }
        if leaves {
            self.ending.outputs = self.stdout.take().into_iter().chain(self.stderr.take()).collect();
        }
        self.ending
    }

    fn open(&self) -> bool {
        self.stdout.is_some() || self.stderr.is_some()
    }

    /// Whether there is nothing left to wait for.
    fn over(&self) -> bool {
        if self.killed {
            return true;
        }
        if self.ending.exit.is_none() {
            return false;
        }
        if self.ending.stop.is_some() && !self.alone {
            // The rest of the group gets the grace period too. Processes that left the group were not asked to stop,
            // so nobody waits for them.
            return !os::group_exists(self.leader);
        }
        !self.open() || self.drain_until.is_some_and(|until| clock::now() >= until)
    }

    /// Waits for something to happen and handles it.
    fn turn(&mut self) {
        let patience = self.next_deadline().map(|at| at.saturating_duration_since(clock::now()));
        let mut sources = vec![self.session.signals.source()];
        sources.extend(self.stdout.iter().map(Output::source));
        sources.extend(self.stderr.iter().map(Output::source));
        sources.extend(self.stdin.iter().map(Feed::source));
        sources.extend(self.session.control.interests());
        let Ok(ready) = os::wait(sources, patience) else { return };
        let mut rest = ready.iter().copied();
        let signals = rest.next().unwrap_or(false);
        let stdout = self.stdout.is_some() && rest.next().unwrap_or(false);
        let stderr = self.stderr.is_some() && rest.next().unwrap_or(false);
        let stdin = self.stdin.is_some() && rest.next().unwrap_or(false);
        let rest: Vec<bool> = rest.collect();
        if stdin {
            self.stdin = self.stdin.take().and_then(Feed::push);
        }
        let writer = &mut self.session.writer;
        let grown = stdout && read(&mut self.stdout, Stream::Stdout, writer, &mut self.buffer);
        let grown = stderr && read(&mut self.stderr, Stream::Stderr, writer, &mut self.buffer) || grown;
        let grown = writer.flush_due() || grown;
        if grown {
            self.progress.get_or_insert(self.progressed + PROGRESS_PERIOD);
        }
        if rest.contains(&true) {
            self.incoming(&rest);
        }
        if signals {
            self.signalled();
        }
    }

    /// The time at which something must be done even if no event arrives. Deadlines that can no longer matter are
    /// left out.
    fn next_deadline(&self) -> Option<Instant> {
        let due = self.session.writer.due();
        if self.ending.stop.is_some() && !self.alone {
            return [self.kill_at, self.progress, due].into_iter().flatten().min();
        }
        if self.ending.exit.is_some() {
            return self.drain_until.into_iter().chain(due).min();
        }
        self.limits.iter().map(|(at, _)| *at).chain(self.progress).chain(due).chain(self.held.look_at()).min()
    }

    fn signalled(&mut self) {
        let stop = self.session.signals.stop_asked();
        self.reap();
        if stop {
            self.stop(StopReason::Cancel { by: CancelledBy::Signal }, None);
        }
    }

    fn incoming(&mut self, ready: &[bool]) {
        let incoming = self.session.control.handle(ready);
        if incoming.attached {
            self.progress.get_or_insert(clock::now());
        }
        incoming.messages.iter().for_each(|message| self.message(message));
        self.follow_server();
    }

    /// Stops a command that nobody waits for any more.
    fn follow_server(&mut self) {
        if self.plan.stop_with_server && self.ending.stop.is_none() && self.session.control.server_gone() {
            self.stop(StopReason::Cancel { by: CancelledBy::Server }, None);
        }
    }

    fn message(&mut self, message: &ServerMessage) {
        let reason = StopReason::Cancel { by: CancelledBy::Server };
        match message {
            ServerMessage::Cancel { grace_seconds } => self.stop(reason, *grace_seconds),
            ServerMessage::Kill => self.stop(reason, Some(0.0)),
            ServerMessage::Start { .. } | ServerMessage::Attach { .. } => {}
        }
    }

    fn reap(&mut self) {
        let reaped = os::reap(self.leader);
        self.alone = reaped.none_left;
        if let Some(exit) = reaped.leader {
            self.ending.exit = Some(exit);
            self.drain_until = Some(clock::now() + clock::seconds(self.plan.leak_grace_seconds));
        }
    }

    /// Starts to stop the command. A second call ends the grace period. A command that has ended by itself is not
    /// asked.
    fn stop(&mut self, reason: StopReason, grace: Option<f64>) {
        self.reap();
        if self.ending.stop.is_some() {
            return self.kill();
        }
        if self.ending.exit.is_some() {
            self.drain_until = Some(clock::now());
            return;
        }
        self.ending.stop = Some(reason);
        self.session.writer.note(&format!("[orc] stopping: {}", reason.words()));
        self.session.control.tell(&RunnerMessage::Stopping { reason });
        let grace = clock::seconds(grace.unwrap_or(self.plan.grace_seconds));
        if grace.is_zero() {
            return self.kill();
        }
        os::ask(self.leader);
        self.kill_at = Some(clock::now() + grace);
    }

    fn pass_limits(&mut self) {
        let now = clock::now();
        if self.ending.stop.is_none() && self.ending.exit.is_none() {
            let passed = self.limits.iter().filter(|(at, _)| *at <= now).min_by_key(|(at, _)| *at);
            if let Some((_, reason)) = passed.copied() {
                self.stop(reason, None);
            } else if let Some(reason) = self.held.look(now) {
                // What has passed such a limit might harm the machine during a grace period.
                self.stop(reason, Some(0.0));
            }
        }
        if !self.killed && self.kill_at.is_some_and(|at| at <= now) {
            self.kill();
        }
    }

    fn kill(&mut self) {
        if self.killed {
            return;
        }
        self.killed = true;
        self.session.writer.note("[orc] killing what is left");
        self.sweep();
    }

    /// Kills every member of the attempt's cgroup and every descendant of the command. After a stop, it also kills processes that are no descendants but carry
    /// the attempt's marker.
    fn sweep(&mut self) {
        let mut seen: HashSet<u32> = self.held.kill().into_iter().collect();
        for round in 0..ROUNDS {
            if self.ending.exit.is_none() {
                os::kill_group(self.leader);
            }
            self.reap();
            if self.alone {
                break;
            }
            self.ending.survivors = os::survivors().unwrap_or_default();
            for process in &self.ending.survivors {
                seen.insert(process.pid);
                os::kill(process);
            }
            self.wait_for_signal(Duration::from_millis(u64::from(round.min(19)) * 5 + 5));
        }
        seen.remove(&self.leader);
        self.ending.swept += u32::try_from(seen.len()).unwrap_or(u32::MAX);
        if self.alone {
            self.ending.survivors.clear();
        }
        if self.ending.stop.is_some() || !self.alone {
            self.sweep_marked();
        }
    }

    fn sweep_marked(&mut self) {
        let Ok(swept) = sweep::sweep_with(&self.plan.attempt, self.held.group(), ROUNDS) else { return };
        self.reap();
        self.ending.swept += swept.killed;
        for survivor in swept.survivors {
            if !self.ending.survivors.contains(&survivor) {
                self.ending.survivors.push(survivor);
            }
        }
    }

    fn wait_for_signal(&self, patience: Duration) {
        if os::wait(vec![self.session.signals.source()], Some(patience)).is_ok() {
            self.session.signals.stop_asked();
        }
    }

    /// Reads what is left in the pipes without waiting.
    fn read_rest(&mut self) {
        let writer = &mut self.session.writer;
        for _ in 0..LAST_READS {
            if readable(self.stdout.as_ref()) {
                read(&mut self.stdout, Stream::Stdout, writer, &mut self.buffer);
            } else if readable(self.stderr.as_ref()) {
                read(&mut self.stderr, Stream::Stderr, writer, &mut self.buffer);
            } else {
                return;
            }
        }
    }

    /// Sends progress when it is due. After the command's end no progress is sent, because the exit record contains
    /// everything.
    fn report(&mut self) {
        let now = clock::now();
        if self.ending.exit.is_some() {
            self.progress = None;
        }
        if self.progress.is_none_or(|due| due > now) {
            return;
        }
        let totals = self.session.writer.totals();
        let LogTotals { bytes, lines, dropped_bytes, .. } = totals;
        let message = RunnerMessage::Log { bytes, lines, dropped_bytes };
        let heard = self.session.control.progress(&message);
        self.progressed = now;
        self.progress = (!heard).then_some(now + PROGRESS_PERIOD);
    }
}

/// Reads once. Returns whether there was anything to read.
fn read(pipe: &mut Option<Output>, stream: Stream, writer: &mut LogWriter, buffer: &mut [u8]) -> bool {
    let Some(open) = pipe else { return false };
    match open.read(&mut *buffer) {
        Ok(length @ 1..) => {
            writer.data(stream, &buffer[..length]);
            return true;
        }
        Err(error) if os::passes(&error) => {}
        Ok(0) | Err(_) => *pipe = None,
    }
    false
}

fn readable(pipe: Option<&Output>) -> bool {
    let Some(pipe) = pipe else { return false };
    os::wait(vec![pipe.source()], Some(Duration::ZERO)).is_ok_and(|ready| ready[0])
}
