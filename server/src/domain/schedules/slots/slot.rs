//! A slot: one due instant of one schedule, with the effect of daylight saving on it.

use crate::domain::core::coded::coded;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};

/// One due instant of one schedule. It ends as exactly one ledger entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The instant, in whole seconds.
    pub scheduled_for: DateTime<Utc>,
    /// The local time on a wall clock in the schedule's time zone at that instant.
    pub local: NaiveDateTime,
    /// The time zone's offset at that instant.
    pub offset: FixedOffset,
    /// What is special about the slot; usually empty.
    pub notes: Vec<Note>,
    /// Whether the slot must only be recorded and not run (`gap: skip`, calendars).
    pub skipped: bool,
}

impl Slot {
    /// The local time with its offset, as shown to people (`2026-03-29T03:00:00+02:00`).
    pub fn scheduled_local(&self) -> DateTime<FixedOffset> {
        self.scheduled_for.with_timezone(&self.offset)
    }
}

/// Format of dates such as "Monday, 6 April 2026".
const LONG_DATE: &str = "%A, %-d %B %Y";

coded! {
    /// What daylight saving or a calendar did to a slot.
    Note,
    /// What happened to a slot, for programs.
    SlotNoteCode {
        /// The intended local time does not exist, so the slot is at the first instant after the gap.
        GapMoved {
            /// The intended local time.
            intended: NaiveDateTime,
        } => format!(
            "{} does not exist on that day (the clock is set forward); runs at the first moment after it",
            intended.format("%H:%M:%S")
        ),
        /// The intended local time does not exist, and the schedule skips such times.
        GapSkipped {
            /// The intended local time.
            intended: NaiveDateTime,
        } => format!("{} does not exist on that day (the clock is set forward); skipped", intended.format("%H:%M:%S")),
        /// The local time exists twice; this is the first.
        FoldFirst {} => "this local time happens twice (the clock is set back); this is the first".to_owned(),
        /// The local time exists twice; this is the second.
        FoldSecond {} => "this local time happens twice (the clock is set back); this is the second".to_owned(),
        /// A calendar in `skip_on` contains the date.
        SkippedOn {
            /// Name of the calendar.
            calendar: String,
            /// Title of the date; may be empty.
            title: String,
        } => match title.as_str() {
            "" => format!("skipped by calendar {calendar}"),
            title => format!("skipped by calendar {calendar}: {title}"),
        },
        /// No calendar in `run_only_on` contains the date.
        NotOn {
            /// Names of the calendars.
            calendars: Vec<String>,
        } => format!("skipped: the date is not in {}", calendars.join(" or ")),
        /// A maintenance window is open.
        Maintenance {
            /// Name of its calendar.
            calendar: String,
        } => format!("skipped by maintenance window {calendar}"),
        /// The slot was moved to a business day.
        Rolled {
            /// The intended date.
            from: NaiveDate,
            /// Why the slot did not stay there.
            because: Box<Note>,
        } => format!("moved from {} ({})", from.format(LONG_DATE), because.words()),
        /// The slot of another date was moved to the same instant.
        RolledOnto {
            /// The intended date of the other slot.
            from: NaiveDate,
            /// Why the other slot did not stay there.
            because: Box<Note>,
        } => format!("the slot of {} was moved here too ({})", from.format(LONG_DATE), because.words()),
        /// The slot would move to a business day before the schedule's start or after its end.
        RolledOutside {
            /// The business day.
            to: NaiveDate,
            /// Whether that is after the schedule's end.
            ended: bool,
        } => {
            let bound = if *ended { "after the schedule's end" } else { "before the schedule's start" };
            format!("it would move to {}, {bound}", to.format(LONG_DATE))
        },
        /// There was no business day close enough.
        NotRolled {} => "there is no business day near enough to move to".to_owned(),
    }
}

/// Counts of the slots of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotRange {
    /// The first slot.
    pub first_at: DateTime<Utc>,
    /// The last slot.
    pub last_at: DateTime<Utc>,
    /// Number of slots from the first to the last, both included.
    pub count: u64,
}
