//! Turns events into entries: a date or a range, a date of every year, a rule if it means the same, or else single
//! dates.

use super::event::Event;
use super::times::{When, instant};
use super::{ICS_EVENTS, IcsError};
use crate::domain::calendars::{CalendarEntry, RULE_DATES};
use crate::domain::core::time::recurrence_dates;
use chrono::{Datelike, Days, Duration, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// Number of years for which dates are written out if no rule means the same.
const YEARS_AHEAD: u32 = 10;

type Made = (Vec<CalendarEntry>, Vec<CalendarEntry>);

/// Makes the entries of all events, and the dates that rules must leave out.
pub(in crate::domain) fn make(
    events: Vec<Event>,
    timezone: Tz,
    today: NaiveDate,
    warnings: &mut Vec<String>,
) -> Result<Made, IcsError> {
    let mut replaced: BTreeMap<String, Vec<When>> = BTreeMap::new();
    for event in events.iter().filter(|event| !event.uid.is_empty()) {
        replaced.entry(event.uid.clone()).or_default().extend(event.replaces);
    }
    let timed = events.iter().filter(|event| !event.cancelled && !matches!(event.start, When::Date(_))).count();
    if timed > 0 {
        let (have, its) = if timed == 1 { ("has", "its") } else { ("have", "their") };
        warnings.push(format!("{timed} of the events {have} times of day; {its} whole dates are used"));
    }
    let mut maker = Maker { timezone, today, rule_dates: 0, made: Sets::default(), warnings };
    for mut event in events.into_iter().filter(|event| !event.cancelled) {
        if event.replaces.is_none() {
            let away = replaced.get(&event.uid).into_iter().flatten();
            event.without.extend(away.map(|at| at.date_like(event.start)));
        }
        let number = event.number;
        maker.event(&event)?;
        if maker.made.entries.len().max(maker.made.away.len()) > ICS_EVENTS {
            return Err(IcsError::new(number, format!("from here on there are more than {ICS_EVENTS} entries")));
        }
    }
    let Sets { entries, dates, away, seen: _ } = maker.made;
    let except = away.into_iter().filter(|date| !dates.contains(date));
    Ok((entries, except.map(|date| CalendarEntry::Date { date, until: None, title: String::new() }).collect()))
}

/// The entries and dates made so far.
#[derive(Debug, Default)]
struct Sets {
    entries: Vec<CalendarEntry>,
    /// Existing entries, to leave out others that mean the same.
    seen: BTreeSet<(NaiveDate, NaiveDate, String)>,
    /// All dates of all events.
    dates: BTreeSet<NaiveDate>,
    /// Dates that the kept rules have but their events do not.
    away: BTreeSet<NaiveDate>,
}

struct Maker<'w> {
    timezone: Tz,
    today: NaiveDate,
    rule_dates: usize,
    made: Sets,
    warnings: &'w mut Vec<String>,
}

impl Maker<'_> {
    fn event(&mut self, event: &Event) -> Result<(), IcsError> {
        for more in &event.more {
            self.stretch(self.span(event, *more), &event.title);
        }
        let start = event.start.local().date();
        let dates = self.repeats(event, start)?;
        if !dates.contains(&start) && !event.without.contains(&start) {
            self.stretch(self.span(event, event.start), &event.title);
        }
        if dates.is_empty() {
            return Ok(());
        }
        let spans: Vec<_> = dates.iter().map(|date| self.span(event, moved(event.start, *date))).collect();
        let gone = |date: &NaiveDate| event.without.contains(date);
        let kept = dates.iter().zip(&spans).filter(|(date, _)| !gone(date));
        let kept: Vec<_> = kept.map(|(_, span)| *span).collect();
        match self.rule(event, start, &dates, &spans) {
            Some(entries) => {
                self.made.entries.extend(entries);
                self.made.dates.extend(kept.into_iter().flat_map(days));
                let away = dates.iter().zip(&spans).filter(|(date, _)| gone(date));
                self.made.away.extend(away.flat_map(|(_, span)| days(*span)));
            }
            None => self.written_out(event, &kept),
        }
        Ok(())
    }

    /// The dates of an event's rule until the end of 2100, in the time zone of the event's start.
    fn repeats(&mut self, event: &Event, start: NaiveDate) -> Result<Vec<NaiveDate>, IcsError> {
        let Some((number, rule)) = &event.rule else { return Ok(Vec::new()) };
        let rule = dated(rule, event.start);
        if ["HOURLY", "MINUTELY", "SECONDLY"].iter().any(|often| rule.contains(&format!("FREQ={often}"))) {
            let text = "repeats within a day, which a calendar of dates cannot express; only its first date is used";
            self.warnings.push(format!("line {number}: the event {text}"));
            return Ok(Vec::new());
        }
        if last(&rule).is_some_and(|last| last < start) {
            return Ok(Vec::new());
        }
        let end = NaiveDate::from_ymd_opt(2100, 12, 31).expect("a real date");
        let dates = recurrence_dates(&rule, start, end);
        let dates = dates.map_err(|error| IcsError::new(*number, format!("RRULE: {error}")))?;
        self.rule_dates += dates.len();
        if self.rule_dates > RULE_DATES {
            return Err(IcsError::new(
                *number,
                format!("from here on, rules have more than {RULE_DATES} dates until 2100"),
            ));
        }
        Ok(dates)
    }

    /// Entries that mean the same as the rule, if there are any.
    fn rule(
        &self,
        event: &Event,
        start: NaiveDate,
        dates: &[NaiveDate],
        spans: &[(NaiveDate, NaiveDate)],
    ) -> Option<Vec<CalendarEntry>> {
        let rule = dated(&event.rule.as_ref()?.1, event.start);
        let title = event.title.clone();
        let endless = !rule.contains("UNTIL=") && !rule.contains("COUNT=");
        if endless
            && start <= self.today
            && let Some(yearly) = yearly(start, dates, spans, &title)
        {
            return Some(yearly);
        }
        let whole = dates.iter().zip(spans).all(|(date, span)| *span == (*date, *date));
        whole.then(|| vec![CalendarEntry::Rrule { rule, dtstart: start, title }])
    }

    fn written_out(&mut self, event: &Event, spans: &[(NaiveDate, NaiveDate)]) {
        let from = event.start.local().date().max(self.today);
        let end = from.checked_add_months(chrono::Months::new(12 * YEARS_AHEAD)).unwrap_or(from);
        let until = spans.partition_point(|(first, _)| *first <= end);
        spans[..until].iter().for_each(|span| self.stretch(*span, &event.title));
        if until < spans.len() {
            self.warnings.push(format!(
                "line {}: no rule means the same as this event, which is longer than a day or crosses midnight; its \
                dates are written out until {end}",
                event.number
            ));
        }
    }

    fn stretch(&mut self, (first, last): (NaiveDate, NaiveDate), title: &str) {
        self.made.dates.extend(days((first, last)));
        if self.made.seen.insert((first, last, title.to_owned())) {
            let until = (last > first).then_some(last);
            self.made.entries.push(CalendarEntry::Date { date: first, until, title: title.to_owned() });
        }
    }

    /// First and last date of an event with this start.
    fn span(&self, event: &Event, start: When) -> (NaiveDate, NaiveDate) {
        let second = |length: Duration| (length - Duration::seconds(1)).max(Duration::zero());
        match start {
            When::Zoned(at, zone) => {
                let begin = instant(at, zone);
                let date = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&self.timezone).date_naive();
                (date(begin), date(begin + second(event.length)))
            }
            When::Date(_) | When::Floating(_) => {
                let begin = start.local();
                (begin.date(), (begin + second(event.length)).date())
            }
        }
    }
}

