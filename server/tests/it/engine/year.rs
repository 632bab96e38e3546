//! A simulated year: a manual clock drives the real scheduler, which must book exactly what the preview said before.
//!
//! In the daily suite 1,000 tasks live through two weeks in which clocks change in Europe and in the south. `cargo
//! xtask test --full` lives through the whole year.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::Caller;
use orc_server::app::schedules::{compile, upcoming};
use orc_server::clock::Clock;
use orc_server::domain::model::{PageRequest, SlotFilter};
use orc_server::domain::vocabulary::SlotOutcome;
use orc_server::engine::{Scheduler, Worker as _};
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Fire = (String, DateTime<Utc>);

const TASKS: usize = 1000;

/// Schedules of many kinds and time zones. They use few minutes, so that many fall together.
fn schedule(number: usize) -> Value {
    const ZONES: [&str; 7] = [
        "Europe/Berlin",
        "America/New_York",
        "UTC",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Sao_Paulo",
        "Pacific/Auckland",
    ];
    let (zone, hour, day) = (ZONES[number % ZONES.len()], number % 24, number % 7);
    let mut it = match number % 8 {
        0 => json!({"kind": "cron", "expression": format!("30 {hour} * * {day}")}),
        1 => json!({"kind": "cron", "expression": format!("0 2 * * {day},{}", (day + 3) % 7)}),
        2 => json!({"kind": "cron", "expression": format!("30 2 L,{} * *", 1 + number % 28)}),
        3 => json!({"kind": "windows", "text": format!("MON {hour:02}:30")}),
        4 => json!({"kind": "cron", "expression": format!("0 {hour} * * 5#2")}),
        5 => json!({"kind": "interval", "every_seconds": 86_400 * 3 + 1800 * (number % 5)}),
        6 => {
            json!({"kind": "rrule", "rule": "FREQ=WEEKLY;BYDAY=TU,FR", "dtstart": format!("2026-01-02T{hour:02}:30:00")})
        }
        _ => json!({"kind": "cron", "expression": format!("30 {hour} 1,15 * *")}),
    };
    it["timezone"] = json!(zone);
    it
}

async fn booked(bench: &Bench) -> Vec<Fire> {
    let (mut fires, mut page) = (Vec::new(), PageRequest::first(500));
    loop {
        let rows = bench.app.slot_list(&Caller::local(), None, SlotFilter::default(), &page).await.expect("the ledger");
        for row in rows.items {
            assert_eq!((row.count, row.outcome), (1, SlotOutcome::Run), "{}: {:?}", row.task_name, row.reason);
            fires.push((row.task_name, row.first_at));
        }
        let Some(next) = rows.next else { return fires };
        page = PageRequest { cursor: Some(next), ..page };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_a_thousand_tasks_fires_exactly_what_the_preview_says() {
    let full = std::env::var_os("ORC_TEST_FULL").is_some();
    let (begin, days) = if full { ("2026-01-01T00:10:00Z", 365) } else { ("2026-03-23T00:10:00Z", 14) };
    let begin: DateTime<Utc> = begin.parse().expect("an instant");
    let end = begin + TimeDelta::days(days);
    let bench = Bench::at(Clock::manual(begin)).await;
    for number in 0..TASKS {
        let more = json!({"schedules": [schedule(number)], "overlap": {"kind": "allow", "max": 1000}});
        bench.task(child_task(&format!("t{number}"), &["exit", "0"], more)).await;
    }
    let book = bench.app.calendar_book().await.expect("calendars");
    let mut said: BTreeSet<Fire> = BTreeSet::new();
    for number in 0..TASKS {
        let name = format!("t{number}");
        let definition = bench.app.task_view(&Caller::local(), &name).await.expect("there").record.definition;
        let compiled = compile(&book, &name, &[], &definition.schedules[0]).expect("compiles");
        let slots = upcoming(&compiled, begin, Some(end), usize::MAX);
        said.extend(slots.into_iter().map(|slot| (name.clone(), slot.scheduled_for)));
    }
    let (clock, scheduler) = (bench.app.clock().clone(), Scheduler::new(bench.app.clone()));
    scheduler.run_once().await.expect("a round");
    while clock.now() < end {
        // Like the loop: wait until the next slot, but never longer than the period.
        let wait = scheduler.next_in().expect("something is always due");
        clock.advance(TimeDelta::from_std(wait).expect("fits").min(end - clock.now()));
        scheduler.run_once().await.expect("a round");
    }
    let fired = booked(&bench).await;
    let once: BTreeSet<Fire> = fired.iter().cloned().collect();
    assert_eq!(once.len(), fired.len(), "something fired twice");
    let (lost, extra): (Vec<_>, Vec<_>) = (said.difference(&once).collect(), once.difference(&said).collect());
    assert!(lost.is_empty() && extra.is_empty(), "lost {lost:?}, extra {extra:?}");
    assert!(once.len() > TASKS * usize::try_from(days).expect("fits") / 20, "{} fires", once.len());
    println!("{} fires in {days} days", once.len());
}
