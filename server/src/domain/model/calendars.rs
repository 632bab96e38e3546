//! Calendars, as the store keeps them.

use crate::domain::calendars::{Calendar, CalendarBook, Calendars};
use crate::domain::ids::CalendarId;
use crate::domain::keys::{self, Key};
use crate::domain::reason::Reason;
use chrono::DateTime;
use chrono::Utc;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A stored definition that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDamage {
    /// The version that is used instead, and when it was made. None if no version can be read.
    pub version: Option<(u32, DateTime<Utc>)>,
}

impl CalendarDamage {
    /// Returns what is wrong, and what is used until the calendar is saved again.
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
    /// Id of the calendar.
    pub id: CalendarId,
    /// Key in the database.
    pub key: Key<keys::Calendar>,
    /// The newest readable definition.
    pub definition: Calendar,
    /// Whether the stored definition cannot be read, and what is used instead.
    pub damage: Option<CalendarDamage>,
    /// Version of the definition.
    pub version: u32,
    /// When the calendar was created.
    pub created_at: DateTime<Utc>,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
    /// When the calendar was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// A summary of all calendars and their versions. While it stays the same, no calendar was created, changed or
/// deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CalendarMark {
    /// Number of calendars.
    pub count: i64,
    /// Sum of their versions.
    pub version_sum: i64,
    /// Key of the newest calendar; none if there is no calendar.
    pub newest: Option<Key<keys::Calendar>>,
}

/// All calendars by name, with the book that is compiled from them once.
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

    /// Returns the definitions of the calendars that `wanted` selects. A calendar without a readable version is only
    /// named.
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

/// The calendars that were read last, with their mark. If the mark is the same, they need not be read again.
#[derive(Debug, Default)]
pub struct CalendarShelf(Mutex<Option<(CalendarMark, Arc<StoredCalendars>)>>);

impl CalendarShelf {
    /// Returns the calendars with this mark, if they are those that were read last.
    pub fn find(&self, mark: CalendarMark) -> Option<Arc<StoredCalendars>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(known, _)| *known == mark).map(|(_, calendars)| Arc::clone(calendars))
    }

    /// Keeps calendars and replaces those kept before.
    pub fn keep(&self, mark: CalendarMark, calendars: Arc<StoredCalendars>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((mark, calendars));
    }
}

#[cfg(test)]
impl CalendarMark {
    /// A mark that is not the default, for tests.
    pub fn sample() -> Self {
        Self { count: 1, version_sum: 1, newest: Some(Key::new(1)) }
    }
}
