//! What becomes of the due slots of one schedule: which run, which are caught up, which are only recorded. Pure.

use crate::domain::model::Told;
use crate::domain::reason::Reason;
use crate::domain::schedules::{CatchUp, CompiledSchedule, Slot};
use chrono::{DateTime, TimeDelta, Utc};

/// A slot counts as on time if it is at most this late. After an outage only the newest slot can be on time.
const ON_TIME: TimeDelta = TimeDelta::seconds(60);

/// Maximum number of slots of an outage that are examined one by one.
const LOOKED_AT: usize = 20_000;

/// The period to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The instant up to which the ledger is complete.
    pub watermark_at: DateTime<Utc>,
    /// Since when the server has been present without interruption.
    pub present_from: DateTime<Utc>,
    /// Everything up to this instant is due.
    pub now: DateTime<Utc>,
}

/// The decision about one slot, or a range of slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// First instant.
    pub first_at: DateTime<Utc>,
    /// Last instant.
    pub last_at: DateTime<Utc>,
    /// Number of slots.
    pub count: u64,
    /// What becomes of the slots.
    pub verdict: Verdict,
}

/// What becomes of due slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A run on time.
    Run,
    /// A run for a missed slot, at once.
    CatchUp,
    /// A run for a missed slot, after earlier ones.
    Pending,
    /// No run, on purpose.
    Skipped(Reason),
    /// No run, because the server was not there.
    Missed(Reason),
}

/// Decides about every slot of a schedule after its watermark and up to now, in order of time, except slots that the
/// ledger covers already. `stopped` says why nothing fires.
pub fn due(
    schedule: &CompiledSchedule,
    catch_up: CatchUp,
    stretch: Stretch,
    told: &[Told],
    stopped: Option<&Reason>,
) -> Vec<Due> {
    let Stretch { watermark_at, now, .. } = stretch;
    let fresh_from = fresh_from(schedule, stretch);
    let mut found = Vec::new();
    let fresh: Vec<Slot> = schedule.slots_between(fresh_from, now).collect();
    if fresh_from > watermark_at {
        let newer_runs = fresh.iter().any(|slot| !slot.skipped);
        Missed { schedule, told, from: watermark_at, until: fresh_from, now }
            .list(catch_up, newer_runs, stopped, &mut found);
    }
    let fresh = fresh.into_iter().filter(|slot| !is_told(told, slot.scheduled_for));
    found.extend(fresh.map(|slot| single(&slot, stopped, Verdict::Run)));
    found
}

/// The instant after which slots are on time. A server that was present may be a little late with each of them. A
/// server that was not present can only be on time for the newest one, because after each of the others the next one
/// is due already.
fn fresh_from(schedule: &CompiledSchedule, stretch: Stretch) -> DateTime<Utc> {
    let Stretch { watermark_at, present_from, now } = stretch;
    let grace = (now - ON_TIME).max(watermark_at);
    if present_from <= grace {
        return grace;
    }
    match schedule.latest_at_or_before(now) {
        Some(newest) if newest.scheduled_for > present_from => present_from,
        Some(newest) => grace.max(newest.scheduled_for - TimeDelta::microseconds(1)),
        None => grace,
    }
}

fn is_told(told: &[Told], at: DateTime<Utc>) -> bool {
    told.iter().any(|(first, last)| (first..=last).contains(&&at))
}

fn single(slot: &Slot, stopped: Option<&Reason>, verdict: Verdict) -> Due {
    let verdict = match stopped {
        _ if slot.skipped => Verdict::Skipped(left_out(slot)),
        Some(reason) => Verdict::Skipped(reason.clone()),
        None => verdict,
    };
    Due { first_at: slot.scheduled_for, last_at: slot.scheduled_for, count: 1, verdict }
}

