//! The bench for tests of the engine.

use crate::kit::{House, Setup};
use chrono::{DateTime, Utc};
use orc_server::app::Caller;
use orc_server::app::core::events::Change;
use orc_server::app::runs::RunView;
use orc_server::app::system::disk::{Disk, DiskGuard};
use orc_server::clock::Clock;
use orc_server::domain::ids::RunId;
use orc_server::domain::model::{AttemptRecord, RunRecord};
use orc_server::domain::runs::travel::Travel;
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::RunState;
use orc_server::engine::{Engine, EngineSettings};
use serde_json::{Map, Value, json};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Far more than any test needs. A test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Path of a program of the runner's crate. The tests do not build it: `cargo xtask test` builds it first, and
/// somebody who runs a single test is told what to type.
pub fn program(name: &str) -> PathBuf {
    const BUILD: &str = "build it with `cargo build -p orc-runner`";
    let test = std::env::current_exe().expect("tests have a path");
    let folder = test.parent().and_then(Path::parent).expect("target/debug/deps");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let built = changed_at(&program).unwrap_or_else(|| panic!("{} is missing: {BUILD}", program.display()));
    if let Some(newer) = newer(&Path::new(env!("CARGO_MANIFEST_DIR")).join("runner/src"), built) {
        panic!("{} is older than {}: {BUILD}", program.display(), newer.display());
    }
    program
}

/// Says at once that there is too little space for the tests of the engine, which would fail without naming the reason.
fn space(folder: &Path) {
    let Disk { total_bytes, free_bytes } = Disk::of(folder);
    let guard = Disk { total_bytes, free_bytes }.guard();
    assert!(
        guard == DiskGuard::Ok,
        "the disk of {} has only {} of {} MiB free: below 5 % Orc writes no logs, below 2 % it starts no runs, so no test of the \
         engine can pass; free some space, or set TMPDIR to a folder on another disk",
        folder.display(),
        free_bytes >> 20,
        total_bytes >> 20,
    );
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}

/// A file below the folder that changed after an instant.
fn newer(folder: &Path, than: SystemTime) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).find_map(|path| match path.is_dir() {
        true => newer(&path, than),
        false => (changed_at(&path) > Some(than)).then_some(path),
    })
}

/// The helper program.
pub fn child() -> String {
    program("orc-test-child").display().to_string()
}

/// A server of the kit, with the engine and the real processes beside it.
pub struct Bench {
    house: House,
}

impl Deref for Bench {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl Bench {
    /// On the machine's clock.
    pub async fn new() -> Self {
        Self::at(Clock::system()).await
    }

    /// On a manual clock.
    pub async fn at(clock: Clock) -> Self {
        Self { house: House::at(clock).await }
    }

    /// Opens the same data folder again, as a server that starts.
    pub async fn restarted(self) -> Self {
        Self { house: self.house.restarted().await }
    }

    /// Opens the same data folder again, with limited folders for file triggers.
    pub async fn looking_into(self, file_roots: Vec<PathBuf>) -> Self {
        let setup = Setup { file_roots, ..self.setup() };
        Self { house: self.house.reopened(setup).await }
    }

    /// Opens the same data folder again, with other ways for the requests of http tasks.
    pub async fn travelling(self, travel: Travel) -> Self {
        let setup = Setup { travel, ..self.setup() };
        Self { house: self.house.reopened(setup).await }
    }

    /// Opens the same data folder again, with other settings.
    pub async fn reopened(self, setup: Setup) -> Self {
        Self { house: self.house.reopened(setup).await }
    }

    /// Starts the engine.
    pub async fn engine(&self) -> Engine {
        space(self.folder.path());
        let _once = rustls::crypto::ring::default_provider().install_default();
        let settings = EngineSettings { runner: program("orc-runner"), own_port: 5000 };
        Engine::start(self.app.clone(), settings).await
    }

    /// Creates a task from a body as the API takes it.
    pub async fn task(&self, body: Value) {
        let wire: orc_server::api::tasks::definition::TaskDefinition =
            serde_json::from_value(body).expect("a definition");
        let definition: Definition = wire.into_domain("UTC");
        self.app.task_create(&Caller::local(), definition, false).await.expect("the task is created");
    }

