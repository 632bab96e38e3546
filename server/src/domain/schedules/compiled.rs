//! A schedule after parsing: known to be valid, and ready to compute its slots.
//!
//! Deliberately absent: parsing, which `compile` does, and the slots themselves, which `slots` computes.

use super::slots::date_rules::DateRules;
use super::slots::wall::Wall;
use super::slots::window::Windowed;
use super::{Fold, Gap, Schedule};
use crate::domain::calendars::CalendarBook;
use crate::domain::core::time::ScheduleError;
use crate::domain::core::time::recurrence::Recurrence;
use chrono::{DateTime, Duration, NaiveDateTime, SubsecRound, Utc};
use chrono_tz::Tz;
use std::sync::Arc;

/// A schedule that is known to be valid. It does not matter here whether the schedule is enabled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledSchedule {
    pub(in crate::domain) timezone: Tz,
    pub(in crate::domain) start_at: Option<DateTime<Utc>>,
    pub(in crate::domain) end_at: Option<DateTime<Utc>>,
    pub(in crate::domain) gap: Gap,
    pub(in crate::domain) fold: Fold,
    pub(in crate::domain) rule: CompiledRule,
    pub(in crate::domain) delay: Duration,
    pub(in crate::domain) splay_seconds: u32,
    pub(in crate::domain) dates: Option<Arc<DateRules>>,
}

/// The rules after parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) enum CompiledRule {
    /// Local times, once per local day. The gap and fold policies apply.
    Fixed(Wall),
    /// Local times that follow elapsed time over clock changes: a slot whenever the clock shows one of them.
    Elapsed(Wall),
    /// A fixed distance, counted from an instant (both in seconds).
    Interval { every: i64, anchor: i64 },
    /// A fixed distance, within a part of the day.
    Windowed(Windowed),
    /// Local times by a recurrence rule.
    Recurring(Recurrence),
    /// Each start of the server. There is no slot until the start is known.
    Startup { delay_seconds: u32 },
    /// One instant.
    At(DateTime<Utc>),
    /// One local time.
    AtLocal(NaiveDateTime),
}

impl CompiledSchedule {
    /// The same schedule with its calendars applied, and with the maintenance windows that apply to a task with these
    /// tags.
    pub fn with_calendars(
        self,
        schedule: &Schedule,
        tags: &[String],
        book: &CalendarBook,
    ) -> Result<Self, ScheduleError> {
        let dates = DateRules::new(schedule, tags, book)?.map(Arc::new);
        Ok(Self { dates, ..self })
    }

    /// How long after its slot a run starts: splay, and the delay of a `startup` schedule.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// The same schedule with a known start of the server. A schedule of kind `startup` has its slot then.
    pub fn started_at(self, at: DateTime<Utc>) -> Self {
        match self.rule {
            CompiledRule::Startup { .. } => Self { rule: CompiledRule::At(at.trunc_subsecs(0)), ..self },
            _ => self,
        }
    }

    /// Returns whether the slots are the starts of the server.
    pub fn is_startup(&self) -> bool {
        matches!(self.rule, CompiledRule::Startup { .. })
    }
}
