//! Simulations over HTTP.

use crate::api::core::answer::Reason;
use crate::api::core::body::Body;
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::api::schedules::convert::schedule_out;
use crate::api::schedules::wire::Schedule;
use crate::app::Caller;
use crate::app::forecast::simulations::{LeftOut, Simulation as Simulated, SimulationRequest};
use crate::domain::forecast::simulation::{
    Hour, LimitWait, Minute, Outcome, PoolHour, PoolWait, Proposal, TaskOverlap,
};
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest simulated period for which the hours of pools are included.
const POOL_HOURS: TimeDelta = TimeDelta::days(7);

/// What to simulate.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulationDefinition {
    /// Start of the simulation; null: now.
    #[serde(default)]
    pub from_at: Option<DateTime<Utc>>,
    /// Number of days to simulate.
    #[serde(default = "week")]
    #[schema(minimum = 1, maximum = 366, default = 7)]
    pub days: u32,
    /// Time zone for hours and days in the answer, an IANA name; null: the server's. It does not affect the
    /// simulation.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub timezone: Option<String>,
    /// Only these tasks (names or ids), whether enabled or not; empty: all enabled tasks.
    #[serde(default)]
    #[schema(max_items = 500, default = json!([]))]
    pub tasks: Vec<String>,
    /// Only tasks in this folder and the folders below it.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub folder: Option<String>,
    /// Whether to look for better minutes.
    #[serde(default = "crate::api::core::defaults::yes")]
    #[schema(default = true)]
    pub proposals: bool,
}

/// What all schedules together will do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Simulation {
    /// Start of the simulated period.
    pub from_at: DateTime<Utc>,
    /// End of the simulated period.
    pub until_at: DateTime<Utc>,
    /// Time zone for hours and days in this answer.
    pub timezone: String,
    /// Number of tasks that took part.
    pub task_count: usize,
    /// Names of the tasks that took part as if they never waited for their dependencies, such as a file.
    pub may_wait: Vec<String>,
    /// Tasks and schedules that could not take part, each with the reason.
    pub left_out: Vec<SimulationLeftOut>,
    /// Number of slots that are due and that no calendar or clock change skips.
    pub slot_count: u64,
    /// Number of slots that calendars or clock changes skip.
    pub skipped_count: u64,
    /// The hours, beginning with that of `from_at`.
    pub hours: Vec<SimulatedHour>,
    /// The 20 minutes in which most slots are due together, busiest first.
    pub busiest: Vec<SimulatedMinute>,
    /// Tasks whose own runs overlap, worst first.
    pub overlaps: Vec<SimulatedOverlap>,
    /// How runs wait for pools.
    pub waits: Vec<SimulatedWait>,
    /// How runs wait for the server's limit of simultaneous runs.
    pub limit: SimulatedLimit,
    /// Better minutes, greatest gain first.
    pub proposals: Vec<SimulationProposal>,
    /// Duration of the computation in seconds.
    pub computed_seconds: f64,
}

/// One hour of a simulation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedHour {
    /// Start of the hour, by the clocks of the requested time zone.
    pub hour_at: DateTime<Utc>,
    /// Number of slots due in the hour.
    pub slots: u32,
    /// Maximum number of simultaneous runs.
    pub peak: u32,
}

/// A minute in which several slots are due.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedMinute {
    /// Start of the minute.
    pub at: DateTime<Utc>,
    /// Number of slots due in the minute.
    pub slots: u32,
    /// Names of the tasks that are due, at most ten.
    pub tasks: Vec<String>,
}

/// How the runs of a task overlap.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedOverlap {
    /// Name of the task.
    pub task: String,
    /// Number of runs that are skipped or replaced.
    pub skipped: u64,
    /// Number of runs that wait for an earlier one.
    pub waited: u64,
    /// The longest of these waits, in seconds.
    pub wait_seconds_max: u32,
}

/// How runs wait for a pool.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedWait {
    /// Name of the pool.
    pub pool: String,
    /// Number of places in the pool.
    pub capacity: u32,
    /// Number of runs that wait.
    pub waited: u64,
    /// Average wait in seconds, among runs that wait.
    pub wait_seconds_mean: f64,
    /// Longest wait in seconds.
    pub wait_seconds_max: u32,
    /// Maximum number of places taken at once.
    pub peak: u32,
    /// The same by hour, like `hours` of the simulation; empty if more than 7 days are simulated.
    pub hours: Vec<SimulatedPoolHour>,
}

/// How runs wait for the server's limit of simultaneous runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedLimit {
    /// The limit.
    pub capacity: u32,
    /// Number of runs that wait.
    pub waited: u64,
    /// Average wait in seconds, among runs that wait.
    pub wait_seconds_mean: f64,
    /// Longest wait in seconds.
    pub wait_seconds_max: u32,
}

/// One hour of a pool.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedPoolHour {
    /// Start of the hour.
    pub hour_at: DateTime<Utc>,
    /// Maximum number of places taken at once.
    pub peak: u32,
    /// Maximum number of runs waiting at once.
    pub waiting: u32,
}

