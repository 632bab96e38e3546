//! The plan by days: what is planned and what happened, on each local day of a time zone.
//!
//! For each day only the soonest tasks are kept and the others are counted, so that memory does not grow with the
//! tasks. Start reading at `plan_days`.

use super::sources::Sources;
use crate::app::core::compute::Reach;
use crate::app::schedules::source::Source;
use crate::app::{App, Caller, Error, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::core::time::zone_parse;
use crate::domain::forecast::Stop;
use crate::domain::schedules::Slot;
use crate::domain::vocabulary::{Permission, SlotOutcome, StatsStep};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Maximum number of days.
const DAYS_MAX: i64 = 62;

/// Maximum number of tasks listed per day.
const DAY_TASKS_MAX: usize = 200;

/// Maximum number of slots counted for all days.
const COUNTED_MAX: usize = 2_000_000;

/// A local day of the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedDay {
    /// Number of future slots that run.
    pub planned: u64,
    /// Number of future slots that are skipped.
    pub skipped: u64,
    /// Number of runs that succeeded.
    pub succeeded: u64,
    /// Number of runs that failed, timed out or were lost.
    pub failed: u64,
    /// Number of slots that were missed.
    pub missed: u64,
    /// Number of past slots that were skipped.
    pub past_skipped: u64,
    /// Names of the calendars that contain the day and make a schedule skip it.
    pub calendars: BTreeSet<String>,
    /// Names of the maintenance windows that begin on the day.
    pub maintenance: BTreeSet<String>,
    /// Tasks with future slots, soonest first, at most 200.
    pub tasks: Vec<PlannedTask>,
    /// Number of tasks with future slots.
    pub task_count: u64,
}

/// The future slots of a task on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTask {
    /// Name of the task.
    pub task: String,
    /// Number of slots that run.
    pub planned: u64,
    /// Number of slots that are skipped.
    pub skipped: u64,
    /// The first slot.
    pub first_at: DateTime<Utc>,
    /// The last slot.
    pub last_at: DateTime<Utc>,
}

impl PlannedTask {
    fn new(task: &str, slot: &Slot) -> Self {
        let at = slot.scheduled_for;
        Self { task: task.to_owned(), planned: 0, skipped: 0, first_at: at, last_at: at }
    }

    fn count(&mut self, slot: &Slot) {
        let (at, skipped) = (slot.scheduled_for, u64::from(slot.skipped));
        self.skipped += skipped;
        self.planned += 1 - skipped;
        self.first_at = self.first_at.min(at);
        self.last_at = self.last_at.max(at);
    }
}

impl PlannedDay {
    /// Adds a task whose slots are complete.
    fn add(&mut self, task: PlannedTask) {
        self.planned += task.planned;
        self.skipped += task.skipped;
        self.task_count += 1;
        self.tasks.push(task);
        if self.tasks.len() >= 2 * DAY_TASKS_MAX {
            self.settle();
        }
    }

    /// Sorts the tasks by time and keeps the first ones.
    fn settle(&mut self) {
        self.tasks.sort_by(|a, b| (a.first_at, &a.task).cmp(&(b.first_at, &b.task)));
        self.tasks.truncate(DAY_TASKS_MAX);
    }
}

/// The period to count.
#[derive(Debug, Clone, Copy)]
struct Period {
    zone: Tz,
    from: NaiveDate,
    until: NaiveDate,
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
}

/// Days while they are being counted.
struct Counting {
    period: Period,
    now: DateTime<Utc>,
    book: Arc<CalendarBook>,
    days: BTreeMap<NaiveDate, PlannedDay>,
    counted: usize,
    /// Calendars in the `skip_on` of some schedule.
    skips: BTreeSet<String>,
    /// Sets of tags of tasks, each set once.
    tags: BTreeSet<Vec<String>>,
}

impl Counting {
    fn new(period: Period, now: DateTime<Utc>, book: Arc<CalendarBook>) -> Self {
        let dates = period.from.iter_days().take_while(|date| *date <= period.until);
        let days = dates.map(|date| (date, PlannedDay::default())).collect();
        Self { period, now, book, days, counted: 0, skips: BTreeSet::new(), tags: BTreeSet::new() }
    }

    fn count(&mut self, sources: &Sources, stop: &Stop) {
        for task in sources.fire.chunk_by(|a, b| a.task_key == b.task_key) {
            if stop.asked() {
                return;
            }
            self.count_task(task);
        }
    }

