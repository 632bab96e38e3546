//! The server itself: its workers, its database, its disk, and the hold on everything.
//!
//! Deliberately absent: what single workers do, which is in `engine`. Start reading at `disk`.

pub mod beacon;
pub(in crate::app) mod demo;
pub mod disk;
mod health;
mod leftovers;

use self::disk::{Disk, DiskGuard};
use super::core::events::Change;
use super::core::hold::HOLD;
use super::core::write::Moment;
use super::schedules::agenda::{InvalidSchedule, InvalidSchedules};
use super::{App, Caller, Error, Result, Signal};
use crate::clock::ClockView;
use crate::domain::model::CalendarRecord;
pub use crate::domain::model::DatabaseFacts;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{Permission, RunState, StatsStep, SystemPart};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Size in bytes from which the write-ahead log is a warning.
const WAL_ALARM: u64 = 256 * 1024 * 1024;

/// A background worker, and how its last round went.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerStatus {
    /// Name of the worker.
    pub name: &'static str,
    /// Maximum seconds between two rounds without a signal.
    pub every_seconds: f64,
    /// Number of rounds so far.
    pub round_count: u64,
    /// Since when a round has been in progress; none if the worker is asleep.
    pub running_since_at: Option<DateTime<Utc>>,
    /// When the last finished round began.
    pub last_at: Option<DateTime<Utc>>,
    /// Duration of the last finished round in seconds.
    pub last_seconds: Option<f64>,
    /// What the last round that did something did.
    pub last_summary: Option<Reason>,
    /// Why the last round failed; none if it did not.
    pub error: Option<Reason>,
}

/// The status of the workers, as reported by whoever runs them. Cheap to clone.
#[derive(Clone, Default)]
pub struct WorkerBoard {
    source: Arc<OnceLock<Source>>,
}

type Source = Box<dyn Fn() -> Vec<WorkerStatus> + Send + Sync>;

impl std::fmt::Debug for WorkerBoard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkerBoard").finish_non_exhaustive()
    }
}

impl WorkerBoard {
    /// Sets the source of the status. The first source stays.
    pub fn connect(&self, source: impl Fn() -> Vec<WorkerStatus> + Send + Sync + 'static) {
        let _first_wins = self.source.set(Box::new(source));
    }

    /// The status of all workers; empty while nobody runs any.
    pub fn list(&self) -> Vec<WorkerStatus> {
        self.source.get().map(|source| source()).unwrap_or_default()
    }
}

/// The server and what it depends on.
#[derive(Debug, Clone)]
pub struct SystemView {
    /// When the server started.
    pub started_at: DateTime<Utc>,
    /// The machine's clock, and the time by which Orc plans.
    pub clock: ClockView,
    /// Number of schedules that cannot be computed and therefore do not fire.
    pub invalid_schedule_count: u32,
    /// The database.
    pub database: DatabaseFacts,
    /// The disk that holds the data folder.
    pub disk: Disk,
    /// The hold, if everything is on hold.
    pub hold: Option<Hold>,
    /// What needs somebody's attention.
    pub warnings: Vec<Reason>,
}

/// Everything is on hold: nothing fires, nothing starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why everything is on hold.
    pub reason: String,
    /// Name of the user or token that put everything on hold.
    pub by: String,
    /// Since when everything has been on hold.
    pub since_at: DateTime<Utc>,
}

/// Figures of the database and the disk, for graphs.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Size of the database in bytes.
    pub database_bytes: u64,
    /// Size of its write-ahead log in bytes.
    pub wal_bytes: u64,
    /// Whether everything is on hold.
    pub held: bool,
    /// Numbers of runs that have not ended. `waiting` includes those that are backing off.
    pub open_runs: [(RunState, u64); 3],
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts a panic that was caught.
pub fn count_panic() {
    PANICS.fetch_add(1, Ordering::Relaxed);
}

/// Number of panics since the process started.
pub fn panic_count() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

impl App {
    /// Moves pages of SQLite's write-ahead log into the database. Returns none on PostgreSQL.
    pub async fn wal_checkpoint(&self) -> Result<Option<crate::domain::model::WalState>> {
        Ok(self.store().wal_checkpoint().await?)
    }

    /// Returns the size of SQLite's write-ahead log in bytes; 0 on PostgreSQL.
    pub async fn wal_bytes(&self) -> Result<u64> {
        Ok(self.store().database_facts().await?.wal_bytes.unwrap_or_default())
    }

    /// Seconds since the server started.
    pub fn uptime_seconds(&self) -> f64 {
        self.clock().running().as_secs_f64()
    }

    /// The disk that holds the data folder.
    pub fn disk(&self) -> Disk {
        Disk::of(&self.settings().data_dir)
    }

    /// The current figures of the database.
    pub async fn figures(&self) -> Result<Figures> {
        let now = self.clock().now();
        let facts = self.store().database_facts().await?;
        let stats = self.store().run_stats(None, now, now, StatsStep::Hour).await?;
        Ok(Figures {
            database_bytes: facts.size_bytes,
            wal_bytes: facts.wal_bytes.unwrap_or(0),
            held: self.hold().await?.is_some(),
            open_runs: [
                (RunState::Running, stats.running_count),
                (RunState::Queued, stats.queued_count),
                (RunState::Waiting, stats.waiting_count),
            ],
        })
    }

