//! Incidents: what is wrong with a task, from the first run that shows it to the run that shows the opposite.
//!
//! A task has at most one open incident of each kind, however many of its runs end badly. What is wrong with the server is
//! in `server`. Pure. Start reading at `hear`.

pub mod server;

use super::words::{EventKind, IncidentKind};
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};

/// The end of a run, as far as incidents look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Final state of the run.
    pub state: RunState,
    /// Whether the run succeeded but looks wrong.
    pub suspicious: bool,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// An incident that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// What is wrong.
    pub kind: IncidentKind,
    /// Number of runs that showed it.
    pub count: u32,
    /// End of the newest of these runs.
    pub seen_at: DateTime<Utc>,
}

/// What the end of a run does to an incident of its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The run shows that something is wrong: a new incident, or one run more.
    Shown {
        /// What is wrong.
        kind: IncidentKind,
        /// Number of runs that showed it, with this one.
        count: u32,
    },
    /// The run shows that it is over.
    Over {
        /// What was wrong.
        kind: IncidentKind,
        /// Number of runs that showed it.
        count: u32,
    },
    /// The run succeeded, and no incident is concerned.
    Well,
}

impl Happening {
    /// The incident that is concerned.
    pub const fn incident(self) -> Option<IncidentKind> {
        match self {
            Self::Shown { kind, .. } | Self::Over { kind, .. } => Some(kind),
            Self::Well => None,
        }
    }
}

/// What the end of a run tells about incidents, given those of its task that are open.
///
/// A run that ended before what is known already neither opens nor ends anything: it only counts. A cancelled run says
/// nothing, because a person decided.
pub fn hear(open: &[Open], ended: Ended) -> Vec<Happening> {
    let of = |kind: IncidentKind| open.iter().find(|open| open.kind == kind);
    let shown = |kind: IncidentKind| Happening::Shown { kind, count: of(kind).map_or(0, |open| open.count) + 1 };
    let over = |kind: IncidentKind| {
        let before = of(kind).filter(|open| open.seen_at <= ended.at)?;
        Some(Happening::Over { kind, count: before.count })
    };
    match ended.state {
        RunState::Failed | RunState::TimedOut | RunState::Lost => vec![shown(IncidentKind::Failing)],
        RunState::Skipped => vec![shown(IncidentKind::Skipped)],
        RunState::Succeeded => {
            let suspicious = ended.suspicious.then(|| shown(IncidentKind::Suspicious));
            let calm = if ended.suspicious { None } else { over(IncidentKind::Suspicious) };
            let ends = [over(IncidentKind::Failing), over(IncidentKind::Skipped), calm];
            let all = suspicious.into_iter().chain(ends.into_iter().flatten());
            all.chain([Happening::Well]).collect()
        }
        RunState::Cancelled | RunState::Waiting | RunState::Queued | RunState::Running | RunState::BackingOff => {
            Vec::new()
        }
    }
}

/// The name under which a rule asks for a happening.
pub const fn event(happening: Happening, state: Option<RunState>) -> EventKind {
    match (happening, state) {
        (Happening::Over { .. }, _) => EventKind::Recovered,
        (Happening::Well, _) => EventKind::Succeeded,
        (Happening::Shown { kind: IncidentKind::Failing, .. }, Some(RunState::TimedOut)) => EventKind::TimedOut,
        (Happening::Shown { kind: IncidentKind::Failing, .. }, Some(RunState::Lost)) => EventKind::Lost,
        (Happening::Shown { kind, .. }, _) => begin(kind),
    }
}

/// The name under which a rule asks for the begin of an incident.
const fn begin(kind: IncidentKind) -> EventKind {
    match kind {
        IncidentKind::Failing => EventKind::Failed,
        IncidentKind::Skipped => EventKind::Skipped,
        IncidentKind::Suspicious => EventKind::Suspicious,
        IncidentKind::Late => EventKind::Late,
        IncidentKind::Missed => EventKind::Missed,
        IncidentKind::Silent => EventKind::Silent,
        IncidentKind::RunningLong => EventKind::RunningLong,
        IncidentKind::WaitingLong => EventKind::WaitingLong,
        IncidentKind::NeverFires => EventKind::NeverFires,
        IncidentKind::DiskFull => EventKind::DiskFull,
        IncidentKind::ClockDoubted => EventKind::ClockDoubted,
        IncidentKind::WorkerStuck => EventKind::WorkerStuck,
        IncidentKind::ChannelFailing => EventKind::ChannelFailing,
        IncidentKind::CredentialExpiring => EventKind::CredentialExpiring,
        IncidentKind::BackupUnproven => EventKind::BackupUnproven,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("an instant")
    }

    fn ended(state: RunState, seconds: i64) -> Ended {
        Ended { state, suspicious: false, at: at(seconds) }
    }

    #[test]
    fn many_failures_are_one_incident_and_one_success_ends_it() {
        let first = hear(&[], ended(RunState::Failed, 1));
        assert_eq!(first, [Happening::Shown { kind: IncidentKind::Failing, count: 1 }]);
        let open = [Open { kind: IncidentKind::Failing, count: 4, seen_at: at(9) }];
        for state in [RunState::Failed, RunState::TimedOut, RunState::Lost] {
            assert_eq!(hear(&open, ended(state, 10)), [Happening::Shown { kind: IncidentKind::Failing, count: 5 }]);
        }
        let over = Happening::Over { kind: IncidentKind::Failing, count: 4 };
        assert_eq!(hear(&open, ended(RunState::Succeeded, 10)), [over, Happening::Well]);
        assert_eq!(hear(&open, ended(RunState::Cancelled, 10)), []);
    }

    #[test]
    fn a_success_that_ended_before_the_failure_ends_nothing() {
        let open = [Open { kind: IncidentKind::Failing, count: 1, seen_at: at(9) }];
        assert_eq!(hear(&open, ended(RunState::Succeeded, 8)), [Happening::Well]);
    }

    #[test]
    fn a_success_that_looks_wrong_ends_the_failing_and_opens_its_own() {
        let open = [Open { kind: IncidentKind::Failing, count: 2, seen_at: at(1) }];
        let found = hear(&open, Ended { suspicious: true, ..ended(RunState::Succeeded, 2) });
        let shown = Happening::Shown { kind: IncidentKind::Suspicious, count: 1 };
        assert_eq!(found, [shown, Happening::Over { kind: IncidentKind::Failing, count: 2 }, Happening::Well]);
        let names: Vec<_> = found.into_iter().map(|found| event(found, Some(RunState::Succeeded))).collect();
        assert_eq!(names, [EventKind::Suspicious, EventKind::Recovered, EventKind::Succeeded]);
    }
}
