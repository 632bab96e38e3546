//! Accounting: computes again from the stored definitions what was due, and compares it with the ledger.
//!
//! The ledger is never counted to find out what was due (server/docs/decisions.md, 15). Every version of the task,
//! its schedules and the calendars at each time decide which slots there were. A slot without an entry is
//! `unaccounted`. Where damage hides which slots there were, the problem is reported, and what is in the ledger
//! counts as expected.

use crate::app::core::compute::Reach;
use crate::app::schedules::compile;
use crate::app::{App, Caller, Error, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::forecast::Stop;
use crate::domain::model::{Damage, PageRequest, SlotCount, TaskRecord, TaskVersionRecord};
use crate::domain::reason::Reason;
use crate::domain::schedules::Rule;
use crate::domain::vocabulary::{Permission, SlotOutcome};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Maximum number of slots computed for one answer.
const SLOTS_MAX: u64 = 1_000_000;

/// A younger slot may still be on its way into the ledger.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(90);

/// What became of the slots of one schedule, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    /// Number of slots that were due.
    pub expected: u64,
    /// Number of slots with a run that was not skipped.
    pub ran: u64,
    /// Number of slots that were skipped for a stated reason.
    pub skipped: u64,
    /// Number of slots that were missed.
    pub missed: u64,
    /// Number of slots that will be caught up.
    pub pending: u64,
    /// Number of due slots without an entry in the ledger.
    pub unaccounted: u64,
    /// Number of slots in the ledger that were not due.
    pub surplus: u64,
}

impl Account {
    fn book(&mut self, entry: Option<&SlotCount>) {
        self.expected += 1;
        match entry {
            None => self.unaccounted += 1,
            Some(entry) => *self.place(entry) += 1,
        }
    }

    fn place(&mut self, entry: &SlotCount) -> &mut u64 {
        match entry.outcome {
            SlotOutcome::Run => &mut self.ran,
            SlotOutcome::Skipped => &mut self.skipped,
            SlotOutcome::Missed => &mut self.missed,
            SlotOutcome::Pending => &mut self.pending,
        }
    }

    fn add(&mut self, other: &Self) {
        self.expected += other.expected;
        self.ran += other.ran;
        self.skipped += other.skipped;
        self.missed += other.missed;
        self.pending += other.pending;
        self.unaccounted += other.unaccounted;
        self.surplus += other.surplus;
    }
}

/// What became of the slots of one schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleAccount {
    /// The schedule's newest rule in words.
    pub words: String,
    /// The figures of the schedule.
    pub account: Account,
    /// Why the figures are incomplete.
    pub problem: Option<Reason>,
}

/// What became of the slots of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Start of the period.
    pub from_at: DateTime<Utc>,
    /// End of the period, not included.
    pub until_at: DateTime<Utc>,
    /// The figures of all schedules together.
    pub total: Account,
    /// The figures of each schedule, by its key.
    pub schedules: BTreeMap<String, ScheduleAccount>,
}

impl App {
    /// Compares what was due for a task with the ledger, by default over the last day.
    pub async fn slot_summary(
        &self,
        caller: &Caller,
        task: &str,
        range: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> Result<Summary> {
        caller.require(Permission::Read)?;
        let now = self.clock().now();
        let until_at = range.1.unwrap_or(now).min(now);
        let from_at = range.0.unwrap_or(until_at - TimeDelta::days(1));
        if from_at >= until_at {
            return Err(Error::invalid("?from_at", "must be before until_at, and in the past"));
        }
        let record = self.living(task).await?;
        let task_key = record.key;
        let compared = self.compute(Reach::OneTask, async move |app, stop| {
            let mut work = Work::new(&app, (from_at, until_at), now, &stop);
            work.expect(&record).await?;
            let entries = app.store().slots_count(record.key, from_at, until_at).await?;
            Ok(work.compared(entries))
        });
        let mut summary = compared.await?;
        for ((_, key), invalid) in self.invalid_schedules().iter().filter(|((task, _), _)| *task == task_key) {
            if let Some(schedule) = summary.schedules.get_mut(key) {
                let problem = invalid.error.clone();
                schedule.problem.get_or_insert(Reason::ScheduleInvalid { problem });
            }
        }
        Ok(summary)
    }
}

/// A period.
#[derive(Debug, Clone, Copy)]
struct Period {
    /// Start, not included.
    from: DateTime<Utc>,
    /// End, included.
    until: DateTime<Utc>,
}

/// The slots of one schedule as they should be.
#[derive(Default)]
struct Expected {
    words: String,
    problem: Option<Reason>,
    slots: Vec<DateTime<Utc>>,
    /// Periods for which it is unknown which slots there were.
    unknown: Vec<Period>,
}

struct Work<'a> {
    app: &'a App,
    from_at: DateTime<Utc>,
    until_at: DateTime<Utc>,
    now: DateTime<Utc>,
    left: u64,
    expected: BTreeMap<String, Expected>,
    /// What is wrong with definitions that cannot be trusted, and the periods in which they were valid.
    damage: Vec<(String, Period)>,
    stop: &'a Stop,
    /// Instants at which calendars changed.
    changes: BTreeSet<DateTime<Utc>>,
    /// The calendars as they were at an instant.
    book: Option<(DateTime<Utc>, Arc<CalendarBook>)>,
}

