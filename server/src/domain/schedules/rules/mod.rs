//! One file per kind of rule, and files for the parts that rules share: fields, days, and times of a day.
//!
//! Deliberately absent: time zones and clock changes, which `slots` adds. Start reading at `cron`.

pub(in crate::domain) mod calendar_rule;
pub(in crate::domain) mod cron;
pub(in crate::domain) mod days;
pub(in crate::domain) mod field;
pub(in crate::domain) mod interval;
pub(in crate::domain) mod times;
pub(in crate::domain) mod windows;
