//! Tasks that start a program on purpose and leave it running.

use super::bench::Bench;
use orc_server::app::Caller;
use orc_server::domain::reason::Reason;
use orc_server::domain::vocabulary::RunState;
use rustix::process::{Pid, Signal};
use serde_json::{Value, json};
use std::path::Path;

/// A process of a test, ended with it.
struct Leftover(u32);

impl Leftover {
    fn lives(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim_start().starts_with('Z'))
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.0).expect("a pid")).expect("not zero");
        let _gone_already = rustix::process::kill_process(pid, Signal::KILL);
    }
}

fn task(name: &str, line: &str, more: Value) -> Value {
    let mut body = json!({"name": name, "run": {"kind": "shell", "line": line}});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

const DAEMON: &str = "nohup sleep 301 >/dev/null 2>&1 </dev/null & echo $!";

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_survives_its_run_its_server_and_a_late_cancel() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    bench.task(task("daemon", DAEMON, json!({"leave_behind": true}))).await;
    let run = bench.start("daemon").await;
    let (ended, attempts) = bench.ended(run).await;
    let pid = bench.log(&attempts[0]).trim().parse().expect("its pid");
    let daemon = Leftover(pid);
    assert_eq!((ended.state, ended.reason), (RunState::Succeeded, None));
    let listed = &attempts[0].left_behind;
    assert_eq!((listed.len(), listed[0].pid, listed[0].name.as_str()), (1, pid, "sleep"));
    assert!((listed[0].started_at - attempts[0].started_at).abs() < chrono::TimeDelta::seconds(60));
    let answer = bench.admin().await.json(200, &format!("GET /runs/{run}"), None).await;
    assert_eq!(answer["attempts"][0]["left_behind"][0]["pid"], pid);
    assert!(bench.app.run_cancel(&Caller::local(), run).await.is_err(), "the run is over");
    engine.shutdown().await;
    let bench = bench.restarted().await;
    let engine = bench.engine().await;
    bench.task(task("next", "true", json!({}))).await;
    bench.ended(bench.start("next").await).await;
    assert!(daemon.lives(), "nothing stops it");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_it_is_stopped_and_told() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    bench.task(task("daemon", DAEMON, json!({}))).await;
    let (ended, attempts) = bench.ended(bench.start("daemon").await).await;
    let daemon = Leftover(bench.log(&attempts[0]).trim().parse().expect("its pid"));
    assert_eq!(ended.state, RunState::Succeeded);
    assert!(attempts[0].left_behind.is_empty() && !daemon.lives());
    assert_eq!(ended.reason, Some(Reason::ProcessesStopped { count: 1 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rescuer_of_a_lost_runner_leaves_it_alone() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let line = format!("{DAEMON}; sleep 60");
    bench.task(task("daemon", &line, json!({"leave_behind": true, "retry": {"max_attempts": 1}}))).await;
    let run = bench.start("daemon").await;
    let (_, attempts) = bench.logged(run, "\n").await;
    let pid = bench.log(&attempts[0]).trim().parse().expect("its pid");
    let daemon = Leftover(pid);
    let (_, attempts) = bench.until(run, |_, attempts| attempts[0].runner_pid.is_some()).await;
    let runner = attempts[0].runner_pid.expect("known");
    assert!(Path::new(&format!("/proc/{runner}")).exists());
    rustix::process::kill_process(
        Pid::from_raw(i32::try_from(runner).expect("a pid")).expect("not zero"),
        Signal::KILL,
    )
    .expect("killed");
    let (ended, attempts) = bench.ended(run).await;
    assert_eq!(ended.state, RunState::Lost);
    assert!(daemon.lives() && attempts[0].left_behind.iter().any(|told| told.pid == pid), "{attempts:?}");
    for told in &attempts[0].left_behind {
        drop(Leftover(told.pid));
    }
}
