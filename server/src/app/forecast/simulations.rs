//! Simulations: what all schedules together will do. At most one simulation runs at a time.

use super::LEARNT_DAYS;
use crate::app::core::compute::Reach;
use crate::app::schedules::{compile, hash_seed};
use crate::app::{App, Caller, Error, Result};
use crate::clock::Stopwatch;
use crate::domain::calendars::CalendarBook;
use crate::domain::core::time::{hour_of, zone_parse};
use crate::domain::forecast::simulation::{Outcome, SLOTS_MAX, Scenario, SimulatedSchedule, SimulatedTask, simulate};
use crate::domain::model::{TaskFilter, TaskRecord};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::Permission;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use std::time::Duration;

/// Maximum number of days of a simulation.
const DAYS_MAX: u32 = 366;

/// Assumed duration in seconds of a task's run if there was none yet.
const UNKNOWN_SECONDS: f64 = 60.0;

/// What to simulate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulationRequest {
    /// Start of the simulation; none: now.
    pub from_at: Option<DateTime<Utc>>,
    /// Number of days.
    pub days: u32,
    /// Time zone for hours in the answer. It does not affect the simulation.
    pub timezone: String,
    /// Only these tasks (names or ids), whether enabled or not; empty: all enabled tasks.
    pub tasks: Vec<String>,
    /// Only tasks in this folder and the folders below it.
    pub folder: Option<String>,
    /// Whether to look for better minutes.
    pub proposals: bool,
}

/// A task, or one schedule of it, that could not take part.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// Name of the task.
    pub task: String,
    /// Key of the schedule; none: the whole task.
    pub schedule_key: Option<String>,
    /// Why it could not.
    pub reason: Reason,
}

/// Result of a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Start of the simulated period.
    pub from_at: DateTime<Utc>,
    /// End of the simulated period.
    pub until_at: DateTime<Utc>,
    /// Start of the first hour, by the clocks of the time zone.
    pub first_hour: DateTime<Utc>,
    /// Number of tasks that took part.
    pub task_count: usize,
    /// Names of the tasks that took part as if they never waited for their dependencies.
    pub may_wait: Vec<String>,
    /// What could not take part.
    pub left_out: Vec<LeftOut>,
    /// What happens.
    pub outcome: Outcome,
    /// Duration of the computation.
    pub computed: Duration,
}

impl App {
    /// Simulates the coming days. At most one simulation runs at a time.
    pub async fn simulation_create(&self, caller: &Caller, request: &SimulationRequest) -> Result<Simulation> {
        caller.require(Permission::Read)?;
        let zone = zone_parse(&request.timezone).map_err(|error| Error::invalid("/timezone", error.to_string()))?;
        if !(1..=DAYS_MAX).contains(&request.days) {
            return Err(Error::invalid("/days", format!("must be from 1 to {DAYS_MAX}")));
        }
        let request = request.clone();
        let played = self.compute(Reach::Simulation, async move |app, stop| {
            let begun = Stopwatch::start();
            let (mut scenario, left_out) = app.scenario(&request).await?;
            scenario.first_hour = hour_of(zone, scenario.from);
            not_too_many(&scenario, request.days)?;
            let outcome = simulate(&scenario, &stop).ok_or_else(|| too_many(1))?;
            let Scenario { from: from_at, until: until_at, first_hour, tasks, .. } = scenario;
            let (task_count, computed) = (tasks.len(), begun.elapsed());
            let gated = tasks.into_iter().filter(|task| task.gated && !task.schedules.is_empty());
            let may_wait = gated.map(|task| task.name).collect();
            Ok(Simulation { from_at, until_at, first_hour, task_count, may_wait, left_out, outcome, computed })
        });
        played.await
    }

