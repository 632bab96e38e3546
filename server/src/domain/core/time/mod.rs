//! Times as people write them: zones, times of day and recurrence rules, with the place of what is wrong in them.
//!
//! Calendars and schedules both read them. Deliberately absent: slots, and the kinds of schedules. Start reading at `zone`,
//! then `recurrence`.

mod error;
pub(in crate::domain) mod recurrence;
pub(in crate::domain) mod recurrence_text;
mod time_of_day;
mod windows_zones;
pub(in crate::domain) mod zone;

pub use self::error::ScheduleError;
pub use self::recurrence::recurrence_dates;
pub use self::time_of_day::time_of_day;
pub use self::windows_zones::windows_zone;
pub use self::zone::{ZONE_DATA_VERSION, hour_of, zone_parse};