/// A better minute for a schedule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulationProposal {
    /// Name of the task.
    pub task: String,
    /// Key of the schedule within its task.
    pub schedule_key: String,
    /// The present schedule, in words.
    pub words_before: String,
    /// The proposed schedule, in words.
    pub words_after: String,
    /// The proposed schedule, ready to save.
    pub schedule: Schedule,
    /// Number of slots of other schedules in the same minutes, at present.
    pub collisions_before: u64,
    /// Number of slots of other schedules in the same minutes, with the proposal.
    pub collisions_after: u64,
    /// Why the proposal is better.
    pub reason: Reason,
}

/// A task, or one schedule of it, that could not take part in a simulation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulationLeftOut {
    /// Name of the task.
    pub task: String,
    /// Key of the schedule; null: the whole task.
    pub schedule_key: Option<String>,
    /// Why it could not.
    pub reason: Reason,
}

/// Simulate the coming days: what is due when, what overlaps, what waits, and which minutes would be better.
#[utoipa::path(post, path = "/simulations", tag = "schedule", request_body = SimulationDefinition,
    responses((status = 200, description = "The simulation", body = Simulation)),
    extensions(("x-permission" = json!("read"))))]
pub async fn simulation_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<SimulationDefinition>,
) -> ApiResult<Json<Simulation>> {
    let SimulationDefinition { from_at, days, timezone, tasks, folder, proposals } = body;
    let timezone = timezone.unwrap_or_else(|| state.app.settings().timezone.clone());
    let request = SimulationRequest { from_at, days, timezone, tasks, folder, proposals };
    let simulated = state.app.simulation_create(&caller, &request).await?;
    Ok(Json(simulation_out(simulated, request.timezone)))
}

fn week() -> u32 {
    7
}

fn left_out_out(left_out: LeftOut) -> SimulationLeftOut {
    let LeftOut { task, schedule_key, reason } = left_out;
    SimulationLeftOut { task, schedule_key, reason: reason.into() }
}

fn simulation_out(simulated: Simulated, timezone: String) -> Simulation {
    let Simulated { from_at, until_at, first_hour: first, task_count, may_wait, left_out, outcome, computed } =
        simulated;
    let Outcome { slots, skipped, hours, busiest, overlaps, waits, limit, proposals } = outcome;
    let hour = |(number, hour): (i64, Hour)| SimulatedHour {
        hour_at: first + TimeDelta::hours(number),
        slots: hour.slots,
        peak: hour.peak,
    };
    Simulation {
        from_at,
        until_at,
        timezone,
        task_count,
        may_wait,
        left_out: left_out.into_iter().map(left_out_out).collect(),
        slot_count: slots,
        skipped_count: skipped,
        hours: (0..).zip(hours).map(hour).collect(),
        busiest: busiest.into_iter().map(minute_out).collect(),
        overlaps: overlaps.into_iter().map(overlap_out).collect(),
        waits: waits.into_iter().map(|wait| wait_out(wait, first, until_at - from_at <= POOL_HOURS)).collect(),
        limit: limit_out(limit),
        proposals: proposals.into_iter().map(proposal_out).collect(),
        computed_seconds: computed.as_secs_f64(),
    }
}

fn minute_out(Minute { at, slots, tasks }: Minute) -> SimulatedMinute {
    SimulatedMinute { at, slots, tasks }
}

fn overlap_out(it: TaskOverlap) -> SimulatedOverlap {
    let TaskOverlap { task, skipped, waited, wait_seconds_max } = it;
    SimulatedOverlap { task, skipped, waited, wait_seconds_max }
}

fn wait_out(it: PoolWait, first: DateTime<Utc>, with_hours: bool) -> SimulatedWait {
    let PoolWait { pool, capacity, waited, wait_seconds_mean, wait_seconds_max, peak, hours } = it;
    let hour = |(number, hour): (i64, PoolHour)| SimulatedPoolHour {
        hour_at: first + TimeDelta::hours(number),
        peak: hour.peak,
        waiting: hour.waiting,
    };
    let hours = if with_hours { (0..).zip(hours).map(hour).collect() } else { Vec::new() };
    SimulatedWait { pool, capacity, waited, wait_seconds_mean, wait_seconds_max, peak, hours }
}

fn limit_out(LimitWait { capacity, waited, wait_seconds_mean, wait_seconds_max }: LimitWait) -> SimulatedLimit {
    SimulatedLimit { capacity, waited, wait_seconds_mean, wait_seconds_max }
}

fn proposal_out(it: Proposal) -> SimulationProposal {
    let Proposal { task, schedule, words_before, words_after, collisions_before, collisions_after, reason } = it;
    let (schedule_key, schedule) = (schedule.key.clone(), schedule_out(schedule));
    SimulationProposal {
        task,
        schedule_key,
        words_before,
        words_after,
        schedule,
        collisions_before,
        collisions_after,
        reason: reason.into(),
    }
}
