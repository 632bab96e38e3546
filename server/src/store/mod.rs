//! The database: the only room that knows sea-orm, SQL and transactions.
//!
//! `Store` reads and opens, `Tx` writes inside `store.write(async move |tx: &Tx| ...)`; records are plain structs, one file
//! per resource, and rows never leave the room. Deliberately absent: rules (they are `domain`'s), clocks (every function is
//! told the instant), signals (raised by `app` after the commit). Start reading at `writer`, then `runs`, then `claim`.

pub mod access;
mod calendars;
pub mod core;
pub mod forecast;
mod ledger;
mod pools;
mod runs;
mod schedules;
pub mod system;
mod tasks;
mod triggers;

pub use self::access::audit::{AuditFilter, AuditNew, AuditRecord, AuditVerdict};
pub use self::access::sessions::{SessionNew, SessionRecord};
pub use self::access::tokens::{TokenNew, TokenRecord};
pub use self::access::users::{UserChange, UserNew, UserRecord};
pub use self::calendars::damage::CalendarDamage;
pub use self::core::connect::{DatabaseConfig, DatabaseKind, Store};
pub use self::core::error::{Conflict, Result, StoreError};
pub use self::core::page::{Cursor, Page, PageRequest};
pub use self::core::writer::Tx;
pub use self::forecast::feeds::{FeedNew, FeedRecord};
pub use self::ledger::ahead::{ScheduleRow, SlotAcross};
pub use self::ledger::backfills::{BackfillNew, BackfillRecord};
pub use self::ledger::booking::SlotBooking;
pub use self::ledger::counts::SlotCount;
pub use self::ledger::{SlotEntry, SlotFilter, SlotRecord, Told};
pub use self::runs::attempts::{AttemptFinished, AttemptRecord, AttemptStarted, RunNext};
pub use self::runs::claim::{ClaimOrder, ClaimedRun};
pub use self::runs::idempotency::{IdempotencyNew, IdempotencyRecord};
pub use self::runs::outlook::RunOutlook;
pub use self::runs::prune::{Leftovers, PruneCandidate, PruneStep};
pub use self::runs::stats::{StatsPoint, StatsRecord, StatsStep};
pub use self::system::backup::{DatabaseFacts, WalState};
pub use self::tasks::definitions::Damage;
pub use self::tasks::versions::TaskVersionRecord;
pub use self::triggers::files_seen::{FileState, FilesLearned, KnownFile};
pub use calendars::{CalendarMark, CalendarRecord};
pub use pools::{PoolRecord, PoolUse};
pub use runs::{RunCancel, RunFilter, RunNew, RunRecord, TriggerRecord};
pub use schedules::{DamagedSchedule, ScheduleRecord, StoredSchedules};
pub use tasks::{LastRunRecord, TaskChange, TaskFilter, TaskRecord, TaskRef, TaskSort};
pub use triggers::{FiringRecord, TaskTriggerRecord};
