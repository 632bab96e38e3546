//! The scheduler's memory: changed tasks are read again, whoever changed them, and one failing task does not stop the
//! others.

use super::bench::{Bench, child_task};
use super::cursed::{curse, lift};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::core::write::Write;
use orc_server::app::tasks::sets::Apply;
use orc_server::app::{App, Caller};
use orc_server::clock::Clock;
use orc_server::domain::calendars::Calendar;
use orc_server::domain::keys::Key;
use orc_server::domain::model::{PageRequest, RunFilter, SlotFilter};
use orc_server::domain::reason::Reason;
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::{SlotOutcome, StatsStep};
use orc_server::engine::{Scheduler, Worker as _};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

fn begin() -> DateTime<Utc> {
    "2026-05-01T12:00:30Z".parse().expect("an instant")
}

/// Tasks that are due every minute, and a scheduler that has read them.
async fn minutely(names: &[&str]) -> (Bench, Scheduler) {
    let bench = Bench::at(Clock::manual(begin())).await;
    for name in names {
        let schedule =
            json!({"kind": "cron", "expression": "* * * * *", "catch_up": {"kind": "all", "max_count": 1000}});
        let more = json!({"schedules": [schedule], "overlap": {"kind": "allow", "max": 1000}});
        bench.task(child_task(name, &["exit", "0"], more)).await;
    }
    let scheduler = Scheduler::new(bench.app.clone());
    scheduler.run_once().await.expect("a round");
    (bench, scheduler)
}

