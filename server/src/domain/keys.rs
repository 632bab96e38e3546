//! Keys of rows in the database. The type of a key names its table, so a task's key cannot be used as a schedule's.
//!
//! A key never leaves the server: people and programs know a thing by its id or its name. Deliberately absent:
//! columns, into which `store` turns keys, and the keys that people give to schedules and triggers of a task, which
//! are text.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// The key of one row of the table `T`. Newer rows of a table have higher keys.
pub struct Key<T> {
    number: i64,
    table: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    /// The key of no row. It is below all others, so a walk over a table begins after it.
    pub const NONE: Self = Self::new(0);

    /// Wraps the key that the database gave to a row.
    pub const fn new(number: i64) -> Self {
        Self { number, table: PhantomData }
    }

    /// The key as the database stores it.
    pub const fn number(self) -> i64 {
        self.number
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Key<T> {}

impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $(
            $(#[$doc])*
            pub enum $name {}
        )*
    };
}

tables! {
    /// Tasks.
    Task
    /// Schedules of tasks.
    Schedule
    /// Entries of the ledger.
    Slot
    /// Backfills.
    Backfill
    /// Triggers of tasks.
    Trigger
    /// Ends of runs that a trigger has not handled yet.
    Firing
    /// Calls of webhooks.
    HookCall
    /// Calendars.
    Calendar
    /// Pools.
    Pool
    /// Dependencies of runs.
    RunDependency
    /// What is looked at for dependencies.
    Probe
    /// Credentials.
    Credential
    /// Network profiles.
    Network
    /// The vault.
    Vault
    /// Channels.
    Channel
    /// Deliveries.
    Delivery
    /// Rules of notifications.
    Rule
    /// Incidents.
    Incident
    /// What rules have to tell.
    Telling
    /// Reports.
    Report
    /// Silences.
    Silence
    /// Links by which somebody takes an incident up.
    IncidentLink
    /// Runs.
    Run
    /// Attempts within runs.
    Attempt
    /// What attempts found when they started.
    Conditions
    /// Users.
    User
    /// API tokens.
    Token
    /// Browser sessions.
    Session
    /// Calendar feeds.
    Feed
}
