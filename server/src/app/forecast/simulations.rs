//! Simulations: what all schedules together will do, one at a time.

use super::LEARNT_DAYS;
use super::sources::fault;
use crate::app::core::compute::Reach;
use crate::app::schedules::{compile, hash_seed};
use crate::app::{App, Caller, Error, Result};
use crate::clock::Stopwatch;
use crate::domain::calendars::CalendarBook;
use crate::domain::core::time::{hour_of, zone_parse};
use crate::domain::forecast::simulation::{Outcome, SLOTS_MAX, Scenario, SimulatedSchedule, SimulatedTask, simulate};
use crate::domain::model::{PageRequest, TaskFilter, TaskRecord, TaskSort};
use crate::domain::vocabulary::Permission;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;
use std::time::Duration;

/// Most days that are simulated.
const DAYS_MAX: u32 = 366;

/// Seconds that a run of a task takes of which there were none yet.
const UNKNOWN_SECONDS: f64 = 60.0;

/// What is to be simulated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulationRequest {
    /// From here on; none: now.
    pub from_at: Option<DateTime<Utc>>,
    /// Days.
    pub days: u32,
    /// Zone in which it is looked at; it changes nothing in what happens.
    pub timezone: String,
    /// Only these tasks (names or ids), enabled or not; empty: all that are enabled.
    pub tasks: Vec<String>,
    /// Only tasks of this folder and those below.
    pub folder: Option<String>,
    /// Whether better minutes are looked for.
    pub proposals: bool,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// From here on.
    pub from_at: DateTime<Utc>,
    /// Up to here.
    pub until_at: DateTime<Utc>,
    /// Beginning of the first hour, by the clocks of the zone.
    pub first_hour: DateTime<Utc>,
    /// Tasks that took part.
    pub task_count: usize,
    /// What could not take part, and why.
    pub left_out: Vec<String>,
    /// What happens.
    pub outcome: Outcome,
    /// How long it took.
    pub computed: Duration,
}

impl App {
    /// Plays the coming days; at most one simulation at a time.
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
            Ok(Simulation { from_at, until_at, first_hour, task_count, left_out, outcome, computed })
        });
        played.await
    }

    async fn scenario(&self, request: &SimulationRequest) -> Result<(Scenario, Vec<String>)> {
        let book = self.calendar_book().await?;
        let now = self.clock().now();
        let durations = self.store().run_durations_all(now - LEARNT_DAYS).await?;
        let mut only = BTreeSet::new();
        for task in &request.tasks {
            only.insert(self.task_key(task).await?);
        }
        let enabled = only.is_empty().then_some(true);
        let filter = TaskFilter { enabled, folder: request.folder.clone(), ..TaskFilter::default() };
        let (mut page, mut tasks, mut left_out) = (PageRequest::first(500), Vec::new(), Vec::new());
        loop {
            let listed = self.store().task_list(&filter, TaskSort::Name, &page).await?;
            for task in listed.items.iter().filter(|task| only.is_empty() || only.contains(&task.key)) {
                if let Some(damage) = &task.damage.rest {
                    left_out.push(format!("{}: {damage}", task.definition.name));
                    continue;
                }
                let seconds = durations.get(&task.key).copied().unwrap_or(UNKNOWN_SECONDS);
                tasks.push(simulated(&book, task, seconds, &mut left_out));
            }
            match listed.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => break,
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

/// A task with those of its schedules that are enabled and right; the wrong ones are told.
fn simulated(book: &CalendarBook, task: &TaskRecord, seconds: f64, left_out: &mut Vec<String>) -> SimulatedTask {
    let definition = &task.definition;
    let simulated = |schedule: &crate::domain::schedules::Schedule| {
        let compiled = match compile(book, &definition.name, &definition.tags, schedule) {
            Ok(compiled) => compiled,
            Err(error) => {
                let error = task.damage.schedules.get(&schedule.key).cloned().unwrap_or_else(|| error.to_string());
                left_out.push(fault(&definition.name, &schedule.key, &error));
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
        overlap: definition.overlap,
        pool: definition.pool.clone(),
        weight: definition.pool_weight,
        priority: definition.priority,
        seconds: seconds.ceil() as u32,
        schedules: definition.schedules.iter().filter(|it| it.enabled).filter_map(simulated).collect(),
    }
}

/// Refuses what would take too long, judging by its first days.
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
    Error::invalid("/days", format!("these are more than {SLOTS_MAX} slots: {advice}"))
}
