//! The server itself over HTTP: state, settings, workers, hold, metrics, and the stream of events.
//!
//! Deliberately absent: changing settings, which only files, flags and the environment do. Start reading at
//! `system_view`.

pub mod events;
pub mod heartbeat;

use super::core::answer::Reason;
use super::core::body::Body;
use super::core::error::ApiResult;
use super::core::state::{ApiState, ShownSetting};
use crate::api::tasks::limits::{LimitAbility, abilities_out};
use crate::app::Caller;
use crate::app::clock::ClockView;
use crate::app::system::disk::Disk;
use crate::app::system::{self, DatabaseFacts, SystemView, WorkerStatus};
use crate::domain::core::limits::Abilities;
use crate::domain::vocabulary::Permission;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on the server itself, and its stream of events.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(system_view))
        .routes(routes!(system_settings))
        .routes(routes!(system_workers))
        .routes(routes!(system_hold, system_release))
        .routes(routes!(
            heartbeat::system_heartbeat_view,
            heartbeat::system_heartbeat_set,
            heartbeat::system_heartbeat_clear
        ))
        .routes(routes!(clock_confirm))
        .routes(routes!(system_metrics))
        .routes(routes!(system_contract))
        .routes(routes!(events::event_stream))
}

/// The server and what it depends on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct System {
    /// Version of Orc.
    pub version: String,
    /// Name of this server.
    pub node: String,
    /// Operating system and processor.
    pub platform: String,
    /// When the server started.
    pub started_at: DateTime<Utc>,
    /// Seconds since the start of the server.
    pub uptime_seconds: f64,
    /// The time by which Orc plans: the machine's clock, unless that is doubted.
    pub now_at: DateTime<Utc>,
    /// The machine's clock, and whether it is trusted.
    pub clock: SystemClock,
    /// Number of schedules that are stored but cannot be computed, and so do not fire. The tasks' schedules say why.
    pub invalid_schedule_count: u32,
    /// Default time zone of schedules.
    pub timezone: String,
    /// Version of the zone data.
    pub timezone_data: String,
    /// Maximum number of simultaneous runs.
    pub run_limit: u32,
    /// The database.
    pub database: SystemDatabase,
    /// The disk that holds the data folder.
    pub disk: SystemDisk,
    /// The hold, if everything is on hold.
    pub hold: Option<Hold>,
    /// What this server can do with the processes of tasks.
    pub abilities: SystemAbilities,
    /// What needs somebody's attention.
    pub warnings: Vec<Reason>,
}

/// What this server can do with the processes of tasks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemAbilities {
    /// Name of the account that the server runs as; null: the system does not know it.
    #[schema(example = "orc")]
    pub account: Option<String>,
    /// User that tasks run as unless they name one with `run_as`.
    #[schema(example = "orc")]
    pub task_user: Option<String>,
    /// Whether tasks can run as other users with `run_as`.
    pub run_as: bool,
    /// Whether each attempt gets a cgroup of its own, so that a stop ends all of its processes at once.
    pub cgroup: bool,
    /// What the server does about each kind of limit.
    pub limits: Vec<LimitAbility>,
}

/// The machine's clock. If it jumps by more than an hour, Orc doubts it and plans by the time since boot, until the
/// new time has held for ten minutes or an administrator confirms it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemClock {
    /// Whether the machine's clock is trusted.
    pub trusted: bool,
    /// The time that the machine's clock shows.
    pub machine_at: DateTime<Utc>,
    /// The time by which Orc plans.
    pub planning_at: DateTime<Utc>,
    /// Since when the machine's clock has been doubted; null: it is trusted.
    pub doubted_since_at: Option<DateTime<Utc>>,
}

/// The database.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemDatabase {
    /// Kind: sqlite or postgres.
    #[schema(example = "sqlite")]
    pub kind: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Size of the write-ahead log in bytes; null where there is none to measure.
    pub wal_bytes: Option<u64>,
    /// Newest migration.
    pub schema_version: String,
}

/// A disk.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SystemDisk {
    /// Size in bytes.
    pub total_bytes: u64,
    /// Free space in bytes.
    pub free_bytes: u64,
    /// `ok`, `logs_stopped` (below 5 % free) or `runs_stopped` (below 2 %).
    #[schema(example = "ok")]
    pub guard: String,
}

/// Everything is on hold: nothing fires, nothing starts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hold {
    /// Why everything is on hold.
    pub reason: String,
    /// Name of the user or token that put everything on hold.
    pub by: String,
    /// Since when everything has been on hold.
    pub since_at: DateTime<Utc>,
}

/// Why everything is put on hold.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldCreate {
    /// The reason, for your colleagues to read.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A setting, its value and its source.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Setting {
    /// Name of the setting.
    pub name: String,
    /// Value of the setting; secrets are masked.
    pub value: String,
    /// Source of the value: `default`, `file`, `environment` or `flag`.
    #[schema(example = "default")]
    pub source: String,
    /// What the setting does.
    pub description: String,
}

/// All settings.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettingList {
    /// The settings, by name.
    pub items: Vec<Setting>,
}

/// A background worker of the server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Worker {
    /// Name of the worker.
    pub name: String,
    /// Maximum seconds between two rounds without a signal.
    pub every_seconds: f64,
    /// Number of rounds so far.
    pub round_count: u64,
    /// Since when a round has been in progress; null: the worker is asleep.
    pub running_since_at: Option<DateTime<Utc>>,
    /// When the last finished round began.
    pub last_at: Option<DateTime<Utc>>,
    /// Duration of the last finished round in seconds.
    pub last_seconds: Option<f64>,
    /// What the last round that did something did.
    pub last_summary: Option<Reason>,
    /// Why the last round failed; null: it did not.
    pub error: Option<Reason>,
}

