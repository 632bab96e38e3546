//! Records: what the store keeps and returns, one file per subject, plain values without behaviour.
//!
//! Every room may use them. Deliberately absent: rows of tables (private to `store`) and types of the wire (private
//! to `api`). Their conversions name every field, so a new field does not compile until somebody decides about it.
//! Start reading at `runs`.

mod access;
mod attempts;
mod bands;
mod calendars;
mod credentials;
mod dependencies;
mod forecast;
mod incidents;
mod ledger;
mod networks;
mod notify;
mod page;
mod pools;
mod reports;
mod runs;
mod schedules;
mod system;
mod tasks;
mod triggers;

pub use self::access::{
    AuditFilter, AuditNew, AuditRecord, AuditVerdict, Rights, SessionNew, SessionRecord, TokenNew, TokenRecord,
    UserChange, UserNew, UserRecord,
};
pub use self::attempts::{
    AttemptFinished, AttemptRecord, AttemptStarted, Claim, ClaimOrder, ClaimedRun, Conditions, ElsewhereBegin,
    ElsewhereEnd, ElsewhereLog, ElsewhereRun, LeftBehind, RunNext, StartedFile,
};
pub use self::bands::{Band, BandRecord, BandSample, BandValue, SeenMeasures, TaskBandsRecord, UnjudgedRun};
pub use self::calendars::{CalendarDamage, CalendarMark, CalendarRecord, CalendarShelf, StoredCalendars};
pub use self::credentials::{
    CredentialChange, CredentialNew, CredentialRecord, CredentialUsed, SealedValue, VaultRecord,
};
pub use self::dependencies::{
    GatedRun, ProbeLooked, ProbeRecord, RunDependencyNew, RunDependencyRecord, WaitingDependency,
};
pub use self::forecast::{FeedNew, FeedRecord};
pub use self::incidents::{
    About, HeardRun, IncidentFilter, IncidentRecord, IncidentShown, LinkNew, LinkRecord, RuleChange, RuleLoad,
    RuleRecord, Sign, SilenceNew, SilenceRecord, TellingNew, TellingRecord, ToldBefore,
};
pub use self::ledger::{
    BackfillNew, BackfillRecord, Covered, LateAfter, SlotAcross, SlotBooking, SlotCount, SlotEntry, SlotFilter,
    SlotLateness, SlotRecord, TaskLateness, WatchStep, WatchedSlot, WatchedTask,
};
pub use self::networks::NetworkRecord;
pub use self::notify::{
    ChannelChange, ChannelRecord, ChannelSent, DeliveryChannel, DeliveryFilter, DeliveryNew, DeliveryNext,
    DeliveryRecord, DeliverySent,
};
pub use self::page::{BadCursor, Cursor, CursorValue, Page, PageRequest, Tie};
pub use self::pools::{PoolRecord, PoolUse};
pub use self::reports::{
    FailedRun, LateRun, MissedSlots, PoolStay, ReportChange, ReportDone, ReportRecord, ReportTask, RunFigures,
    TaskFigures,
};
pub use self::runs::{
    IdempotencyNew, IdempotencyRecord, PruneCandidate, PruneStep, RunCancel, RunFilter, RunNew, RunOrigin, RunOutlook,
    RunRecord, StatsPoint, StatsRecord, TriggerRecord,
};
pub use self::schedules::{DamagedSchedule, ScheduleAhead, ScheduleRecord, StoredSchedules};
pub use self::system::{DatabaseFacts, DatabaseKind, Leftovers, Surroundings, WalState};
pub use self::tasks::{Damage, LastRunRecord, TaskChange, TaskFilter, TaskRecord, TaskRef, TaskVersionRecord};
pub use self::triggers::{
    FileMarks, FileState, FilesLearned, FiringRecord, HookCallRecord, KnownFile, KnownFiles, PresentFile,
    TaskTriggerRecord,
};