    /// Returns whether the server can work, which means that the database responds.
    pub async fn is_ready(&self) -> bool {
        self.store().setting_find(HOLD).await.is_ok()
    }

    /// The hold on everything, if there is one.
    pub async fn hold(&self) -> Result<Option<Hold>> {
        Ok(self.store().setting_find(HOLD).await?.and_then(|value| serde_json::from_value(value).ok()))
    }

    /// The server: version, database, disk, hold.
    pub async fn system_view(&self, caller: &Caller) -> Result<SystemView> {
        caller.require(Permission::Read)?;
        let (database, hold) = (self.store().database_facts().await?, self.hold().await?);
        let (disk, workers) = (self.disk(), self.workers().list());
        let mut warnings = warnings(&disk, &database, &workers);
        let invalid = self.invalid_schedules();
        warnings.extend(invalid_warning(&invalid));
        warnings.extend(self.vault_closed());
        warnings.extend(calendar_warnings(&self.calendars().await?.records));
        warnings.extend(self.deletion_held());
        warnings.extend(self.beacon_problem());
        let invalid_schedule_count = u32::try_from(invalid.len()).unwrap_or(u32::MAX);
        let (started_at, clock) = (self.started_at(), self.clock_view());
        Ok(SystemView { started_at, clock, invalid_schedule_count, database, disk, hold, warnings })
    }

    /// The status of the workers.
    pub fn system_workers(&self, caller: &Caller) -> Result<Vec<WorkerStatus>> {
        caller.require(Permission::Read)?;
        Ok(self.workers().list())
    }

    /// Puts everything on hold. A second hold replaces the reason of the first.
    pub async fn system_hold(&self, caller: &Caller, reason: String) -> Result<Hold> {
        caller.require(Permission::Admin)?;
        let hold = Hold { reason, by: caller.name.clone(), since_at: self.clock().now() };
        let value = serde_json::to_value(&hold).map_err(|error| Error::Internal(error.to_string()))?;
        let detail = json!({"reason": hold.reason});
        let entry = caller.audit(hold.since_at, "system_hold", ("system", self.settings().node.clone()), detail);
        let write = async move |tx: &Tx, _: Moment| {
            tx.setting_put(HOLD, &value).await?;
            tx.audit_append(&entry).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.hold_changed()).await?;
        Ok(hold)
    }

    /// Ends the hold, if there is one.
    pub async fn system_release(&self, caller: &Caller) -> Result<()> {
        caller.require(Permission::Admin)?;
        let target = ("system", self.settings().node.clone());
        let entry = caller.audit(self.clock().now(), "system_release", target, json!({}));
        let write = async move |tx: &Tx, _: Moment| {
            let released = tx.setting_delete(HOLD).await?;
            if released {
                tx.audit_append(&entry).await?;
            }
            Ok(released)
        };
        let announce = |app: &Self, released: &bool| {
            if *released {
                app.hold_changed();
            }
        };
        self.write(write, announce).await.map(drop)
    }

    fn hold_changed(&self) {
        self.signals().raise(Signal::Schedules);
        self.signals().raise(Signal::Queue);
        self.events().publish(Change::System { what: SystemPart::Hold });
    }
}

fn calendar_warnings(calendars: &[CalendarRecord]) -> impl Iterator<Item = Reason> {
    calendars.iter().filter_map(|record| {
        let (calendar, damage) = (record.definition.name.clone(), record.damage?);
        Some(Reason::CalendarDamaged { calendar, reason: Box::new(damage.problem()) })
    })
}

fn invalid_warning(invalid: &InvalidSchedules) -> Option<Reason> {
    let ((_, key), InvalidSchedule { task_name, error }) = invalid.first_key_value()?;
    let (task, schedule, problem) = (task_name.clone(), key.clone(), error.clone());
    Some(Reason::SchedulesInvalid { task, schedule, problem, others: invalid.len() as u64 - 1 })
}

fn warnings(disk: &Disk, database: &DatabaseFacts, workers: &[WorkerStatus]) -> Vec<Reason> {
    let mut warnings = Vec::new();
    match disk.guard() {
        DiskGuard::Ok => {}
        DiskGuard::LogsStopped => warnings.push(Reason::DiskNearlyFull {}),
        DiskGuard::RunsStopped => warnings.push(Reason::DiskFull {}),
    }
    let wal = database.wal_bytes.filter(|bytes| *bytes > WAL_ALARM);
    warnings.extend(wal.map(|bytes| Reason::WalGrown { bytes }));
    let failing = workers.iter().filter_map(|worker| {
        let reason = Box::new(worker.error.clone()?);
        Some(Reason::WorkerFails { worker: worker.name.to_owned(), reason })
    });
    warnings.extend(failing);
    warnings
}
