//! Better minutes for schedules that start together with many others.
//!
//! The search is greedy, worst schedule first, and stays within the same hour. Each accepted move counts for the
//! later ones, so that schedules do not all move to the same minute.

use super::engine::Starts;
use super::minute::{fixed_minute, with_minute};
use super::outcome::Proposal;
use super::scenario::{Scenario, SimulatedSchedule};
use super::slots::{Dues, Flat};
use crate::domain::forecast::Stop;
use crate::domain::reason::Reason;
use crate::domain::schedules::compile;
use std::cmp::Reverse;

/// Maximum number of schedules examined.
const LOOKED_AT: usize = 300;

/// Maximum number of proposals.
const PROPOSED: usize = 50;

/// A schedule with more than this many others at the same time, on average, is crowded.
const MANY: u64 = 2;

/// Number of minutes before and after that should be free too, so that runs of several minutes do not meet.
const NEAR: isize = 5;

/// Looks for better minutes. If told to stop, returns what was found so far.
pub(in crate::domain) fn find(scenario: &Scenario, flat: &[Flat<'_>], starts: Starts, stop: &Stop) -> Vec<Proposal> {
    let Starts { mut minutes, together } = starts;
    let crowded =
        |(number, it): &(usize, &Flat<'_>)| together[*number] > 0 && fixed_minute(&it.schedule.schedule).is_some();
    let mut candidates: Vec<(usize, &Flat<'_>)> = flat.iter().enumerate().filter(crowded).collect();
    candidates.sort_by_key(|(number, _)| Reverse(together[*number]));
    candidates.truncate(LOOKED_AT);
    let mut found = Vec::new();
    for (_, Flat { task, schedule }) in candidates {
        if found.len() == PROPOSED || stop.asked() {
            break;
        }
        found.extend(better(scenario, &scenario.tasks[*task as usize].name, schedule, &mut minutes));
    }
    found.sort_by_key(|it: &Proposal| Reverse(it.collisions_before - it.collisions_after));
    found
}

/// Finds a better minute for one schedule and updates the counts of minutes.
fn better(scenario: &Scenario, task: &str, present: &SimulatedSchedule, minutes: &mut [u32]) -> Option<Proposal> {
    let minute = fixed_minute(&present.schedule)?;
    let dues: Vec<usize> = Dues::new(scenario, present).map(|due| (due / 60) as usize).collect();
    let own = |minutes: &mut [u32], by: isize, add: bool| {
        for due in &dues {
            if let Some(count) = due.checked_add_signed(by).and_then(|at| minutes.get_mut(at)) {
                *count = if add { *count + 1 } else { count.saturating_sub(1) };
            }
        }
    };
    own(minutes, 0, false);
    let others = |by: isize| -> u64 {
        let at = |due: &usize| due.checked_add_signed(by).and_then(|at| minutes.get(at));
        dues.iter().filter_map(at).map(|count| u64::from(*count)).sum()
    };
    let before = others(0);
    let first = -(minute as isize);
    let crowds: Vec<u64> = (first - NEAR..first + 60 + NEAR).map(others).collect();
    let around = |to: usize| -> u64 { crowds[to..=to + 2 * NEAR as usize].iter().sum() };
    let moves = (0..60).filter(|to| *to != minute as usize);
    let ranked = moves.map(|to| (crowds[to + NEAR as usize], around(to), (first + to as isize).abs(), to));
    let (after, _, _, to) = ranked.min()?;
    let by = first + to as isize;
    let worth = before >= MANY * dues.len() as u64 && after * 2 <= before;
    let to = Some(to as u32).filter(|_| worth);
    let schedule = to.map(|to| with_minute(&present.schedule, to));
    let compiled = schedule.as_ref().and_then(|schedule| compile(schedule, &present.seed).ok());
    let (Some(to), Some(schedule), Some(compiled)) = (to, schedule, compiled) else {
        own(minutes, 0, true);
        return None;
    };
    own(minutes, by, true);
    let reason = Reason::BetterMinute { slots: dues.len(), collisions: before, minute: to, collisions_there: after };
    Some(Proposal {
        task: task.to_owned(),
        schedule,
        words_before: present.compiled.words(),
        words_after: compiled.words(),
        collisions_before: before,
        collisions_after: after,
        reason,
    })
}
