//! The slots of a compiled schedule, forwards and backwards.
//!
//! The search finds a local time and then interprets it in the time zone. The mapping from wall time to instants
//! ascends except at a fold, so only a search that begins inside a fold needs care; no table of changes is scanned.
//! Rules with fixed times map each local time to one instant per pass. Elapsed rules fire whenever the clock shows a
//! match. Elapsed rules that name only some hours also report times that fall into a gap, by the schedule's policy.

use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, SubsecRound, Utc};

use super::wall::LocalTimes;
use crate::domain::core::time::zone::{Meaning, Twice, instant, local, meaning, offset_at};
use crate::domain::schedules::compiled::{CompiledRule, CompiledSchedule};
use crate::domain::schedules::{Fold, Gap, Note, Slot};

/// Which of the two instants of a repeated local time is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    First,
    Second,
}

/// 9999-01-01T00:00:00Z, from which on there are no slots.
pub const SLOTS_END: i64 = 253_370_764_800;

/// More consecutive gaps than any time zone has.
const MOST_GAPS: usize = 1000;

impl CompiledSchedule {
    /// The first slot strictly after an instant. Slots skipped by `gap: skip` are included, with `skipped` set.
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<Slot> {
        match &self.dates {
            None => self.rule_next(after),
            Some(dates) => self.applied_next(dates, after),
        }
    }

    /// The last slot at or before an instant. Skipped slots are included.
    pub fn latest_at_or_before(&self, at: DateTime<Utc>) -> Option<Slot> {
        match &self.dates {
            None => self.rule_latest(at),
            Some(dates) => self.applied_latest(dates, at),
        }
    }

    /// The first slot after an instant, by the rule alone.
    pub(in crate::domain) fn rule_next(&self, after: DateTime<Utc>) -> Option<Slot> {
        let begin = self.start_at.map(|start| start - Duration::nanoseconds(1));
        let after = begin.map_or(after, |begin| after.max(begin));
        let slot = self.unbounded_next(clamped(after))?;
        let inside = slot.scheduled_for.timestamp() < SLOTS_END;
        (inside && self.end_at.is_none_or(|end| slot.scheduled_for < end)).then_some(slot)
    }

    /// The last slot at or before an instant, by the rule alone.
    pub(in crate::domain) fn rule_latest(&self, at: DateTime<Utc>) -> Option<Slot> {
        let limit = self.end_at.map(|end| end - Duration::nanoseconds(1));
        let at = clamped(limit.map_or(at, |limit| at.min(limit)));
        let found = self.unbounded_latest(at)?;
        if self.start_at.is_some_and(|start| found < start) {
            return None;
        }
        self.unbounded_next(found - Duration::seconds(1))
    }

    fn unbounded_next(&self, after: DateTime<Utc>) -> Option<Slot> {
        match &self.rule {
            CompiledRule::Fixed(wall) => self.fixed_next_by_fold(wall, after),
            CompiledRule::Recurring(rule) if rule.elapsed => self.elapsed_next(rule, after),
            CompiledRule::Recurring(rule) => self.fixed_next_by_fold(rule, after),
            CompiledRule::Elapsed(wall) => self.elapsed_next(wall, after),
            CompiledRule::Interval { every, anchor } => {
                let step = (after.timestamp() - anchor).div_euclid(*every) + 1;
                self.slot_at(DateTime::from_timestamp(anchor + step * every, 0)?, Vec::new())
            }
            CompiledRule::Windowed(rule) => {
                let at = rule.next(self.timezone, after)?;
                self.slot_at(DateTime::from_timestamp(at, 0)?, Vec::new())
            }
            CompiledRule::Startup { .. } => None,
            CompiledRule::At(at) => (*at > after).then(|| self.slot_at(*at, Vec::new()))?,
            CompiledRule::AtLocal(at) => self.once_local(*at).into_iter().find(|slot| slot.scheduled_for > after),
        }
    }

    fn unbounded_latest(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let slot = match &self.rule {
            CompiledRule::Fixed(wall) => self.fixed_latest_by_fold(wall, at),
            CompiledRule::Recurring(rule) if rule.elapsed => self.elapsed_latest(rule, at),
            CompiledRule::Recurring(rule) => self.fixed_latest_by_fold(rule, at),
            CompiledRule::Elapsed(wall) => self.elapsed_latest(wall, at),
            CompiledRule::Interval { every, anchor } => {
                let step = (at.timestamp() - anchor).div_euclid(*every);
                return DateTime::from_timestamp(anchor + step * every, 0);
            }
            CompiledRule::Windowed(rule) => {
                return DateTime::from_timestamp(rule.latest(self.timezone, at)?, 0);
            }
            CompiledRule::Startup { .. } => None,
            CompiledRule::At(only) => return (*only <= at).then_some(*only),
            CompiledRule::AtLocal(only) => self.once_local(*only).into_iter().rfind(|slot| slot.scheduled_for <= at),
        };
        slot.map(|slot| slot.scheduled_for)
    }