    fn count_task(&mut self, sources: &[Arc<Source>]) {
        // `slots_between` excludes its first instant, but midnight itself belongs to the day.
        let after = (self.period.begin - TimeDelta::seconds(1)).max(self.now);
        let until = self.period.end - TimeDelta::seconds(1);
        let mut found: BTreeMap<NaiveDate, PlannedTask> = BTreeMap::new();
        for source in sources {
            self.skips
                .extend(source.skip_on.iter().filter(|name| !self.skips.contains(*name)).cloned().collect::<Vec<_>>());
            if !self.tags.contains(&source.tags) {
                self.tags.insert(source.tags.clone());
            }
            for slot in source.compiled.slots_between(after, until).take(COUNTED_MAX.saturating_sub(self.counted)) {
                self.counted += 1;
                let date = slot.scheduled_for.with_timezone(&self.period.zone).date_naive();
                found.entry(date).or_insert_with(|| PlannedTask::new(&source.task, &slot)).count(&slot);
            }
        }
        for (date, task) in found {
            if let Some(day) = self.days.get_mut(&date) {
                day.add(task);
            }
        }
    }

    /// The days, with the calendars and maintenance windows of each.
    fn finish(mut self) -> (BTreeMap<NaiveDate, PlannedDay>, bool) {
        let skips: Vec<_> = self.skips.iter().filter_map(|name| Some((name, self.book.find(name)?))).collect();
        let windows: BTreeMap<_, _> = self
            .tags
            .iter()
            .flat_map(|tags| self.book.windows(tags))
            .map(|window| (window.name().to_owned(), window))
            .collect();
        for (date, day) in &mut self.days {
            day.settle();
            day.calendars
                .extend(skips.iter().filter(|(_, dates)| dates.contains(*date)).map(|(name, _)| (*name).clone()));
            day.maintenance.extend(windows.iter().filter(|(_, it)| it.touches(*date)).map(|(name, _)| name.clone()));
        }
        (self.days, self.counted >= COUNTED_MAX)
    }
}

impl App {
    /// What is planned and what happened, by local day of a time zone, and whether everything could be counted.
    pub async fn plan_days(
        &self,
        caller: &Caller,
        (from, until): (NaiveDate, NaiveDate),
        timezone: &str,
    ) -> Result<(BTreeMap<NaiveDate, PlannedDay>, bool)> {
        caller.require(Permission::Read)?;
        let zone = zone_parse(timezone).map_err(|error| Error::invalid("?timezone", error.to_string()))?;
        if until < from || (until - from).num_days() >= DAYS_MAX {
            return Err(Error::invalid("?until", "must not be before from, and at most 62 days"));
        }
        let (now, begin) = (self.clock().now(), midnight(zone, from));
        let end = midnight(zone, until.succ_opt().unwrap_or(until));
        let period = Period { zone, from, until, begin, end };
        let counted = self.compute(Reach::AllTasks, async move |app, stop| {
            let mut counting = Counting::new(period, now, app.calendar_book().await?);
            app.sources_each(None, |sources| counting.count(&sources, &stop)).await?;
            let (mut days, truncated) = counting.finish();
            if begin < now {
                app.past_days(zone, (begin, end.min(now)), &mut days).await?;
            }
            Ok((days, truncated))
        });
        counted.await
    }

    async fn past_days(
        &self,
        zone: Tz,
        (begin, end): (DateTime<Utc>, DateTime<Utc>),
        days: &mut BTreeMap<NaiveDate, PlannedDay>,
    ) -> Result<()> {
        let stats = self.store().run_stats(None, begin, end, StatsStep::Hour).await?;
        for point in stats.points {
            if let Some(day) = days.get_mut(&point.from_at.with_timezone(&zone).date_naive()) {
                day.succeeded += point.succeeded_count;
                day.failed += point.failed_count + point.timed_out_count + point.lost_count;
            }
        }
        let dates: Vec<NaiveDate> = days.keys().copied().take_while(|date| midnight(zone, *date) < end).collect();
        let mut edges: Vec<DateTime<Utc>> = dates.iter().map(|date| midnight(zone, *date)).collect();
        edges.extend(dates.last().and_then(|date| date.succ_opt()).map(|next| midnight(zone, next)));
        let missed = self.store().slots_without_run(SlotOutcome::Missed, &edges).await?;
        let skipped = self.store().slots_without_run(SlotOutcome::Skipped, &edges).await?;
        for ((date, missed), skipped) in dates.iter().zip(missed).zip(skipped) {
            let day = days.entry(*date).or_default();
            (day.missed, day.past_skipped) = (missed, skipped);
        }
        Ok(())
    }
}

/// The first instant of a local day.
fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let wall = date.and_time(NaiveTime::MIN);
    let later = |hours| zone.from_local_datetime(&(wall + TimeDelta::hours(hours))).earliest();
    let found = zone.from_local_datetime(&wall).earliest().or_else(|| (1..=26).find_map(later));
    found.map_or_else(|| wall.and_utc(), |at| at.with_timezone(&Utc))
}
