//! Recurrence rules of RFC 5545. The crate `rrule` computes them in local time, as if the zone were UTC.
//!
//! Orc then applies its gap and fold policies, as for every other local time. The crate only moves forward from
//! DTSTART, so its occurrences are kept: a schedule that is asked for one slot after another computes each occurrence
//! once. At most `KEPT` occurrences are kept; a question about an earlier time starts over. A rule without COUNT
//! starts shortly before the time in question, whole periods after DTSTART, so a DTSTART of 1900 costs nothing. Rules
//! with a frequency below an hour are refused: an interval or a cron expression means the same, and the crate's limit
//! on fruitless steps could end them silently.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rrule::{Frequency, NWeekday, RRule, RRuleSet, RRuleSetIter, Tz, Unvalidated};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::ScheduleError;
use super::recurrence_text::{
    STEPS, bare_date, days_are_countable, last_second, local_time, parsed, refused, times_of_day,
};

/// Maximum number of occurrences kept.
const KEPT: usize = 20_000;

const DAY: i64 = 86_400;

/// Periods before an instant in which the previous occurrence is searched, one after the other.
const BACK_SECONDS: [i64; 4] = [0, 60 * DAY, 1500 * DAY, i64::MAX];

/// Number of dates tried as a later start. The 29th of February comes within eight years.
const DATES_TRIED: usize = 50;

/// The parts of a rule as a person writes them.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) struct Written<'a> {
    pub rule: &'a str,
    pub dtstart: &'a str,
    pub exdate: &'a [String],
    pub rdate: &'a [String],
}

/// A compiled rule. Clones share the occurrences found so far.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Recurrence {
    /// Whether the rule follows elapsed time over clock changes, as `FREQ=HOURLY` does.
    pub elapsed: bool,
    /// Whether the rule skips hours, by an interval or `BYHOUR`.
    pub some_hours: bool,
    pub(in crate::domain) set: RRuleSet,
    /// Days of the month as written, because the crate only shows those counted from the start of the month.
    pub(in crate::domain) month_days: Vec<i8>,
    /// The parts as written, for words.
    pub(in crate::domain) said: Arc<Said>,
    origin: Arc<Origin>,
    found: Arc<Mutex<Found>>,
}

/// The parts of a rule that its set does not show as they were written.
#[derive(Debug)]
pub(in crate::domain) struct Said {
    pub start: NaiveDateTime,
    pub count: Option<u32>,
    /// The times of day at which it may be due.
    pub times: Vec<NaiveTime>,
    pub added: Vec<NaiveDateTime>,
    pub left_out: Vec<LeftOut>,
}

/// What a rule leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) enum LeftOut {
    /// All that the rule has on a date.
    Date(NaiveDate),
    /// One local time.
    Time(NaiveDateTime),
}

/// The parts from which a set is built.
#[derive(Debug)]
struct Origin {
    rule: RRule<Unvalidated>,
    start: NaiveDateTime,
    /// Whether sets begin with a whole week: positions count from its first day, but the crate begins with that of DTSTART.
    whole_weeks: bool,
    exdates: Vec<DateTime<Tz>>,
    rdates: Vec<DateTime<Tz>>,
}

#[derive(Debug, Default)]
struct Found {
    iter: Option<RRuleSetIter>,
    /// Seconds of local time as if UTC, ascending.
    kept: VecDeque<i64>,
    /// Start of the kept occurrences, in seconds; none: the rule's start.
    since: Option<i64>,
}

impl PartialEq for Recurrence {
    fn eq(&self, other: &Self) -> bool {
        self.set == other.set
    }
}
impl Eq for Recurrence {}