/// Slots that are too late.
struct Missed<'a> {
    schedule: &'a CompiledSchedule,
    told: &'a [Told],
    /// Slots after this instant.
    from: DateTime<Utc>,
    /// Slots up to and including this instant.
    until: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Missed<'_> {
    /// Lists the slots that are run after all, and the ranges between them.
    fn list(&self, catch_up: CatchUp, newer_runs: bool, stopped: Option<&Reason>, found: &mut Vec<Due>) {
        let from = self.oldest(catch_up);
        let chosen = match (stopped, catch_up) {
            (Some(_), _) | (_, CatchUp::None) => Vec::new(),
            (None, CatchUp::Latest) if newer_runs => Vec::new(),
            (None, CatchUp::Latest) => self.newest(from, 1),
            (None, CatchUp::All { max_count } | CatchUp::Window { max_count, .. }) => self.newest(from, max_count),
        };
        let verdict = if catch_up == CatchUp::Latest { Verdict::CatchUp } else { Verdict::Pending };
        let why = |missed: Reason| stopped.map_or_else(|| Verdict::Missed(missed), |why| Verdict::Skipped(why.clone()));
        let mut done = self.from;
        if stopped.is_none() && from > self.from {
            self.untold(done, from, &why(Reason::TooOld {}), found);
            done = from;
        }
        let why = why(reason(catch_up));
        for slot in chosen {
            let at = slot.scheduled_for;
            self.untold(done, at - TimeDelta::seconds(1), &why, found);
            found.push(single(&slot, None, verdict.clone()));
            done = at;
        }
        self.untold(done, self.until, &why, found);
    }

    /// Slots after this instant may be caught up.
    fn oldest(&self, catch_up: CatchUp) -> DateTime<Utc> {
        match catch_up {
            CatchUp::Window { max_age_seconds, .. } => {
                (self.now - TimeDelta::seconds(max_age_seconds.into())).clamp(self.from, self.until)
            }
            CatchUp::None | CatchUp::Latest | CatchUp::All { .. } => self.from,
        }
    }

    /// The newest slots after an instant that the ledger does not cover and that are not skipped anyway, oldest
    /// first.
    fn newest(&self, from: DateTime<Utc>, most: u32) -> Vec<Slot> {
        let mut chosen = Vec::new();
        let mut next = self.schedule.latest_at_or_before(self.until);
        for _ in 0..LOOKED_AT {
            let Some(slot) = next.filter(|slot| slot.scheduled_for > from && chosen.len() < most as usize) else {
                break;
            };
            next = self.schedule.latest_at_or_before(slot.scheduled_for - TimeDelta::seconds(1));
            if !slot.skipped && !is_told(self.told, slot.scheduled_for) {
                chosen.push(slot);
            }
        }
        chosen.reverse();
        chosen
    }

    /// The ranges of slots that do not run, around what the ledger covers already.
    fn untold(&self, from: DateTime<Utc>, until: DateTime<Utc>, why: &Verdict, found: &mut Vec<Due>) {
        let mut done = from;
        for (first, last) in self.told.iter().filter(|(first, last)| *last > from && *first <= until) {
            found.extend(stretch(self.schedule, (done, *first - TimeDelta::seconds(1)), why));
            done = done.max(*last);
        }
        found.extend(stretch(self.schedule, (done, until), why));
    }
}

fn reason(catch_up: CatchUp) -> Reason {
    match catch_up {
        CatchUp::None => Reason::CatchUpOff {},
        CatchUp::Latest => Reason::OnlyLatestCaughtUp {},
        CatchUp::All { .. } | CatchUp::Window { .. } => Reason::TooManyMissed {},
    }
}

/// A range of slots that do not run: skipped if calendars skip all of them, otherwise for the given reason.
fn stretch(schedule: &CompiledSchedule, (from, until): (DateTime<Utc>, DateTime<Utc>), why: &Verdict) -> Option<Due> {
    let range = schedule.range_between(from, until)?;
    let mut first: Option<Reason> = None;
    let all_skipped = schedule.slots_between(from, until).take(LOOKED_AT).all(|slot| {
        first.get_or_insert_with(|| left_out(&slot));
        slot.skipped
    });
    let verdict = match first {
        Some(reason) if all_skipped && range.count <= LOOKED_AT as u64 => Verdict::Skipped(reason),
        _ => why.clone(),
    };
    Some(Due { first_at: range.first_at, last_at: range.last_at, count: range.count, verdict })
}

fn left_out(slot: &Slot) -> Reason {
    Reason::LeftOut { notes: slot.notes.clone() }
}

#[cfg(test)]
mod tests;
