//! All calendars together, compiled: what schedules ask.

/// The compiled calendars by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarBook {}
