//! Decides what becomes of a run that waits for dependencies: it goes on, ends, or waits.
//!
//! A run starts only if every dependency held at its last look, and every last look is fresh: its end is not further back
//! than the time between two looks, and never limited to less than ten seconds. A condition that was met and is so no more therefore
//! holds the run back again (server/docs/decisions.md, 44). No run ends because a deadline has passed without one more
//! look after it, so a server that was stopped or on hold does not fail runs whose condition holds. Pure. Start reading
//! at `decide`.

use super::{AfterDeadline, OnUnmet, Sight};
use crate::domain::core::problem::SECONDS_MAX;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, TimeDelta, Utc};

/// What is known about one dependency of a waiting run.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Key of the dependency.
    pub key: String,
    /// What happens while it does not hold.
    pub on_unmet: OnUnmet,
    /// The last look; none: there was none yet.
    pub seen: Option<Seen>,
    /// When waiting ends.
    pub deadline_at: Option<DateTime<Utc>>,
}

/// The last look at a dependency.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Whether the condition held.
    pub met: bool,
    /// What was seen.
    pub sight: Sight,
    /// When the look began.
    pub looked_at: DateTime<Utc>,
    /// When the look ended.
    pub ended_at: DateTime<Utc>,
    /// Number of looks in a row, up to this one, that went wrong.
    pub troubles: u32,
}

/// Number of looks in a row that may go wrong before what they could not see counts as not met. One failed look says
/// nothing about the condition.
const TROUBLES_COUNT: u32 = 3;

/// What becomes of a waiting run.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// All conditions hold. What was seen counts until this instant.
    Open {
        /// The instant.
        until: DateTime<Utc>,
    },
    /// All conditions held, but these, by position, must be looked at again.
    LookAgain(Vec<usize>),
    /// The run waits, for this reason.
    Wait(Reason),
    /// The run ends.
    End(RunState, Reason),
}

/// Decides about a run.
pub fn decide(standings: &[Standing], now: DateTime<Utc>) -> Verdict {
    if let Some((state, reason)) = standings.iter().find_map(|standing| standing.end()) {
        return Verdict::End(state, reason);
    }
    let unmet = standings.iter().find(|standing| standing.seen.as_ref().is_some_and(|seen| !seen.met));
    if let Some(Standing { key, seen: Some(seen), .. }) = unmet {
        return Verdict::Wait(Reason::DependencyUnmet { dependency: key.clone(), seen: seen.sight.clone() });
    }
    if standings.iter().any(|standing| standing.seen.is_none()) {
        return Verdict::Wait(Reason::DependenciesUnseen {});
    }
    let stale = |standing: &Standing| standing.fresh_until().is_none_or(|until| until < now);
    let stale: Vec<usize> =
        standings.iter().enumerate().filter(|(_, standing)| stale(standing)).map(|(index, _)| index).collect();
    if !stale.is_empty() {
        return Verdict::LookAgain(stale);
    }
    let until = standings.iter().filter_map(Standing::fresh_until).min().unwrap_or(DateTime::<Utc>::MAX_UTC);
    Verdict::Open { until }
}

impl Standing {
    /// How the run ends because of this dependency, if it does.
    fn end(&self) -> Option<(RunState, Reason)> {
        let seen = self.seen.as_ref().filter(|seen| !seen.met)?;
        if (1..TROUBLES_COUNT).contains(&seen.troubles) {
            return None;
        }
        let not_met = || Reason::DependencyNotMet { dependency: self.key.clone(), seen: seen.sight.clone() };
        match self.on_unmet {
            OnUnmet::Skip => Some((RunState::Skipped, not_met())),
            OnUnmet::Fail => Some((RunState::Failed, not_met())),
            OnUnmet::Wait { at_deadline, .. } => {
                let deadline_at = self.deadline_at.filter(|deadline| *deadline <= seen.looked_at)?;
                let dependency = self.key.clone();
                Some((
                    at_deadline.state(),
                    Reason::DependencyTooLate { dependency, deadline_at, seen: seen.sight.clone() },
                ))
            }
        }
    }

    fn fresh_until(&self) -> Option<DateTime<Utc>> {
        Some(self.seen.as_ref()?.ended_at + seconds(self.on_unmet.fresh_seconds()))
    }
}

impl OnUnmet {
    /// When waiting that began at an instant ends; none: there is no waiting.
    pub fn deadline_at(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Wait { deadline_seconds, .. } => Some(from + seconds(*deadline_seconds)),
            Self::Skip | Self::Fail => None,
        }
    }
}

