//! Calendars, as the store keeps them.

use crate::domain::calendars::{Calendar, CalendarBook, Calendars};
use crate::domain::ids::CalendarId;
use crate::domain::reason::Reason;
use chrono::DateTime;
use chrono::Utc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A stored definition that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDamage {
    /// The version that stands in its place, and when it was made; none: none of them can be read.
    pub version: Option<(u32, DateTime<Utc>)>,
}

impl CalendarDamage {
    /// Returns what is wrong, and what holds until the calendar is saved again.
    pub const fn problem(&self) -> Reason {
        match self.version {
            Some((version, made_at)) => Reason::CalendarOlder { version, made_at },
            None => Reason::CalendarLost {},
        }
    }
}

/// A calendar as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRecord {
    /// Id.
    pub id: CalendarId,
    /// Key inside the database.
    pub key: i64,
    /// The newest definition, as far as it can be read.
    pub definition: Calendar,
    /// Whether it cannot be read, and what stands in its place.
    pub damage: Option<CalendarDamage>,
    /// Its version.
    pub version: u32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Which calendars there are, in which versions: as long as it is the same, none was made, changed or deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CalendarMark {
    /// Calendars that exist.
    pub count: i64,
    /// Sum of their versions.
    pub version_sum: i64,
    /// Key of the newest one.
    pub newest: i64,
}

/// All calendars that exist, by name, with the book that is compiled from them once.
#[derive(Debug, Default)]
pub struct StoredCalendars {
    /// The calendars.
    pub records: Vec<CalendarRecord>,
    book: OnceLock<Arc<CalendarBook>>,
}

impl StoredCalendars {
    /// Takes calendars as they were read.
    pub fn new(records: Vec<CalendarRecord>) -> Self {
        Self { records, book: OnceLock::new() }
    }

    /// Returns the compiled calendars. The first call compiles them.
    pub fn book(&self) -> Arc<CalendarBook> {
        Arc::clone(self.book.get_or_init(|| Arc::new(CalendarBook::compile_stored(&self.definitions(|_| true)))))
    }

    /// Returns the definitions of those calendars that `wanted` takes. A calendar without a readable version is told by name.
    pub fn definitions(&self, wanted: impl Fn(&CalendarRecord) -> bool) -> Calendars {
        let mut all = Calendars::default();
        for record in self.records.iter().filter(|record| wanted(record)) {
            if record.damage.is_some_and(|damage| damage.version.is_none()) {
                all.damaged.insert(record.definition.name.clone());
            } else {
                all.readable.push(record.definition.clone());
            }
        }
        all
    }
}

/// The calendars that were read last, and the mark they had. Whoever finds the same mark need not read them again.
#[derive(Debug, Default)]
pub struct CalendarShelf(Mutex<Option<(CalendarMark, Arc<StoredCalendars>)>>);

impl CalendarShelf {
    /// Returns the calendars of a mark, if they were those that were read last.
    pub fn find(&self, mark: CalendarMark) -> Option<Arc<StoredCalendars>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(known, _)| *known == mark).map(|(_, calendars)| Arc::clone(calendars))
    }

    /// Keeps calendars in the place of those before.
    pub fn keep(&self, mark: CalendarMark, calendars: Arc<StoredCalendars>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((mark, calendars));
    }
}

#[cfg(test)]
impl CalendarMark {
    /// One that is not the default.
    pub fn sample() -> Self {
        Self { count: 1, version_sum: 1, newest: 1 }
    }
}
