//! Instants in the database: microseconds since 1970 in a big integer, equal and sortable on both databases.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DeriveValueType;

/// An instant as a column holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, DeriveValueType)]
pub struct Micros(pub i64);

impl From<DateTime<Utc>> for Micros {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl From<Micros> for DateTime<Utc> {
    fn from(at: Micros) -> Self {
        Self::from_timestamp_micros(at.0).unwrap_or_default()
    }
}

/// An optional instant for a column.
pub(in crate::store) fn micros(at: Option<DateTime<Utc>>) -> Option<Micros> {
    at.map(Micros::from)
}

/// An optional instant of a column.
pub(in crate::store) fn instant(at: Option<Micros>) -> Option<DateTime<Utc>> {
    at.map(DateTime::from)
}

/// A duration for a column, in microseconds.
pub(in crate::store) fn span(length: TimeDelta) -> i64 {
    length.num_microseconds().unwrap_or(i64::MAX)
}
