//! What Orc does: one use case per function, one file or folder per subject.
//!
//! The order is always the same: permission, a decision of `domain`, one store transaction with its audit entry, then
//! signals and events after the commit. Deliberately absent: HTTP, SQL, and any knowledge of the engine, which
//! listens to signals. Start reading at `caller`, then `runs`.

pub mod access;
mod boards;
pub mod calendars;
pub mod clock;
pub mod core;
pub mod credentials;
pub mod dependencies;
pub mod forecast;
pub mod ledger;
pub mod networks;
pub mod notify;
pub mod pools;
pub mod reports;
pub mod runs;
pub mod schedules;
pub mod system;
pub mod tasks;
pub mod triggers;

pub use self::core::caller::{Caller, CallerKind};
pub use self::core::error::Error;
pub use self::core::events::EventBus;
pub use self::core::signals::{Signal, Signals};

use self::boards::Boards;
use self::triggers::file_roots::{Disks, PATIENCE};
use crate::clock::Clock;
use crate::domain::model::Surroundings;
use crate::domain::runs::travel::Travel;
use crate::integrations::disk::LocalDisk;
use crate::security::limiter::Limiter;
use crate::store::Store;
use chrono::{DateTime, Utc};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// Result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// The part of the configuration that the use cases need, as plain values.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// Name of this server.
    pub node: String,
    /// Default time zone of schedules, an IANA name.
    pub timezone: String,
    /// Data folder.
    pub data_dir: PathBuf,
    /// Maximum number of simultaneous runs.
    pub run_limit: u32,
    /// Folders in which file triggers may look; empty: everywhere.
    pub file_roots: Vec<PathBuf>,
    /// Maximum number of dependencies that are looked at at the same time.
    pub probe_limit: u32,
    /// The environment of processes.
    pub surroundings: Surroundings,
    /// How requests of http tasks travel, unless a task says otherwise.
    pub travel: Travel,
    /// How long sending one notification may take.
    pub send_within: Duration,
    /// Number of days within which a backup must have been made and read; none: nobody asks for one.
    pub backup_within_days: Option<u32>,
    /// Address under which people reach the pages; none: it is not known.
    pub public_url: Option<String>,
}

/// The use cases, with the tools they use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    signals: Signals,
    events: EventBus,
    boards: Boards,
    limiter: Limiter,
    standing: access::standing::Standing,
    places: self::core::compute::Places,
    calendars_reading: tokio::sync::Mutex<()>,
    before_calendars: calendars::concern::BeforeChange,
    feed_files: forecast::feed_file::FeedFiles,
    disks: Disks,
    vault: credentials::vault::VaultDoor,
    lookout: networks::probing::Lookout,
    own_port: AtomicU16,
    settings: AppSettings,
    started_at: DateTime<Utc>,
}

impl App {
    /// Creates the use cases from their tools.
    pub fn new(store: Store, clock: Clock, settings: AppSettings) -> Self {
        Self::on(Disks::new(Arc::new(LocalDisk), PATIENCE), store, clock, settings)
    }

    /// Puts the tools together, with other disks for file triggers.
    pub fn on(disks: Disks, store: Store, clock: Clock, settings: AppSettings) -> Self {
        let inner = Inner {
            started_at: clock.now(),
            store,
            clock,
            settings,
            signals: Signals::default(),
            events: EventBus::new(),
            boards: Boards::default(),
            limiter: Limiter::default(),
            standing: access::standing::Standing::default(),
            places: self::core::compute::Places::default(),
            calendars_reading: tokio::sync::Mutex::default(),
            before_calendars: ledger::closing::BEFORE_CALENDARS,
            feed_files: forecast::feed_file::FeedFiles::default(),
            disks,
            vault: credentials::vault::VaultDoor::default(),
            lookout: networks::probing::Lookout::default(),
            own_port: AtomicU16::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Signals that wake the workers.
    pub fn signals(&self) -> &Signals {
        &self.inner.signals
    }

    /// Events that tell the pages what changed.
    pub fn events(&self) -> &EventBus {
        &self.inner.events
    }

    /// Status of the workers.
    pub fn workers(&self) -> &system::WorkerBoard {
        &self.inner.boards.workers
    }

    /// Who looks at dependencies.
    pub fn prober(&self) -> &dependencies::ProberDoor {
        &self.inner.boards.prober
    }

    /// Who runs the commands of channels.
    pub fn commander(&self) -> &notify::sending::commands::CommanderDoor {
        &self.inner.boards.commander
    }

    /// Sizes of the logs of running attempts.
    pub fn progress(&self) -> &runs::progress::ProgressBoard {
        &self.inner.boards.progress
    }

    /// The limit on guessing passwords.
    pub fn limiter(&self) -> &Limiter {
        &self.inner.limiter
    }

    pub(in crate::app) fn before_calendars(&self) -> calendars::concern::BeforeChange {
        self.inner.before_calendars
    }

    pub(in crate::app) fn standing(&self) -> &access::standing::Standing {
        &self.inner.standing
    }

    pub(in crate::app) fn lookout(&self) -> &networks::probing::Lookout {
        &self.inner.lookout
    }

    /// Notes the port on which this server listens, so that no task and no probe connects to it.
    pub fn listens_on(&self, port: u16) {
        self.inner.own_port.store(port, Ordering::Relaxed);
    }

    /// The port on which this server listens; 0: it does not listen yet.
    pub fn own_port(&self) -> u16 {
        self.inner.own_port.load(Ordering::Relaxed)
    }

    /// When this server started.
    pub fn started_at(&self) -> DateTime<Utc> {
        self.inner.started_at
    }

    /// Settings of the use cases.
    pub fn settings(&self) -> &AppSettings {
        &self.inner.settings
    }
}
