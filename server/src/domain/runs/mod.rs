//! The life of a run: which state may follow which, and what comes after an attempt.
//!
//! One table, `TRANSITIONS`, is the truth for the store's guards, the API's `actions` and the pages.

pub mod bands;
pub mod bindings;
pub mod changes;
pub mod line_ends;
pub mod numbers;
pub mod params;
pub mod retry;
pub mod travel;

use self::retry::{Backoff, Retry, RetryOn};
use super::core::overlap::Overlap;
use super::core::problem::SECONDS_MAX;
use super::reason::Reason;
use super::vocabulary::{AttemptOutcome, RunAction, RunState};
use chrono::{DateTime, TimeDelta, Utc};

/// Every allowed change of state.
pub const TRANSITIONS: &[(RunState, &[RunState])] = &[
    (RunState::Waiting, &[RunState::Queued, RunState::Cancelled, RunState::Skipped, RunState::Failed]),
    // A queued run waits again if what its dependencies showed is too old.
    (RunState::Queued, &[RunState::Running, RunState::Waiting, RunState::Cancelled, RunState::Skipped]),
    (
        RunState::Running,
        &[
            RunState::BackingOff,
            RunState::Queued,
            RunState::Succeeded,
            RunState::Failed,
            RunState::TimedOut,
            RunState::Cancelled,
            RunState::Lost,
        ],
    ),
    (RunState::BackingOff, &[RunState::Queued, RunState::Cancelled, RunState::TimedOut]),
];

/// Returns whether a run may change from one state to another.
pub fn may(from: RunState, to: RunState) -> bool {
    TRANSITIONS.iter().any(|(state, next)| *state == from && next.contains(&to))
}

/// The facts about a run, besides its state, that decide what can be done with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it waits for dependencies.
    pub gated: bool,
    /// Whether its success is marked.
    pub suspicious: bool,
    /// Whether a job elsewhere carries it out, which Orc cannot start.
    pub elsewhere: bool,
}

/// What can be done with a run in this state.
pub fn actions(state: RunState, standing: Standing) -> Vec<RunAction> {
    let acknowledge = standing.suspicious.then_some(RunAction::Acknowledge);
    let rerun = (!standing.elsewhere).then_some(RunAction::Rerun);
    match state {
        RunState::Waiting if standing.gated => vec![RunAction::Start, RunAction::Cancel],
        state if state.is_final() => acknowledge.into_iter().chain(rerun).chain([RunAction::Delete]).collect(),
        _ => vec![RunAction::Cancel],
    }
}

/// The open runs that a new run of a task meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenRuns {
    /// Number of runs that are queued, running or backing off.
    pub active: u32,
    /// Number of runs that wait.
    pub waiting: u32,
}

/// What becomes of a new run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// The run may start as soon as there is a place.
    Queue,
    /// The run waits for an open run to end.
    Wait,
    /// There is no run, for this reason.
    Skip(Reason),
}

/// Decides by the task's overlap rule.
pub fn admit(overlap: Overlap, open: OpenRuns) -> Admission {
    let total = open.active + open.waiting;
    match overlap {
        _ if total == 0 => Admission::Queue,
        Overlap::Skip => Admission::Skip(Reason::PreviousRunOpen {}),
        Overlap::Queue { max_waiting } if open.waiting < max_waiting => Admission::Wait,
        Overlap::Queue { max_waiting } => Admission::Skip(Reason::QueueFull { max_waiting }),
        Overlap::QueueLatest | Overlap::Replace => Admission::Wait,
        Overlap::Allow { max } if total < max => Admission::Queue,
        Overlap::Allow { max } => Admission::Skip(Reason::TooManyOpen { max }),
    }
}

/// The facts about an attempt's end that decide what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptEnd {
    /// Outcome of the attempt.
    pub outcome: AttemptOutcome,
    /// Exit code, if a process ended with one.
    pub exit_code: Option<i32>,
    /// Whether another attempt would be pointless (program not found, folder missing).
    pub hopeless: bool,
    /// Number of processes that could not be killed. They prevent a further attempt.
    pub survivors: u32,
}

/// The situation of a run when one of its attempts ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttemptPlace {
    /// Number of the attempt that ended, starting at 1.
    pub number: u32,
    /// When the attempt ended.
    pub ended_at: DateTime<Utc>,
    /// Deadline of the whole run.
    pub deadline_at: Option<DateTime<Utc>>,
    /// Whether somebody asked for the run to stop.
    pub cancel_requested: bool,
    /// Random number from 0 to 1, used if the retry rule has jitter.
    pub draw: f64,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterAttempt {
    /// Another attempt at that instant.
    Retry {
        /// When the next attempt is due.
        at: DateTime<Utc>,
    },
    /// The run is over.
    Finish(RunState),
}

/// Decides what follows an attempt.
pub fn after_attempt(retry: &Retry, end: AttemptEnd, place: AttemptPlace) -> AfterAttempt {
    let state = match end.outcome {
        AttemptOutcome::Succeeded => return AfterAttempt::Finish(RunState::Succeeded),
        AttemptOutcome::Cancelled => return AfterAttempt::Finish(RunState::Cancelled),
        AttemptOutcome::Failed => RunState::Failed,
        AttemptOutcome::TimedOut => RunState::TimedOut,
        AttemptOutcome::Lost => RunState::Lost,
    };
    if place.cancel_requested {
        return AfterAttempt::Finish(if state == RunState::Lost { state } else { RunState::Cancelled });
    }
    let listed = retry.retry_on.iter().any(|on| match on {
        RetryOn::Failed => state == RunState::Failed,
        RetryOn::TimedOut => state == RunState::TimedOut,
        RetryOn::Lost => state == RunState::Lost,
    });
    let code_allows = end.exit_code.is_none_or(|code| {
        !retry.never_exit_codes.contains(&code) && (retry.exit_codes.is_empty() || retry.exit_codes.contains(&code))
    });
    if !listed || !code_allows || end.hopeless || end.survivors > 0 || place.number >= retry.max_attempts {
        return AfterAttempt::Finish(state);
    }
    let at = place.ended_at + delay(retry, place.number, place.draw);
    match place.deadline_at {
        Some(deadline) if at >= deadline => AfterAttempt::Finish(state),
        _ => AfterAttempt::Retry { at },
    }
}

