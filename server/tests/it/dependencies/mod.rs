//! Dependencies: runs that wait for files, ports, addresses, commands and other tasks, with the real engine.

mod definitions;
mod kinds;
mod looks;
#[cfg(unix)]
mod unwanted;
mod waiting;

use crate::engine::bench::{Bench, child_task};
use orc_server::app::Caller;
use orc_server::domain::ids::RunId;
use orc_server::domain::model::{RunDependencyRecord, RunRecord};
use serde_json::{Value, json};

/// A task that ends at once and depends on this, with a look every second.
fn depending(name: &str, dependency: Value) -> Value {
    let mut dependency = dependency;
    if dependency.get("on_unmet").is_none() {
        dependency["on_unmet"] = json!({"kind": "wait", "every_seconds": 1, "deadline_seconds": 600});
    }
    child_task(name, &["print", "done"], json!({"dependencies": [dependency]}))
}

async fn dependencies(bench: &Bench, run: RunId) -> Vec<RunDependencyRecord> {
    bench.app.run_view(&Caller::local(), run).await.expect("there").dependencies
}

/// Waits until the first dependency of a run was looked at, and found so.
async fn seen(bench: &Bench, run: RunId, met: bool) -> (RunRecord, RunDependencyRecord) {
    let sure = |record: &RunRecord, _: &[_]| record.reason.is_some() || record.state.is_final();
    loop {
        bench.until(run, sure).await;
        let found = dependencies(bench, run).await;
        if let Some(first) = found.into_iter().next().filter(|it| it.looked_at.is_some() && it.met == met) {
            return (bench.until(run, sure).await.0, first);
        }
        tokio::task::yield_now().await;
    }
}
