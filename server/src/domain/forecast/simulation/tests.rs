//! Small scenarios, checked by hand.

use super::*;
use crate::domain::core::overlap::Overlap;
use crate::domain::core::time::hour_of;
use crate::domain::schedules::{Schedule, compile, fill_keys};
use chrono::{DateTime, TimeDelta, Utc};

fn task(name: &str, seconds: u32, overlap: Overlap, expressions: &[&str]) -> SimulatedTask {
    let written = |expression: &&str| -> Schedule {
        serde_json::from_value(serde_json::json!({"kind": "cron", "expression": expression})).expect("a schedule")
    };
    let mut schedules: Vec<Schedule> = expressions.iter().map(written).collect();
    fill_keys(&mut schedules);
    let simulated = |schedule: Schedule| {
        let compiled = compile(&schedule, name).expect("right");
        SimulatedSchedule { schedule, seed: name.to_owned(), compiled }
    };
    let schedules = schedules.into_iter().map(simulated).collect();
    SimulatedTask {
        name: name.to_owned(),
        gated: false,
        overlap,
        pool: None,
        weight: 1,
        priority: 50,
        seconds,
        schedules,
    }
}

fn pooled(mut task: SimulatedTask, weight: u32, priority: i32) -> SimulatedTask {
    task.pool = Some("db".into());
    task.weight = weight;
    task.priority = priority;
    task
}

fn played(tasks: Vec<SimulatedTask>, capacity: u32, hours: i64) -> Outcome {
    limited(tasks, capacity, 1_000, hours)
}

fn limited(tasks: Vec<SimulatedTask>, capacity: u32, run_limit: u32, hours: i64) -> Outcome {
    let from = "2026-03-02T00:00:00Z".parse::<DateTime<Utc>>().expect("an instant") - TimeDelta::seconds(1);
    let until = from + TimeDelta::hours(hours);
    let pools = vec![("db".into(), capacity)];
    let first_hour = hour_of(chrono_tz::UTC, from);
    let scenario = Scenario { tasks, pools, run_limit, first_hour, from, until, proposals: true };
    simulate(&scenario, &Stop::default()).expect("few slots")
}

fn overlap_of(outcome: &Outcome) -> (u64, u64, u32) {
    outcome.overlaps.first().map_or((0, 0, 0), |it| (it.skipped, it.waited, it.wait_seconds_max))
}

#[test]
fn each_overlap_rule() {
    // Every 10 minutes, each run takes 15: of the six slots of an hour ...
    let table = [
        (Overlap::Skip, (3, 0, 0), 1),
        (Overlap::Queue { max_waiting: 10 }, (0, 3, 900), 1),
        (Overlap::Queue { max_waiting: 1 }, (1, 3, 900), 1),
        (Overlap::Replace, (5, 0, 0), 1),
        (Overlap::Allow { max: 2 }, (0, 0, 0), 2),
        (Overlap::Allow { max: 1 }, (3, 0, 0), 1),
    ];
    for (overlap, expected, peak) in table {
        let outcome = played(vec![task("t", 900, overlap, &["*/10 * * * *"])], 1, 1);
        assert_eq!(outcome.slots, 6);
        assert_eq!(overlap_of(&outcome), expected, "{overlap:?}");
        assert_eq!(outcome.hours.iter().map(|hour| hour.peak).max(), Some(peak), "{overlap:?}");
    }
}

#[test]
fn only_the_newest_waits() {
    // 0:00 runs until 0:25; 0:10 waits, 0:20 takes its place and starts at 0:25, until 0:50; 0:30, 0:40 and 0:50 likewise.
    let outcome = played(vec![task("t", 1500, Overlap::QueueLatest, &["*/10 * * * *"])], 1, 1);
    assert_eq!(overlap_of(&outcome), (2, 2, 600));
}

#[test]
fn runs_wait_for_their_pool() {
    // Three at 2:00, ten minutes each, one place: the others wait 10 and 20 minutes, the important one goes first.
    let make = |name, priority| pooled(task(name, 600, Overlap::Skip, &["0 2 * * *"]), 1, priority);
    let outcome = played(vec![make("a", 50), make("b", 50), make("c", 90)], 1, 24);
    let [wait] = &outcome.waits[..] else { panic!("one pool: {:?}", outcome.waits) };
    assert_eq!((wait.waited, wait.wait_seconds_mean, wait.wait_seconds_max, wait.peak), (2, 900.0, 1200, 1));
    let hours: Vec<_> = wait.hours.iter().map(|hour| (hour.peak, hour.waiting)).collect();
    let busy: Vec<_> = hours.iter().zip(&outcome.hours).filter(|((peak, _), _)| *peak > 0).collect();
    assert_eq!(busy.iter().map(|(pool, hour)| (**pool, hour.slots)).collect::<Vec<_>>(), [((1, 2), 3)]);
    let outcome = played(vec![make("a", 50), make("b", 50), make("c", 90)], 3, 24);
    assert_eq!((outcome.waits[0].waited, outcome.waits[0].peak), (0, 3));
}

