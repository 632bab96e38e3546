//! Calendars, as the store keeps them.

use crate::domain::calendars::Calendar;
use crate::domain::ids::CalendarId;
use chrono::DateTime;
use chrono::Utc;

/// A stored definition that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDamage {
    /// The version that stands in its place, and when it was made; none: none of them can be read.
    pub version: Option<(u32, DateTime<Utc>)>,
}

impl CalendarDamage {
    /// What is wrong, in words.
    pub fn problem(&self) -> String {
        match self.version {
            Some((version, at)) => format!(
                "the stored definition is damaged; version {version} of {} is used until it is saved again",
                at.format("%Y-%m-%d %H:%M:%S UTC")
            ),
            None => {
                "the stored definition is damaged, and no version of it can be read: its dates are unknown; save it \
                     again, or delete it"
                    .to_owned()
            }
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

#[cfg(test)]
impl CalendarMark {
    /// One that is not the default.
    pub fn sample() -> Self {
        Self { count: 1, version_sum: 1, newest: 1 }
    }
}
