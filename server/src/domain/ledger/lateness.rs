//! What is late: slots whose run has not started or ended in time, slots that never started, and tasks that are silent.
//!
//! Pure. A slot is late by the instants that are recorded about it, so the answer does not depend on when somebody asks,
//! and a restarted server finds the same. Deliberately absent: the end of a run, whatever its state, which incidents hear
//! of anyway: a run that failed, was skipped or was cancelled in time is not late as well. Start reading at `stand`.

use super::expect::Expect;
use crate::domain::core::words::words;
use crate::domain::ids::RunId;
use crate::domain::reason::{Reason, ReasonCode};
use crate::domain::vocabulary::{RunState, SlotOutcome};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// A slot that was booked later than this was due while the server was not there.
const ON_TIME: TimeDelta = TimeDelta::seconds(60);

words!(
    /// What is late about a slot or a task.
    LateKind ("kind of lateness") {
        /// The run had not started in time.
        Start = "start",
        /// The run had not ended in time.
        Finish = "finish",
        /// There is no run and will be none.
        Missed = "missed",
        /// No run of the task has succeeded for too long, whatever its slots do.
        Silent = "silent",
        /// A run takes much longer than usual.
        RunningLong = "running_long",
        /// A run waits for too long.
        WaitingLong = "waiting_long",
        /// A schedule of the task will never fire again.
        NeverFires = "never_fires",
    }
);

/// A slot, or a range of slots without a run, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSlot {
    /// The due instant; of a range, the first.
    pub first_at: DateTime<Utc>,
    /// The last due instant.
    pub last_at: DateTime<Utc>,
    /// Number of due instants.
    pub count: u64,
    /// When the entry was written.
    pub booked_at: DateTime<Utc>,
    /// What the entry says, apart from what happened to its run later.
    pub outcome: SlotOutcome,
    /// Why there is no run.
    pub reason: Option<Reason>,
    /// The run; none: there is none, or it is not kept any more.
    pub run: Option<SlotRun>,
}

/// The run of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotRun {
    /// Id of the run.
    pub id: RunId,
    /// State of the run.
    pub state: RunState,
    /// When its first attempt started.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What is late about a slot, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// What is late.
    pub kind: LateKind,
    /// When it should have happened.
    pub since_at: DateTime<Utc>,
}

/// How a slot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is late, and nothing can become late any more.
    Settled,
    /// Nothing is late before this instant.
    Open(DateTime<Utc>),
    /// Something is late. A slot is told once, for the first thing that is late.
    Late(Late),
}

/// How a slot stands, by everything that happened up to an instant.
pub fn stand(expect: &Expect, slot: &SeenSlot, zone: Tz, as_of: DateTime<Utc>) -> Standing {
    if !expect.watches_slots() {
        return Standing::Settled;
    }
    match (slot.outcome, &slot.run) {
        (SlotOutcome::Missed, _) => missed(slot),
        (SlotOutcome::Skipped, _) if slot.reason.as_ref().is_some_and(is_meant) => Standing::Settled,
        (SlotOutcome::Skipped, _) => missed(slot),
        // The run is not kept any more, so it ended long ago.
        (SlotOutcome::Run, None) => Standing::Settled,
        (SlotOutcome::Run | SlotOutcome::Pending, run) => {
            let started_at = run.and_then(|run| run.started_at);
            let finished_at = run.and_then(|run| run.finished_at);
            let began_at = earlier(started_at, finished_at);
            let start = expect.start_by(slot.first_at).map(|by| (LateKind::Start, by, began_at));
            let finish = expect.finish_by(slot.first_at, zone).map(|by| (LateKind::Finish, by, finished_at));
            by_deadlines(start.into_iter().chain(finish), as_of)
        }
    }
}

const fn missed(slot: &SeenSlot) -> Standing {
    Standing::Late(Late { kind: LateKind::Missed, since_at: slot.first_at })
}

/// Whether somebody decided that nothing runs.
fn is_meant(reason: &Reason) -> bool {
    use ReasonCode::{LeftOut, OnHold, ScheduleDisabled, ScheduleRemoved, TaskDeleted, TaskDisabled};
    matches!(reason.code(), LeftOut | OnHold | ScheduleDisabled | ScheduleRemoved | TaskDeleted | TaskDisabled)
}

fn earlier(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}

/// How deadlines stand. Each comes with the instant at which what it asks for happened.
fn by_deadlines(
    deadlines: impl Iterator<Item = (LateKind, DateTime<Utc>, Option<DateTime<Utc>>)>,
    as_of: DateTime<Utc>,
) -> Standing {
    let unmet = deadlines.filter(|(_, by, done_at)| done_at.is_none_or(|done_at| done_at > *by));
    match unmet.min_by_key(|(kind, by, _)| (*by, *kind == LateKind::Finish)) {
        None => Standing::Settled,
        Some((kind, since_at, _)) if since_at <= as_of => Standing::Late(Late { kind, since_at }),
        Some((_, by, _)) => Standing::Open(by),
    }
}

