//! The only place that asks for the time.
//!
//! `Clock::system()` is the machine's clock; tests set `Clock::manual(...)`. All other code gets the time from a
//! `Clock`. If the machine's clock jumps, Orc doubts it at first: `now` is the time by which Orc plans (see
//! `domain::clock`).

use crate::domain::clock::{Look, Timekeeper, Turn};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// A clock. It is cheap to clone, and all clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// The time of a manual clock; none for the machine's clock.
    manual: Option<Look>,
    /// Time since boot when the clock was created.
    begun: TimeDelta,
    keeper: Timekeeper,
    /// Changes of the clock that have not been reported yet.
    turns: Vec<Turn>,
}

/// The machine's clock, and the time by which Orc plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockView {
    /// The time that the machine's clock shows.
    pub machine_at: DateTime<Utc>,
    /// The time by which Orc plans.
    pub planning_at: DateTime<Utc>,
    /// Since when the machine's clock has been doubted; none if it is trusted.
    pub doubted_since: Option<DateTime<Utc>>,
}

/// A doubt about the clock, stored for the next process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastingDoubt {
    /// The time by which Orc planned when the doubt was stored.
    planning_at: DateTime<Utc>,
    /// The time that the machine's clock showed at that moment.
    machine_at: DateTime<Utc>,
    /// Time since boot at that moment, in microseconds.
    boot_micros: i64,
    /// Identity of that boot, if the system provides one.
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
    /// Creates the machine's clock.
    pub fn system() -> Self {
        Self::starting(None)
    }

    /// Creates a clock that stands still until it is moved.
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

    /// The current time by which Orc plans, cut to microseconds as in the database.
    pub fn now(&self) -> DateTime<Utc> {
        whole_micros(self.state().look())
    }

    /// How long this clock has been running, including sleep. Setting the machine's clock does not change it.
    pub fn running(&self) -> Duration {
        let state = self.state();
        let boot = state.manual.map_or_else(since_boot, |look| look.boot);
        (boot - state.begun).to_std().unwrap_or_default()
    }

    /// The time that the machine's clock shows, and how Orc interprets it.
    pub fn view(&self) -> ClockView {
        let mut state = self.state();
        let planning_at = whole_micros(state.look());
        let machine_at = whole_micros(state.manual.map_or_else(Utc::now, |look| look.wall));
        ClockView { machine_at, planning_at, doubted_since: state.keeper.doubted_since().map(whole_micros) }
    }

    /// Continues the doubt that another process stored. Returns false if the clock is right again or if the machine
    /// was rebooted since.
    pub fn resume(&self, doubt: &LastingDoubt) -> bool {
        let from = Look { wall: doubt.planning_at, boot: TimeDelta::microseconds(doubt.boot_micros) };
        doubt.boot_id == boot_id() && self.state().keeper.resume(from, doubt.machine_at)
    }

    /// The doubt for another process to continue; none if the clock is trusted.
    pub fn lasting_doubt(&self) -> Option<LastingDoubt> {
        let mut state = self.state();
        let planning_at = state.look();
        let Look { wall, boot } = state.keeper.doubt_from()?;
        let machine_at = state.manual.map_or_else(Utc::now, |look| look.wall) - (planning_at - wall);
        let boot_micros = boot.num_microseconds().unwrap_or(i64::MAX);
        Some(LastingDoubt { planning_at: whole_micros(wall), machine_at, boot_micros, boot_id: boot_id() })
    }

    /// Trusts what the machine's clock shows now. The caller reports this.
    pub fn confirm(&self) {
        let mut state = self.state();
        state.look();
        state.keeper.confirm();
    }

    /// Changes of the clock that have not been reported yet.
    pub fn turns(&self) -> Vec<Turn> {
        let mut state = self.state();
        state.look();
        state.turns.clone()
    }

    /// Notes that the first `count` changes of `turns` were reported.
    pub fn turns_forget(&self, count: usize) {
        let mut state = self.state();
        let count = count.min(state.turns.len());
        state.turns.drain(..count);
    }

    /// Moves a manual clock as if this time had passed.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(look) = &mut self.state().manual {
            look.wall += by;
            look.boot += by;
        }
    }

    /// Sets a manual clock, as a person or a time server sets a machine's clock. No time passes.
    pub fn set(&self, wall: DateTime<Utc>) {
        if let Some(look) = &mut self.state().manual {
            look.wall = wall;
        }
    }

    /// Returns whether this is the machine's clock.
    pub fn is_system(&self) -> bool {
        self.state().manual.is_none()
    }
}

fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// Reads both clocks of the machine.
fn machine() -> Look {
    Look { wall: Utc::now(), boot: since_boot() }
}

/// The system's identity of the current boot. Only Linux has one.
fn boot_id() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

/// Time since the machine started, including sleep. Linux and Apple have a clock for it; on Windows, `Instant`
/// includes sleep.
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

/// Measures how long something takes. Changes of the clock do not affect it.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts a stopwatch.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The current instant in microseconds, which distinguishes this life of the process from others.
pub fn process_start_micros() -> i64 {
    Utc::now().timestamp_micros()
}

/// Time that has passed since a file's time; zero if the file's time is in the future.
pub fn age(of: SystemTime) -> Duration {
    SystemTime::now().duration_since(of).unwrap_or_default()
}
