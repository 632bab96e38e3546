//! A fresh database for each test, and helpers that many tests need.

use crate::kit::database;
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::api::tasks::definition::TaskDefinition;
use orc_server::domain::ids::RunId;
use orc_server::domain::model::{AttemptFinished, ClaimedRun, RunNew, RunNext, TaskChange, TaskRecord, TriggerRecord};
use orc_server::domain::model::{Claim, ClaimOrder};
use orc_server::domain::schedules::Schedule;
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::{AttemptOutcome, RunState, TriggerKind};
use orc_server::store::{DatabaseConfig, Store, StoreError, Tx};
use sea_orm::DatabaseConnection;
use serde_json::{Map, json};

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) config: DatabaseConfig,
    pub(crate) dir: tempfile::TempDir,
}

/// An instant at which all tests begin.
pub(crate) fn begin() -> DateTime<Utc> {
    "2026-11-23T10:30:00Z".parse().expect("an instant")
}

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    begin() + TimeDelta::seconds(seconds)
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let config = DatabaseConfig::in_data_dir(dir.path());
        Self { store: Store::open(&config).await.expect("opens"), config, dir }
    }

    pub(crate) async fn postgres() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let url = Some(Self::postgres_url().await);
        let config = DatabaseConfig { url, ..DatabaseConfig::in_data_dir(dir.path()) };
        Self { store: Store::open(&config).await.expect("opens"), config, dir }
    }

    /// The address of a fresh, empty database.
    pub(crate) async fn postgres_url() -> String {
        database::postgres_url().await
    }

    /// A connection that bypasses the store, to read rows and to damage them.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        database::beside(&self.config).await
    }

    pub(crate) async fn task(&self, definition: Definition) -> TaskRecord {
        self.task_at(definition, begin()).await.expect("a task")
    }

    pub(crate) async fn task_at(&self, definition: Definition, at: DateTime<Utc>) -> Result<TaskRecord, StoreError> {
        self.store.write(async move |tx: &Tx| tx.task_insert(&definition, &change(at)).await).await
    }

    pub(crate) async fn update(
        &self,
        read: &TaskRecord,
        definition: Definition,
        at: DateTime<Utc>,
    ) -> Result<TaskRecord, StoreError> {
        let read = read.clone();
        self.store.write(async move |tx: &Tx| tx.task_update(&read, &definition, &change(at)).await).await
    }

    pub(crate) async fn run(&self, new: RunNew) -> orc_server::domain::model::RunRecord {
        let made = self.store.write(async move |tx: &Tx| tx.runs_insert(std::slice::from_ref(&new)).await).await;
        made.expect("a run").pop().expect("one run")
    }

    pub(crate) async fn claim(&self, limit: u32, now: DateTime<Utc>) -> Vec<ClaimedRun> {
        self.store.runs_claim(Claim::of(limit, ClaimOrder::Priority), "node", now).await.expect("a claim")
    }

    pub(crate) async fn finish(&self, finished: AttemptFinished) -> bool {
        self.store.attempts_finish(vec![finished]).await.expect("an end")[0]
    }
}

pub(crate) fn change(at: DateTime<Utc>) -> TaskChange {
    TaskChange { at, by: "ann".into(), note: String::new(), owner: None }
}

pub(crate) fn definition(name: &str) -> Definition {
    let wire: TaskDefinition = serde_json::from_value(json!({
        "name": name,
        "title": format!("Title of {name}"),
        "run": {"kind": "command", "program": "true"},
        "overlap": {"kind": "queue", "max_waiting": 10},
    }))
    .expect("a definition");
    wire.into_domain("UTC")
}

pub(crate) fn every(key: &str, seconds: u64) -> Schedule {
    serde_json::from_value(json!({"key": key, "kind": "interval", "every_seconds": seconds})).expect("a schedule")
}

pub(crate) fn new_run(task: &TaskRecord, at: DateTime<Utc>) -> RunNew {
    RunNew {
        id: RunId::generate(),
        task: task.id,
        task_key: task.key,
        task_name: task.definition.name.clone(),
        task_version: task.version,
        state: RunState::Queued,
        trigger: TriggerRecord {
            kind: TriggerKind::Manual,
            by: Some("ann".into()),
            schedule_key: None,
            rerun_of: None,
            edited_params: Vec::new(),
        },
        schedule_row: None,
        scheduled_for: None,
        created_at: at,
        due_at: at,
        timeout: None,
        priority: 50,
        pool: None,
        pool_weight: 1,
        backfill_key: None,
        origin: None,
        params: Map::new(),
        needs_vault: false,
        gated: false,
        reason: None,
    }
}

pub(crate) fn ended(claimed: &ClaimedRun, at: DateTime<Utc>, next: RunNext) -> AttemptFinished {
    let outcome = match &next {
        RunNext::Finish { state: RunState::Succeeded, .. } => AttemptOutcome::Succeeded,
        _ => AttemptOutcome::Failed,
    };
    AttemptFinished {
        attempt: claimed.attempt.id,
        run: claimed.run.id,
        fence: claimed.run.fence,
        outcome,
        finished_at: at,
        pid: None,
        exit_code: Some(0),
        signal: None,
        reason: None,
        cpu: Some(TimeDelta::milliseconds(3)),
        peak_memory_bytes: Some(1 << 20),
        disk_read_bytes: Some(512),
        disk_written_bytes: Some(1024),
        limits: Vec::new(),
        log_bytes: 100,
        log_lines: 2,
        log_dropped_bytes: 0,
        leaked_output: false,
        survivor_count: 0,
        left_behind: Vec::new(),
        next,
    }
}

pub(crate) fn finish(state: RunState) -> RunNext {
    RunNext::Finish { state, result: None }
}