    /// Creates a calendar with these entries.
    pub async fn calendar(&self, name: &str, entries: Value) {
        let body = json!({"name": name, "description": "", "entries": entries, "except": [], "maintenance": null});
        let calendar = serde_json::from_value(body).expect("a calendar");
        self.app.calendar_create(&Caller::local(), calendar, false).await.expect("the calendar is made");
    }

    /// Starts a run.
    pub async fn start(&self, task: &str) -> RunId {
        self.start_with(task, Map::new()).await
    }

    /// Starts a run with params.
    pub async fn start_with(&self, task: &str, params: Map<String, Value>) -> RunId {
        self.app.run_create(&Caller::local(), task, params, None).await.expect("the run is made").id
    }

    /// Waits until a condition is true for a run. Checks whenever the application announces a change of the run.
    pub async fn until(
        &self,
        run: RunId,
        is: impl Fn(&RunRecord, &[AttemptRecord]) -> bool,
    ) -> (RunRecord, Vec<AttemptRecord>) {
        let looked = tokio::time::timeout(PATIENCE, async {
            loop {
                let mut live = self.app.events().subscribe(None).live;
                let RunView { run: record, attempts, .. } =
                    self.app.run_view(&Caller::local(), run).await.expect("the run is there");
                if is(&record, &attempts) {
                    return (record, attempts);
                }
                // A change without an announcement (a process id) is found by the next check.
                let _changed = tokio::time::timeout(Duration::from_millis(50), live.recv()).await;
            }
        });
        let shown = || async { format!("{:?}", self.app.run_view(&Caller::local(), run).await) };
        match looked.await {
            Ok(found) => found,
            Err(_) => panic!("it never came: {}", shown().await),
        }
    }

    /// Waits until a run has ended.
    pub async fn ended(&self, run: RunId) -> (RunRecord, Vec<AttemptRecord>) {
        self.until(run, |record, _| record.state.is_final()).await
    }

    /// Waits until the log of a run's newest attempt contains a text.
    pub async fn logged(&self, run: RunId, text: &str) -> (RunRecord, Vec<AttemptRecord>) {
        self.until(run, |_, attempts| attempts.last().is_some_and(|attempt| self.log(attempt).contains(text))).await
    }

    /// Creates a task that runs the helper program, runs it, waits for the end.
    pub async fn run_child(&self, arguments: &[&str], more: Value) -> (RunRecord, Vec<AttemptRecord>) {
        self.task(child_task("it", arguments, more)).await;
        let run = self.start("it").await;
        self.ended(run).await
    }

    /// What an attempt wrote.
    pub fn log(&self, attempt: &AttemptRecord) -> String {
        let Ok(mut reader) = orc_runner::LogReader::open(&self.app.log_path(attempt.id)) else { return String::new() };
        let mut bytes = Vec::new();
        loop {
            let records = reader.read(1 << 20).expect("a readable log");
            if records.is_empty() {
                return String::from_utf8_lossy(&bytes).into_owned();
            }
            for record in records {
                if let orc_runner::Content::Bytes(piece) = record.content {
                    bytes.extend(piece);
                }
            }
        }
    }

    /// Waits for the next event that a test is interested in.
    pub async fn next_run(
        live: &mut tokio::sync::broadcast::Receiver<orc_server::app::core::events::Numbered>,
    ) -> (RunId, RunState) {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Ok(event) = live.recv().await
                    && let Change::Run { id, state, .. } = event.change
                {
                    return (id, state);
                }
            }
        })
        .await
        .expect("an event")
    }

    /// Moves the clock of the test.
    pub fn set(&self, to: DateTime<Utc>) {
        self.clock.advance(to - self.clock.now());
    }
}

/// The body of a task that runs the helper program.
pub fn child_task(name: &str, arguments: &[&str], more: Value) -> Value {
    let mut body = json!({"name": name, "run": {"kind": "command", "program": child(), "arguments": arguments}});
    for (key, value) in more.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}