/// The same time of day on another date.
fn moved(start: When, date: NaiveDate) -> When {
    match start {
        When::Date(_) => When::Date(date),
        When::Floating(at) => When::Floating(date.and_time(at.time())),
        When::Zoned(at, zone) => When::Zoned(date.and_time(at.time()), zone),
    }
}

fn days((first, last): (NaiveDate, NaiveDate)) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |date| *date <= last)
}

/// Entries for the same days of every year, if they describe all the dates.
fn yearly(
    start: NaiveDate,
    dates: &[NaiveDate],
    spans: &[(NaiveDate, NaiveDate)],
    title: &str,
) -> Option<Vec<CalendarEntry>> {
    let every = |(index, date): (usize, &NaiveDate)| match (start.month(), start.day()) {
        (2, 29) => date.month() == 2 && date.day() == 29,
        (month, day) => {
            (date.month(), date.day()) == (month, day)
                && date.year() == start.year() + i32::try_from(index).unwrap_or(i32::MAX)
        }
    };
    let leap = |year: i32| NaiveDate::from_ymd_opt(year, 2, 29).is_some();
    let leaps = (start.year()..=2100).filter(|year| leap(*year)).count();
    let all = if (start.month(), start.day()) == (2, 29) { leaps } else { (start.year()..=2100).count() };
    if dates.len() != all || !dates.iter().enumerate().all(every) {
        return None;
    }
    let (first, last) = spans.first().copied()?;
    let length = u64::try_from((last - first).num_days()).ok()?;
    let ahead = u64::try_from((first - start).num_days()).ok()?;
    let mut entries = Vec::new();
    for offset in ahead..=ahead + length {
        let named = |date: &NaiveDate| date.checked_add_days(Days::new(offset)).map(|date| (date.month(), date.day()));
        let (month, day) = named(&start)?;
        if !dates.iter().all(|date| named(date) == Some((month, day))) {
            return None;
        }
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        entries.push(CalendarEntry::Yearly { month, day, title: title.to_owned() });
    }
    let same = |(date, span): (&NaiveDate, &(NaiveDate, NaiveDate))| {
        (span.0 - *date).num_days() == i64::try_from(ahead).unwrap_or(-1) && span.1 - span.0 == last - first
    };
    dates.iter().zip(spans).all(same).then_some(entries)
}

/// The rule with a date as its end: the last date on which the event still starts in time.
fn dated(rule: &str, start: When) -> String {
    let parts = rule.split(';').map(|part| match part.split_once('=') {
        Some(("UNTIL", end)) => until(end, start).map_or_else(|| part.to_owned(), |date| format!("UNTIL={date}")),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}

fn until(end: &str, start: When) -> Option<String> {
    let zone = if let When::Zoned(_, zone) = start { Some(zone) } else { None };
    let end = super::times::when(end, zone).ok()?;
    let time = start.local().time();
    let (date, by) = match (end, zone) {
        (When::Date(date), _) => (date, NaiveTime::MIN),
        (When::Zoned(at, from), Some(to)) => {
            let local = instant(at, from).with_timezone(&to).naive_local();
            (local.date(), local.time())
        }
        (end, _) => (end.local().date(), end.local().time()),
    };
    let whole = matches!(end, When::Date(_)) || matches!(start, When::Date(_));
    let date = if whole || by >= time { date } else { date.pred_opt()? };
    Some(date.format("%Y%m%d").to_string())
}

/// The end of a rule, if it has one that is a date.
fn last(rule: &str) -> Option<NaiveDate> {
    let end = rule.split(';').find_map(|part| part.strip_prefix("UNTIL="))?;
    NaiveDate::parse_from_str(end, "%Y%m%d").ok()
}
