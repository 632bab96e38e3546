//! Events that last whole days of their own zone: they become dates, which are the same in every zone.
//!
//! Exchange writes 00:00 to 00:00 in the organiser's zone, some programs the same instants in UTC, some 23:59 as the end.

use super::entries::dated;
use super::event::Event;
use super::notes::IcsDone;
use super::times::{When, Zone};
use crate::domain::core::time::recurrence_dates;
use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use chrono_tz::Tz;

/// The zones of the calendar that an event stands in.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Around<'z> {
    /// The zone that dates of the calendar are shown in.
    pub shown: Tz,
    /// The zone that the calendar says for itself (X-WR-TIMEZONE).
    pub said: Option<Zone<'z>>,
    /// Zones that the calendar explains.
    pub explained: Vec<Zone<'z>>,
}

/// First date, and how many days.
#[derive(Debug, Clone, Copy)]
struct Days {
    first: NaiveDate,
    count: i64,
}

/// Makes dates of an event that lasts whole days, and notes what is not as written.
pub(in crate::domain) fn settle<'z>(event: &mut Event<'z>, around: &Around<'z>) {
    if let When::Date(_) = event.start {
        return;
    }
    let zone_name = |zone: Option<Zone>| zone.map_or_else(|| "the zone of whoever reads it".to_owned(), Zone::name);
    let candidates = candidates(event, around);
    let found = candidates.iter().find_map(|zone| Some((*zone, whole(event, *zone)?)));
    match found {
        Some((zone, days)) => {
            let elsewhere = zone.is_some_and(|_| differs(event, days, Zone::Known(around.shown)));
            if let (Some(zone), When::Zoned(_, from)) = (zone, event.start)
                && from.is_utc()
                && !zone.is_utc()
                && repeats_in_utc(event, days)
            {
                event.shown = Some(zone);
            } else {
                become_dates(event, zone, days);
            }
            if elsewhere {
                event.done.push((event.number, IcsDone::WholeDays { zone: zone_name(zone) }));
            }
        }
        None if event.marked_whole => {
            let zone = candidates.first().copied().flatten();
            let first = zone.map_or_else(|| event.start.local(), |zone| event.start.local_in(zone)).date();
            let count = (event.length + Duration::days(1) - Duration::seconds(1)).num_days().max(1);
            become_dates(event, zone, Days { first, count });
            event.done.push((event.number, IcsDone::MarkedWholeDays { zone: zone_name(zone) }));
        }
        None => {
            let zone = event.start.zone().map(|_| Zone::Known(around.shown));
            event.done.push((event.number, IcsDone::TimesLeftOut { zone: zone_name(zone) }));
        }
    }
}

/// The zones in which an event may last whole days, the likeliest first; none: as written.
fn candidates<'z>(event: &Event<'z>, around: &Around<'z>) -> Vec<Option<Zone<'z>>> {
    let own = event.start.zone();
    let others = || around.said.into_iter().chain(around.explained.iter().copied()).map(Some);
    match own {
        Some(zone) if zone.is_utc() && around.said.is_some() && !event.marked_whole => vec![around.said],
        Some(zone) if zone.is_utc() => others().chain([Some(Zone::Known(around.shown)), own]).collect(),
        Some(_) if event.marked_whole => {
            [own].into_iter().chain(others()).chain([Some(Zone::Known(around.shown))]).collect()
        }
        own => vec![own],
    }
}

/// The days that an event lasts in a zone, if it begins and ends at midnight there.
fn whole(event: &Event, zone: Option<Zone>) -> Option<Days> {
    let in_zone = |at: When| zone.map_or_else(|| at.local(), |zone| at.local_in(zone));
    let start = in_zone(event.start);
    let elapsed = match (event.start, zone) {
        (When::Zoned(at, from), Some(zone)) => zone.local(from.instant(at) + event.length),
        _ => start + event.length,
    };
    if start.time() != NaiveTime::MIN {
        return None;
    }
    // Over a clock change a day has 23 or 25 hours; DURATION:P1D means the day nevertheless.
    let first = start.date();
    let until = [elapsed, start + event.length].into_iter().find_map(midnight)?;
    match (until - first).num_days() {
        0 if event.marked_whole => Some(Days { first, count: 1 }),
        0 => None,
        count => Some(Days { first, count }),
    }
}

/// The date that begins at this time, or a minute after it.
fn midnight(at: NaiveDateTime) -> Option<NaiveDate> {
    match (at.hour(), at.minute()) {
        (0, 0) if at.second() == 0 => Some(at.date()),
        (23, 59) => at.date().succ_opt(),
        _ => None,
    }
}

/// Whether the event would have other dates in a zone.
fn differs(event: &Event, days: Days, shown: Zone) -> bool {
    let When::Zoned(at, from) = event.start else { return false };
    let begin = from.instant(at);
    let last = shown.local(begin + (event.length - Duration::seconds(1)).max(Duration::zero())).date();
    shown.local(begin).date() != days.first || last != days.first + Duration::days(days.count - 1)
}

/// Whether the rule of an event that is written in UTC names the dates of UTC, and not those of its own zone.
fn repeats_in_utc(event: &Event, days: Days) -> bool {
    let Some((_, rule)) = &event.rule else { return false };
    let rule = dated(rule, event.start);
    let begins = |date: NaiveDate| {
        let dates = recurrence_dates(&rule, date, date);
        dates.is_ok_and(|dates| dates.first() == Some(&date))
    };
    !begins(days.first) && begins(event.start.local().date())
}

fn become_dates<'z>(event: &mut Event<'z>, zone: Option<Zone<'z>>, days: Days) {
    let in_zone = |at: When<'z>| match (zone, at) {
        (_, When::Date(date)) => date,
        (Some(zone), at) => at.local_in(zone).date(),
        (None, at) => at.local().date(),
    };
    let start = match zone {
        Some(zone) => When::Zoned(event.start.local_in(zone), zone),
        None => event.start,
    };
    if let Some((_, rule)) = &mut event.rule {
        *rule = dated(rule, start);
    }
    event.more.iter_mut().for_each(|at| *at = When::Date(in_zone(*at)));
    event.without.iter_mut().for_each(|at| *at = When::Date(in_zone(*at)));
    event.replaces = event.replaces.map(|at| When::Date(in_zone(at)));
    event.zone = zone;
    event.start = When::Date(days.first);
    event.length = Duration::days(days.count);
}