impl Recurrence {
    /// Compiles a rule with local times in a time zone.
    pub fn compile(written: Written, timezone: chrono_tz::Tz) -> Result<Self, ScheduleError> {
        let start = local_time("dtstart", written.dtstart)?;
        let rule = parsed(written.rule, timezone)?;
        days_are_countable(&rule, written.rule)?;
        let left_out_at = times_of_day(&rule, start.time());
        let elapsed = rule.get_freq() == Frequency::Hourly;
        let some_hours = rule.get_interval() > 1 || !rule.get_by_hour().is_empty();
        let mut month_days = rule.get_by_month_day().to_vec();
        month_days.sort_by_key(|day| (*day < 0, *day));
        let dates = |field, texts: &[String]| -> Result<Vec<_>, ScheduleError> {
            let times = texts.iter().map(|text| local_time(field, text));
            times.map(|at| at.map(|at| at.and_utc().with_timezone(&Tz::UTC))).collect()
        };
        let (mut exdates, rdates) = (dates("exdate", written.exdate)?, dates("rdate", written.rdate)?);
        // A date without a time excludes everything that the rule has on it.
        for date in written.exdate.iter().filter_map(|text| bare_date(text)) {
            exdates.retain(|at| at.naive_utc() != date.and_time(NaiveTime::MIN));
            exdates.extend(left_out_at.iter().map(|time| date.and_time(*time).and_utc().with_timezone(&Tz::UTC)));
        }
        let left_out = written.exdate.iter().map(|text| match bare_date(text) {
            Some(date) => Ok(LeftOut::Date(date)),
            None => local_time("exdate", text).map(LeftOut::Time),
        });
        let said = Arc::new(Said {
            start,
            count: rule.get_count(),
            added: rdates.iter().map(DateTime::naive_utc).collect(),
            left_out: left_out.collect::<Result<_, _>>()?,
            times: left_out_at,
        });
        let whole_weeks = rule.get_freq() == Frequency::Weekly && !rule.get_by_set_pos().is_empty();
        let origin = Origin { rule, start, whole_weeks: false, exdates, rdates };
        let set = origin.set(start).map_err(|error| refused(written.rule, &error))?;
        let origin = if whole_weeks { origin.with_whole_weeks() } else { origin };
        let set = if whole_weeks { origin.set(start).map_err(|error| refused(written.rule, &error))? } else { set };
        let (origin, found) = (Arc::new(origin), Arc::default());
        let compiled = Self { elapsed, some_hours, set, month_days, said, origin, found };
        if compiled.next(NaiveDateTime::MIN).is_none() {
            return Err(ScheduleError::new("rule", "this rule never fires: it has no date at or after its start")
                .fix("check BYMONTH, BYMONTHDAY, COUNT, UNTIL and exdate"));
        }
        Ok(compiled)
    }

    /// The first local time at or after `from`.
    pub fn next(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        let from = from.and_utc().timestamp();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.reach(self, from, from);
        let index = found.kept.partition_point(|at| *at < from);
        found.kept.get(index).copied().and_then(naive)
    }

    /// The last local time at or before `from`.
    pub fn previous(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        let from = from.and_utc().timestamp();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        for back in BACK_SECONDS {
            found.reach(self, from, from.saturating_sub(back));
            let index = found.kept.partition_point(|at| *at <= from);
            if let Some(at) = index.checked_sub(1).and_then(|index| found.kept.get(index)) {
                return naive(*at);
            }
        }
        None
    }
}

impl Origin {
    /// The occurrences, counted from a given start.
    fn set(&self, begin: NaiveDateTime) -> Result<RRuleSet, rrule::RRuleError> {
        let begin = if self.whole_weeks { self.week_of(begin) } else { begin };
        let set = self.rule.clone().build(begin.and_utc().with_timezone(&Tz::UTC))?;
        Ok(set.set_exdates(self.exdates.clone()).set_rdates(self.rdates.clone()).limit())
    }

    /// The same time of day on the first day of a week.
    fn week_of(&self, at: NaiveDateTime) -> NaiveDateTime {
        let back = at.weekday().days_since(self.rule.get_week_start());
        at.checked_sub_days(Days::new(u64::from(back))).unwrap_or(at)
    }