/// Delay after the attempt with this number, starting at 1. `draw`, from 0 to 1, spreads the delay if the rule has
/// jitter.
pub fn delay(retry: &Retry, number: u32, draw: f64) -> TimeDelta {
    let full = match retry.backoff {
        Backoff::Fixed => retry.delay_seconds,
        Backoff::Exponential { factor, max_delay_seconds } => {
            let steps = i32::try_from(number.saturating_sub(1)).unwrap_or(i32::MAX);
            (retry.delay_seconds * factor.powi(steps)).min(max_delay_seconds)
        }
    };
    let seconds = if retry.jitter { full * draw.clamp(0.0, 1.0) } else { full };
    let bounded = if seconds.is_finite() { seconds.clamp(0.0, SECONDS_MAX) } else { SECONDS_MAX };
    #[expect(clippy::cast_possible_truncation, reason = "bounded to a year in milliseconds just above")]
    TimeDelta::milliseconds((bounded * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry() -> Retry {
        Retry {
            max_attempts: 3,
            delay_seconds: 10.0,
            backoff: Backoff::Exponential { factor: 3.0, max_delay_seconds: 60.0 },
            jitter: false,
            retry_on: vec![RetryOn::Failed, RetryOn::TimedOut],
            exit_codes: vec![],
            never_exit_codes: vec![2],
        }
    }

    fn end(outcome: AttemptOutcome, exit_code: Option<i32>) -> AttemptEnd {
        AttemptEnd { outcome, exit_code, hopeless: false, survivors: 0 }
    }

    fn place(number: u32) -> AttemptPlace {
        AttemptPlace { number, ended_at: DateTime::UNIX_EPOCH, deadline_at: None, cancel_requested: false, draw: 1.0 }
    }

    #[test]
    fn final_states_have_no_way_out_and_all_others_do() {
        for from in RunState::ALL {
            let leaves = RunState::ALL.iter().any(|to| may(*from, *to));
            assert_eq!(leaves, !from.is_final(), "{from}");
        }
    }

    #[test]
    fn what_follows_an_attempt() {
        let after = |e, p| after_attempt(&retry(), e, p);
        let at = |seconds| AfterAttempt::Retry { at: DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds) };
        let failed = end(AttemptOutcome::Failed, Some(1));
        assert_eq!(after(end(AttemptOutcome::Succeeded, Some(0)), place(1)), AfterAttempt::Finish(RunState::Succeeded));
        assert_eq!(after(failed, place(1)), at(10));
        assert_eq!(after(failed, place(2)), at(30));
        assert_eq!(after(failed, place(3)), AfterAttempt::Finish(RunState::Failed));
        assert_eq!(after(end(AttemptOutcome::Failed, Some(2)), place(1)), AfterAttempt::Finish(RunState::Failed));
        assert_eq!(after(AttemptEnd { hopeless: true, ..failed }, place(1)), AfterAttempt::Finish(RunState::Failed));
        assert_eq!(after(AttemptEnd { survivors: 1, ..failed }, place(1)), AfterAttempt::Finish(RunState::Failed));
        assert_eq!(after(end(AttemptOutcome::Lost, None), place(1)), AfterAttempt::Finish(RunState::Lost));
        let cancelled = AttemptPlace { cancel_requested: true, ..place(1) };
        assert_eq!(after(failed, cancelled), AfterAttempt::Finish(RunState::Cancelled));
        let late = AttemptPlace { deadline_at: Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(5)), ..place(1) };
        assert_eq!(after(failed, late), AfterAttempt::Finish(RunState::Failed));
    }

    #[test]
    fn delays_are_capped_and_spread() {
        assert_eq!(delay(&retry(), 1, 1.0), TimeDelta::seconds(10));
        assert_eq!(delay(&retry(), 9, 1.0), TimeDelta::seconds(60));
        assert_eq!(delay(&Retry { jitter: true, ..retry() }, 1, 0.5), TimeDelta::seconds(5));
        assert_eq!(delay(&retry(), u32::MAX, 1.0), TimeDelta::seconds(60));
    }

    #[test]
    fn admission_by_overlap() {
        let open = |active, waiting| OpenRuns { active, waiting };
        assert_eq!(admit(Overlap::Skip, open(0, 0)), Admission::Queue);
        assert!(matches!(admit(Overlap::Skip, open(1, 0)), Admission::Skip(_)));
        assert_eq!(admit(Overlap::Queue { max_waiting: 1 }, open(1, 0)), Admission::Wait);
        assert!(matches!(admit(Overlap::Queue { max_waiting: 1 }, open(1, 1)), Admission::Skip(_)));
        assert_eq!(admit(Overlap::Allow { max: 2 }, open(1, 0)), Admission::Queue);
        assert!(matches!(admit(Overlap::Allow { max: 2 }, open(2, 0)), Admission::Skip(_)));
    }
}
