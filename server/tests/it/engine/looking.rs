//! Previews of a schedule before it is saved: they describe its slots, and are true.

use super::bench::{Bench, child_task};
use chrono::{DateTime, Utc};
use orc_server::app::Caller;
use orc_server::app::core::write::Write;
use orc_server::app::schedules::{Preview, PreviewRequest};
use orc_server::app::tasks::sets::Apply;
use orc_server::clock::Clock;
use orc_server::domain::schedules::Never;
use serde_json::{Value, json};

async fn bench() -> Bench {
    Bench::at(Clock::manual("2026-05-01T12:00:30Z".parse().expect("an instant"))).await
}

async fn asked(bench: &Bench, schedule: Value, from_at: Option<&str>) -> Result<Preview, orc_server::app::Error> {
    let from_at: Option<DateTime<Utc>> = from_at.map(|at| at.parse().expect("an instant"));
    let schedule = serde_json::from_value(schedule).expect("a schedule");
    let request = PreviewRequest { schedule, task: None, from_at, until_at: None, limit: 3, days: 0 };
    bench.app.schedule_preview(&Caller::local(), &request).await
}

async fn look(bench: &Bench, schedule: Value) -> Preview {
    asked(bench, schedule, None).await.expect("a preview")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_of_the_server_comes_though_nobody_knows_when() {
    let bench = bench().await;
    for schedule in [json!({"kind": "startup"}), json!({"kind": "cron", "expression": "@reboot"})] {
        let preview = look(&bench, schedule).await;
        assert_eq!((preview.words.as_str(), preview.never, preview.slots.len()), ("When the server starts", false, 0));
    }
    assert!(look(&bench, json!({"kind": "once", "at": "2026-05-01T12:00"})).await.never, "its time is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_that_leave_nothing_are_told() {
    let bench = bench().await;
    bench.calendar("over", json!([{"kind": "date", "date": "2026-04-30", "until": null, "title": ""}])).await;
    let daily = |only: Value, skip: Value| json!({"kind": "cron", "expression": "0 9 * * *", "run_only_on": only, "skip_on": skip});
    let never = look(&bench, daily(json!(["over"]), json!([]))).await;
    assert!(never.never && never.slots.len() == 3 && never.slots.iter().all(|slot| slot.skipped));
    assert!(!look(&bench, daily(json!([]), json!(["over"]))).await.never);
    bench.calendar("later", json!([{"kind": "date", "date": "2031-04-30", "until": null, "title": ""}])).await;
    let body = child_task("kept", &["exit", "0"], json!({"schedules": [daily(json!(["later"]), json!([]))]}));
    bench.task(body.clone()).await;
    let empty = json!({"name": "later", "description": "", "entries": [], "except": [], "maintenance": null});
    let empty = serde_json::from_value(empty).expect("a calendar");
    bench.app.calendar_update(&Caller::local(), "later", empty, Write::default()).await.expect("changed");
    let wire: orc_server::api::tasks::definition::TaskDefinition = serde_json::from_value(body).expect("a definition");
    let definitions = vec![wire.into_domain("UTC")];
    let apply = Apply { definitions, owner: None, prune: false, yes: false, dry_run: false };
    bench.app.task_apply(&Caller::local(), apply).await.expect("what was there before may stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_far_future_is_refused_and_the_far_past_is_no_hindrance() {
    let bench = bench().await;
    let yearly = json!({"kind": "cron", "expression": "0 0 1 1 *"});
    let refused = asked(&bench, yearly, Some("9999-06-01T00:00:00Z")).await;
    assert!(matches!(refused, Err(orc_server::app::Error::Invalid(problems)) if problems[0].pointer == "/from_at"));
    let old = look(&bench, json!({"kind": "rrule", "rule": "FREQ=HOURLY", "dtstart": "1900-01-01T00:00"})).await;
    assert_eq!((old.slots.len(), old.never), (3, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_schedule_never_becomes_due_is_said() {
    let bench = bench().await;
    bench.calendar("over", json!([{"kind": "date", "date": "2026-04-30", "until": null, "title": ""}])).await;
    let end_at: DateTime<Utc> = "2026-04-01T00:00:00Z".parse().expect("an instant");
    for (schedule, field, because) in [
        (json!({"kind": "once", "at": "2026-05-01T12:00"}), "at", Never::OncePast { at: "2026-05-01T12:00".into() }),
        (json!({"kind": "cron", "expression": "0 9 * * *", "end_at": end_at}), "end_at", Never::EndPast { end_at }),
        (
            json!({"kind": "rrule", "rule": "FREQ=DAILY;COUNT=2", "dtstart": "2026-04-01T00:00"}),
            "rule",
            Never::TimesPast {},
        ),
        (
            json!({"kind": "cron", "expression": "0 9 * * *", "run_only_on": ["over"]}),
            "run_only_on",
            Never::CalendarsOver { calendars: vec!["over".into()] },
        ),
    ] {
        assert_eq!(because.field(), field);
        assert_eq!(look(&bench, schedule).await.never_because, Some(because));
    }
    assert_eq!(look(&bench, json!({"kind": "cron", "expression": "0 9 * * *"})).await.never_because, None);
}