/// When the lateness of a slot was over; none: it is not. `success_at` is the end of the task's newest run that
/// succeeded.
///
/// A run that started late is over when it starts, or when it ends if its end is expected too. What never started is over
/// when a later run of the task succeeds, or when a person has cancelled the run.
pub fn over_at(
    expect: &Expect,
    slot: &SeenSlot,
    late: Late,
    success_at: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let run = slot.run.filter(|_| late.kind != LateKind::Missed);
    match run.map(|run| (run.started_at, run.finished_at, run.state)) {
        Some((Some(started_at), None, _)) => {
            (late.kind == LateKind::Start && expect.finish_by.is_none()).then_some(started_at)
        }
        Some((Some(started_at), Some(finished_at), _)) => {
            Some(if late.kind == LateKind::Start && expect.finish_by.is_none() { started_at } else { finished_at })
        }
        Some((None, Some(finished_at), RunState::Cancelled)) => Some(finished_at),
        Some((None, None, _)) => None,
        Some((None, Some(_), _)) | None => success_at.filter(|success_at| *success_at > slot.last_at),
    }
}

/// A time in which the server was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// When it was last there before.
    pub from_at: DateTime<Utc>,
    /// Since when it has been there again.
    pub to_at: DateTime<Utc>,
}

impl Outage {
    fn covers(self, at: DateTime<Utc>) -> bool {
        self.from_at < at && at <= self.to_at
    }
}

/// Something to tell about slots of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Whether slots have no run, or their run is only late.
    pub missed: bool,
    /// Number of slots.
    pub count: u64,
    /// What is late.
    pub reason: Reason,
    /// Since when.
    pub at: DateTime<Utc>,
    /// The newest run that is late.
    pub run: Option<SlotRun>,
}

/// What to tell about slots of one task that were found to be late together. Each slot is in one alert. All that is late
/// because the server was not there is one alert.
pub fn alerts(found: &[(SeenSlot, Late)], outage: Option<Outage>) -> Vec<Alert> {
    let (fell, own): (Vec<_>, Vec<_>) = found.iter().partition(|(slot, late)| fell(slot, *late, outage));
    let own = own.into_iter().map(|(slot, late)| Alert {
        missed: late.kind == LateKind::Missed,
        count: slot.count,
        reason: reason(slot, *late),
        at: late.since_at,
        run: slot.run,
    });
    let mut all: Vec<Alert> = down(&fell, outage).into_iter().chain(own).collect();
    all.sort_by_key(|alert| alert.at);
    all
}

/// Whether a slot is late because the server was not there.
fn fell(slot: &SeenSlot, late: Late, outage: Option<Outage>) -> bool {
    slot.outcome == SlotOutcome::Missed
        || slot.booked_at - slot.first_at > ON_TIME
        || late.kind != LateKind::Missed && outage.is_some_and(|outage| outage.covers(late.since_at))
}

fn down(fell: &[&(SeenSlot, Late)], outage: Option<Outage>) -> Option<Alert> {
    let first_at = fell.iter().map(|(slot, _)| slot.first_at).min()?;
    let since_at = fell.iter().map(|(_, late)| late.since_at).min()?;
    let booked_at = fell.iter().map(|(slot, _)| slot.booked_at).max()?;
    // What is known only from the ledger: the server was not there at the first slot and wrote the entries later.
    let known = outage.filter(|outage| outage.covers(first_at) || outage.covers(since_at));
    let Outage { from_at, to_at } = known.unwrap_or(Outage { from_at: first_at, to_at: booked_at });
    let sum = |missed: bool| {
        let counts = fell.iter().filter(|(_, late)| (late.kind == LateKind::Missed) == missed);
        counts.map(|(slot, _)| slot.count).fold(0, u64::saturating_add)
    };
    let (count, late) = (sum(true), sum(false));
    Some(Alert {
        missed: count > 0,
        count: count.saturating_add(late),
        reason: Reason::SlotsMissed { from_at, to_at, count, late },
        at: since_at,
        run: fell.iter().rev().find_map(|(slot, _)| slot.run),
    })
}

/// Why one slot is late.
pub fn reason(slot: &SeenSlot, Late { kind, since_at }: Late) -> Reason {
    match kind {
        LateKind::Start => Reason::StartLate { slot_at: slot.first_at, due_at: since_at },
        LateKind::Finish => Reason::EndLate { slot_at: slot.first_at, due_at: since_at },
        LateKind::Missed | LateKind::Silent | LateKind::RunningLong | LateKind::WaitingLong | LateKind::NeverFires => {
            let because = slot.reason.clone().unwrap_or(Reason::CatchUpOff {});
            Reason::NeverStarted { slot_at: slot.first_at, count: slot.count, because: Box::new(because) }
        }
    }
}

/// When a task has been silent for too long: no run of it succeeded for as long as that. `since_at` is the instant from
/// which a success is expected, `success_at` the end of the newest run that succeeded.
pub fn silent_at(expect: &Expect, since_at: DateTime<Utc>, success_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let every = TimeDelta::seconds(expect.at_least_every_seconds?.into());
    Some(success_at.map_or(since_at, |success_at| success_at.max(since_at)) + every)
}

/// Why a task is silent for too long.
pub fn silent_reason(
    expect: &Expect,
    since_at: DateTime<Utc>,
    success_at: Option<DateTime<Utc>>,
    outage: Option<Outage>,
) -> Reason {
    let limit_seconds = expect.at_least_every_seconds.unwrap_or_default();
    let silent = Reason::SuccessOverdue { since_at, success_at, limit_seconds };
    let due_at = silent_at(expect, since_at, success_at);
    match outage.filter(|outage| due_at.is_some_and(|due_at| outage.covers(due_at))) {
        Some(Outage { from_at, to_at }) => {
            Reason::Several { reasons: vec![silent, Reason::ServerWasDown { from_at, to_at }] }
        }
        None => silent,
    }
}

#[cfg(test)]
mod tests;
