//! Looking ahead: the plan page by page and day by day, and what a change would do.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::api::tasks::definition::TaskDefinition;
use orc_server::app::{Caller, Error};
use orc_server::clock::Clock;
use orc_server::domain::calendars::Calendar;
use orc_server::domain::model::PageRequest;
use orc_server::domain::tasks::Definition;
use serde_json::{Value, json};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn definition(name: &str, schedules: Value) -> Definition {
    let body = child_task(name, &["exit", "0"], json!({"schedules": schedules}));
    serde_json::from_value::<TaskDefinition>(body).expect("a definition").into_domain("UTC")
}

fn calendar(entries: Value) -> Calendar {
    let body = json!({"name": "off", "description": "", "entries": entries, "except": [], "maintenance": null});
    serde_json::from_value(body).expect("a calendar")
}

async fn bench() -> Bench {
    let bench = Bench::at(Clock::manual(at("2026-05-01T12:30:00Z"))).await;
    let off = json!([{"kind": "date", "date": "2026-05-02", "until": null, "title": "Works holiday"}]);
    bench.app.calendar_create(&Caller::local(), calendar(off), false).await.expect("made");
    for (name, schedules) in [
        ("a", json!([{"kind": "cron", "expression": "0 * * * *"}])),
        ("b", json!([{"kind": "cron", "expression": "0 */6 * * *", "skip_on": ["off"]}])),
        ("c", json!([{"kind": "cron", "expression": "0 0 * * *", "enabled": false}])),
    ] {
        bench.app.task_create(&Caller::local(), definition(name, schedules), false).await.expect("made");
    }
    bench
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_page_by_page_is_the_whole_plan() {
    let bench = bench().await;
    let range = (None, Some(at("2026-05-03T12:30:00Z")));
    let all = bench.app.plan_list(&Caller::local(), None, range, &PageRequest::first(500)).await.expect("a page");
    assert_eq!((all.items.len(), all.next.clone()), (48 + 8, None));
    assert!(all.items.windows(2).all(|pair| pair[0].slot.scheduled_for <= pair[1].slot.scheduled_for));
    let skipped: Vec<_> = all.items.iter().filter(|item| item.slot.skipped).map(|item| item.task.as_str()).collect();
    assert_eq!(skipped, ["b"; 4]);
    for limit in [1, 2, 3, 7] {
        let (mut page, mut found) = (PageRequest::first(limit), Vec::new());
        loop {
            let listed = bench.app.plan_list(&Caller::local(), None, range, &page).await.expect("a page");
            found.extend(listed.items);
            match listed.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(found, all.items, "{limit} at a time");
    }
    let one = bench.app.plan_list(&Caller::local(), Some("b"), range, &PageRequest::first(500)).await.expect("a page");
    assert_eq!(one.items.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_count_what_was_and_what_will_be() {
    let bench = bench().await;
    bench.app.clock().advance(TimeDelta::hours(3));
    let planned = bench.app.schedules_planned(bench.app.clock().now()).await.expect("planned");
    bench.app.slots_book(planned, bench.app.clock().now()).await.expect("booked");
    let range = ("2026-05-01".parse().expect("a date"), "2026-05-02".parse().expect("a date"));
    let (days, truncated) = bench.app.plan_days(&Caller::local(), range, "UTC").await.expect("days");
    let days: Vec<_> = days.into_values().collect();
    assert!(!truncated);
    assert_eq!((days[0].planned, days[0].skipped, days[0].missed), (8 + 1, 0, 2));
    assert_eq!((days[1].planned, days[1].skipped, days[1].missed), (24, 4, 0));
    assert_eq!(days[1].calendars.iter().collect::<Vec<_>>(), ["off"]);
    let tasks: Vec<_> = days[1].tasks.iter().map(|it| (it.task.as_str(), it.planned, it.skipped)).collect();
    assert_eq!(days[1].task_count, tasks.len() as u64);
    assert_eq!(tasks.iter().fold((0, 0), |sum, it| (sum.0 + it.1, sum.1 + it.2)), (24, 4), "{tasks:?}");
    assert!(days[1].tasks.is_sorted_by_key(|it| it.first_at));
    let alone = bench.app.plan_days(&Caller::local(), (range.1, range.1), "UTC").await.expect("days").0;
    assert_eq!(alone.into_values().next().as_ref(), Some(&days[1]), "a day is the same by itself, its midnight too");
    let wrong = bench.app.plan_days(&Caller::local(), (range.1, range.0), "UTC").await;
    assert!(matches!(wrong, Err(Error::Invalid(problems)) if problems[0].pointer == "?until"));
    // Skipped slots are shown for past days too.
    for _ in 0..72 {
        bench.app.clock().advance(TimeDelta::minutes(30));
        let now = bench.app.clock().now();
        let planned = bench.app.schedules_planned(now).await.expect("planned");
        bench.app.slots_book(planned, now).await.expect("booked");
    }
    let (days, _) = bench.app.plan_days(&Caller::local(), range, "UTC").await.expect("days");
    let skipped: Vec<_> = days.values().map(|day| (day.skipped, day.past_skipped)).collect();
    // The calendar skips four; the others are skipped because the first run of their task never ends here.
    assert!(skipped[1].0 == 0 && skipped[1].1 >= 4, "{skipped:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_change_would_do() {
    let bench = bench().await;
    let (app, caller) = (&bench.app, Caller::local());
    let effect = async |name: &str, schedules: Value| {
        let wanted = definition(name, schedules);
        let found = app.task_effect(&caller, name, &wanted, 2).await.expect("an effect").tasks;
        found.first().map_or((0, 0, 0), |found| {
            let it = &found.difference;
            (it.appear.len(), it.vanish.len(), it.moved.len())
        })
    };
    assert_eq!(effect("a", json!([{"kind": "cron", "expression": "0 * * * *"}])).await, (0, 0, 0));
    assert_eq!(effect("a", json!([{"kind": "cron", "expression": "30 * * * *"}])).await, (0, 0, 48));
    assert_eq!(effect("a", json!([])).await, (0, 48, 0));
    assert_eq!(effect("d", json!([{"kind": "cron", "expression": "0 * * * *"}])).await, (48, 0, 0));
    let none = app.calendar_effect(&caller, "off", &calendar(json!([])), 2).await.expect("an effect");
    let orc_server::app::forecast::effects::TaskDifference { task, may_wait, difference } = &none.tasks[0];
    assert!(!may_wait);
    assert_eq!((task.as_str(), difference.appear.len(), none.tasks.len()), ("b", 4, 1));
    let refused =
        app.calendar_effect(&caller, "off", &calendar(json!([{"kind": "weekdays", "weekdays": []}])), 2).await;
    assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].pointer == "/entries/0/weekdays"));
}
