//! Heartbeats over HTTP: what a job elsewhere tells becomes a run of its task.

use crate::kit::House;
use chrono::TimeDelta;
use orc_server::app::Caller;
use orc_server::app::triggers::hook_log::KEPT;
use serde_json::{Value, json};

/// A server with a heartbeat task, and the address that its job calls.
struct Job {
    house: House,
    address: String,
}

impl Job {
    async fn new(more: Value) -> Self {
        Self::of(House::new(Default::default()).await, more).await
    }

    async fn of(house: House, more: Value) -> Self {
        let mut body =
            json!({"name": "nas", "run": {"kind": "heartbeat"}, "triggers": [{"kind": "webhook", "key": "call"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        house.admin().await.json(201, "POST /tasks", Some(body)).await;
        let made = house.admin().await.json(200, "POST /tasks/nas/triggers/call/rotate", Some(json!({}))).await;
        let address = made["url"].as_str().unwrap().to_owned();
        Self { house, address }
    }

    /// Calls the address and what follows it, with a body. Returns status and answer.
    async fn say(&self, said: &str, body: &str) -> (u16, Value) {
        let line = format!("POST ..{}{said}", self.address);
        let answer = self.house.nobody().ask_text(&line, "text/plain", body.to_owned()).await;
        (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::Null))
    }

    /// The same, and it must be answered with success. Returns the id of the run.
    async fn tell(&self, said: &str, body: &str) -> String {
        let (status, answer) = self.say(said, body).await;
        assert_eq!(status, 200, "{said}: {answer}");
        answer["run_id"].as_str().unwrap().to_owned()
    }

    async fn run(&self, run: &str) -> Value {
        self.house.admin().await.json(200, &format!("GET /runs/{run}"), None).await
    }

    async fn runs(&self) -> Vec<Value> {
        let page = self.house.admin().await.json(200, "GET /runs?task=nas", None).await;
        page["items"].as_array().unwrap().clone()
    }

    async fn log(&self, run: &str) -> String {
        self.house.admin().await.ask(&format!("GET /runs/{run}/log"), None).await.text
    }

    async fn verdicts(&self) -> Vec<Value> {
        let path = format!("GET /tasks/nas/triggers/call/calls?limit={KEPT}");
        let page = self.house.admin().await.json(200, &path, None).await;
        page["items"].as_array().unwrap().iter().map(|call| call["verdict"].clone()).collect()
    }
}

#[tokio::test]
async fn a_start_and_an_end_are_one_run_with_its_true_duration() {
    let job = Job::new(json!({})).await;
    let begun = job.tell("/start", "hello\n").await;
    let run = job.run(&begun).await;
    assert_eq!((&run["state"], &run["actions"]), (&json!("running"), &json!(["cancel"])));
    assert_eq!((&run["log"]["lines"], &run["attempts"][0]["node"]), (&json!(1), &json!("127.0.0.1")));
    job.house.clock.advance(TimeDelta::seconds(90));
    assert_eq!(job.tell("/log", "halfway").await, begun);
    job.house.clock.advance(TimeDelta::seconds(30));
    assert_eq!(job.tell("", "bye").await, begun);
    let run = job.run(&begun).await;
    assert_eq!((&run["state"], &run["duration_seconds"]), (&json!("succeeded"), &json!(120.0)));
    assert_eq!((&run["trigger"]["kind"], &run["trigger"]["by"]), (&json!("webhook"), &json!("webhook call")));
    assert_eq!((&run["node"], &run["reason"], &run["actions"]), (&Value::Null, &Value::Null, &json!(["delete"])));
    assert_eq!(run["log"], json!({"bytes": 18, "lines": 3, "truncated": false}));
    assert_eq!(job.log(&begun).await, "hello\nhalfway\nbye\n");
    assert_eq!(job.verdicts().await, ["ended", "noted", "started"]);
    let task = job.house.admin().await.json(200, "GET /tasks/nas", None).await;
    assert_eq!((&task["last_run"]["state"], &task["run_kind"]), (&json!("succeeded"), &Value::Null));
    assert_eq!(task["actions"], json!(["disable", "update", "delete"]));
    let stats = job.house.admin().await.json(200, "GET /runs/stats?task=nas", None).await;
    assert_eq!(stats["total"]["succeeded_count"], 1, "{stats}");
}

#[tokio::test]
async fn each_way_of_ending_is_a_state() {
    let job = Job::new(json!({"success_codes": [0, 3]})).await;
    for (said, state, code, reason) in [
        ("", "succeeded", Value::Null, Value::Null),
        ("/0", "succeeded", json!(0), Value::Null),
        ("/3", "succeeded", json!(3), Value::Null),
        ("/255", "failed", json!(255), json!("exit_code")),
        ("/fail", "failed", Value::Null, json!("heartbeat_failed")),
    ] {
        let run = job.run(&job.tell(said, "").await).await;
        assert_eq!((&run["state"], &run["attempts"][0]["exit_code"]), (&json!(state), &code), "{said}");
        assert_eq!(run["reason"]["code"], reason, "{said}");
    }
    assert_eq!(job.runs().await.len(), 5, "each told an end of its own");
    for method in ["GET", "HEAD"] {
        for said in ["", "/start"] {
            let answer = job.house.ask(&format!("{method} ..{}{said}", job.address), &[], None).await;
            assert_eq!(answer.status, 200, "{method} {said}: {}", answer.text);
        }
    }
    assert_eq!(job.runs().await.len(), 8, "the plain address ended what was begun before");
}

#[tokio::test]
async fn a_new_start_closes_the_run_before_it() {
    let job = Job::new(json!({})).await;
    let (first, second) = (job.tell("/start", "").await, job.tell("/start", "").await);
    let run = job.run(&first).await;
    assert_eq!((&run["state"], &run["reason"]["code"]), (&json!("lost"), &json!("heartbeat_begun_again")));
    assert_eq!(job.tell("", "").await, second);
}

#[tokio::test]
async fn a_rid_tells_which_end_belongs_to_which_start() {
    let job = Job::new(json!({})).await;
    let rid = |number: u128| format!("?rid={}", uuid::Uuid::from_u128(number));
    let one = job.tell(&format!("/start{}", rid(1)), "").await;
    let two = job.tell(&format!("/start{}", rid(2)), "").await;
    assert_eq!(job.tell(&format!("/start{}", rid(1)), "").await, one, "the call was repeated");
    assert_eq!(job.tell(&format!("/7{}", rid(1)), "").await, one);
    assert_eq!(job.tell(&format!("/start{}", rid(1)), "").await, one, "a late repetition begins nothing");
    assert_eq!(job.tell(&rid(1), "").await, one, "it ended before");
    assert_eq!(job.tell(&rid(2), "").await, two);
    let states: Vec<Value> = job.runs().await.iter().map(|run| run["state"].clone()).collect();
    assert_eq!(states, ["succeeded", "failed"]);
    let (status, refused) = job.say("/start?rid=7", "").await;
    assert_eq!((status, &refused["fields"][0]["pointer"]), (422, &json!("?rid")));
}

#[tokio::test]
async fn calls_at_once_make_one_run_each_or_share_one() {
    let job = Job::new(json!({})).await;
    let starts = futures::future::join_all((0..20).map(|_| job.tell("/start", "x"))).await;
    let open = job.runs().await.iter().filter(|run| run["state"] == "running").count();
    assert_eq!((starts.len(), open), (20, 1), "the others were closed by the one after them");
    let ends = futures::future::join_all((0..5).map(|_| job.tell("", "y"))).await;
    let shared = ends.iter().filter(|run| starts.contains(run)).count();
    assert_eq!(shared, 1, "one of them ended the open run, the others told of runs of their own");
    assert!(job.runs().await.iter().all(|run| run["state"] != "running"));
}

#[tokio::test]
async fn a_job_that_does_not_tell_its_end_times_out() {
    let job = Job::new(json!({"timeout_seconds": 600})).await;
    let begun = job.tell("/start", "working\n").await;
    job.house.clock.advance(TimeDelta::seconds(599));
    let left = job.house.app.heartbeats_close().await.unwrap();
    assert_eq!((left.closed, left.open, left.next_at.is_some()), (0, true, true));
    job.house.clock.advance(TimeDelta::seconds(2));
    assert_eq!(job.house.app.heartbeats_close().await.unwrap().closed, 1);
    let run = job.run(&begun).await;
    assert_eq!((&run["state"], &run["reason"]["code"]), (&json!("timed_out"), &json!("heartbeat_unended")));
    assert_eq!(run["log"]["bytes"], 8, "what it had told is kept");
    assert_ne!(job.tell("", "").await, begun, "its late end is a run of its own");
}

#[tokio::test]
async fn orc_starts_no_heartbeat_and_stops_none() {
    let job = Job::new(json!({})).await;
    let admin = job.house.admin().await;
    let refused = admin.json(409, "POST /tasks/nas/runs", Some(json!({}))).await;
    assert_eq!(refused["code"], "task_runs_elsewhere");
    let begun = job.tell("/start", "").await;
    let cancelled = admin.json(200, &format!("POST /runs/{begun}/cancel"), Some(json!({}))).await;
    assert_eq!(cancelled["state"], "cancelled", "nobody can be asked to stop it: {cancelled}");
    assert!(cancelled["reason"]["text"].as_str().unwrap().contains("runs elsewhere"), "{cancelled}");
    let refused = admin.json(409, &format!("POST /runs/{begun}/rerun"), Some(json!({}))).await;
    assert_eq!(refused["code"], "task_runs_elsewhere");
    admin.json(200, "POST /system/hold", Some(json!({"reason": "moving"}))).await;
    job.tell("/start", "").await;
    admin.json(200, "POST /tasks/nas/disable", Some(json!({}))).await;
    let (status, refused) = job.say("/start", "").await;
    assert_eq!((status, &refused["code"]), (409, &json!("task_disabled")));
    job.tell("", "").await;
}

#[tokio::test]
async fn wrong_calls_are_refused_and_change_nothing() {
    let job = Job::new(json!({})).await;
    for said in ["/256", "/begin", "/-1", "/Start"] {
        assert_eq!(job.say(said, "").await.0, 404, "{said}");
    }
    assert_eq!(job.say("/log", "lost").await.1["code"], "no_open_run");
    for (method, said) in [("PUT", "/start"), ("DELETE", "/fail"), ("PUT", "")] {
        assert_eq!(
            job.house.ask(&format!("{method} ..{}{said}", job.address), &[], None).await.status,
            405,
            "{method}"
        );
    }
    assert_eq!(job.say("/start", &"x".repeat(9 << 20)).await.0, 413);
    let wrong = Job { address: format!("{}x", job.address), house: job.house.clone() };
    assert_eq!(wrong.say("/start", "").await.0, 401);
    assert_eq!(wrong.say("", "").await.0, 401);
    assert_eq!(job.house.ask(&format!("GET ..{}", wrong.address), &[], None).await.status, 405, "as at any address");
    assert!(job.runs().await.is_empty());
    let old = job.address.clone();
    job.house.app.trigger_rotate(&Caller::local(), "nas", "call", None).await.unwrap();
    assert_eq!(Job { address: old, ..job }.say("", "").await.0, 401, "a replaced address is worth nothing");
}

#[tokio::test]
async fn what_makes_no_sense_without_a_start_is_refused() {
    let house = House::new(Default::default()).await;
    let admin = house.admin().await;
    let hook = json!([{"kind": "webhook"}]);
    for (more, pointer) in [
        (json!({"triggers": []}), "/triggers"),
        (json!({"triggers": [{"kind": "webhook"}, {"kind": "webhook", "key": "b"}]}), "/triggers"),
        (json!({"triggers": [{"kind": "webhook", "proof": "signature"}]}), "/triggers"),
        (json!({"triggers": hook, "schedules": [{"kind": "cron", "expression": "0 3 * * *"}]}), "/schedules"),
        (json!({"triggers": hook, "params": [{"kind": "string", "name": "day"}]}), "/params"),
        (json!({"triggers": hook, "retry": {"max_attempts": 2}}), "/retry/max_attempts"),
        (json!({"triggers": hook, "attempt_timeout_seconds": 5}), "/attempt_timeout_seconds"),
        (json!({"triggers": hook, "expect": {"start_within_seconds": 60}}), "/expect/start_within_seconds"),
        (json!({"triggers": hook, "run_as": "backup"}), "/run_as"),
    ] {
        let mut body = json!({"name": "nas", "run": {"kind": "heartbeat"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let refused = admin.json(422, "POST /tasks", Some(body.clone())).await;
        assert_eq!(refused["fields"][0]["pointer"], pointer, "{body}: {refused}");
    }
}

#[tokio::test]
async fn a_long_body_keeps_its_end_and_secrets_are_masked() {
    let house = House::new(Default::default()).await;
    let body = json!({"name": "nas-key", "kind": "token", "value": "correct-canary-9f2"});
    house.admin().await.json(201, "POST /credentials", Some(body)).await;
    let credentials = json!([{"name": "nas-key", "inject": {"kind": "env", "variable": "KEY"}}]);
    let job = Job::of(house, json!({"credentials": credentials})).await;
    let run = job.tell("", &format!("{}\nkey correct-canary-9f2 used\n", "x".repeat(200_000))).await;
    let log = job.log(&run).await;
    assert!(log.starts_with("[orc] "), "{}", &log[..80]);
    assert!(log.ends_with("key *** used\n") && log.len() < 101_000, "{} bytes", log.len());
    assert_eq!(job.run(&run).await["log"]["truncated"], true);
}

#[tokio::test]
async fn a_heartbeat_that_stays_away_is_silent() {
    let job = Job::new(json!({"expect": {"at_least_every_seconds": 3600}})).await;
    let late = async || {
        // What was booked is judged a moment later.
        job.house.clock.advance(TimeDelta::seconds(3));
        job.house.app.runs_judge().await.unwrap();
        job.house.app.runs_hear().await.unwrap();
        job.house.app.lateness_look().await.unwrap();
        let task = job.house.admin().await.json(200, "GET /tasks/nas", None).await;
        task["lateness"]["kind"].clone()
    };
    job.tell("", "").await;
    job.house.clock.advance(TimeDelta::seconds(3590));
    assert_eq!(late().await, Value::Null);
    job.tell("/fail", "").await;
    job.house.clock.advance(TimeDelta::seconds(20));
    assert_eq!(late().await, "silent", "a failure is no success");
    job.tell("", "").await;
    assert_eq!(late().await, Value::Null);
}
