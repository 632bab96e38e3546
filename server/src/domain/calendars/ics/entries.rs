//! Turns events into entries: a date or a range, a date of every year, a rule if it means the same, or else single
//! dates.

use super::error::{ICS_EVENTS, IcsError};
use super::event::Event;
use super::file_zones::last_date;
use super::notes::{IcsDone, IcsNote};
use super::times::{When, Zone};
use crate::domain::calendars::{CalendarEntry, RULE_DATES};
use crate::domain::core::time::recurrence_dates;
use chrono::{Datelike, Days, Duration, NaiveDate};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// Number of years for which dates are written out if no rule means the same.
const YEARS_AHEAD: u32 = 10;

/// What a file becomes.
pub(in crate::domain) struct Made {
    /// The entries.
    pub entries: Vec<CalendarEntry>,
    /// The dates that the rules among them must leave out.
    pub except: Vec<CalendarEntry>,
}

/// A stretch of days with a title.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    first: NaiveDate,
    last: NaiveDate,
    title: String,
}

/// Makes the entries of the events that count, and the dates that rules must leave out.
pub(in crate::domain) fn make(
    events: Vec<Event>,
    shown: &[Tz],
    today: NaiveDate,
    notes: &mut Vec<IcsNote>,
) -> Result<Made, IcsError> {
    let mut maker = Maker { shown, today, rule_dates: 0, made: Sets::default(), notes };
    for event in events {
        maker.notes.extend(event.done.iter().map(|(line, done)| event.note(*line, done.clone())));
        maker.event(&event)?;
        if maker.made.entries.len().max(maker.made.away.len()) > ICS_EVENTS {
            return Err(IcsError::new(event.number, format!("from here on there are more than {ICS_EVENTS} entries")));
        }
    }
    let Sets { entries, dates, away, seen: _ } = maker.made;
    let except = away.into_iter().filter(|date| !dates.contains(date));
    let except = except.map(|date| CalendarEntry::Date { date, until: None, title: String::new() }).collect();
    Ok(Made { entries, except })
}

/// The entries and dates made so far.
#[derive(Debug, Default)]
struct Sets {
    entries: Vec<CalendarEntry>,
    /// Existing entries, to leave out others that mean the same.
    seen: BTreeSet<Stretch>,
    /// All dates of all events.
    dates: BTreeSet<NaiveDate>,
    /// Dates that the kept rules have but their events do not.
    away: BTreeSet<NaiveDate>,
}

struct Maker<'w> {
    /// The zone of the dates of each calendar of the file.
    shown: &'w [Tz],
    today: NaiveDate,
    rule_dates: usize,
    made: Sets,
    notes: &'w mut Vec<IcsNote>,
}

impl Maker<'_> {
    fn event(&mut self, event: &Event) -> Result<(), IcsError> {
        for more in &event.more {
            self.stretch(self.span(event, *more), &event.title);
        }
        let start = event.start.local().date();
        let dates = self.repeats(event, start)?;
        let without: BTreeSet<_> = event.without.iter().map(|at| event.date_of(*at)).collect();
        if !dates.contains(&start) && !without.contains(&start) {
            self.stretch(self.span(event, event.start), &event.title);
        }
        if dates.is_empty() {
            return Ok(());
        }
        let spans: Vec<_> = dates.iter().map(|date| self.span(event, moved(event.start, *date))).collect();
        let gone = |date: &NaiveDate| without.contains(date);
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
            self.notes.push(event.note(*number, IcsDone::RepeatsWithinDay {}));
            return Ok(Vec::new());
        }
        if last_date(&rule).is_some_and(|last| last < start) {
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
            self.notes.push(event.note(event.number, IcsDone::WrittenOut { until: end }));
        }
    }

    fn stretch(&mut self, (first, last): (NaiveDate, NaiveDate), title: &str) {
        self.made.dates.extend(days((first, last)));
        if self.made.seen.insert(Stretch { first, last, title: title.to_owned() }) {
            let until = (last > first).then_some(last);
            self.made.entries.push(CalendarEntry::Date { date: first, until, title: title.to_owned() });
        }
    }

    /// First and last date of an event with this start.
    fn span(&self, event: &Event, start: When) -> (NaiveDate, NaiveDate) {
        let last = (event.length - Duration::seconds(1)).max(Duration::zero());
        match start {
            When::Zoned(at, zone) => {
                let shown = event.shown.unwrap_or(Zone::Known(self.shown[event.calendar]));
                let begin = zone.instant(at);
                (shown.local(begin).date(), shown.local(begin + last).date())
            }
            When::Date(_) | When::Floating(_) => {
                let begin = start.local();
                (begin.date(), (begin + last).date())
            }
        }
    }
}

/// The same time of day on another date.
fn moved<'z>(start: When<'z>, date: NaiveDate) -> When<'z> {
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
pub(in crate::domain) fn dated(rule: &str, start: When) -> String {
    let parts = rule.split(';').map(|part| match part.split_once('=') {
        Some(("UNTIL", end)) => until(end, start).map_or_else(|| part.to_owned(), |date| format!("UNTIL={date}")),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}

fn until(end: &str, start: When) -> Option<String> {
    let end = super::times::when(end, start.zone()).ok()?;
    let by = start.zone().map_or_else(|| end.local(), |zone| end.local_in(zone));
    let whole = matches!(end, When::Date(_)) || matches!(start, When::Date(_));
    let date = if whole || by.time() >= start.local().time() { by.date() } else { by.date().pred_opt()? };
    Some(date.format("%Y%m%d").to_string())
}
