//! The plan: the future slots of all tasks in order of time, and past and future counts per day.
//!
//! Everything here is computed in places of its own (`core::compute`), from schedules that are read a few tasks at a
//! time (`sources`). Effects, simulations and feeds are in the other files of this folder. Deliberately absent:
//! storing anything because of a look ahead. Start reading at `plan_list`, then `days`, then `effects`.

pub mod days;
pub mod effects;
pub(in crate::app) mod feed_file;
pub mod feeds;
pub mod simulations;
mod sources;

pub use self::days::{PlannedDay, PlannedTask};

use self::sources::{Coming, Soonest};
use super::core::compute::Reach;
use super::{App, Caller, Error, Result};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{BadCursor, Cursor, Page, PageRequest, Tie};
use crate::domain::schedules::Slot;
use crate::domain::vocabulary::Permission;
use chrono::{DateTime, TimeDelta, Utc};

/// Longest period of a plan.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// Expected durations are learnt from runs of this period.
const LEARNT_DAYS: TimeDelta = TimeDelta::days(30);

/// A future slot.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedSlot {
    /// Name of the task.
    pub task: String,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// The slot.
    pub slot: Slot,
    /// Expected duration of its run in seconds, learnt from earlier runs.
    pub expected_seconds: Option<f64>,
    /// Whether its run waits for dependencies, so that it may start after the slot.
    pub may_wait: bool,
}

/// Maximum number of slots at one instant that a cursor may skip, because they are all kept until the next ones are
/// found.
const MOST_PASSED: usize = 200_000;

/// Where a page of the plan begins (after an instant, skipping a number of slots at it), and where the plan ends.
#[derive(Debug, Clone, Copy)]
struct Begin {
    after: DateTime<Utc>,
    passed: usize,
    until: DateTime<Utc>,
}

impl Begin {
    fn new(from: DateTime<Utc>, until: DateTime<Utc>, cursor: Option<&Cursor>) -> Result<Self> {
        let Some(cursor) = cursor else { return Ok(Self { after: from, passed: 0, until }) };
        let (at, count) = cursor.as_number()?;
        let after = DateTime::from_timestamp_micros(at).and_then(|at| at.checked_sub_signed(TimeDelta::seconds(1)));
        let passed = usize::try_from(count.0).ok().filter(|passed| *passed <= MOST_PASSED);
        match (after, passed) {
            (Some(after), Some(passed)) => Ok(Self { after, passed, until }),
            _ => Err(BadCursor.into()),
        }
    }

    /// The cursor of the next page, if there are more slots than fit; the extra slots are removed.
    fn next(self, slots: &mut Vec<Coming>, limit: usize) -> Option<Cursor> {
        if slots.len() <= limit {
            return None;
        }
        slots.truncate(limit);
        let last = slots.last().map_or(self.after, |it| it.slot.scheduled_for);
        let same = slots.iter().rev().take_while(|it| it.slot.scheduled_for == last).count();
        let before = if same == slots.len() && last - self.after == TimeDelta::seconds(1) { self.passed } else { 0 };
        Some(Cursor::number(last.timestamp_micros(), Tie(i64::try_from(same + before).unwrap_or_default())))
    }
}

impl App {
    /// A page of future slots, soonest first.
    pub async fn plan_list(
        &self,
        caller: &Caller,
        task: Option<&str>,
        range: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        page: &PageRequest,
    ) -> Result<Page<PlannedSlot>> {
        caller.require(Permission::Read)?;
        let now = self.clock().now();
        Error::unless_in_order(range.0, range.1, "?until_at")?;
        let from = range.0.unwrap_or(now).max(now);
        let until = range.1.unwrap_or(from + TimeDelta::days(1));
        if until - from > LONGEST {
            return Err(Error::invalid("?until_at", "must be at most 366 days after from_at"));
        }
        let begin = Begin::new(from, until, page.cursor.as_ref())?;
        let only = match task {
            Some(task) => Some(self.task_key(task).await?),
            None => None,
        };
        let limit = page.limit as usize;
        let reach = if only.is_some() { Reach::OneTask } else { Reach::AllTasks };
        let planned = self.compute(reach, async move |app, _| app.plan_page(only, begin, limit, now).await);
        planned.await
    }

    async fn plan_page(
        &self,
        only: Option<Key<Task>>,
        begin: Begin,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Result<Page<PlannedSlot>> {
        let mut soonest = Soonest::new(begin.passed.saturating_add(limit + 1));
        let looked = self.sources_each(only, |sources| {
            sources.fire.iter().for_each(|source| soonest.look(source, (begin.after, begin.until), |_| true));
        });
        looked.await?;
        let mut slots: Vec<Coming> = soonest.into_sorted().into_iter().skip(begin.passed).collect();
        let next = begin.next(&mut slots, limit);
        let keys: Vec<_> = slots.iter().map(|it| it.source.task_key).collect();
        let durations = self.store().run_durations(now - LEARNT_DAYS, &keys).await?;
        let waiting = self.store().tasks_that_wait(&keys).await?;
        let planned = |Coming { slot, source }: Coming| PlannedSlot {
            task: source.task.clone(),
            schedule_key: source.schedule_key.clone(),
            slot,
            expected_seconds: durations.get(&source.task_key).copied(),
            may_wait: waiting.contains(&source.task_key),
        };
        Ok(Page { items: slots.into_iter().map(planned).collect(), next })
    }
}
