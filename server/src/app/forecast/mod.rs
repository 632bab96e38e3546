//! The plan: the future slots of all tasks in order of time, and days with what was and what will be.
//!
//! Effects, simulations and feeds stand beside it. Deliberately absent: anything that is stored because of a look ahead.
//! Start reading at `plan_list`, then `effects`.

pub mod effects;
pub mod feeds;
pub mod simulations;

use super::schedules::compile;
use super::{App, Caller, Error, Result};
use crate::domain::model::{Cursor, Page, PageRequest, ScheduleRecord, StatsStep, StoredSchedules};
use crate::domain::schedules::{CompiledSchedule, Slot, zone_parse};
use crate::domain::vocabulary::{Permission, SlotOutcome};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// The longest stretch that is planned.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// Most days that are counted.
const DAYS_MAX: i64 = 62;

/// Most tasks of a day that are told one by one.
const DAY_TASKS_MAX: usize = 200;

/// Slots that are counted for days at most.
const COUNTED_MAX: usize = 2_000_000;

/// A schedule that fires, with what people know it by.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name of the task.
    pub task: String,
    /// Key of the task inside the database.
    pub task_key: i64,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// Calendars that it skips on.
    pub skip_on: Vec<String>,
    /// Labels of the task.
    pub tags: Vec<String>,
    /// The schedule.
    pub compiled: CompiledSchedule,
}

/// A future slot.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedSlot {
    /// Name of the task.
    pub task: String,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// The slot.
    pub slot: Slot,
    /// Seconds that its run will take, as learnt from runs before.
    pub expected_seconds: Option<f64>,
}

/// A local day of the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedDay {
    /// Future slots that run.
    pub planned: u64,
    /// Future slots that are skipped.
    pub skipped: u64,
    /// Runs that succeeded.
    pub succeeded: u64,
    /// Runs that failed, timed out or were lost.
    pub failed: u64,
    /// Slots that were missed.
    pub missed: u64,
    /// Slots that were skipped.
    pub past_skipped: u64,
    /// Calendars with the day, on which some schedule skips.
    pub calendars: BTreeSet<String>,
    /// Maintenance windows that begin on the day.
    pub maintenance: BTreeSet<String>,
    /// Tasks with future slots, soonest first; not more than 200.
    pub tasks: Vec<PlannedTask>,
    /// How many tasks have future slots.
    pub task_count: u64,
}

/// The future slots of a task on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTask {
    /// Name of the task.
    pub task: String,
    /// Slots that run.
    pub planned: u64,
    /// Slots that are skipped.
    pub skipped: u64,
    /// The first slot.
    pub first_at: DateTime<Utc>,
    /// The last slot.
    pub last_at: DateTime<Utc>,
}

impl PlannedDay {
    /// Counts a slot; those of one task come one after the other.
    fn count(&mut self, task: &str, slot: &Slot) {
        let (at, skipped) = (slot.scheduled_for, u64::from(slot.skipped));
        self.skipped += skipped;
        self.planned += 1 - skipped;
        match self.tasks.last_mut().filter(|last| last.task == task) {
            Some(last) => {
                last.skipped += skipped;
                last.planned += 1 - skipped;
                last.first_at = last.first_at.min(at);
                last.last_at = last.last_at.max(at);
            }
            None => self.tasks.push(PlannedTask {
                task: task.to_owned(),
                planned: 1 - skipped,
                skipped,
                first_at: at,
                last_at: at,
            }),
        }
    }

    /// Puts the tasks in order of time and keeps the first.
    fn settle(&mut self) {
        self.tasks.sort_by_key(|task| task.first_at);
        self.task_count = self.tasks.len() as u64;
        self.tasks.truncate(DAY_TASKS_MAX);
    }
}

impl App {
    /// All schedules that fire, of one task or of all; invalid ones are left out.
    pub async fn plan_sources(&self, task: Option<&str>) -> Result<Vec<Source>> {
        Ok(self.plan_sources_and_faults(task).await?.0)
    }

