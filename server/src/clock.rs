//! The only place that asks what time it is.
//!
//! `Clock::system()` is the machine's clock; `Clock::manual(...)` is set by tests. Everything else is told the time. A
//! wall clock that jumps is doubted first: `now` is the time to plan by (see `domain::timekeeping`).

use crate::domain::clock::{Look, Timekeeper, Turn};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// A clock; cheap to clone, all clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// What a manual clock shows; none: the machine's clock.
    manual: Option<Look>,
    /// Time since boot when the clock was made.
    begun: TimeDelta,
    keeper: Timekeeper,
    /// What nobody has told of yet.
    turns: Vec<Turn>,
}

/// What the clocks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockView {
    /// What the machine's clock shows.
    pub machine_at: DateTime<Utc>,
    /// Time that Orc plans by.
    pub planning_at: DateTime<Utc>,
    /// Since when the machine's clock is doubted; none: it is trusted.
    pub doubted_since: Option<DateTime<Utc>>,
}

/// A doubted clock, for a process to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastingDoubt {
    /// Time that was planned by when it began.
    planning_at: DateTime<Utc>,
    /// What the machine's clock showed then.
    machine_at: DateTime<Utc>,
    /// Time since boot then, in microseconds.
    boot_micros: i64,
    /// Which boot; the system may have no name for it.
    boot_id: Option<String>,
}

impl State {
    fn look(&mut self) -> DateTime<Utc> {
        let look = self.manual.unwrap_or_else(machine);
        let (now, turn) = self.keeper.look(look);
        self.turns.extend(turn);
        now
    }
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::starting(None)
    }

    /// A clock that stands still until it is moved.
    pub fn manual(now: DateTime<Utc>) -> Self {
        Self::starting(Some(Look { wall: now, boot: TimeDelta::zero() }))
    }

    fn starting(manual: Option<Look>) -> Self {
        let first = manual.unwrap_or_else(machine);
        let state = State { manual, begun: first.boot, keeper: Timekeeper::new(first), turns: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The instant now, cut to microseconds as the database holds it.
    pub fn now(&self) -> DateTime<Utc> {
        whole_micros(self.state().look())
    }

    /// How long this clock has been running, sleep included, unmoved by whoever sets the machine's clock.
    pub fn running(&self) -> Duration {
        let state = self.state();
        let boot = state.manual.map_or_else(since_boot, |look| look.boot);
        (boot - state.begun).to_std().unwrap_or_default()
    }

    /// What the machine's clock says, and what Orc makes of it.
    pub fn view(&self) -> ClockView {
        let mut state = self.state();
        let planning_at = whole_micros(state.look());
        let machine_at = whole_micros(state.manual.map_or_else(Utc::now, |look| look.wall));
        ClockView { machine_at, planning_at, doubted_since: state.keeper.doubted_since().map(whole_micros) }
    }

    /// Goes on doubting the machine's clock where another process left off. False: nothing is doubted, the clock is right again
    /// or the machine was booted since.
    pub fn resume(&self, doubt: &LastingDoubt) -> bool {
        let from = Look { wall: doubt.planning_at, boot: TimeDelta::microseconds(doubt.boot_micros) };
        doubt.boot_id == boot_id() && self.state().keeper.resume(from, doubt.machine_at)
    }

    /// What another process needs to go on doubting; none: nothing is doubted.
    pub fn lasting_doubt(&self) -> Option<LastingDoubt> {
        let mut state = self.state();
        let planning_at = state.look();
        let Look { wall, boot } = state.keeper.doubt_from()?;
        let machine_at = state.manual.map_or_else(Utc::now, |look| look.wall) - (planning_at - wall);
        let boot_micros = boot.num_microseconds().unwrap_or(i64::MAX);
        Some(LastingDoubt { planning_at: whole_micros(wall), machine_at, boot_micros, boot_id: boot_id() })
    }

    /// Believes what the machine's clock shows now; whoever asks for it tells of it.
    pub fn confirm(&self) {
        let mut state = self.state();
        state.look();
        state.keeper.confirm();
    }

    /// What happened to the clock by itself and was not told yet.
    pub fn turns(&self) -> Vec<Turn> {
        let mut state = self.state();
        state.look();
        state.turns.clone()
    }

    /// The first so many of `turns` were told.
    pub fn told(&self, count: usize) {
        let mut state = self.state();
        let count = count.min(state.turns.len());
        state.turns.drain(..count);
    }

    /// Moves a manual clock, as if that time had passed; the machine's clock stays.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(look) = &mut self.state().manual {
            look.wall += by;
            look.boot += by;
        }
    }

    /// Sets a manual clock, as a person or a time server sets a machine's: no time passes.
    pub fn set(&self, wall: DateTime<Utc>) {
        if let Some(look) = &mut self.state().manual {
            look.wall = wall;
        }
    }

    /// True for the machine's clock.
    pub fn is_system(&self) -> bool {
        self.state().manual.is_none()
    }
}

fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// Both clocks of the machine.
fn machine() -> Look {
    Look { wall: Utc::now(), boot: since_boot() }
}

/// The system's name for the time since it was booted; only Linux has one.
fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// Time since the machine started, sleep included. Linux and Apple have a clock for it; what Windows uses for `Instant`
/// counts sleep too.
#[cfg(unix)]
fn since_boot() -> TimeDelta {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const SINCE_BOOT: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let at = rustix::time::clock_gettime(SINCE_BOOT);
    TimeDelta::seconds(at.tv_sec) + TimeDelta::nanoseconds(at.tv_nsec)
}

#[cfg(not(unix))]
fn since_boot() -> TimeDelta {
    static FIRST: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    TimeDelta::from_std(FIRST.elapsed()).unwrap_or(TimeDelta::MAX)
}

/// Measures how long something takes, unmoved by changes of the clock.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// An instant in microseconds that tells one life of the process from another.
pub fn process_start_micros() -> i64 {
    Utc::now().timestamp_micros()
}

/// How long ago a file's time is; nothing if it is in the future.
pub fn age(of: SystemTime) -> Duration {
    SystemTime::now().duration_since(of).unwrap_or_default()
}