/// All background workers of the server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkerList {
    /// The workers.
    pub items: Vec<Worker>,
}

/// View the server: version, uptime, database, disk.
#[utoipa::path(get, path = "/system", tag = "system",
    responses((status = 200, description = "The server", body = System)),
    extensions(("x-permission" = json!("read"))))]
pub async fn system_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<System>> {
    let SystemView { started_at, clock, invalid_schedule_count, database, disk, hold, warnings } =
        state.app.system_view(&caller).await?;
    let settings = state.app.settings();
    Ok(Json(System {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        node: settings.node.clone(),
        platform: state.settings.platform.clone(),
        started_at,
        uptime_seconds: state.app.uptime_seconds(),
        now_at: clock.planning_at,
        clock: clock.into(),
        invalid_schedule_count,
        timezone: settings.timezone.clone(),
        timezone_data: chrono_tz::IANA_TZDB_VERSION.to_owned(),
        run_limit: settings.run_limit,
        database: database.into(),
        disk: disk.into(),
        hold: hold.map(Hold::from),
        abilities: (&settings.surroundings.abilities).into(),
        warnings: warnings.into_iter().map(Into::into).collect(),
    }))
}

impl From<&Abilities> for SystemAbilities {
    fn from(abilities: &Abilities) -> Self {
        Self {
            account: abilities.account.clone(),
            task_user: abilities.task_user.clone().or_else(|| abilities.account.clone()),
            run_as: abilities.root,
            cgroup: abilities.cgroup.is_some(),
            limits: abilities_out(abilities),
        }
    }
}

/// List the settings and the source of each.
#[utoipa::path(get, path = "/system/settings", tag = "system",
    responses((status = 200, description = "The settings", body = SettingList)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn system_settings(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<SettingList>> {
    caller.require(Permission::Admin)?;
    let settings = state.settings.shown.iter().cloned();
    let items =
        settings.map(|ShownSetting { name, value, source, description }| Setting { name, value, source, description });
    Ok(Json(SettingList { items: items.collect() }))
}

/// List the server's workers and what each did last.
#[utoipa::path(get, path = "/system/workers", tag = "system",
    responses((status = 200, description = "The workers", body = WorkerList)),
    extensions(("x-permission" = json!("read"))))]
pub async fn system_workers(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<WorkerList>> {
    let items = state.app.system_workers(&caller)?.into_iter().map(Worker::from).collect();
    Ok(Json(WorkerList { items }))
}

/// Put everything on hold: nothing fires or starts, and runs in progress continue.
#[utoipa::path(post, path = "/system/hold", tag = "system", request_body = HoldCreate,
    responses((status = 200, description = "The hold", body = Hold)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn system_hold(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(HoldCreate { reason }): Body<HoldCreate>,
) -> ApiResult<Json<Hold>> {
    Ok(Json(state.app.system_hold(&caller, reason).await?.into()))
}

/// End the hold.
#[utoipa::path(delete, path = "/system/hold", tag = "system",
    responses((status = 204, description = "Released")),
    extensions(("x-permission" = json!("admin"))))]
pub async fn system_release(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<StatusCode> {
    state.app.system_release(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Trust the machine's clock at once if it is doubted. The catch-up rules then apply to the slots in between.
#[utoipa::path(post, path = "/system/clock", tag = "system",
    responses((status = 200, description = "The clock", body = SystemClock)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn clock_confirm(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Json<SystemClock>> {
    Ok(Json(state.app.clock_confirm(&caller).await?.into()))
}

/// Get the figures of the server in the Prometheus text format.
#[utoipa::path(get, path = "/metrics", tag = "system",
    responses((status = 200, description = "The figures", body = String, content_type = "text/plain")),
    extensions(("x-permission" = json!("read"))))]
pub async fn system_metrics(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Response> {
    caller.require(Permission::Read)?;
    let text = state.metrics.text(&state.app).await;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Get the contract: this document.
#[utoipa::path(get, path = "/openapi.json", tag = "system",
    responses((status = 200, description = "The document", body = serde_json::Value)),
    extensions(("x-permission" = json!("read"))))]
pub async fn system_contract(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
) -> ApiResult<Response> {
    caller.require(Permission::Read)?;
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, state.contract.text().to_owned()).into_response())
}

impl From<ClockView> for SystemClock {
    fn from(clock: ClockView) -> Self {
        let ClockView { machine_at, planning_at, doubted_since: doubted_since_at } = clock;
        Self { trusted: doubted_since_at.is_none(), machine_at, planning_at, doubted_since_at }
    }
}

impl From<DatabaseFacts> for SystemDatabase {
    fn from(facts: DatabaseFacts) -> Self {
        let DatabaseFacts { kind, size_bytes, wal_bytes, schema_version } = facts;
        Self { kind: kind.as_str().to_owned(), size_bytes, wal_bytes, schema_version }
    }
}

impl From<Disk> for SystemDisk {
    fn from(disk: Disk) -> Self {
        let Disk { total_bytes, free_bytes } = disk;
        Self { total_bytes, free_bytes, guard: disk.guard().as_str().to_owned() }
    }
}

impl From<system::Hold> for Hold {
    fn from(hold: system::Hold) -> Self {
        let system::Hold { reason, by, since_at } = hold;
        Self { reason, by, since_at }
    }
}

impl From<WorkerStatus> for Worker {
    fn from(status: WorkerStatus) -> Self {
        let WorkerStatus {
            name,
            every_seconds,
            round_count,
            running_since_at,
            last_at,
            last_seconds,
            last_summary,
            error,
        } = status;
        let (last_summary, error) = (last_summary.map(Into::into), error.map(Into::into));
        let name = name.to_owned();
        Self { name, every_seconds, round_count, running_since_at, last_at, last_seconds, last_summary, error }
    }
}
