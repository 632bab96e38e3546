//! The real binary under a wall clock that is moved (libfaketime): nothing fires twice, nothing is left out silently.
//!
//! Only Linux has libfaketime. The rules themselves are tested everywhere in `engine::clock` and `domain::clock`.

use super::process::{Server, binary};
use crate::engine::bench::program;
use crate::kit::answered;
use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Far more than any test needs.
const PATIENCE: Duration = Duration::from_secs(60);

fn library() -> PathBuf {
    let named = std::env::var_os("ORC_TEST_FAKETIME").map(PathBuf::from);
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found = folders.map(|folder| folder.join("faketime/libfaketime.so.1")).filter(|file| file.exists());
    named.or_else(|| found.next()).expect("libfaketime: on Debian `apt-get install faketime`, or ORC_TEST_FAKETIME")
}

/// A server whose wall clock follows a file.
struct Moved {
    folder: tempfile::TempDir,
    seconds: i64,
    server: Option<Server>,
}

impl Moved {
    fn new() -> Self {
        let mut it = Self { folder: tempfile::tempdir().unwrap(), seconds: 0, server: None };
        it.start();
        it
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("moved")
    }

    /// Moves the wall clock from now on.
    fn shift(&mut self, by: TimeDelta) {
        self.seconds += by.num_seconds();
        // In one step, because a half-written file would be another jump.
        let next = self.folder.path().join("next");
        std::fs::write(&next, format!("{:+}\n", self.seconds)).unwrap();
        std::fs::rename(next, self.file()).unwrap();
    }

    fn start(&mut self) {
        self.shift(TimeDelta::zero());
        let mut command = binary();
        command
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", self.file())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("ORC_RUNNER", program("orc-runner"));
        let data: &Path = &self.data();
        std::fs::create_dir_all(data).unwrap();
        self.server = Some(Server::start_as(command, data, &[]));
    }

    fn stop(&mut self) {
        let server = self.server.take().unwrap();
        server.signal(Signal::TERM);
        server.ended();
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self.server.as_ref().unwrap().request(method, &format!("/api/v1{path}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = answered(request).await;
        assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.text);
        answer.json()
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None).await
    }

    async fn now(&self) -> DateTime<Utc> {
        instant(&self.get("/system").await["clock"]["planning_at"])
    }

    async fn task(&self, name: &str, schedule: Value) {
        let run = json!({"kind": "command", "program": "/bin/true"});
        let overlap = json!({"kind": "allow", "max": 1000});
        let body = json!({"name": name, "run": run, "schedules": [schedule], "overlap": overlap});
        self.ask(Method::POST, "/tasks", Some(body)).await;
    }

    /// The whole ledger of a task, oldest first.
    async fn ledger(&self, task: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut path = format!("/slots?task={task}&limit=200");
        loop {
            let page = self.get(&path).await;
            rows.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/slots?task={task}&limit=200&cursor={cursor}");
        }
        rows.sort_by_key(|row| instant(&row["first_at"]));
        rows
    }