    async fn scenario(&self, request: &SimulationRequest) -> Result<(Scenario, Vec<LeftOut>)> {
        let book = self.calendar_book().await?;
        let now = self.clock().now();
        let durations = self.store().run_durations_all(now - LEARNT_DAYS).await?;
        let mut only = BTreeSet::new();
        for task in &request.tasks {
            only.insert(self.task_key(task).await?);
        }
        let enabled = only.is_empty().then_some(true);
        let filter = TaskFilter { enabled, folder: request.folder.clone(), ..TaskFilter::default() };
        let (mut walk, mut tasks, mut left_out) = (self.store().task_walk(filter), Vec::new(), Vec::new());
        while let Some(some) = walk.next().await? {
            for task in some.iter().filter(|task| only.is_empty() || only.contains(&task.key)) {
                if let Some(damage) = &task.damage.rest {
                    let reason = Reason::TaskDamaged { problem: damage.clone() };
                    left_out.push(LeftOut { task: task.definition.name.clone(), schedule_key: None, reason });
                    continue;
                }
                let seconds = durations.get(&task.key).copied().unwrap_or(UNKNOWN_SECONDS);
                tasks.push(simulated(&book, task, seconds, &mut left_out));
            }
        }
        let pools = self.store().pools().await?.into_iter().map(|pool| (pool.name, pool.capacity)).collect();
        let from = request.from_at.unwrap_or(now);
        let until = from.checked_add_signed(TimeDelta::days(request.days.into()));
        let until = until.ok_or_else(|| Error::invalid("/from_at", "is too far in the future"))?;
        let run_limit = self.settings().run_limit;
        let proposals = request.proposals;
        Ok((Scenario { tasks, pools, run_limit, first_hour: from, from, until, proposals }, left_out))
    }
}

/// A task with its enabled and valid schedules. Invalid schedules are added to `left_out`.
fn simulated(book: &CalendarBook, task: &TaskRecord, seconds: f64, left_out: &mut Vec<LeftOut>) -> SimulatedTask {
    let definition = &task.definition;
    let simulated = |schedule: &crate::domain::schedules::Schedule| {
        let compiled = match compile(book, &definition.name, &definition.tags, schedule) {
            Ok(compiled) => compiled,
            Err(error) => {
                let problem = task.damage.schedules.get(&schedule.key).cloned().unwrap_or_else(|| error.to_string());
                left_out.push(LeftOut {
                    task: definition.name.clone(),
                    schedule_key: Some(schedule.key.clone()),
                    reason: Reason::ScheduleInvalid { problem },
                });
                return None;
            }
        };
        Some(SimulatedSchedule {
            schedule: schedule.clone(),
            seed: hash_seed(&definition.name, &schedule.key),
            compiled,
        })
    };
    SimulatedTask {
        name: definition.name.clone(),
        gated: !definition.dependencies.is_empty(),
        overlap: definition.overlap,
        pool: definition.pool.clone(),
        weight: definition.pool_weight,
        priority: definition.priority,
        seconds: seconds.ceil() as u32,
        schedules: definition.schedules.iter().filter(|it| it.enabled).filter_map(simulated).collect(),
    }
}

/// Refuses a simulation that would take too long, judging by its first days.
fn not_too_many(scenario: &Scenario, days: u32) -> Result<()> {
    let looked_at = days.min(3);
    let until = scenario.from + TimeDelta::days(looked_at.into());
    let schedules = scenario.tasks.iter().flat_map(|task| &task.schedules);
    let counted: u64 = schedules.map(|schedule| schedule.compiled.count_between(scenario.from, until)).sum();
    let a_day = counted.div_ceil(u64::from(looked_at)).max(1);
    if a_day * u64::from(days) <= SLOTS_MAX {
        return Ok(());
    }
    Err(too_many(SLOTS_MAX / a_day))
}

fn too_many(days: u64) -> Error {
    let advice = match days {
        0 => "choose some of the tasks, or a folder".to_owned(),
        days => format!("choose at most {days} days, or some of the tasks"),
    };
    Error::invalid("/days", format!("there are more than {SLOTS_MAX} slots: {advice}"))
}
