//! A long random walk through everything that can happen to schedules: the ledger must contain every slot that was
//! due, and no other.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::Caller;
use orc_server::app::core::write::Write;
use orc_server::clock::Clock;
use orc_server::domain::calendars::Calendar;
use orc_server::domain::schedules::{Schedule, fill_keys};
use orc_server::engine::{Scheduler, Worker as _};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

const TASKS: [&str; 3] = ["a", "b", "c"];

/// Shortly before the clocks go forward in New York. Lord Howe's go back during the walk too.
const BEGIN: &str = "2026-03-01T00:10:00Z";

struct Walk {
    bench: Bench,
    scheduler: Scheduler,
    dice: StdRng,
    /// The steps so far, to be printed if something is wrong.
    told: Vec<String>,
}

fn pick<'a, T>(dice: &mut StdRng, from: &'a [T]) -> &'a T {
    &from[dice.random_range(0..from.len())]
}

fn schedule(dice: &mut StdRng) -> Value {
    let minute = dice.random_range(0..60);
    let mut schedule = match dice.random_range(0..9) {
        0 => json!({"kind": "cron", "expression": format!("{minute} * * * *")}),
        1 => json!({"kind": "cron", "expression": format!("{minute} 1-3 * * *")}),
        2 => json!({"kind": "cron", "expression": "H/20 * * * *"}),
        3 => json!({"kind": "cron", "expression": format!("{minute} 2 * * MON-FRI")}),
        4 => json!({"kind": "interval", "every_seconds": dice.random_range(600..9_000)}),
        5 => json!({"kind": "interval", "every_seconds": 900, "window": {"from": "22:00", "to": "03:30"}}),
        6 => json!({"kind": "rrule", "rule": "FREQ=DAILY;BYHOUR=2,9;BYMINUTE=30", "dtstart": "2026-01-01T02:30:00"}),
        7 => json!({"kind": "windows", "text": "02:30"}),
        _ => {
            json!({"kind": "calendar_rule", "times": ["02:15", "12:00"], "days": {"kind": "every_weeks", "every": 1, "weekdays": ["monday", "sunday"]}})
        }
    };
    schedule["timezone"] = json!(pick(dice, &["UTC", "America/New_York", "Australia/Lord_Howe"]));
    schedule["gap"] = json!(pick(dice, &["run_after", "skip"]));
    schedule["fold"] = json!(pick(dice, &["first", "second", "both"]));
    schedule["enabled"] = json!(dice.random_bool(0.9));
    schedule["splay_seconds"] = json!(dice.random_range(0..2) * 600);
    schedule["catch_up"] = pick(
        dice,
        &[
            json!({"kind": "none"}),
            json!({"kind": "latest"}),
            json!({"kind": "all", "max_count": 5}),
            json!({"kind": "window", "max_age_seconds": 20_000, "max_count": 4}),
        ],
    )
    .clone();
    match dice.random_range(0..4) {
        0 => schedule["skip_on"] = json!(["off"]),
        1 => {
            schedule["run_only_on"] = json!(["off"]);
            // A schedule that fires more often than hourly cannot roll.
            let often = match schedule["kind"].as_str() {
                Some("interval") => schedule["every_seconds"].as_u64() < Some(3_600),
                _ => schedule["expression"] == "H/20 * * * *",
            };
            let rolls = ["skip", "next_business_day", "previous_business_day"];
            schedule["roll"] = json!(pick(dice, if often { &rolls[..1] } else { &rolls }));
        }
        _ => {}
    }
    schedule
}

fn calendar(dice: &mut StdRng, now: DateTime<Utc>) -> Calendar {
    let mut entries = vec![json!({"kind": "weekdays", "weekdays": [pick(dice, &["monday", "sunday", "wednesday"])]})];
    for _ in 0..dice.random_range(0..4) {
        let date = (now + TimeDelta::days(dice.random_range(-3..6))).date_naive();
        entries.push(json!({"kind": "date", "date": date, "until": null, "title": ""}));
    }
    let maintenance = json!({"timezone": "America/New_York", "from": "01:30", "to": "03:10", "tags": []});
    let maintenance = if dice.random_bool(0.3) { maintenance } else { Value::Null };
    let body = json!({"name": "off", "description": "", "entries": entries, "except": [], "maintenance": maintenance});
    serde_json::from_value(body).expect("a calendar")
}

impl Walk {
    async fn new(seed: u64) -> Self {
        let bench = Bench::at(Clock::manual(BEGIN.parse().expect("an instant"))).await;
        let mut dice = StdRng::seed_from_u64(seed);
        let off = calendar(&mut dice, bench.app.clock().now());
        bench.app.calendar_create(&Caller::local(), off, false).await.expect("made");
        for task in TASKS {
            let overlap = pick(&mut dice, &[json!({"kind": "skip"}), json!({"kind": "allow", "max": 1000})]).clone();
            let schedules = [schedule(&mut dice), schedule(&mut dice)];
            bench.task(child_task(task, &["exit", "0"], json!({"schedules": schedules, "overlap": overlap}))).await;
        }
        let scheduler = Scheduler::new(bench.app.clone());
        Self { bench, scheduler, dice, told: Vec::new() }
    }