impl<'a> Work<'a> {
    fn new(
        app: &'a App,
        (from_at, until_at): (DateTime<Utc>, DateTime<Utc>),
        now: DateTime<Utc>,
        stop: &'a Stop,
    ) -> Self {
        let (expected, damage) = (BTreeMap::new(), Vec::new());
        let (changes, book) = (BTreeSet::new(), None);
        Self { app, from_at, until_at, now, left: SLOTS_MAX, expected, damage, stop, changes, book }
    }

    /// The calendars as they were at an instant. They are read again only if one changed since the previous period.
    async fn book_at(&mut self, at: DateTime<Utc>) -> Result<Arc<CalendarBook>> {
        if let Some((read_at, book)) = &self.book
            && self.changes.range(*read_at..=at).all(|change| change == read_at)
        {
            return Ok(Arc::clone(book));
        }
        let book = self.app.calendar_book_at(at).await?;
        self.book = Some((at, Arc::clone(&book)));
        Ok(book)
    }

    /// Computes what was due, one period after another. Neither the definition nor a calendar changes within a
    /// period.
    async fn expect(&mut self, task: &TaskRecord) -> Result<()> {
        let mut versions = self.versions(task).await?;
        let stood_in = versions.last_mut().and_then(|newest| stand_in(newest, task));
        let just_before = self.from_at - TimeDelta::microseconds(1);
        let just_until = self.until_at - TimeDelta::microseconds(1);
        let mut ends = self.app.store().calendar_changes(just_before, just_until).await?;
        self.changes.clone_from(&ends);
        ends.extend(versions.iter().map(|version| version.created_at));
        ends.insert(just_until);
        let mut from = just_before;
        for end in ends.into_iter().filter(|end| *end > just_before && *end <= just_until) {
            if let Some(version) = versions.iter().rev().find(|version| version.created_at <= from) {
                self.stretch(version, from, end).await?;
            }
            from = end;
        }
        for schedule in &task.definition.schedules {
            let reason = stood_in.as_ref().and_then(|damage| damage_reason(damage, &schedule.key));
            // Unknown slots need a place to be reported, even if the ledger is empty.
            if reason.is_some() || !self.damage.is_empty() {
                let problem = &mut self.expected.entry(schedule.key.clone()).or_default().problem;
                *problem = problem.take().or(reason);
            }
        }
        Ok(())
    }