    /// The slot of any local time under the schedule's gap and fold policies.
    pub(in crate::domain) fn slot_of(&self, wanted: NaiveDateTime) -> Option<Slot> {
        let pass = if self.fold == Fold::Second { Pass::Second } else { Pass::First };
        self.fixed_slot(wanted, pass, |_| false)
    }

    fn fixed_next_by_fold(&self, wall: &impl LocalTimes, after: DateTime<Utc>) -> Option<Slot> {
        match self.fold {
            Fold::First => self.fixed_next(wall, after, Pass::First),
            Fold::Second => self.fixed_next(wall, after, Pass::Second),
            Fold::Both => [Pass::First, Pass::Second]
                .into_iter()
                .filter_map(|pass| self.fixed_next(wall, after, pass))
                .min_by_key(|slot| slot.scheduled_for),
        }
    }

    fn fixed_latest_by_fold(&self, wall: &impl LocalTimes, at: DateTime<Utc>) -> Option<Slot> {
        match self.fold {
            Fold::First => self.fixed_latest(wall, at, Pass::First),
            Fold::Second => self.fixed_latest(wall, at, Pass::Second),
            Fold::Both => [Pass::First, Pass::Second]
                .into_iter()
                .filter_map(|pass| self.fixed_latest(wall, at, pass))
                .max_by_key(|slot| slot.scheduled_for),
        }
    }

    fn once_local(&self, at: NaiveDateTime) -> Vec<Slot> {
        let passes: &[Pass] = match (self.fold, meaning(self.timezone, at)) {
            (Fold::Both, Meaning::Twice(_)) => &[Pass::First, Pass::Second],
            (Fold::Second, _) => &[Pass::Second],
            _ => &[Pass::First],
        };
        passes.iter().filter_map(|pass| self.fixed_slot(at, *pass, |_| false)).collect()
    }

    fn fixed_next(&self, wall: &impl LocalTimes, after: DateTime<Utc>, pass: Pass) -> Option<Slot> {
        let now = self.wall_clock(after);
        let from = match (self.fold_at(now, after), pass) {
            (Some(fold), Pass::First) if fold.in_second => fold.end,
            (Some(fold), Pass::Second) if !fold.in_second => fold.begin,
            _ => now + Duration::seconds(1),
        };
        self.fixed_slot(wall.next(from)?, pass, |local| wall.contains(local))
    }

    fn fixed_latest(&self, wall: &impl LocalTimes, at: DateTime<Utc>, pass: Pass) -> Option<Slot> {
        let now = self.wall_clock(at);
        let from = match (self.fold_at(now, at), pass) {
            (Some(fold), Pass::First) if fold.in_second => fold.end - Duration::seconds(1),
            (Some(fold), Pass::Second) if !fold.in_second => fold.begin - Duration::seconds(1),
            _ => now,
        };
        self.fixed_slot(wall.previous(from)?, pass, |local| wall.contains(local))
    }

    /// The slot of a local time of a fixed-time rule. `named` says whether the rule also names another local time.
    fn fixed_slot(&self, wanted: NaiveDateTime, pass: Pass, named: impl Fn(NaiveDateTime) -> bool) -> Option<Slot> {
        match (meaning(self.timezone, wanted), pass) {
            (Meaning::Once(offset), _) => slot(instant(wanted, offset), offset, Vec::new()),
            (Meaning::Twice(twice), Pass::First) => {
                slot(instant(wanted, twice.first), twice.first, vec![Note::FoldFirst {}])
            }
            (Meaning::Twice(twice), Pass::Second) => {
                slot(instant(wanted, twice.second), twice.second, vec![Note::FoldSecond {}])
            }
            (Meaning::Never(end), _) => self.gap_slot(wanted, end, named),
        }
    }

    /// The slot of a local time in a gap that ends at an instant.
    fn gap_slot(
        &self,
        wanted: NaiveDateTime,
        end: DateTime<Utc>,
        named: impl Fn(NaiveDateTime) -> bool,
    ) -> Option<Slot> {
        if self.gap == Gap::RunAfter {
            return self.slot_at(end, vec![Note::GapMoved { intended: wanted }]);
        }
        let mut slot = self.slot_at(end, vec![Note::GapSkipped { intended: wanted }])?;
        slot.skipped = !named(slot.local);
        Some(slot)
    }

