//! Looking at dependencies without a run: what would be seen now. And looking at other tasks' runs.

use super::Place;
use super::gates::probe_of;
use crate::app::runs::admit::whole;
use crate::app::{App, Caller, Error, Result};
use crate::domain::dependencies::windows::{Depending, EndedRun};
use crate::domain::dependencies::{Dependency, Look, Probe, Sight, Span};
use crate::domain::model::TaskRef;
use crate::domain::vocabulary::{Permission, RunState};
use chrono::{DateTime, Utc};
use futures::future::join_all;
use std::sync::Arc;

/// What would be seen of a dependency now.
#[derive(Debug, Clone, PartialEq)]
pub struct DependencySeen {
    /// The dependency.
    pub dependency: Dependency,
    /// Whether it holds.
    pub met: bool,
    /// What was seen.
    pub sight: Sight,
    /// When the look began.
    pub looked_at: DateTime<Utc>,
}

impl App {
    /// Looks once at all dependencies of a task, for a run that would be made now. Nothing is stored.
    pub async fn task_probe(&self, caller: &Caller, task: &str) -> Result<Vec<DependencySeen>> {
        caller.require(Permission::Run)?;
        let task = self.living(task).await?;
        whole(&task)?;
        let place = self.prober().place().await?;
        let looked_at = self.clock().now();
        let last_started_at = task.last_run.and_then(|run| run.started_at);
        let looks = task.definition.dependencies.iter().map(async |dependency| {
            let probe = probe_of(&dependency.rule, Depending { slot_at: looked_at, last_started_at });
            let Look { met, sight, .. } = self.probe_once(probe, Arc::clone(&place)).await;
            DependencySeen { dependency: dependency.clone(), met, sight, looked_at }
        });
        Ok(join_all(looks).await)
    }

    async fn probe_once(&self, probe: Probe, place: Place) -> Look {
        match &probe {
            Probe::Task { task, states, span } => self.task_look(task, states, span).await,
            Probe::Vpn { network } => self.vpn_look(network.clone()).await,
            _ => self.prober().look(probe, place).await,
        }
    }

    /// Looks at a network profile.
    pub async fn vpn_look(&self, network: String) -> Look {
        match self.network_holds(&network).await {
            Ok(seen) if seen.holds => Look::of(true, Sight::NetworkHolds { network, seen: seen.words() }),
            Ok(seen) => Look::of(false, Sight::NetworkLacks { network, seen: seen.words() }),
            Err(Error::NotFound(_)) => Look::of(false, Sight::NetworkMissing { network }),
            Err(error) => Look::troubled(Sight::NotLooked { problem: error.to_string() }),
        }
    }

    /// Looks at the runs of another task.
    pub async fn task_look(&self, task: &str, states: &[RunState], span: &Span) -> Look {
        match self.task_looked(task, states, span).await {
            Ok(look) => look,
            Err(error) => Look::troubled(Sight::NotLooked { problem: error.to_string() }),
        }
    }

    async fn task_looked(&self, name: &str, states: &[RunState], span: &Span) -> Result<Look> {
        // What is remembered is read first, so that a run that ends meanwhile leads to another look.
        let newest = self.store().tasks_newest(&[name.to_owned()]).await?.remove(name);
        let task = name.to_owned();
        let found = self.store().task_find(&TaskRef::Name(task.clone())).await?;
        let Some(found) = found.filter(|found| found.deleted_at.is_none()) else {
            return Ok(Look::of(false, Sight::TaskMissing { task }));
        };
        let now = self.clock().now();
        let ended = self.store().runs_ended(found.key, span, states.contains(&RunState::Skipped)).await?;
        let counts = |(run, _): &&(EndedRun, RunState)| span.holds(*run, now);
        let look = match ended.iter().filter(counts).max_by_key(|(run, _)| run.finished_at) {
            Some((run, state)) => {
                let sight = Sight::TaskEnded { task, state: *state, finished_at: run.finished_at, run: Some(run.id) };
                Look::of(states.contains(state), sight)
            }
            None => {
                let open = self.store().task_is_open(found.key).await?;
                Look::of(false, Sight::TaskNotEnded { task, span: span.clone(), open })
            }
        };
        Ok(Look { memory: newest, ..look })
    }
}