#[test]
fn runs_wait_for_the_limit_of_the_server() {
    // Five at 2:00, ten minutes each, two at once: two wait 10 minutes, one 20, and it is the least important one.
    let make = |name, priority| {
        let mut task = task(name, 600, Overlap::Skip, &["0 2 * * *"]);
        task.priority = priority;
        task
    };
    let tasks = || vec![make("a", 10), make("b", 50), make("c", 90), make("d", 50), make("e", 50)];
    let outcome = limited(tasks(), 1, 2, 24);
    let expected = LimitWait { capacity: 2, waited: 3, wait_seconds_mean: 800.0, wait_seconds_max: 1200 };
    assert_eq!((outcome.limit, outcome.slots), (expected, 5));
    assert_eq!(outcome.hours.iter().map(|hour| hour.peak).max(), Some(2));
    assert_eq!(limited(tasks(), 1, 5, 24).limit, LimitWait { capacity: 5, ..LimitWait::default() });
    // A run that waits for the limit keeps its place in the pool. A run that replaces one that has not begun takes
    // over that place.
    let long = task("long", 3000, Overlap::Skip, &["0 2 * * *"]);
    let pooled = pooled(task("pooled", 60, Overlap::Replace, &["1,11,21 2 * * *"]), 1, 50);
    let outcome = limited(vec![long, pooled], 1, 1, 24);
    assert_eq!((outcome.limit.waited, outcome.limit.wait_seconds_max), (1, 49 * 60));
    assert_eq!((outcome.waits[0].peak, outcome.waits[0].waited, overlap_of(&outcome)), (1, 0, (2, 0, 0)));
}

#[test]
fn heavy_runs_hold_what_is_free() {
    let light = pooled(task("a", 600, Overlap::Skip, &["0 2 * * *"]), 1, 50);
    let heavy = pooled(task("b", 600, Overlap::Skip, &["1 2 * * *"]), 2, 50);
    let later = pooled(task("c", 600, Overlap::Skip, &["2 2 * * *"]), 1, 50);
    let outcome = played(vec![light, heavy, later], 2, 24);
    // b waits from 2:01 to 2:10, c from 2:02 to 2:20, although a place was free.
    assert_eq!((outcome.waits[0].waited, outcome.waits[0].wait_seconds_max), (2, 18 * 60));
}

#[test]
fn a_closed_pool_never_gives_a_place() {
    let outcome = played(vec![pooled(task("a", 600, Overlap::Skip, &["0 2 * * *"]), 1, 50)], 0, 4);
    assert_eq!((outcome.waits[0].waited, outcome.waits[0].wait_seconds_max, outcome.waits[0].peak), (1, 7199, 0));
    assert!(outcome.hours.iter().all(|hour| hour.peak == 0));
}

#[test]
fn hours_and_busiest_minutes() {
    let long = task("long", 3 * 3600, Overlap::Skip, &["30 0 * * *"]);
    let outcome = played(vec![long, task("b", 60, Overlap::Skip, &["0 2 * * *"])], 1, 5);
    let peaks: Vec<(u32, u32)> = outcome.hours.iter().map(|hour| (hour.slots, hour.peak)).collect();
    // The hours begin at 23:00; `long` runs from 0:30 to 3:30.
    assert_eq!(peaks, [(0, 0), (1, 1), (0, 1), (1, 2), (0, 1), (0, 0)]);
    assert!(outcome.busiest.is_empty());
    let many = ["a", "b", "c"].map(|name| task(name, 60, Overlap::Skip, &["0 2 * * *"]));
    let outcome = played(many.into(), 1, 48);
    assert_eq!(outcome.busiest.len(), 2);
    assert_eq!(outcome.busiest[0].slots, 3);
    assert_eq!(outcome.busiest[0].tasks, ["a", "b", "c"]);
    assert_eq!(outcome.busiest[0].at.to_rfc3339(), "2026-03-02T02:00:00+00:00");
}

#[test]
fn proposals_reduce_collisions() {
    let crowd = || ["a", "b", "c", "d"].map(|name| task(name, 60, Overlap::Skip, &["0 2 * * *"]));
    let outcome = played(crowd().into(), 1, 24 * 7);
    let proposed: Vec<(&str, u64, u64)> =
        outcome.proposals.iter().map(|it| (it.task.as_str(), it.collisions_before, it.collisions_after)).collect();
    assert_eq!(proposed, [("a", 21, 0), ("b", 14, 0)]);
    assert_ne!(outcome.proposals[0].words_before, outcome.proposals[0].words_after);
    let mut tasks = crowd();
    for proposal in outcome.proposals {
        let task = tasks.iter_mut().find(|task| task.name == proposal.task).expect("a task");
        let compiled = compile(&proposal.schedule, "").expect("right");
        task.schedules[0] = SimulatedSchedule { schedule: proposal.schedule, seed: String::new(), compiled };
    }
    let after = played(tasks.into(), 1, 24 * 7);
    assert_eq!(after.busiest[0].slots, 2);
    assert_eq!(after.proposals, []);
}

#[test]
fn it_stops_when_told() {
    let from = DateTime::UNIX_EPOCH;
    let tasks = vec![task("a", 1, Overlap::Skip, &["* * * * *"])];
    let scenario = Scenario {
        tasks,
        pools: vec![],
        run_limit: 64,
        first_hour: from,
        from,
        until: from + TimeDelta::days(366),
        proposals: true,
    };
    let stop = Stop::default();
    stop.ask();
    assert_eq!(simulate(&scenario, &stop), None);
}
