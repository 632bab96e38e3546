//! The database: the only room that knows sea-orm, SQL and transactions.
//!
//! `Store` reads and opens, `Tx` writes inside `store.write(async move |tx: &Tx| ...)`; records are plain structs, one file
//! per resource, and rows never leave the room. Deliberately absent: rules (they are `domain`'s), clocks (every function is
//! told the instant), signals (raised by `app` after the commit). Start reading at `writer`, then `runs`, then `claim`.

mod attempts;
mod audit;
mod backfills;
mod backup;
mod calendars;
mod claim;
mod connect;
mod definitions;
mod each;
mod entity;
mod error;
mod feeds;
mod files_seen;
mod finish;
mod group;
mod hot;
mod idempotency;
mod locks;
mod open_runs;
mod page;
mod pools;
mod prune;
mod rows;
mod run_changes;
mod run_outlook;
mod runs;
mod schedules;
mod schema;
mod sessions;
mod settings;
mod slot_booking;
mod slot_counts;
mod slots;
mod stats;
mod task_versions;
mod tasks;
mod time;
mod tokens;
mod triggers;
mod users;
mod waiting;
mod writer;

pub use attempts::{AttemptFinished, AttemptRecord, AttemptStarted, RunNext};
pub use audit::{AuditFilter, AuditNew, AuditRecord, AuditVerdict};
pub use backfills::{BackfillNew, BackfillRecord};
pub use backup::{DatabaseFacts, WalState};
pub use calendars::{CalendarMark, CalendarRecord};
pub use claim::{ClaimOrder, ClaimedRun};
pub use connect::{DatabaseConfig, DatabaseKind, Store};
pub use definitions::Damage;
pub use error::{Conflict, Result, StoreError};
pub use feeds::{FeedNew, FeedRecord};
pub use files_seen::{FileState, FilesLearned, KnownFile};
pub use idempotency::{IdempotencyNew, IdempotencyRecord};
pub use page::{Cursor, Page, PageRequest};
pub use pools::{PoolRecord, PoolUse};
pub use prune::{Leftovers, PruneCandidate, PruneStep};
pub use run_outlook::RunOutlook;
pub use runs::{RunCancel, RunFilter, RunNew, RunRecord, TriggerRecord};
pub use schedules::{DamagedSchedule, ScheduleRecord, StoredSchedules};
pub use sessions::{SessionNew, SessionRecord};
pub use slot_booking::SlotBooking;
pub use slot_counts::SlotCount;
pub use slots::{SlotEntry, SlotFilter, SlotRecord, Told};
pub use stats::{StatsPoint, StatsRecord, StatsStep};
pub use task_versions::TaskVersionRecord;
pub use tasks::{LastRunRecord, TaskChange, TaskFilter, TaskRecord, TaskRef, TaskSort};
pub use tokens::{TokenNew, TokenRecord};
pub use triggers::{FiringRecord, TaskTriggerRecord};
pub use users::{UserChange, UserNew, UserRecord};
pub use writer::Tx;