    /// The same occurrences, found by positions in whole weeks: what lies before DTSTART is left out and not counted.
    fn with_whole_weeks(mut self) -> Self {
        self.whole_weeks = true;
        if self.rule.get_by_weekday().is_empty() {
            self.rule = self.rule.by_weekday(vec![NWeekday::Every(self.start.weekday())]);
        }
        let count = self.rule.get_count();
        let endless = Self {
            rule: if count.is_some() { self.rule.clone().count(u32::MAX) } else { self.rule.clone() },
            start: self.start,
            whole_weeks: true,
            exdates: Vec::new(),
            rdates: Vec::new(),
        };
        let start = self.start.and_utc();
        let before = endless.set(self.start).map(|set| set.into_iter().take_while(|at| *at < start).collect());
        let before: Vec<DateTime<Tz>> = before.unwrap_or_default();
        if let Some(count) = count {
            let more = u32::try_from(before.len()).unwrap_or_default();
            self.rule = self.rule.count(count.saturating_add(more));
        }
        self.exdates.extend(before.into_iter().filter(|at| !self.rdates.contains(at)));
        self
    }

    /// A later start, some periods and at least two days before an instant, with the same occurrences as the original
    /// start. None if there is none.
    fn later(&self, at: i64) -> Option<NaiveDateTime> {
        let every = i64::from(self.rule.get_interval());
        let (unit, months) = match self.rule.get_freq() {
            Frequency::Yearly => (366 * DAY, 12),
            Frequency::Monthly => (31 * DAY, 1),
            Frequency::Weekly => (7 * DAY, 0),
            Frequency::Daily => (DAY, 0),
            _ => (3600, 0),
        };
        let until = self.rule.get_until().map_or(i64::MAX, DateTime::timestamp);
        let start = self.start.and_utc().timestamp();
        let period = unit.checked_mul(every).filter(|period| *period > 0 && self.rule.get_count().is_none())?;
        let reach = at.min(until).checked_sub(start)?.checked_sub(2 * period + 2 * DAY)?;
        let periods = reach.div_euclid(period);
        if months == 0 {
            return self.start.checked_add_signed(TimeDelta::seconds(periods * period)).filter(|_| periods > 0);
        }
        // Not every period has a 31st of the month or a 29 February.
        (1..=periods).rev().take(DATES_TRIED).find_map(|periods| {
            let months = Months::new(u32::try_from(periods * every * months).ok()?);
            self.start.checked_add_months(months).filter(|at| at.day() == self.start.day())
        })
    }
}

/// The dates of a rule without times, up to a date.
pub fn recurrence_dates(rule: &str, dtstart: NaiveDate, until: NaiveDate) -> Result<Vec<NaiveDate>, ScheduleError> {
    let dtstart = dtstart.format("%Y-%m-%d").to_string();
    let written = Written { rule, dtstart: &dtstart, exdate: &[], rdate: &[] };
    let compiled = Recurrence::compile(written, chrono_tz::UTC)?;
    if compiled.elapsed {
        return Err(ScheduleError::new("rule", "a calendar's rule names dates").fix("use FREQ=DAILY or longer"));
    }
    let end = until.and_time(last_second()).and_utc().timestamp();
    let dates = compiled.set.into_iter().map(|at| at.timestamp()).take_while(|at| *at <= end);
    let mut dates: Vec<NaiveDate> = dates.filter_map(naive).map(|at| at.date()).collect();
    dates.dedup();
    Ok(dates)
}

impl Found {
    /// Makes sure that all occurrences from a second up to the first one after an instant are kept.
    fn reach(&mut self, of: &Recurrence, at: i64, since: i64) {
        if self.since.is_some_and(|kept| since < kept) {
            *self = Self::default();
        }
        if let Some(begin) = of.origin.later(since)
            && self.kept.back().is_none_or(|last| *last < begin.and_utc().timestamp())
            && let Ok(set) = of.origin.set(begin)
        {
            let since = Some(begin.and_utc().timestamp());
            *self = Self { iter: Some(set.into_iter()), kept: VecDeque::new(), since };
        }
        let iter = self.iter.get_or_insert_with(|| of.set.into_iter());
        for _ in 0..STEPS {
            if self.kept.back().is_some_and(|last| *last > at) {
                break;
            }
            let Some(next) = iter.next().map(|next| next.timestamp()) else { break };
            if self.kept.back() == Some(&next) || self.since.is_some_and(|since| next < since) {
                continue;
            }
            self.kept.push_back(next);
            if self.kept.len() > KEPT
                && let Some(dropped) = self.kept.pop_front()
            {
                self.since = Some(dropped + 1);
            }
        }
    }
}

fn naive(seconds: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp(seconds, 0).map(|at| at.naive_utc())
}