    /// All versions that were valid at any time of the period, oldest first.
    async fn versions(&self, task: &TaskRecord) -> Result<Vec<TaskVersionRecord>> {
        let (mut page, mut found) = (PageRequest::first(100), Vec::new());
        loop {
            let listed = self.app.store().task_version_list(task.key, &page).await?;
            for version in listed.items {
                let begins_before = version.created_at < self.from_at;
                found.push(version);
                if begins_before {
                    found.reverse();
                    return Ok(found);
                }
            }
            match listed.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => {
                    found.reverse();
                    return Ok(found);
                }
            }
        }
    }

    async fn stretch(&mut self, version: &TaskVersionRecord, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<()> {
        let definition = &version.definition;
        if let Some(damage) = &version.damage.rest {
            self.damage.push((format!("version {}: {damage}", version.version), Period { from, until }));
            return Ok(());
        }
        let book = self.book_at(from).await?;
        for schedule in &definition.schedules {
            let expected = self.expected.entry(schedule.key.clone()).or_default();
            let compiled = match compile(&book, &definition.name, &definition.tags, schedule) {
                Ok(compiled) => compiled,
                Err(error) => {
                    let error = version.damage.schedules.get(&schedule.key).cloned().unwrap_or(error.to_string());
                    expected.problem = Some(Reason::ScheduleWasInvalid { problem: error });
                    expected.unknown.push(Period { from, until });
                    continue;
                }
            };
            expected.words = compiled.words();
            if compiled.is_startup() || matches!(schedule.rule, Rule::Startup { .. }) {
                expected.problem = Some(Reason::StartsNotKept {});
            }
            if !schedule.enabled || !definition.enabled {
                continue;
            }
            for slot in compiled.slots_between(from, until) {
                self.left = self.left.checked_sub(1).filter(|_| !self.stop.asked()).ok_or_else(too_many)?;
                expected.slots.push(slot.scheduled_for);
            }
        }
        Ok(())
    }

    fn compared(self, entries: Vec<SlotCount>) -> Summary {
        let mut by_key: BTreeMap<String, Vec<SlotCount>> = BTreeMap::new();
        for entry in entries {
            by_key.entry(entry.schedule_key.clone()).or_default().push(entry);
        }
        let mut expected = self.expected;
        for key in by_key.keys() {
            expected.entry(key.clone()).or_default();
        }
        let mut summary = Summary { from_at: self.from_at, until_at: self.until_at, ..Summary::default() };
        for (damage, stretch) in &self.damage {
            for expected in expected.values_mut() {
                expected.problem.get_or_insert_with(|| Reason::SlotsUnknown { problem: damage.clone() });
                expected.unknown.push(*stretch);
            }
        }
        for (key, Expected { words, problem, slots, unknown }) in expected {
            let entries = by_key.remove(&key).unwrap_or_default();
            let account = if problem == Some(Reason::StartsNotKept {}) {
                counted(&entries)
            } else {
                compared(&slots, &entries, &unknown, self.now)
            };
            summary.total.add(&account);
            summary.schedules.insert(key, ScheduleAccount { words, account, problem });
        }
        summary
    }
}

/// Replaces an unreadable newest version by the task's own definition, which has the same content.
fn stand_in(newest: &mut TaskVersionRecord, task: &TaskRecord) -> Option<Damage> {
    if newest.version != task.version || newest.damage.is_none() {
        return None;
    }
    newest.definition = task.definition.clone();
    Some(std::mem::replace(&mut newest.damage, task.damage.clone()))
}

fn damage_reason(damage: &Damage, key: &str) -> Option<Reason> {
    let error = damage.rest.as_ref().or_else(|| damage.schedules.get(key))?;
    Some(Reason::VersionDamaged { problem: error.clone() })
}

/// The account of schedules whose slots cannot be computed again.
fn counted(entries: &[SlotCount]) -> Account {
    let mut account = Account::default();
    for entry in entries {
        account.book(Some(entry));
    }
    account
}

/// Compares slots with entries, both in order of time. In periods without known slots, whatever is in the ledger
/// counts as expected.
fn compared(slots: &[DateTime<Utc>], entries: &[SlotCount], unknown: &[Period], now: DateTime<Utc>) -> Account {
    let mut account = Account::default();
    let mut matched = vec![0_u64; entries.len()];
    for slot in slots {
        let index = entries.partition_point(|entry| entry.first_at <= *slot).checked_sub(1);
        let covering = index.filter(|index| entries[*index].last_at >= *slot);
        if covering.is_none() && now - *slot < ON_ITS_WAY {
            continue;
        }
        if let Some(index) = covering {
            matched[index] += 1;
        }
        account.book(covering.map(|index| &entries[index]));
    }
    for (entry, matched) in entries.iter().zip(matched) {
        let inside = entry.whole;
        let more = if inside { entry.count.saturating_sub(matched) } else { u64::from(matched == 0) };
        if unknown.iter().any(|period| entry.last_at > period.from && entry.first_at <= period.until) {
            account.expected += more;
            *account.place(entry) += more;
        } else {
            account.surplus += more;
        }
    }
    account
}

fn too_many() -> Error {
    let message = format!("more than {SLOTS_MAX} slots were due in this period; choose a shorter one");
    Error::invalid("?from_at", message)
}
