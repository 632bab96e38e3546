//! Simulations of stored tasks: pools, calendars, proposals that can be saved, one at a time, refusals.

use super::bench::{Bench, child_task};
use chrono::{DateTime, Utc};
use orc_server::api::tasks::definition::TaskDefinition;
use orc_server::app::core::write::Write;
use orc_server::app::forecast::simulations::{Simulation, SimulationRequest};
use orc_server::app::pools::PoolDefinition;
use orc_server::app::{Caller, Error};
use orc_server::clock::Clock;
use orc_server::domain::tasks::Definition;
use serde_json::{Value, json};

fn definition(name: &str, schedule: &Value, more: Value) -> Definition {
    let mut fields = more;
    fields["schedules"] = json!([schedule]);
    let body = child_task(name, &["exit", "0"], fields);
    serde_json::from_value::<TaskDefinition>(body).expect("a definition").into_domain("UTC")
}

async fn bench() -> Bench {
    let bench = Bench::at(Clock::manual("2026-05-01T12:30:00Z".parse::<DateTime<Utc>>().expect("an instant"))).await;
    let pool = PoolDefinition { name: "db".into(), description: String::new(), capacity: 1 };
    bench.app.pool_create(&Caller::local(), pool, false).await.expect("made");
    let off = json!({"name": "off", "description": "", "except": [], "maintenance": null,
        "entries": [{"kind": "date", "date": "2026-05-03", "until": null, "title": "Sunday"}]});
    let off = serde_json::from_value(off).expect("a calendar");
    bench.app.calendar_create(&Caller::local(), off, false).await.expect("made");
    for name in ["a", "b", "c", "d"] {
        let schedule = json!({"kind": "cron", "expression": "0 2 * * *", "skip_on": ["off"]});
        let waits = json!([{"kind": "file", "path": "/srv/in/shop.csv"}]);
        let waits = if name == "c" { waits } else { json!([]) };
        let definition = definition(name, &schedule, json!({"pool": "db", "folder": "night", "dependencies": waits}));
        bench.app.task_create(&Caller::local(), definition, false).await.expect("made");
    }
    let every_second = json!({"kind": "interval", "every_seconds": 1});
    let fast = definition("fast", &every_second, json!({"enabled": false}));
    bench.app.task_create(&Caller::local(), fast, false).await.expect("made");
    bench
}

fn request(days: u32) -> SimulationRequest {
    SimulationRequest { days, timezone: "UTC".into(), proposals: true, ..SimulationRequest::default() }
}

async fn simulated(bench: &Bench, request: &SimulationRequest) -> Simulation {
    bench.app.simulation_create(&Caller::local(), request).await.expect("a simulation")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_of_stored_tasks_and_its_proposals() {
    let bench = bench().await;
    let before = simulated(&bench, &request(7)).await;
    // Without earlier runs, each is assumed to take a minute, so the last of four waits three.
    assert_eq!((before.task_count, before.outcome.slots, before.outcome.skipped), (4, 4 * 6, 4));
    assert_eq!(before.may_wait, ["c"]);
    let wait = &before.outcome.waits[0];
    assert_eq!((wait.pool.as_str(), wait.waited, wait.wait_seconds_max), ("db", 3 * 6, 180));
    let proposed: Vec<_> = before.outcome.proposals.iter().map(|it| it.task.as_str()).collect();
    assert_eq!(proposed, ["a", "b"]);
    for proposal in before.outcome.proposals {
        let task = bench.app.task_view(&Caller::local(), &proposal.task).await.expect("there");
        let wanted = Definition { schedules: vec![proposal.schedule], ..task.record.definition };
        bench
            .app
            .task_update(&Caller::local(), &proposal.task, wanted, Write { base: None, dry_run: false })
            .await
            .expect("saved");
    }
    let after = simulated(&bench, &request(7)).await;
    assert_eq!(after.outcome.proposals, []);
    assert_eq!(after.outcome.busiest[0].slots, 2);
    assert!(after.outcome.waits[0].waited < wait.waited);
}

#[tokio::test(flavor = "multi_thread")]
async fn some_tasks_and_folders() {
    let bench = bench().await;
    let named = SimulationRequest { tasks: vec!["a".into(), "fast".into()], ..request(1) };
    assert_eq!(simulated(&bench, &named).await.outcome.slots, 1 + 86_400);
    let folder = SimulationRequest { folder: Some("night".into()), ..request(1) };
    assert_eq!(simulated(&bench, &folder).await.task_count, 4);
    let nobody = SimulationRequest { tasks: vec!["nobody".into()], ..request(1) };
    let answer = bench.app.simulation_create(&Caller::local(), &nobody).await;
    assert!(matches!(answer, Err(Error::NotFound(_))), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_is_refused_with_a_shorter_range() {
    let bench = bench().await;
    for name in ["g", "h", "i"] {
        let every_second = json!({"kind": "interval", "every_seconds": 1});
        let fast = definition(name, &every_second, json!({"overlap": {"kind": "skip"}}));
        bench.app.task_create(&Caller::local(), fast, false).await.expect("made");
    }
    let named = |days| SimulationRequest { tasks: ["fast", "g", "h", "i"].map(Into::into).to_vec(), ..request(days) };
    let answer = bench.app.simulation_create(&Caller::local(), &named(366)).await;
    let Err(Error::Invalid(problems)) = answer else { panic!("{answer:?}") };
    assert_eq!(problems[0].pointer, "/days");
    assert!(problems[0].message.contains("choose at most 289 days"), "{}", problems[0].message);
    for (days, timezone) in [(0, "UTC"), (367, "UTC"), (7, "Nowhere/Else")] {
        let wrong = SimulationRequest { timezone: timezone.into(), ..request(days) };
        let answer = bench.app.simulation_create(&Caller::local(), &wrong).await;
        assert!(matches!(answer, Err(Error::Invalid(_))), "{days} {timezone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time() {
    let bench = bench().await;
    let long = SimulationRequest { tasks: vec!["fast".into()], ..request(60) };
    let first = tokio::spawn({
        let (app, long) = (bench.app.clone(), long.clone());
        // A short simulation may be running at that moment, so the long one is requested again.
        async move {
            while let Err(Error::Unavailable(_)) = app.simulation_create(&Caller::local(), &long).await {
                tokio::task::yield_now().await;
            }
        }
    });
    let refused = loop {
        match bench.app.simulation_create(&Caller::local(), &request(1)).await {
            Err(Error::Unavailable(text)) => break text,
            answer => answer.expect("a simulation"),
        };
        assert!(!first.is_finished(), "the long one was never met");
    };
    assert!(refused.contains("another simulation"), "{refused}");
    // When it is given up, it ends soon and the next one can start.
    first.abort();
    let _cancelled = first.await;
    while bench.app.simulation_create(&Caller::local(), &request(1)).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_are_those_of_the_clocks_of_the_zone() {
    let bench = bench().await;
    for (timezone, first, busy) in
        [("UTC", "12:00", 14), ("Asia/Kolkata", "12:30", 13), ("Asia/Kathmandu", "12:15", 13)]
    {
        let asked = SimulationRequest { timezone: timezone.into(), ..request(1) };
        let simulated = simulated(&bench, &asked).await;
        assert_eq!(simulated.first_hour.format("%H:%M").to_string(), first, "{timezone}");
        let hours = simulated.outcome.hours;
        let full: Vec<_> = hours.iter().enumerate().filter(|(_, hour)| hour.slots > 0).collect();
        assert_eq!((full.len(), full[0].0, full[0].1.slots), (1, busy, 4), "02:00 UTC in {timezone}");
    }
}
