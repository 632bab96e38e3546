use super::*;
use crate::domain::ledger::FinishBy;
use uuid::Uuid;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + minutes * 60, 0).expect("an instant")
}

fn expect(start: Option<u32>, finish: Option<u32>) -> Expect {
    let by = |seconds| FinishBy { within_seconds: Some(seconds), at: None };
    let seconds = |minutes: u32| minutes * 60;
    Expect { start_within_seconds: start.map(seconds), finish_by: finish.map(seconds).map(by), ..Expect::default() }
}

fn slot(outcome: SlotOutcome, minutes: i64) -> SeenSlot {
    SeenSlot {
        first_at: at(minutes),
        last_at: at(minutes),
        count: 1,
        booked_at: at(minutes),
        outcome,
        reason: None,
        run: None,
    }
}

fn run(state: RunState, started: Option<i64>, finished: Option<i64>) -> SeenSlot {
    let run = SlotRun { id: RunId(Uuid::nil()), state, started_at: started.map(at), finished_at: finished.map(at) };
    SeenSlot { run: Some(run), ..slot(SlotOutcome::Run, 0) }
}

fn late(kind: LateKind, minutes: i64) -> Standing {
    Standing::Late(Late { kind, since_at: at(minutes) })
}

#[test]
fn a_slot_is_late_by_what_is_recorded_and_once() {
    use RunState::{Cancelled, Failed, Queued, Running, Skipped, Succeeded};
    let both = expect(Some(5), Some(30));
    for (seen, as_of, wanted) in [
        (run(Queued, None, None), 4, Standing::Open(at(5))),
        (run(Queued, None, None), 5, late(LateKind::Start, 5)),
        (run(Running, Some(5), None), 20, Standing::Open(at(30))),
        (run(Running, Some(6), None), 20, late(LateKind::Start, 5)),
        (run(Running, Some(1), None), 30, late(LateKind::Finish, 30)),
        (run(Succeeded, Some(1), Some(30)), 99, Standing::Settled),
        (run(Failed, Some(1), Some(29)), 99, Standing::Settled),
        (run(Succeeded, Some(1), Some(31)), 99, late(LateKind::Finish, 30)),
        (run(Succeeded, Some(6), Some(31)), 99, late(LateKind::Start, 5)),
        (run(Cancelled, None, Some(4)), 99, Standing::Settled),
        (run(Skipped, None, Some(5)), 99, Standing::Settled),
        (run(Skipped, None, Some(6)), 99, late(LateKind::Start, 5)),
        (slot(SlotOutcome::Run, 0), 99, Standing::Settled),
        (slot(SlotOutcome::Pending, 0), 5, late(LateKind::Start, 5)),
        (slot(SlotOutcome::Missed, 0), 0, late(LateKind::Missed, 0)),
        (slot(SlotOutcome::Skipped, 0), 0, late(LateKind::Missed, 0)),
    ] {
        assert_eq!(stand(&both, &seen, chrono_tz::UTC, at(as_of)), wanted, "{seen:?} at {as_of}");
    }
    let missed = slot(SlotOutcome::Missed, 0);
    assert_eq!(stand(&Expect::default(), &missed, chrono_tz::UTC, at(9)), Standing::Settled, "nothing is expected");
}

#[test]
fn what_somebody_decided_is_not_late() {
    let skipped = |reason| SeenSlot { reason: Some(reason), ..slot(SlotOutcome::Skipped, 0) };
    let stands = |reason| stand(&expect(Some(5), None), &skipped(reason), chrono_tz::UTC, at(9));
    assert_eq!(stands(Reason::OnHold { note: "move".into() }), Standing::Settled);
    assert_eq!(stands(Reason::TaskDisabled {}), Standing::Settled);
    assert_eq!(stands(Reason::PreviousRunOpen {}), late(LateKind::Missed, 0));
}

#[test]
fn lateness_is_over_with_its_run_or_with_a_later_success() {
    use RunState::{Cancelled, Running, Skipped, Succeeded};
    let (start, both) = (expect(Some(5), None), expect(Some(5), Some(30)));
    let was = |kind| Late { kind, since_at: at(5) };
    let ends = |expect: &Expect, seen: SeenSlot, success: Option<i64>| {
        over_at(expect, &seen, was(LateKind::Start), success.map(at))
    };
    assert_eq!(ends(&start, run(Running, Some(9), None), None), Some(at(9)));
    assert_eq!(ends(&both, run(Running, Some(9), None), None), None, "it may end late too, and is told once");
    assert_eq!(ends(&both, run(Succeeded, Some(9), Some(20)), None), Some(at(20)));
    assert_eq!(ends(&start, run(Cancelled, None, Some(9)), None), Some(at(9)));
    assert_eq!(ends(&start, run(Skipped, None, Some(9)), None), None, "it never started");
    assert_eq!(ends(&start, run(Skipped, None, Some(9)), Some(12)), Some(at(12)));
    assert_eq!(over_at(&start, &slot(SlotOutcome::Missed, 0), was(LateKind::Missed), Some(at(0))), None);
    assert_eq!(over_at(&start, &slot(SlotOutcome::Missed, 0), was(LateKind::Missed), Some(at(1))), Some(at(1)));
}

#[test]
fn what_fell_into_an_outage_is_told_as_one() {
    let range = SeenSlot { last_at: at(110), count: 12, booked_at: at(121), ..slot(SlotOutcome::Missed, 0) };
    let caught_up =
        SeenSlot { first_at: at(120), last_at: at(120), booked_at: at(123), ..run(RunState::Running, None, None) };
    let own = slot(SlotOutcome::Skipped, 130);
    let late = |kind, minutes| Late { kind, since_at: at(minutes) };
    let found = [
        (range, late(LateKind::Missed, 0)),
        (caught_up, late(LateKind::Start, 122)),
        (own, late(LateKind::Missed, 130)),
    ];
    let outage = Outage { from_at: at(-3), to_at: at(121) };
    let told = alerts(&found, Some(outage));
    let texts: Vec<(bool, u64, String)> =
        told.iter().map(|alert| (alert.missed, alert.count, alert.reason.words())).collect();
    assert_eq!((texts.len(), texts[0].0, texts[0].1), (2, true, 13));
    let words =
        "Orc was down from 2026-05-28 20:23:40 UTC to 2026-05-28 22:27:40 UTC, 12 slots were missed and 1 is late";
    assert_eq!(texts[0].2, words);
    assert_eq!((texts[1].0, texts[1].1), (true, 1));
    let unknown = alerts(&found[..1], None);
    assert_eq!(unknown[0].reason, Reason::SlotsMissed { from_at: at(0), to_at: at(121), count: 12, late: 0 });
}

#[test]
fn a_task_is_silent_when_nothing_succeeded_for_too_long() {
    let daily = Expect { at_least_every_seconds: Some(3600), ..Expect::default() };
    assert_eq!(silent_at(&daily, at(0), None), Some(at(60)));
    assert_eq!(silent_at(&daily, at(0), Some(at(30))), Some(at(90)));
    assert_eq!(silent_at(&daily, at(40), Some(at(30))), Some(at(100)), "nothing was expected before");
    assert_eq!(silent_at(&Expect::default(), at(0), None), None);
}