/// Instants in the ledger of a task.
async fn told(bench: &Bench, task: &str) -> BTreeSet<DateTime<Utc>> {
    let page = bench.app.slot_list(&Caller::local(), Some(task), SlotFilter::default(), &PageRequest::first(500)).await;
    page.expect("the ledger").items.into_iter().map(|row| row.first_at).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_cannot_be_booked_stops_no_other_and_loses_nothing() {
    let (bench, scheduler) = minutely(&["a", "bad", "c", "d", "e"]).await;
    curse(&bench, "slot", "NEW.task_id = 2").await;
    bench.app.clock().advance(TimeDelta::minutes(1));
    let error = scheduler.run_once().await.expect_err("one cannot be booked");
    let Reason::RoundFailed { problem } = &error.0 else { panic!("{error:?}") };
    assert!(problem.contains("cursed"), "{problem}");
    for task in ["a", "c", "d", "e"] {
        assert_eq!(told(&bench, task).await.len(), 1, "{task}");
    }
    assert_eq!(told(&bench, "bad").await.len(), 0);
    // Changes are read all the same.
    let copy = bench.app.task_view(&Caller::local(), "a").await.expect("there").record.definition;
    let more = Definition { name: "more".into(), ..copy };
    bench.app.task_create(&Caller::local(), more, false).await.expect("made");
    scheduler.run_once().await.expect_err("still not");
    assert_eq!(scheduler.next_in(), Some(std::time::Duration::ZERO), "it is still due");
    lift(&bench, "slot").await;
    bench.app.clock().advance(TimeDelta::minutes(1));
    scheduler.run_once().await.expect("a round");
    let all: Vec<_> = told(&bench, "bad").await.into_iter().collect();
    assert_eq!(all, [1, 2].map(|minute| begin() - TimeDelta::seconds(30) + TimeDelta::minutes(minute)));
    assert_eq!((told(&bench, "a").await.len(), told(&bench, "more").await.len()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_cannot_be_booked_do_not_starve_the_others() {
    let names: Vec<String> = (0..12).map(|number| format!("t{number}")).collect();
    let (bench, scheduler) = minutely(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    curse(&bench, "slot", "NEW.task_id <= 6").await;
    bench.app.clock().advance(TimeDelta::minutes(1));
    for _ in 0..6 {
        scheduler.run_once().await.expect_err("half of them cannot be booked");
    }
    for (number, name) in names.iter().enumerate() {
        assert_eq!(told(&bench, name).await.len(), usize::from(number >= 6), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_between_reading_and_booking_is_not_booked_by_what_was_read() {
    let (bench, _) = minutely(&["edited", "deleted", "held", "same"]).await;
    let (app, caller) = (&bench.app, Caller::local());
    app.clock().advance(TimeDelta::minutes(1));
    let now = app.clock().now();
    let due = app.slots_due(&[1, 2, 3, 4].map(Key::new), now).await.expect("read");
    assert_eq!((due.schedules.len(), due.tasks.len(), due.later.len()), (4, 4, 0));
    let mut definition = app.task_view(&caller, "edited").await.expect("there").record.definition;
    definition.priority = 7;
    let write = Write { base: None, dry_run: false };
    app.task_update(&caller, "edited", definition, write).await.expect("saved");
    let before = told(&bench, "edited").await;
    assert_eq!(before.len(), 1, "an edit completes the ledger itself");
    app.task_delete(&caller, "deleted", None, true).await.expect("deleted");
    app.task_switch(&caller, "held", false).await.expect("disabled");
    let (booked, stale) = app.slots_book_of(Arc::new(due), now).await.expect("booked");
    assert_eq!((booked.entries, booked.runs), (1, 1), "that of \"same\"");
    assert_eq!(stale, [1, 2, 3].map(Key::new).into(), "the others are to be read again");
    assert_eq!(told(&bench, "edited").await, before);
    assert_eq!(told(&bench, "held").await.len(), 1, "so does switching it off");
    let runs = app.run_list(&caller, None, RunFilter::default(), &PageRequest::first(50)).await.expect("runs").items;
    let count = |name: &str| runs.iter().filter(|run| run.task_name == name).count();
    assert_eq!(
        ["edited", "deleted", "held", "same"].map(count),
        [1, 0, 1, 1],
        "none twice, and a deleted task does not start"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_after_it_was_read_ahead_fires_by_what_holds_when_it_is_due() {
    let names = ["same", "edited", "disabled", "deleted", "renamed", "quiet"];
    let (bench, scheduler) = minutely(&names).await;
    let (app, caller, clock) = (&bench.app, Caller::local(), bench.app.clock().clone());
    let due_at = begin() + TimeDelta::seconds(30);
    // A moment before they are due, all tasks are read ahead. Then things change, here and through another server,
    // whose signals do not arrive here.
    clock.advance(TimeDelta::milliseconds(29_980));
    scheduler.run_once().await.expect("a round");
    assert_eq!(scheduler.next_in(), Some(std::time::Duration::from_millis(20)), "all are read");
    let definition = async |name: &str| app.task_view(&caller, name).await.expect("there").record.definition;
    let mut edited = definition("edited").await;
    edited.schedules[0].start_at = Some(due_at + TimeDelta::minutes(1));
    let write = || Write { base: None, dry_run: false };
    app.task_update(&caller, "edited", edited, write()).await.expect("saved");
    let other = App::new(app.store().clone(), clock.clone(), app.settings().clone());
    other.task_switch(&caller, "disabled", false).await.expect("disabled");
    other.task_delete(&caller, "deleted", None, false).await.expect("deleted");
    let renamed = Definition { name: "other".into(), ..definition("renamed").await };
    other.task_update(&caller, "renamed", renamed, write()).await.expect("saved");
    clock.advance(TimeDelta::milliseconds(20));
    scheduler.run_once().await.expect("a round");
    let told_of = async |name: &str| told(&bench, name).await.into_iter().collect::<Vec<_>>();
    assert_eq!(told_of("same").await, [due_at]);
    assert_eq!((told_of("edited").await.len(), told_of("disabled").await.len()), (0, 0));
    assert_eq!(told_of("other").await, [due_at], "it is read again at once, and fires by what holds now");
    let runs = app.run_list(&caller, None, RunFilter::default(), &PageRequest::first(50)).await.expect("runs").items;
    let mut names: Vec<_> = runs.iter().map(|run| run.task_name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["other", "quiet", "same"]);
    // The same for a calendar: its mark shows that what was read is out of date.
    clock.advance(TimeDelta::milliseconds(59_980));
    scheduler.run_once().await.expect("a round");
    let mut quiet = definition("quiet").await;
    quiet.schedules[0].skip_on = vec!["today".into()];
    let today = json!({"kind": "date", "date": "2026-05-01", "until": null, "title": ""});
    let calendar = json!({"name": "today", "description": "", "entries": [today], "except": [], "maintenance": null});
    let calendar: Calendar = serde_json::from_value(calendar).expect("a calendar");
    other.calendar_create(&caller, calendar, false).await.expect("made");
    other.task_update(&caller, "quiet", quiet, write()).await.expect("saved");
    clock.advance(TimeDelta::milliseconds(20));
    scheduler.run_once().await.expect("a round");
    assert_eq!(told_of("same").await.len(), 2);
    let ledger = app.slot_list(&caller, Some("quiet"), SlotFilter::default(), &PageRequest::first(5)).await;
    let outcomes: Vec<_> = ledger.expect("the ledger").items.iter().map(|slot| slot.outcome).collect();
    assert_eq!(outcomes, [SlotOutcome::Skipped, SlotOutcome::Run], "newest first");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_batch_is_booked_batch_by_batch_each_once() {
    let (bench, scheduler) = minutely(&["t0"]).await;
    let (app, caller) = (&bench.app, Caller::local());
    let first = app.task_view(&caller, "t0").await.expect("there").record.definition;
    let named = |number: usize| Definition { name: format!("t{number}"), ..first.clone() };
    for numbers in [1..1_000, 1_000..1_500, 1_500..2_100] {
        let definitions = numbers.map(named).collect();
        let apply = Apply { definitions, owner: None, prune: false, yes: false, dry_run: false };
        app.task_apply(&caller, apply).await.expect("applied");
    }
    // One task in the second batch cannot be booked: its batch is tried one by one, and the third batch is booked
    // too.
    curse(&bench, "slot", "NEW.task_id = 1500").await;
    scheduler.run_once().await.expect("a round");
    app.clock().advance(TimeDelta::minutes(1));
    scheduler.run_once().await.expect_err("one cannot be booked");
    let all = app.slot_list(&caller, None, SlotFilter::default(), &PageRequest::first(500)).await.expect("a page");
    assert_eq!(all.items.len(), 500);
    let count = async |name: &str| told(&bench, name).await.len();
    for (name, expected) in [("t0", 1), ("t999", 1), ("t1498", 1), ("t1499", 0), ("t1500", 1), ("t2099", 1)] {
        assert_eq!(count(name).await, expected, "{name}");
    }
    let runs = app.store().run_stats(None, begin(), begin() + TimeDelta::hours(1), StatsStep::Hour).await;
    assert_eq!(runs.expect("statistics").queued_count, 2_099);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_changes_is_read_again() {
    let (bench, scheduler) = minutely(&["a", "b"]).await;
    let clock = bench.app.clock().clone();
    // Another server on the same database, whose signals do not arrive here.
    let other = App::new(bench.app.store().clone(), clock.clone(), bench.app.settings().clone());
    let copy = bench.app.task_view(&Caller::local(), "a").await.expect("there").record.definition;
    let made = Definition { name: "made".into(), ..copy };
    other.task_create(&Caller::local(), made, false).await.expect("made");
    other.task_switch(&Caller::local(), "b", false).await.expect("disabled");
    for _ in 0..6 {
        clock.advance(TimeDelta::minutes(1));
        scheduler.run_once().await.expect("a round");
    }
    assert_eq!(told(&bench, "made").await.len(), 6, "seen after five minutes, and nothing is lost by that");
    assert_eq!(told(&bench, "b").await.len(), 0, "what is no longer enabled does not fire");
    // Even a change that leaves no trace in the rows is found after five minutes.
    let enable = "UPDATE task SET enabled = TRUE, \
                  definition = replace(definition, '\"enabled\":false', '\"enabled\":true') WHERE name = 'b'";
    bench.behind(enable).await;
    for _ in 0..6 {
        clock.advance(TimeDelta::minutes(1));
        scheduler.run_once().await.expect("a round");
    }
    let told = told(&bench, "b").await;
    assert_eq!(told.last().copied(), Some(clock.now() - TimeDelta::seconds(30)), "it fires");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_schedule_that_never_fires_is_refused_and_an_old_one_stays() {
    let bench = Bench::at(Clock::manual(begin())).await;
    let wire = |schedules: serde_json::Value| {
        let body = child_task("it", &["exit", "0"], json!({"schedules": schedules}));
        let wire: orc_server::api::tasks::definition::TaskDefinition =
            serde_json::from_value(body).expect("a definition");
        wire.into_domain("UTC")
    };
    let refused = async |schedule: serde_json::Value| {
        let made = bench.app.task_create(&Caller::local(), wire(json!([schedule])), false).await;
        let Err(orc_server::app::Error::Invalid(problems)) = made else { panic!("{made:?}") };
        assert!(problems[0].message.contains("never fires"), "{}", problems[0].message);
        problems[0].pointer.clone()
    };
    let past = "2026-05-01T12:00:00Z";
    assert_eq!(refused(json!({"kind": "once", "at": past})).await, "/schedules/0/at");
    let ended = json!({"kind": "cron", "expression": "0 * * * *", "end_at": past});
    assert_eq!(refused(ended).await, "/schedules/0/end_at");
    let done = json!({"kind": "rrule", "rule": "FREQ=DAILY;COUNT=2", "dtstart": "2026-01-01T02:00:00"});
    assert_eq!(refused(done).await, "/schedules/0/rule");
    let daily = |calendars: serde_json::Value| {
        let mut body = json!({"kind": "cron", "expression": "0 9 * * *"});
        body.as_object_mut().expect("an object").extend(calendars.as_object().cloned().expect("an object"));
        body
    };
    bench.calendar("over", json!([{"kind": "date", "date": "2026-04-30", "until": null, "title": ""}])).await;
    bench.calendar("later", json!([{"kind": "date", "date": "2031-04-30", "until": null, "title": ""}])).await;
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    bench.calendar("always", json!([{"kind": "weekdays", "weekdays": week}])).await;
    assert_eq!(refused(daily(json!({"run_only_on": ["over"]}))).await, "/schedules/0/run_only_on");
    assert_eq!(
        refused(daily(json!({"skip_on": ["always"], "roll": "next_business_day"}))).await,
        "/schedules/0/skip_on"
    );
    for fires in [json!({"run_only_on": ["over", "later"]}), json!({"skip_on": ["over"]})] {
        bench.app.task_create(&Caller::local(), wire(json!([daily(fires)])), true).await.expect("it fires");
    }
    let ahead = json!({"kind": "once", "at": "2026-05-01T12:01:00Z"});
    bench.app.task_create(&Caller::local(), wire(json!([ahead])), false).await.expect("made");
    bench.app.clock().advance(TimeDelta::hours(1));
    let mut later = wire(json!([ahead, {"kind": "startup"}]));
    later.title = "its time is over".into();
    let write = || orc_server::app::core::write::Write { base: None, dry_run: false };
    bench.app.task_update(&Caller::local(), "it", later.clone(), write()).await.expect("saved");
    later.schedules.push(wire(json!([{"kind": "once", "key": "again", "at": past}])).schedules.remove(0));
    let saved = bench.app.task_update(&Caller::local(), "it", later, write()).await;
    let Err(orc_server::app::Error::Invalid(problems)) = saved else { panic!("{saved:?}") };
    assert_eq!(problems[0].pointer, "/schedules/2/at");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_planned_at_once_among_many() {
    let (bench, scheduler) = minutely(&["a"]).await;
    for number in 0..1_200 {
        let more = json!({"schedules": [{"kind": "cron", "expression": "0 0 1 1 *"}]});
        bench.task(child_task(&format!("t{number}"), &["exit", "0"], more)).await;
    }
    scheduler.run_once().await.expect("a round");
    let more = json!({"schedules": [{"kind": "cron", "expression": "* * * * *"}]});
    bench.task(child_task("late", &["exit", "0"], more)).await;
    scheduler.run_once().await.expect("a round");
    bench.app.task_switch(&Caller::local(), "a", false).await.expect("disabled");
    scheduler.run_once().await.expect("a round");
    assert_eq!(scheduler.next_in(), Some(std::time::Duration::from_millis(29_970)), "it is read a moment before");
    bench.app.clock().advance(TimeDelta::minutes(1));
    scheduler.run_once().await.expect("a round");
    assert_eq!((told(&bench, "late").await.len(), told(&bench, "a").await.len()), (1, 0));
}