    /// Waits until a condition is true for the ledger.
    async fn until(&self, task: &str, what: &str, is: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let rows = self.ledger(task).await;
                if is(&rows) {
                    return rows;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        match found.await {
            Ok(rows) => rows,
            Err(_) => panic!("never: {what}: {:#?}", self.ledger(task).await),
        }
    }

    /// What was due in a period, compared with the ledger.
    async fn account(&self, task: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> Value {
        let stamp = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        self.get(&format!("/slots/summary?task={task}&from_at={}&until_at={}", stamp(from), stamp(until))).await
    }
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap_or_else(|| panic!("an instant, not {value}")).parse().unwrap()
}

fn counted(rows: &[Value], outcome: &str) -> u64 {
    rows.iter().filter(|row| row["outcome"] == outcome).map(|row| row["count"].as_u64().unwrap()).sum()
}

/// No instant is in the ledger twice, alone or within a range.
fn nothing_twice(rows: &[Value]) {
    let mut before: Option<DateTime<Utc>> = None;
    for row in rows {
        let (first, last) = (instant(&row["first_at"]), instant(&row["last_at"]));
        assert!(before.is_none_or(|before| first > before), "twice: {row:#}");
        before = Some(last);
    }
    let runs: Vec<&Value> = rows.iter().map(|row| &row["run_id"]).filter(|run| !run.is_null()).collect();
    assert_eq!(runs.iter().map(|run| run.to_string()).collect::<HashSet<_>>().len(), runs.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_moved_under_the_running_server() {
    let mut it = Moved::new();
    let begun = it.now().await;
    it.task("often", json!({"kind": "cron", "expression": "* * * * * *", "end_at": begun + TimeDelta::days(2)})).await;
    it.task("daily", json!({"kind": "cron", "expression": "0 3 * * *", "catch_up": {"kind": "latest"}})).await;
    it.until("often", "it fires", |rows| rows.len() >= 8).await;
    // Back by a little: what has fired does not fire again, and firing continues.
    it.shift(TimeDelta::seconds(-5));
    let seen = it.ledger("often").await.len();
    let rows = it.until("often", "it goes on after -5 s", |rows| rows.len() >= seen + 6).await;
    nothing_twice(&rows);
    // Forward by a day: doubted, so planning continues; after the confirmation, the skipped slots are accounted for.
    it.shift(TimeDelta::days(1));
    let seen = it.ledger("often").await.len();
    let rows = it.until("often", "it goes on while the clock is doubted", |rows| rows.len() >= seen + 3).await;
    assert_eq!(counted(&rows, "missed"), 0);
    let clock = it.get("/system").await["clock"].clone();
    assert_eq!(clock["trusted"], false, "{clock}");
    assert!(instant(&clock["machine_at"]) - instant(&clock["planning_at"]) > TimeDelta::hours(23));
    assert_eq!(it.ask(Method::POST, "/system/clock", None).await["trusted"], true);
    let confirmed = it.now().await;
    let after = |rows: &[Value]| rows.iter().any(|row| instant(&row["first_at"]) > confirmed);
    let rows = it.until("often", "it fires by the new time", after).await;
    nothing_twice(&rows);
    let last = instant(&rows.last().unwrap()["last_at"]);
    let account = it.account("often", begun, last + TimeDelta::microseconds(1)).await;
    assert_eq!((&account["unaccounted"], &account["surplus"]), (&json!(0), &json!(0)), "{account:#}");
    assert_eq!(account["expected"], counted(&rows, "run") + counted(&rows, "missed"));
    it.until("daily", "the last of the day is caught up", |rows| counted(rows, "run") == 1).await;
    // Forward by ten years.
    it.shift(TimeDelta::days(3653));
    let doubted = tokio::time::timeout(PATIENCE, async {
        while it.get("/system").await["clock"]["trusted"] == true {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    doubted.await.expect("ten years are doubted");
    it.ask(Method::POST, "/system/clock", None).await;
    let rows = it.until("daily", "ten years are accounted for", |rows| counted(rows, "missed") > 3000).await;
    assert_eq!(counted(&rows, "run"), 2, "only the latest is caught up");
    nothing_twice(&rows);
    let account = it.account("daily", begun, it.now().await).await;
    assert_eq!((&account["unaccounted"], &account["surplus"]), (&json!(0), &json!(0)), "{account:#}");
    // Back by the ten years: after the confirmation, the daily task has not fired too early, and is due at its next
    // time.
    it.shift(TimeDelta::days(-3653));
    it.get("/system").await;
    it.ask(Method::POST, "/system/clock", None).await;
    let next = it.get("/tasks/daily").await["next_slots"][0]["scheduled_for"].clone();
    assert!(instant(&next) - it.now().await <= TimeDelta::days(1), "{next}");
    nothing_twice(&it.ledger("daily").await);
    // Back by an hour, exactly the limit of what is trusted at once.
    it.shift(TimeDelta::hours(-1));
    let clock = it.ask(Method::POST, "/system/clock", None).await;
    assert_eq!(clock["trusted"], true);
    nothing_twice(&it.ledger("daily").await);
    nothing_twice(&it.ledger("often").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_a_clock_that_runs_ahead_silences_nobody_once_it_is_right_again() {
    for off in [TimeDelta::hours(30), TimeDelta::days(3653)] {
        let mut it = Moved::new();
        let begun = it.now().await;
        it.task("often", json!({"kind": "cron", "expression": "@every 2s"})).await;
        it.until("often", "it fires", |rows| !rows.is_empty()).await;
        it.stop();
        it.shift(off);
        it.start();
        let there = |rows: &[Value]| rows.iter().any(|row| instant(&row["first_at"]) > begun + off);
        it.until("often", "it fires by the wrong time", |rows| there(rows) && counted(rows, "missed") > 1000).await;
        it.stop();
        it.shift(-off);
        it.start();
        let right = it.now().await;
        let now_and_later = |rows: &[Value]| {
            let soon = right + TimeDelta::minutes(1);
            rows.iter()
                .filter(|row| (right..soon).contains(&instant(&row["first_at"])) && row["outcome"] == "run")
                .count()
        };
        let rows = it.until("often", "it fires by the right time", |rows| now_and_later(rows) >= 3).await;
        nothing_twice(&rows);
        let last = right + TimeDelta::seconds(1);
        let account = it.account("often", begun, last).await;
        assert_eq!((&account["unaccounted"], &account["surplus"]), (&json!(0), &json!(0)), "{account:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_doubted_is_doubted_after_a_restart_too() {
    let mut it = Moved::new();
    it.task("often", json!({"kind": "cron", "expression": "* * * * * *"})).await;
    it.shift(TimeDelta::days(3653));
    let doubted = async |it: &Moved| {
        let clock = it.get("/system").await["clock"].clone();
        clock["trusted"] == false
            && instant(&clock["machine_at"]) - instant(&clock["planning_at"]) > TimeDelta::days(3652)
    };
    let told = async |it: &Moved| {
        let audit = it.get("/audit?action=clock_doubted").await;
        !audit["items"].as_array().unwrap().is_empty()
    };
    let seen = tokio::time::timeout(PATIENCE, async {
        while !told(&it).await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    seen.await.expect("the doubt is in the audit log");
    assert!(doubted(&it).await);
    it.stop();
    it.start();
    assert!(doubted(&it).await, "a restart is no reason to believe it");
    let seen = it.ledger("often").await.len();
    let rows = it.until("often", "it goes on", |rows| rows.len() >= seen + 3).await;
    assert!(counted(&rows, "missed") < 60, "{rows:#?}");
    it.ask(Method::POST, "/system/clock", None).await;
    it.stop();
    it.start();
    assert!(!doubted(&it).await, "an admin confirmed it");
}

#[tokio::test(flavor = "multi_thread")]
async fn short_outages_are_caught_up_by_the_rule_too() {
    let mut it = Moved::new();
    let policies = [
        ("none", json!({"kind": "none"})),
        ("latest", json!({"kind": "latest"})),
        ("window", json!({"kind": "window", "max_age_seconds": 60, "max_count": 3})),
        ("all", json!({"kind": "all", "max_count": 100})),
    ];
    for (name, catch_up) in &policies {
        it.task(name, json!({"kind": "cron", "expression": "@every 5s", "catch_up": catch_up})).await;
    }
    it.stop();
    let stopped = Utc::now() + TimeDelta::seconds(it.seconds);
    it.shift(TimeDelta::seconds(95));
    it.start();
    let view = it.get("/system").await;
    let (started, back) = (instant(&view["started_at"]), instant(&view["clock"]["planning_at"]));
    for (name, _) in &policies {
        let in_outage = |row: &&Value| (stopped..back).contains(&instant(&row["first_at"]));
        let whole =
            |rows: &[Value]| rows.iter().any(|row| instant(&row["first_at"]) > back) && counted(rows, "pending") == 0;
        let rows = it.until(name, "the ledger is complete and nothing is pending", whole).await;
        let outage: Vec<Value> = rows.iter().filter(in_outage).cloned().collect();
        let (ran, missed) = (counted(&outage, "run"), counted(&outage, "missed"));
        // Slots that fell due while the server was starting may be on time, because a busy machine starts slowly.
        let starting = outage.iter().filter(|row| instant(&row["first_at"]) >= started);
        let starting = u64::try_from(starting.count()).unwrap();
        assert!((18..=22 + starting).contains(&(ran + missed)), "{name}: {outage:#?}");
        // The newest slot may still be on time.
        let most = match *name {
            "none" | "latest" => 1,
            "window" => 4,
            _ => ran,
        };
        assert!(ran <= most + starting && ran + 1 >= most, "{name}: {ran} runs, {missed} missed: {outage:#?}");
        assert!(*name != "all" || missed == 0);
        nothing_twice(&rows);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn downtime_under_each_catch_up_policy_gives_exactly_what_it_says() {
    for hours in [5, 25] {
        let mut it = Moved::new();
        let minute = (it.now().await.minute() + 30) % 60;
        let policies = [
            ("none", json!({"kind": "none"})),
            ("latest", json!({"kind": "latest"})),
            ("all", json!({"kind": "all", "max_count": 100})),
            ("some", json!({"kind": "all", "max_count": 3})),
            ("window", json!({"kind": "window", "max_age_seconds": 3 * 3600, "max_count": 100})),
        ];
        for (name, catch_up) in &policies {
            it.task(name, json!({"kind": "cron", "expression": format!("{minute} * * * *"), "catch_up": catch_up}))
                .await;
        }
        let begun = it.now().await;
        it.stop();
        it.shift(TimeDelta::hours(hours));
        it.start();
        let hours = u64::try_from(hours).unwrap();
        for (name, _) in &policies {
            let ran = match *name {
                "none" => 0,
                "latest" => 1,
                "all" => hours,
                _ => 3,
            };
            let all = |rows: &[Value]| counted(rows, "run") + counted(rows, "missed") == hours;
            let rows = it.until(name, "the ledger is complete and nothing is pending", all).await;
            assert_eq!((counted(&rows, "run"), counted(&rows, "missed")), (ran, hours - ran), "{name} after {hours} h");
            nothing_twice(&rows);
            let newest: Vec<_> = rows.iter().rev().take(usize::try_from(ran).unwrap()).collect();
            assert!(newest.iter().all(|row| row["outcome"] == "run"), "{name}: the newest run");
            let account = it.account(name, begun, it.now().await).await;
            assert_eq!((&account["expected"], &account["unaccounted"]), (&json!(hours), &json!(0)), "{account:#}");
        }
    }
}
