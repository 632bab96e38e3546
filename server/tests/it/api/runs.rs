//! Runs with real processes, their logs, and backfills.

use super::tour::Tour;
use crate::engine::bench::{Bench, child_task};
use serde_json::{Value, json};

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

async fn ended(bench: &Bench, run: &Value) {
    bench.ended(id(run).parse().map(orc_server::domain::ids::RunId).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_answer_as_before() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    let mut tour = Tour::in_real_time(bench.admin().await);
    bench.task(child_task("fine", &["print", "all", "is", "well"], json!({}))).await;
    let retry = json!({"max_attempts": 2, "delay_seconds": 0});
    bench.task(json!({"name": "sick", "run": {"kind": "shell", "line": "echo sorry; exit 3"}, "retry": retry})).await;
    let fine = tour.client.json(201, "POST /tasks/fine/runs", Some(json!({}))).await;
    ended(&bench, &fine).await;
    let sick = tour.client.json(201, "POST /tasks/sick/runs", Some(json!({}))).await;
    ended(&bench, &sick).await;
    let (fine, sick) = (id(&fine), id(&sick));
    tour.ask(&format!("GET /runs/{fine}"), None).await;
    tour.ask(&format!("GET /runs/{sick}"), None).await;
    tour.ask(&format!("GET /runs/{fine}/log"), None).await;
    logs(&mut tour, &sick).await;
    let again = tour.json(&format!("POST /runs/{sick}/rerun"), Some(json!({}))).await;
    ended(&bench, &again).await;
    tour.ask(&format!("GET /runs/{}/changes", id(&again)), None).await;
    tour.ask(&format!("GET /runs/{}/changes?with={sick}", id(&again)), None).await;
    tour.ask("GET /runs?task=sick", None).await;
    tour.ask("GET /runs/stats", None).await;
    acknowledged(&bench, &mut tour, &fine).await;
    tour.ask(&format!("DELETE /runs/{fine}"), None).await;
    engine.shutdown().await;
    let late = tour.client.json(201, "POST /tasks/fine/runs", Some(json!({}))).await;
    tour.ask(&format!("POST /runs/{}/cancel", id(&late)), None).await;
    waiting(&bench, &mut tour).await;
    backfills(&bench, &mut tour).await;
    tour.hold("run");
}

/// A run that waits, because the engine is not running, and is started without waiting.
async fn waiting(bench: &Bench, tour: &mut Tour) {
    let dependencies = json!([{"kind": "file", "path": "/srv/in/ready.csv"}]);
    bench.task(child_task("waits", &["exit", "0"], json!({"dependencies": dependencies}))).await;
    let run = tour.client.json(201, "POST /tasks/waits/runs", Some(json!({}))).await;
    bench.app.gates_set_up(bench.clock.now()).await.expect("set up");
    tour.ask(&format!("GET /runs/{}", id(&run)), None).await;
    tour.ask(&format!("POST /runs/{}/start", id(&run)), None).await;
}

/// A run is marked behind the back of the judge, who needs ten runs before it marks one.
async fn acknowledged(bench: &Bench, tour: &mut Tour, run: &str) {
    let reason = json!([{"code": "log_unusual", "args": {"bytes": 0, "low_bytes": 1000, "high_bytes": 2000}}]);
    bench.behind(&format!("UPDATE run SET suspicious = '{reason}' WHERE task_name = 'fine'")).await;
    tour.ask("GET /runs?suspicious=true", None).await;
    tour.ask(&format!("POST /runs/{run}/acknowledge"), None).await;
}

/// A client that returns after the start of the first attempt sees the rest of all attempts.
async fn logs(tour: &mut Tour, run: &str) {
    let path = format!("/runs/{run}/log/stream?last_event_id=1:0");
    let mut stream = tour.client.events(&path, None).await;
    loop {
        let event = stream.next().await;
        tour.note_event(&format!("GET {path}"), &event.data);
        if event.event == "end" {
            return;
        }
    }
}

/// Backfills make no runs here, because the engine is not running.
async fn backfills(bench: &Bench, tour: &mut Tour) {
    let schedules = json!([{"kind": "cron", "expression": "0 9 * * *"}]);
    bench.task(child_task("daily", &["exit", "0"], json!({"schedules": schedules}))).await;
    let body = json!({"from_at": "2026-01-10T00:00:00Z", "until_at": "2026-01-14T00:00:00Z", "at_once": 2});
    tour.ask("POST /tasks/daily/backfills?dry_run=true", Some(body.clone())).await;
    let made = tour.json("POST /tasks/daily/backfills", Some(body)).await;
    tour.ask(&format!("GET /backfills/{}", id(&made)), None).await;
    tour.ask("GET /backfills", None).await;
    tour.ask(&format!("POST /backfills/{}/cancel", id(&made)), None).await;
}
