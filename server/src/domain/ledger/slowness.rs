//! What is slow: runs that take much longer than usual, and runs that wait for too long.
//!
//! Pure. A run is slow by the instants that are recorded about it and by what is known of earlier runs, so a restarted
//! server finds the same. Deliberately absent: runs that have ended, because they are judged by their bands. Start reading
//! at `deadline`.

use super::expect::Expect;
use super::lateness::LateKind;
use crate::domain::ids::RunId;
use crate::domain::keys::{Key, Task};
use crate::domain::reason::Reason;
use chrono::{DateTime, TimeDelta, Utc};

/// A run that has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenRun {
    /// Id of the run.
    pub id: RunId,
    /// Key of its task in the database.
    pub task_key: Key<Task>,
    /// Since when it could have started: when it was made, or when it was due if that is later.
    pub due_at: DateTime<Utc>,
    /// When its first attempt started; none: it waits.
    pub started_at: Option<DateTime<Utc>>,
    /// Why it waits.
    pub reason: Option<Reason>,
}

/// When a run becomes slow.
#[derive(Debug, Clone, PartialEq)]
pub struct Deadline {
    /// What is slow then.
    pub kind: LateKind,
    /// The instant.
    pub at: DateTime<Utc>,
    /// Why it is slow then.
    pub reason: Reason,
}

/// When an open run becomes slow; none: never. `usual_seconds` is what nearly all runs of its task take at most, if enough
/// of them are known.
pub fn deadline(expect: &Expect, run: &OpenRun, usual_seconds: Option<f64>) -> Option<Deadline> {
    match run.started_at {
        Some(started_at) => {
            let (times, usual) = (expect.usual_times?, usual_seconds?);
            let milliseconds = (usual * 1000.0).clamp(0.0, MOST_MILLISECONDS);
            #[expect(clippy::cast_possible_truncation, reason = "the number is bounded")]
            let limit = TimeDelta::milliseconds((milliseconds * times).clamp(1000.0, MOST_MILLISECONDS) as i64);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number is bounded")]
            let usual_milliseconds = milliseconds as u64;
            let reason = Reason::RunsOn { started_at, usual_milliseconds, limit_at: started_at + limit };
            Some(Deadline { kind: LateKind::RunningLong, at: started_at + limit, reason })
        }
        None => {
            let limit_seconds = expect.wait_within_seconds?;
            let because = run.reason.clone().map(Box::new);
            let reason = Reason::WaitsOn { since_at: run.due_at, limit_seconds, because };
            let at = run.due_at + TimeDelta::seconds(limit_seconds.into());
            Some(Deadline { kind: LateKind::WaitingLong, at, reason })
        }
    }
}

/// Longest time that is computed with: 366 days.
const MOST_MILLISECONDS: f64 = 31_622_400_000.0;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).expect("an instant")
    }

    fn run(started_at: Option<i64>) -> OpenRun {
        let reason = Some(Reason::PoolFull { pool: "gpu".into() });
        OpenRun { id: RunId(Uuid::nil()), task_key: Key::new(1), due_at: at(0), started_at: started_at.map(at), reason }
    }

    #[test]
    fn a_run_is_slow_by_what_is_usual_and_by_how_long_it_waits() {
        let expect =
            |usual_times, wait_within_seconds| Expect { usual_times, wait_within_seconds, ..Expect::default() };
        let found = |expect: &Expect, run: &OpenRun, usual| {
            deadline(expect, run, usual).map(|deadline| (deadline.kind, (deadline.at - at(0)).num_seconds()))
        };
        let both = expect(Some(2.0), Some(600));
        assert_eq!(found(&both, &run(Some(100)), Some(30.0)), Some((LateKind::RunningLong, 160)));
        assert_eq!(found(&both, &run(Some(100)), None), None, "too few runs are known");
        assert_eq!(found(&both, &run(Some(0)), Some(0.01)), Some((LateKind::RunningLong, 1)), "not at once");
        assert_eq!(found(&both, &run(None), Some(30.0)), Some((LateKind::WaitingLong, 600)));
        assert_eq!(found(&expect(None, Some(600)), &run(Some(1)), Some(30.0)), None);
        assert_eq!(found(&expect(Some(2.0), None), &run(None), Some(30.0)), None);
        assert!(found(&expect(Some(1000.0), None), &run(Some(0)), Some(1e12)).is_some(), "no overflow");
        let words = |run: &OpenRun| deadline(&both, run, Some(30.0)).expect("a deadline").reason.words();
        assert_eq!(
            words(&run(Some(100))),
            "a run that began at 2026-05-28 20:28:20 UTC has not ended; runs usually take at most 30 s"
        );
        assert_eq!(
            words(&run(None)),
            "a run has been waiting since 2026-05-28 20:26:40 UTC: waits for a place in pool \"gpu\""
        );
    }
}