    fn elapsed_next(&self, wall: &impl LocalTimes, after: DateTime<Utc>) -> Option<Slot> {
        let now = self.wall_clock(after);
        let mut from = now + Duration::seconds(1);
        if let Some(fold) = self.fold_at(now, after) {
            let found = wall.next(from)?;
            if !fold.in_second && found < fold.end {
                return slot(instant(found, fold.twice.first), fold.twice.first, vec![Note::FoldFirst {}]);
            }
            let found = if fold.in_second { found } else { wall.next(fold.begin)? };
            if found < fold.end {
                return slot(instant(found, fold.twice.second), fold.twice.second, vec![Note::FoldSecond {}]);
            }
            from = found;
        }
        for _ in 0..MOST_GAPS {
            let found = wall.next(from)?;
            match meaning(self.timezone, found) {
                Meaning::Once(offset) => return slot(instant(found, offset), offset, Vec::new()),
                Meaning::Twice(twice) => {
                    return slot(instant(found, twice.first), twice.first, vec![Note::FoldFirst {}]);
                }
                Meaning::Never(end) if wall.some_hours() => {
                    return self.gap_slot(found, end, |local| wall.contains(local));
                }
                Meaning::Never(end) => from = self.wall_clock(end),
            }
        }
        None
    }

    fn elapsed_latest(&self, wall: &impl LocalTimes, at: DateTime<Utc>) -> Option<Slot> {
        let now = self.wall_clock(at);
        let mut from = now;
        if let Some(fold) = self.fold_at(now, at) {
            let found = wall.previous(from)?;
            if fold.in_second && found >= fold.begin {
                return slot(instant(found, fold.twice.second), fold.twice.second, Vec::new());
            }
            let found = if fold.in_second { wall.previous(fold.end - Duration::seconds(1))? } else { found };
            if found >= fold.begin {
                return slot(instant(found, fold.twice.first), fold.twice.first, Vec::new());
            }
            from = found;
        }
        for _ in 0..MOST_GAPS {
            let found = wall.previous(from)?;
            match meaning(self.timezone, found) {
                Meaning::Once(offset) => return slot(instant(found, offset), offset, Vec::new()),
                Meaning::Twice(twice) => {
                    return slot(instant(found, twice.second), twice.second, Vec::new());
                }
                Meaning::Never(end) if wall.some_hours() => return self.slot_at(end, Vec::new()),
                Meaning::Never(end) => from = self.wall_clock(end - Duration::seconds(1)),
            }
        }
        None
    }

    /// The local time on the wall clock, in whole seconds.
    pub(in crate::domain) fn wall_clock(&self, at: DateTime<Utc>) -> NaiveDateTime {
        local(at, offset_at(self.timezone, at)).trunc_subsecs(0)
    }

    /// The fold around an instant, if the clock shows its local time twice.
    fn fold_at(&self, now: NaiveDateTime, at: DateTime<Utc>) -> Option<FoldHere> {
        let Meaning::Twice(twice) = meaning(self.timezone, now) else {
            return None;
        };
        let change = twice.change(self.timezone, now);
        Some(FoldHere {
            twice,
            begin: local(change, twice.second),
            end: local(change, twice.first),
            in_second: at >= change,
        })
    }

    fn slot_at(&self, at: DateTime<Utc>, notes: Vec<Note>) -> Option<Slot> {
        slot(at, offset_at(self.timezone, at), notes)
    }
}

/// A fold in which a search begins. The repeated local times are `begin..end`.
struct FoldHere {
    twice: Twice,
    begin: NaiveDateTime,
    end: NaiveDateTime,
    in_second: bool,
}

fn slot(at: DateTime<Utc>, offset: i32, notes: Vec<Note>) -> Option<Slot> {
    let local = local(at, offset);
    Some(Slot { scheduled_for: at, local, offset: FixedOffset::east_opt(offset)?, notes, skipped: false })
}

/// Keeps arithmetic far from the limits of dates.
fn clamped(at: DateTime<Utc>) -> DateTime<Utc> {
    const YEAR_0: i64 = -62_167_219_200;
    match at.timestamp() {
        ..YEAR_0 => DateTime::from_timestamp(YEAR_0, 0).unwrap_or(at),
        SLOTS_END.. => DateTime::from_timestamp(SLOTS_END - 1, 0).unwrap_or(at),
        _ => at,
    }
}