    async fn round(&self) {
        let done = self.scheduler.run_once().await;
        assert!(done.is_ok(), "{done:?}\n{}", self.told.join("\n"));
    }

    /// Lets time pass while the server is present; it wakes up when it needs to.
    async fn live(&mut self, time: TimeDelta) {
        let clock = self.bench.app.clock().clone();
        let until = clock.now() + time;
        self.round().await;
        while clock.now() < until {
            let wait =
                self.scheduler.next_in().and_then(|wait| TimeDelta::from_std(wait).ok()).unwrap_or(TimeDelta::MAX);
            clock.advance(wait.min(until - clock.now()));
            self.round().await;
        }
    }

    async fn edit(&mut self, task: &str) {
        let view = self.bench.app.task_view(&Caller::local(), task).await.expect("there");
        let mut definition = view.record.definition;
        match self.dice.random_range(0..4) {
            0 => drop(definition.schedules.pop()),
            1 => definition.title = format!("{}!", definition.title),
            _ => {
                let body = child_task(task, &[], json!({"schedules": [schedule(&mut self.dice)]}));
                let wire: orc_server::api::tasks::definition::TaskDefinition =
                    serde_json::from_value(body).expect("a body");
                let new = wire.into_domain("UTC").schedules.remove(0);
                match self.dice.random_range(0..=definition.schedules.len()) {
                    at if at < definition.schedules.len() => {
                        let key = definition.schedules[at].key.clone();
                        definition.schedules[at] = Schedule { key, ..new };
                    }
                    _ if definition.schedules.len() < 3 => definition.schedules.push(new),
                    _ => {}
                }
                fill_keys(&mut definition.schedules);
            }
        }
        self.told.push(format!("edit {task}: {:?}", definition.schedules));
        let write = Write { base: None, dry_run: false };
        match self.bench.app.task_update(&Caller::local(), task, definition, write).await {
            Ok(_) | Err(orc_server::app::Error::Invalid(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn step(&mut self) {
        let app = self.bench.app.clone();
        let caller = Caller::local();
        let task = *pick(&mut self.dice, &TASKS);
        let hours = *pick(&mut self.dice, &[0, 0, 1, 3, 7, 26]);
        let time = TimeDelta::hours(hours) + TimeDelta::seconds(self.dice.random_range(1..4_000));
        self.told.push(format!("at {}", app.clock().now()));
        match self.dice.random_range(0..12) {
            0..=3 => {
                self.told.push(format!("live {time}"));
                self.live(time).await;
            }
            4 | 5 => {
                self.told.push(format!("away {time}"));
                app.clock().advance(time);
                self.scheduler = Scheduler::new(app.clone());
                self.round().await;
            }
            6 | 7 => self.edit(task).await,
            8 => {
                let enabled = self.dice.random_bool(0.6);
                self.told.push(format!("{task} enabled: {enabled}"));
                app.task_switch(&caller, task, enabled).await.expect("switched");
            }
            9 | 10 => {
                let off = calendar(&mut self.dice, app.clock().now());
                self.told.push(format!("{off:?}"));
                app.calendar_update(&caller, "off", off, Write::default()).await.expect("changed");
            }
            _ => {
                let held = app.hold().await.expect("a look").is_some();
                self.told.push(format!("hold: {}", !held));
                if held {
                    app.system_release(&caller).await.expect("released");
                } else {
                    app.system_hold(&caller, "a walk".into()).await.expect("held");
                }
            }
        }
    }

    async fn check(&mut self) {
        // Slots due at this moment may not be in the ledger yet.
        self.live(TimeDelta::seconds(95)).await;
        for task in TASKS {
            let range = (Some(BEGIN.parse().expect("an instant")), None);
            let summary = self.bench.app.slot_summary(&Caller::local(), task, range).await.expect("a summary");
            let wrong = summary.schedules.iter().filter(|(_, it)| it.account.unaccounted + it.account.surplus > 0);
            let wrong: Vec<_> = wrong.collect();
            assert!(wrong.is_empty(), "{task}: {wrong:?}\n{}", self.told.join("\n"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_every_slot_is_told_of() {
    let seeds = if std::env::var_os("ORC_TEST_FULL").is_some() { 50 } else { 4 };
    for seed in 0..seeds {
        let mut walk = Walk::new(seed).await;
        for step in 0..60 {
            walk.step().await;
            if step % 10 == 9 {
                walk.check().await;
            }
        }
    }
}
