//! Revisions: of several events with the same uid (and the same date of its series) the newest counts.
//!
//! The order in the file does not count. Cancelled ones vanish, with the dates that they take out of their series.

use super::entries::dated;
use super::error::IcsError;
use super::event::{Event, Revision};
use super::notes::{IcsDone, IcsNote};
use crate::domain::calendars::RULE_DATES;
use crate::domain::core::time::recurrence_dates;
use chrono::{NaiveDate, NaiveTime};
use std::collections::{BTreeMap, BTreeSet};

/// The events that count, in the order of the file; series lose the dates that others replace.
pub(in crate::domain) fn current<'z>(
    events: Vec<Event<'z>>,
    notes: &mut Vec<IcsNote>,
) -> Result<Vec<Event<'z>>, IcsError> {
    let mut kept = Vec::with_capacity(events.len());
    let mut groups: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in events {
        match event.uid.as_str() {
            "" => kept.push(event),
            uid => groups.entry(uid.to_owned()).or_default().push(event),
        }
    }
    let mut budget = RULE_DATES;
    for group in groups.into_values() {
        kept.extend(group_current(group, notes, &mut budget)?);
    }
    kept.sort_by_key(|event| event.number);
    let (cancelled, kept): (Vec<_>, Vec<_>) = kept.into_iter().partition(|event| event.cancelled);
    for event in cancelled {
        notes.push(event.note(event.number, IcsDone::Cancelled {}));
        let ranges = event.done.iter().filter(|(_, done)| *done == IcsDone::OnlyThisDate {});
        notes.extend(ranges.map(|(line, done)| event.note(*line, done.clone())));
    }
    Ok(kept)
}

/// The newest events of one uid, cancelled ones among them.
fn group_current<'z>(
    group: Vec<Event<'z>>,
    notes: &mut Vec<IcsNote>,
    budget: &mut usize,
) -> Result<Vec<Event<'z>>, IcsError> {
    let (mut series, changed): (Vec<_>, Vec<_>) = group.into_iter().partition(|event| event.replaces.is_none());
    newest(&mut series, notes);
    let mut by_date: BTreeMap<(NaiveDate, NaiveTime), Vec<Event>> = BTreeMap::new();
    for event in changed {
        by_date.entry(replaced(&event, series.first())).or_default().push(event);
    }
    let mut known = None;
    let (mut kept, mut away) = (Vec::new(), Vec::new());
    for ((date, _), mut revisions) in by_date {
        newest(&mut revisions, notes);
        let older = |of: &Revision| revisions.iter().all(|event| event.revision < *of);
        let newer_series = series.first().filter(|series| older(&series.revision));
        let left_out = match newer_series {
            Some(series) if series.cancelled => Some(IcsDone::Cancelled {}),
            Some(series) => {
                if known.is_none() {
                    known = Some(dates_until(series, budget)?);
                }
                let gone = known.as_ref().is_some_and(|dates| !dates.contains(&date));
                gone.then_some(IcsDone::DateOfOlderSeries {})
            }
            None => None,
        };
        match left_out {
            Some(done) => notes.extend(revisions.iter().map(|event| event.note(event.number, done.clone()))),
            None => {
                away.extend(revisions.iter().filter_map(|event| event.replaces));
                kept.extend(revisions);
            }
        }
    }
    series.iter_mut().for_each(|series| series.without.extend(&away));
    kept.extend(series);
    Ok(kept)
}

/// Leaves the newest of some revisions; those that nothing tells apart stay, unless one is cancelled.
fn newest(revisions: &mut Vec<Event>, notes: &mut Vec<IcsNote>) {
    let Some(newest) = revisions.iter().map(|event| event.revision).max() else { return };
    let cancelled = revisions.iter().any(|event| event.revision == newest && event.cancelled);
    revisions.retain(|event| {
        let counts = event.revision == newest && event.cancelled == cancelled;
        if !counts {
            notes.push(event.note(event.number, IcsDone::OlderRevision {}));
        }
        counts
    });
}

/// The date of its series that an event replaces, and the time if the series may have several on one date.
fn replaced(event: &Event, series: Option<&Event>) -> (NaiveDate, NaiveTime) {
    let at = event.replaces.unwrap_or(event.start);
    let Some(series) = series else { return (event.date_of(at), at.local().time()) };
    let several =
        series.rule.as_ref().is_some_and(|(_, rule)| ["BYHOUR", "BYMINUTE"].iter().any(|by| rule.contains(by)));
    let time = series.zone.map_or_else(|| at.local(), |zone| at.local_in(zone)).time();
    (series.date_of(at), if several { time } else { NaiveTime::MIN })
}

/// The dates that a series has, without those that it leaves out.
fn dates_until(series: &Event, budget: &mut usize) -> Result<BTreeSet<NaiveDate>, IcsError> {
    let mut dates: BTreeSet<_> = series.more.iter().map(|at| series.date_of(*at)).collect();
    let start = series.date_of(series.start);
    dates.insert(start);
    if let Some((number, rule)) = &series.rule {
        let end = NaiveDate::from_ymd_opt(2100, 12, 31).expect("a real date");
        // A rule that is wrong is told of where its dates are made.
        let found = recurrence_dates(&dated(rule, series.start), start, end).unwrap_or_default();
        *budget = budget.checked_sub(found.len()).ok_or_else(|| {
            IcsError::new(*number, format!("from here on, rules have more than {RULE_DATES} dates until 2100"))
        })?;
        dates.extend(found);
    }
    for at in &series.without {
        dates.remove(&series.date_of(*at));
    }
    Ok(dates)
}
