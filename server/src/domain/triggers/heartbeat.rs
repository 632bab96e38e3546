//! Heartbeats: what a call from a job that Orc does not start says, and what it does to the runs of its task. Pure.
//!
//! The addresses are those of healthchecks.io: the plain address for success, `/start`, `/fail`, `/log`, or an exit
//! code, and `?rid=` for a start and an end that belong together. Deliberately absent: whether the call may say
//! anything, which `security` decides before.

use crate::domain::ids::{AttemptId, RunId};
use crate::domain::vocabulary::{AttemptOutcome, RunState};
use uuid::Uuid;

/// Maximum number of bytes of one call's body that are kept: its end.
pub const BODY_KEPT: usize = 100_000;

/// Maximum number of runs of one task that may be open, each with a `rid` of its own.
pub const OPEN_MAX: usize = 100;

/// What a job says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ping {
    /// It begins.
    Start,
    /// It succeeded.
    Success,
    /// It failed.
    Fail,
    /// It ended with this exit code.
    Exit(u8),
    /// It adds its body to the log, and nothing else changes.
    Log,
}

impl Ping {
    /// Parses what follows the address.
    pub fn parse(path: Option<&str>) -> Option<Self> {
        match path {
            None => Some(Self::Success),
            Some("start") => Some(Self::Start),
            Some("fail") => Some(Self::Fail),
            Some("log") => Some(Self::Log),
            Some(code) => {
                let digits = !code.is_empty() && code.len() <= 3 && code.bytes().all(|byte| byte.is_ascii_digit());
                code.parse().ok().filter(|_| digits).map(Self::Exit)
            }
        }
    }

    /// How the job ended, if it did.
    pub fn end(self, success_codes: &[i32]) -> Option<End> {
        let end = |success, exit_code| End {
            outcome: if success { AttemptOutcome::Succeeded } else { AttemptOutcome::Failed },
            state: if success { RunState::Succeeded } else { RunState::Failed },
            exit_code,
        };
        match self {
            Self::Start | Self::Log => None,
            Self::Success => Some(end(true, None)),
            Self::Fail => Some(end(false, None)),
            Self::Exit(code) => Some(end(success_codes.contains(&code.into()), Some(code.into()))),
        }
    }
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Outcome of the attempt.
    pub outcome: AttemptOutcome,
    /// State of the run.
    pub state: RunState,
    /// Its exit code, if it told one.
    pub exit_code: Option<i32>,
}

/// A run that a job began and has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beating {
    /// The run.
    pub run: RunId,
    /// Its attempt.
    pub attempt: AttemptId,
    /// What the job gave for its start and its end.
    pub rid: Option<Uuid>,
}

/// What a call does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It begins a run. These others are over, because nobody will tell their end.
    Begin {
        /// The runs that are over.
        over: Vec<RunId>,
    },
    /// It says again what it said before.
    Again(RunId),
    /// It speaks of this open run: ends it, or adds to its log.
    Open(Beating),
    /// It ends a run whose begin nobody told.
    Whole,
    /// It speaks of an open run, and there is none.
    Nothing,
}

/// Decides what a call does, given the open runs of its task, oldest first.
pub fn effect(ping: Ping, rid: Option<Uuid>, open: &[Beating]) -> Effect {
    let of_rid = open.iter().rev().find(|run| run.rid == rid);
    match ping {
        Ping::Start if rid.is_none() => {
            Effect::Begin { over: open.iter().filter(|run| run.rid.is_none()).map(|run| run.run).collect() }
        }
        Ping::Start => match of_rid {
            Some(same) => Effect::Again(same.run),
            None => {
                let surplus = (open.len() + 1).saturating_sub(OPEN_MAX);
                Effect::Begin { over: open.iter().take(surplus).map(|run| run.run).collect() }
            }
        },
        Ping::Success | Ping::Fail | Ping::Exit(_) => of_rid.map_or(Effect::Whole, |run| Effect::Open(*run)),
        Ping::Log => of_rid.map_or(Effect::Nothing, |run| Effect::Open(*run)),
    }
}

/// The end of a body, as far as it is kept, and the number of bytes before it.
pub fn kept(body: &[u8], most: usize) -> (&[u8], usize) {
    let lost = body.len().saturating_sub(most.min(BODY_KEPT));
    (&body[lost..], lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_address() {
        assert_eq!(Ping::parse(None), Some(Ping::Success));
        assert_eq!(Ping::parse(Some("start")), Some(Ping::Start));
        assert_eq!(Ping::parse(Some("0")), Some(Ping::Exit(0)));
        assert_eq!(Ping::parse(Some("255")), Some(Ping::Exit(255)));
        for wrong in ["256", "-1", "", "+1", "0000", "Start", "1x"] {
            assert_eq!(Ping::parse(Some(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn how_a_job_ended() {
        let state = |ping: Ping, codes: &[i32]| ping.end(codes).map(|end| end.state);
        assert_eq!(state(Ping::Success, &[3]), Some(RunState::Succeeded), "the job itself says so");
        assert_eq!(state(Ping::Exit(0), &[0]), Some(RunState::Succeeded));
        assert_eq!(state(Ping::Exit(3), &[0, 3]), Some(RunState::Succeeded));
        assert_eq!(state(Ping::Exit(1), &[0]), Some(RunState::Failed));
        assert_eq!(state(Ping::Fail, &[0]), Some(RunState::Failed));
        assert_eq!(state(Ping::Log, &[0]), None);
    }

    #[test]
    fn starts_and_ends_find_each_other() {
        let run = |rid: Option<u128>| Beating {
            run: RunId::generate(),
            attempt: AttemptId::generate(),
            rid: rid.map(Uuid::from_u128),
        };
        let (plain, one, two) = (run(None), run(Some(1)), run(Some(2)));
        let open = [one, plain, two];
        assert_eq!(effect(Ping::Success, None, &open), Effect::Open(plain));
        assert_eq!(effect(Ping::Exit(1), one.rid, &open), Effect::Open(one));
        assert_eq!(effect(Ping::Fail, Some(Uuid::from_u128(9)), &open), Effect::Whole);
        assert_eq!(effect(Ping::Success, None, &[one]), Effect::Whole, "a run with a rid waits for its own end");
        assert_eq!(effect(Ping::Start, None, &open), Effect::Begin { over: vec![plain.run] });
        assert_eq!(effect(Ping::Start, two.rid, &open), Effect::Again(two.run));
        assert_eq!(effect(Ping::Start, Some(Uuid::from_u128(9)), &open), Effect::Begin { over: vec![] });
        assert_eq!(effect(Ping::Log, None, &[]), Effect::Nothing);
        let many: Vec<Beating> = (0..OPEN_MAX as u128).map(|rid| run(Some(rid))).collect();
        assert_eq!(effect(Ping::Start, Some(Uuid::from_u128(999)), &many), Effect::Begin { over: vec![many[0].run] });
    }

    #[test]
    fn of_a_long_body_the_end_is_kept() {
        assert_eq!(kept(b"abc", 2), (&b"bc"[..], 1));
        assert_eq!(kept(b"abc", 9), (&b"abc"[..], 0));
        assert_eq!(kept(&vec![b'x'; BODY_KEPT + 5], usize::MAX).1, 5);
    }
}