    /// The same, and the invalid ones: the keys of their tasks inside the database, and what is wrong.
    pub async fn plan_sources_and_faults(&self, task: Option<&str>) -> Result<(Vec<Source>, Vec<(i64, String)>)> {
        let book = self.calendar_book().await?;
        let only = match task {
            Some(task) => Some(self.task_key(task).await?),
            None => None,
        };
        let StoredSchedules { readable: mut records, damaged } = self.store().schedule_list_enabled().await?;
        let damaged = damaged.into_iter().filter(|it| only.is_none_or(|key| it.task_key == key));
        let mut faults: Vec<(i64, String)> =
            damaged.map(|it| (it.task_key, fault(&it.task_name, &it.key, &it.error))).collect();
        records.retain(|record| only.is_none_or(|key| record.task_key == key));
        records.sort_by(|a, b| (&a.task_name, &a.schedule.key).cmp(&(&b.task_name, &b.schedule.key)));
        let mut sources = Vec::with_capacity(records.len());
        for record in records {
            let ScheduleRecord { task_name: task, task_key, task_tags: tags, schedule, .. } = record;
            match compile(&book, &task, &tags, &schedule) {
                Ok(compiled) => {
                    let (schedule_key, skip_on) = (schedule.key, schedule.skip_on);
                    sources.push(Source { task, task_key, schedule_key, skip_on, tags, compiled });
                }
                Err(error) => faults.push((task_key, fault(&task, &schedule.key, &error.to_string()))),
            }
        }
        Ok((sources, faults))
    }

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
        let (mut after, mut passed) = (from, 0);
        if let Some(cursor) = &page.cursor {
            let (at, count) = cursor.as_number()?;
            after = DateTime::from_timestamp_micros(at).unwrap_or(from) - TimeDelta::seconds(1);
            passed = usize::try_from(count).unwrap_or_default();
        }
        let sources = self.plan_sources(task).await?;
        let durations = self.store().run_durations(now - TimeDelta::days(30)).await?;
        let mut items: Vec<PlannedSlot> = Vec::new();
        for (slot, source) in merged(&sources, after, until).skip(passed).take(page.limit as usize + 1) {
            items.push(PlannedSlot {
                task: source.task.clone(),
                schedule_key: source.schedule_key.clone(),
                slot,
                expected_seconds: durations.get(&source.task_key).copied(),
            });
        }
        if items.len() <= page.limit as usize {
            return Ok(Page { items, next: None });
        }
        items.truncate(page.limit as usize);
        let last = items.last().map_or(after, |item| item.slot.scheduled_for);
        let same = items.iter().rev().take_while(|item| item.slot.scheduled_for == last).count();
        let before = if same == items.len() && last - after == TimeDelta::seconds(1) { passed } else { 0 };
        let next = Cursor::number(last.timestamp_micros(), i64::try_from(same + before).unwrap_or_default());
        Ok(Page { items, next: Some(next) })
    }

    /// What is planned and what was, by local day of a zone; whether not everything could be counted.
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
        let now = self.clock().now();
        let begin = midnight(zone, from);
        let end = midnight(zone, until.succ_opt().unwrap_or(until));
        let mut days: BTreeMap<NaiveDate, PlannedDay> =
            from.iter_days().take_while(|date| *date <= until).map(|date| (date, PlannedDay::default())).collect();
        let sources = self.plan_sources(None).await?;
        let mut counted = 0;
        // What lies between begins after its first instant; midnight itself belongs to the day.
        let after = (begin - TimeDelta::seconds(1)).max(now);
        for source in &sources {
            let mut slots = source.compiled.slots_between(after, end - TimeDelta::seconds(1));
            for slot in slots.by_ref().take(COUNTED_MAX.saturating_sub(counted)) {
                counted += 1;
                let Some(day) = days.get_mut(&slot.scheduled_for.with_timezone(&zone).date_naive()) else { continue };
                day.count(&source.task, &slot);
            }
        }
        days.values_mut().for_each(PlannedDay::settle);
        if begin < now {
            self.past_days(zone, (begin, end.min(now)), &mut days).await?;
        }
        let book = self.calendar_book().await?;
        for (date, day) in &mut days {
            for source in &sources {
                let skips = source.skip_on.iter().filter(|name| book.find(name).is_some_and(|it| it.contains(*date)));
                day.calendars.extend(skips.cloned());
                let windows = book.windows(&source.tags).into_iter().filter(|window| window.touches(*date));
                day.maintenance.extend(windows.map(|window| window.name().to_owned()));
            }
        }
        Ok((days, counted >= COUNTED_MAX))
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

/// What is said of a schedule that is not in a plan.
pub fn fault(task: &str, key: &str, error: &str) -> String {
    format!("{task}: schedule {key} does not fire: {error}")
}

/// The slots of all sources after an instant and up to another, in order of time, then of their source.
pub fn merged(sources: &[Source], after: DateTime<Utc>, until: DateTime<Utc>) -> impl Iterator<Item = (Slot, &Source)> {
    let mut heap: BinaryHeap<Reverse<(DateTime<Utc>, usize)>> = BinaryHeap::new();
    let mut slots: Vec<Option<Slot>> = vec![None; sources.len()];
    for (index, source) in sources.iter().enumerate() {
        if let Some(slot) = source.compiled.next_after(after).filter(|slot| slot.scheduled_for <= until) {
            heap.push(Reverse((slot.scheduled_for, index)));
            slots[index] = Some(slot);
        }
    }
    std::iter::from_fn(move || {
        let Reverse((at, index)) = heap.pop()?;
        let source = &sources[index];
        let found = slots[index].take()?;
        if let Some(next) = source.compiled.next_after(at).filter(|slot| slot.scheduled_for <= until) {
            heap.push(Reverse((next.scheduled_for, index)));
            slots[index] = Some(next);
        }
        Some((found, source))
    })
}

/// The first instant of a local day.
fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let wall = date.and_time(NaiveTime::MIN);
    let later = |hours| zone.from_local_datetime(&(wall + TimeDelta::hours(hours))).earliest();
    let found = zone.from_local_datetime(&wall).earliest().or_else(|| (1..=26).find_map(later));
    found.map_or_else(|| wall.and_utc(), |at| at.with_timezone(&Utc))
}