impl Default for OnUnmet {
    /// Waits for an hour, with a look every 30 seconds, and then fails.
    fn default() -> Self {
        Self::Wait { deadline_seconds: 3600.0, every_seconds: 30.0, at_deadline: AfterDeadline::Fail }
    }
}

/// When a probe is looked at next: after its usual time, or later if looks at it go wrong, but always at a deadline.
pub fn next_look(
    looked_at: DateTime<Utc>,
    every_seconds: f64,
    troubles: u32,
    again: Option<u64>,
    deadline_at: Option<DateTime<Utc>>,
) -> DateTime<Utc> {
    /// Longest time between two looks that go wrong, in seconds, unless the usual time is longer.
    const TROUBLED_MAX: f64 = 300.0;
    let usual = every_seconds * 2_f64.powi(i32::try_from(troubles.min(10)).unwrap_or(10));
    let usual = looked_at + seconds(usual.min(TROUBLED_MAX.max(every_seconds)));
    let again = again.map(|after| looked_at + TimeDelta::milliseconds(i64::try_from(after).unwrap_or(0).max(100)));
    let sooner = again.map_or(usual, |again| again.min(usual));
    match deadline_at {
        Some(deadline) if deadline > looked_at => sooner.min(deadline),
        _ => sooner,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bounded to a year in milliseconds")]
fn seconds(length: f64) -> TimeDelta {
    TimeDelta::milliseconds((length.clamp(0.0, SECONDS_MAX) * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("an instant")
    }

    fn standing(on_unmet: OnUnmet, met: bool, looked: i64) -> Standing {
        let sight = Sight::FileAbsent { path: "/a".into() };
        let seen = Some(Seen { met, sight, looked_at: at(looked), ended_at: at(looked), troubles: 0 });
        Standing { key: "file".into(), on_unmet, seen, deadline_at: on_unmet.deadline_at(at(0)) }
    }

    const WAIT: OnUnmet =
        OnUnmet::Wait { deadline_seconds: 100.0, every_seconds: 30.0, at_deadline: AfterDeadline::Skip };

    #[test]
    fn a_run_goes_on_when_everything_holds_and_was_seen_just_now() {
        assert_eq!(decide(&[standing(WAIT, true, 50)], at(60)), Verdict::Open { until: at(80) });
        let both = [standing(WAIT, true, 10), standing(OnUnmet::Fail, true, 50)];
        assert_eq!(decide(&both, at(50)), Verdict::LookAgain(vec![0]), "the first was seen 40 s ago");
        assert!(matches!(decide(&both, at(40)), Verdict::Open { .. }));
        let unseen = Standing { seen: None, ..standing(WAIT, true, 0) };
        assert_eq!(decide(&[unseen], at(0)), Verdict::Wait(Reason::DependenciesUnseen {}));
    }

    #[test]
    fn what_is_not_met_ends_or_holds_the_run() {
        let ends = |on_unmet, looked| match decide(&[standing(on_unmet, false, looked)], at(1000)) {
            Verdict::End(state, reason) => Some((state, reason.code())),
            _ => None,
        };
        use crate::domain::reason::ReasonCode::{DependencyNotMet, DependencyTooLate};
        assert_eq!(ends(OnUnmet::Skip, 5), Some((RunState::Skipped, DependencyNotMet)));
        assert_eq!(ends(OnUnmet::Fail, 5), Some((RunState::Failed, DependencyNotMet)));
        assert_eq!(ends(WAIT, 99), None, "its last look was before the deadline, however late it is now");
        assert_eq!(ends(WAIT, 100), Some((RunState::Skipped, DependencyTooLate)));
    }

    #[test]
    fn looks_that_go_wrong_become_rarer_and_one_is_made_at_the_deadline() {
        assert_eq!(next_look(at(0), 30.0, 0, None, None), at(30));
        assert_eq!(next_look(at(0), 30.0, 2, None, None), at(120));
        assert_eq!(next_look(at(0), 30.0, 9, None, None), at(300));
        assert_eq!(next_look(at(0), 900.0, 9, None, None), at(900));
        assert_eq!(next_look(at(0), 30.0, 9, None, Some(at(70))), at(70));
        assert_eq!(next_look(at(70), 30.0, 0, None, Some(at(70))), at(100));
        assert_eq!(next_look(at(0), 30.0, 0, Some(2000), None), at(2));
    }
}
