//! What was read differently than it was written: a note for each event, with its title, its date and what was done.

use crate::domain::core::coded::coded;
use chrono::NaiveDate;

/// Most notes of one file.
const NOTES: usize = 1000;

/// A part of a file that was read differently than it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsNote {
    /// Line of the file, from 1.
    pub line: usize,
    /// What the event is called; may be empty.
    pub title: String,
    /// First date of the event as written; none: the note is about no single event.
    pub date: Option<NaiveDate>,
    /// What was done.
    pub done: IcsDone,
}

coded! {
    /// What was done to an event, or to a part of the file.
    IcsDone,
    /// What kind of change it is, for programs.
    IcsDoneCode {
        /// The event has times of day; its whole dates are used.
        TimesLeftOut {
            /// Zone of the dates.
            zone: String,
        } => format!("has times of day; its whole dates in {zone} are used"),
        /// The event lasts whole days of its own zone; these dates are used, whatever the zone of the import.
        WholeDays {
            /// The event's own zone.
            zone: String,
        } => format!("lasts whole days in {zone}; these dates are used in every time zone"),
        /// The event is marked as lasting whole days, but its times are not midnight in any zone of the file.
        MarkedWholeDays {
            /// Zone of the dates.
            zone: String,
        } =>
            format!("is marked as lasting whole days, but begins or ends within a day; its dates in {zone} are used"),
        /// Nobody knows the event's zone, and the file does not explain it; the times are used as written.
        ZoneUnknown {
            /// The name that the file has for it.
            zone: String,
        } =>
            format!("has times of the zone \"{zone}\", which is not known and not explained in the file; they are used as written"),
        /// The event is cancelled; it is left out.
        Cancelled {} => "is cancelled and left out".to_owned(),
        /// The file has a newer revision of the event; this one is left out.
        OlderRevision {} => "is left out, because the file has a newer revision of it".to_owned(),
        /// The newer series has no such date any more; the changed date is left out.
        DateOfOlderSeries {} => "changes a date that the newer revision of its series leaves out; it is left out".to_owned(),
        /// The change holds for one date and all after it; only the one date is changed.
        OnlyThisDate {} =>
            "changes this date and those after it (RANGE=THISANDFUTURE); only this date is changed, not those after it"
                .to_owned(),
        /// The event repeats within a day; only its first date is used.
        RepeatsWithinDay {} =>
            "repeats within a day, which a calendar of dates cannot express; only its first date is used".to_owned(),
        /// The event has several rules; only the first is taken.
        SecondRule {} => "has a second RRULE, which is left out".to_owned(),
        /// EXRULE is left out.
        Exrule {} => "has an EXRULE, which is left out; dates that it takes away stay".to_owned(),
        /// No rule of a calendar says the same as the event; its dates are written out one by one.
        WrittenOut {
            /// The last date that may be written out.
            until: NaiveDate,
        } =>
            format!("is longer than a day or crosses midnight, so no rule says the same; its dates are written out until {until}"),
        /// Other components than events are left out.
        OtherComponents {
            /// Their name.
            name: String,
            /// How many there are.
            count: usize,
        } => format!("{count} x {name} left out: only events have dates"),
        /// There are more notes than are told.
        More {
            /// How many.
            count: usize,
        } => format!("... and {count} more"),
    }
}

impl IcsNote {
    /// A note about the file.
    pub(in crate::domain) fn of_file(line: usize, done: IcsDone) -> Self {
        Self { line, title: String::new(), date: None, done }
    }

    /// Returns the note in English: `line 12: "Inventory" (2026-12-10) is cancelled and left out`.
    pub fn words(&self) -> String {
        let words = self.done.words();
        match (self.date, self.title.as_str()) {
            (None, _) if matches!(self.done, IcsDone::More { .. }) => words,
            (None, _) => format!("line {}: {words}", self.line),
            (Some(date), "") => format!("line {}: the event of {date} {words}", self.line),
            (Some(date), title) => format!("line {}: \"{title}\" ({date}) {words}", self.line),
        }
    }
}

/// The notes by line; of too many the first, and how many there are more.
pub(in crate::domain) fn in_order(mut notes: Vec<IcsNote>) -> Vec<IcsNote> {
    notes.sort_by_key(|note| note.line);
    notes.dedup();
    let count = notes.len().saturating_sub(NOTES);
    notes.truncate(NOTES);
    if count > 0 {
        notes.push(IcsNote::of_file(1, IcsDone::More { count }));
    }
    notes
}
