//! Gates: runs that wait for dependencies, from the first look to the start or the end.
//!
//! Every change is one transaction and is announced after the commit.

use super::taking::{Takers, taken};
use crate::app::core::write::{Moment, silent};
use crate::app::runs::admit::replace;
use crate::app::runs::no_run;
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::core::overlap::Overlap;
use crate::domain::dependencies::decide::{Standing, Verdict, decide, next_look};
use crate::domain::dependencies::windows::Depending;
use crate::domain::dependencies::{Dependency, DependencyRule, Probe};
use crate::domain::ids::RunId;
use crate::domain::keys::{self, Key, Run};
use crate::domain::model::{
    GatedRun, ProbeLooked, ProbeRecord, RunDependencyNew, RunRecord, TaskRef, WaitingDependency,
};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{Permission, RunState};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Number of runs whose dependencies are set up together.
const TOGETHER: u64 = 50;

/// Number of runs about which one transaction decides after a look.
const DECIDED: u64 = 200;

/// Runs that a transaction moved on, and others that it changed.
#[derive(Debug, Default)]
struct Moved {
    /// Runs that may start now.
    opened: Vec<RunRecord>,
    /// Runs that ended or were displaced.
    ended: Vec<RunRecord>,
    /// Runs whose dependencies were looked at.
    seen: Vec<RunRecord>,
    /// Whether queued runs gave their places back.
    places: bool,
}

impl App {
    /// Sets up the probes of runs that must wait and are due. Returns how many runs there were.
    pub async fn gates_set_up(&self, now: DateTime<Utc>) -> Result<usize> {
        if !self.store().gates_are_new().await? {
            return Ok(0);
        }
        let write = async move |tx: &Tx, _: Moment| {
            let runs = tx.gates_new(now, TOGETHER).await?;
            let mut freed = Vec::new();
            for run in &runs {
                let version = tx.task_version_find(run.task_key, run.task_version).await?;
                let dependencies = version.map(|version| version.definition.dependencies).unwrap_or_default();
                if dependencies.is_empty() {
                    // The definition cannot be read any more; the start says so.
                    freed.extend(tx.gates_open(&[run.key], None).await?.into_iter().map(|(_, run)| run));
                    continue;
                }
                let last_started_at = tx.last_started(run.task_key, run.key).await?;
                let wanted: Vec<_> =
                    dependencies.iter().map(|dependency| wanted(dependency, run, last_started_at)).collect();
                tx.gate_shut(run.key, &wanted, now).await?;
            }
            Ok((runs.len(), Moved { opened: freed, ..Moved::default() }))
        };
        Ok(self.write(write, |app, (_, moved)| app.announce_moved(moved)).await?.0)
    }

    /// Holds queued runs back that have waited for so long that what was seen of their dependencies is too old.
    pub async fn gates_stale(&self, now: DateTime<Utc>) -> Result<()> {
        let write = async move |tx: &Tx, _: Moment| Ok(tx.gates_stale(now).await?);
        let announce = |app: &Self, runs: &Vec<RunRecord>| {
            runs.iter().for_each(|run| app.announce_run(run, false));
            if !runs.is_empty() {
                app.signals().raise(Signal::Gate);
            }
        };
        self.write(write, announce).await.map(drop)
    }

    /// Makes probes due whose tasks have a run that the last look did not see.
    pub async fn probes_of_tasks_hurry(&self, now: DateTime<Utc>) -> Result<()> {
        let probes = self.store().probes_of_tasks().await?;
        let name = |record: &ProbeRecord| match &record.probe {
            Some(Probe::Task { task, .. }) => Some(task.clone()),
            _ => None,
        };
        let mut names: Vec<String> = probes.iter().filter_map(name).collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return Ok(());
        }
        let newest = self.store().tasks_newest(&names).await?;
        let changed = |record: &&ProbeRecord| {
            record.next_look_at > now && name(record).is_some_and(|name| newest.get(&name) != record.memory.as_ref())
        };
        let keys: Vec<_> = probes.iter().filter(changed).map(|record| record.key).collect();
        if keys.is_empty() {
            return Ok(());
        }
        self.write(async move |tx: &Tx, _| Ok(tx.probes_hurry(&keys, now).await?), silent).await
    }

    /// Probes that are due, except those that are being looked at.
    pub async fn probes_due(
        &self,
        now: DateTime<Utc>,
        except: &[Key<keys::Probe>],
        most: usize,
    ) -> Result<Vec<ProbeRecord>> {
        Ok(self.store().probes_due(now, except, most as u64).await?)
    }

    /// Forgets those of these probes for which no run waits any more, and returns them.
    pub async fn probes_forget(&self, probes: &[Key<keys::Probe>]) -> Result<Vec<Key<keys::Probe>>> {
        let unwanted = self.store().probes_unwanted(probes).await?;
        if unwanted.is_empty() {
            return Ok(unwanted);
        }
        let write = async move |tx: &Tx, _: Moment| {
            let mut gone = Vec::new();
            for key in unwanted.iter().copied() {
                // A run may have come meanwhile.
                let known = tx.probe_find_locked(key).await?.is_some();
                if !known || tx.runs_of_probe(key, Key::NONE, 1).await?.is_empty() {
                    tx.probe_delete(key).await?;
                    gone.push(key);
                }
            }
            Ok(gone)
        };
        self.write(write, silent).await
    }

    /// When the next probe is due, except those that are being looked at.
    pub async fn probe_next(&self, except: &[Key<keys::Probe>]) -> Result<Option<DateTime<Utc>>> {
        Ok(self.store().probe_next(except).await?)
    }

    /// When the next run is due whose dependencies are not set up yet.
    pub async fn gate_next(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.store().gate_next().await?)
    }

    /// Stores what a look saw, and moves on every run for which that decides, some in each transaction. Runs that are
    /// left by a crash are decided about after the next look.
    pub async fn probe_looked(&self, looked: ProbeLooked) -> Result<()> {
        let mut after = None;
        loop {
            let looked = looked.clone();
            let write = async move |tx: &Tx, Moment { now, .. }: Moment| seen(tx, &looked, after, now).await;
            let (_, last) = self.write(write, |app, (moved, _)| app.announce_moved(moved)).await?;
            let Some(last) = last else { return Ok(()) };
            after = Some(last);
        }
    }

    /// Starts a run without waiting any longer for its dependencies. It may still wait for its pool or an earlier run.
    pub async fn run_start(&self, caller: &Caller, run: RunId) -> Result<RunRecord> {
        caller.require(Permission::Run)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let Some(key) = tx.gated_run(run).await? else {
                let found = tx.run_find(run).await?.ok_or_else(|| no_run(run))?;
                let detail = format!("the run does not wait for dependencies; it is {}", found.state);
                return Err(Error::conflict("not_waiting", detail));
            };
            tx.dependencies_waive(key, &caller.name).await?;
            let moved = open(tx, &[key], None, now).await?;
            let Some(record) = moved.opened.first().cloned() else {
                // Nothing is changed: the run waits on.
                let ended = moved.ended.iter().find(|ended| ended.id == run).ok_or_else(|| no_run(run))?;
                let why = ended.reason.as_ref().map(Reason::words).unwrap_or_default();
                return Err(Error::conflict("param_missing", why));
            };
            let detail = json!({"task": record.task_name});
            tx.audit_append(&caller.audit(now, "run_start", ("run", run.to_string()), detail)).await?;
            Ok((record, moved))
        };
        Ok(self.write(write, |app, (_, moved)| app.announce_moved(moved)).await?.0)
    }

    fn announce_moved(&self, moved: &Moved) {
        for run in moved.opened.iter().chain(&moved.ended).chain(&moved.seen) {
            self.announce_run(run, false);
        }
        if moved.places || !moved.opened.is_empty() {
            self.signals().raise(Signal::Queue);
        }
        if !moved.ended.is_empty() {
            self.signals().raise(Signal::Cancel);
            self.signals().raise(Signal::Finished);
        }
    }
}

/// What a dependency of a run becomes.
fn wanted(dependency: &Dependency, run: &GatedRun, last_started_at: Option<DateTime<Utc>>) -> RunDependencyNew {
    let Dependency { key, rule, on_unmet } = dependency.clone();
    let depending = Depending { slot_at: run.scheduled_for.unwrap_or(run.created_at), last_started_at };
    let probe = probe_of(&rule, depending);
    let digest = Sha256::digest(json!(probe).to_string()).to_vec();
    let deadline_at = on_unmet.deadline_at(run.due_at.max(run.created_at));
    RunDependencyNew { key, rule, on_unmet, probe, digest, deadline_at }
}

/// The question that a dependency of a run asks.
pub(super) fn probe_of(rule: &DependencyRule, run: Depending) -> Probe {
    match rule.clone() {
        DependencyRule::Task { task, states, window, timezone, params: _ } => {
            Probe::Task { task, states, span: window.of(run, &timezone) }
        }
        DependencyRule::File(rule) => Probe::File(rule),
        DependencyRule::Url(rule) => Probe::Url(rule),
        DependencyRule::Command(rule) => Probe::Command(rule),
        DependencyRule::Tcp(rule) => Probe::Tcp(rule),
        DependencyRule::Host(rule) => Probe::Host(rule),
        DependencyRule::Vpn { network } => Probe::Vpn { network },
    }
}

/// Number of runs of one probe whose change is announced after each look. The page asks anew for what it shows anyway.
const ANNOUNCED: usize = 50;

/// Stores a look, unless runs were decided about already, and decides about some runs after another. Returns the last of
/// them if there may be more.
async fn seen(
    tx: &Tx,
    looked: &ProbeLooked,
    after: Option<Key<Run>>,
    now: DateTime<Utc>,
) -> Result<(Moved, Option<Key<Run>>)> {
    let Some(known) = tx.probe_find_locked(looked.key).await? else { return Ok((Moved::default(), None)) };
    if after.is_none() {
        tx.probe_forget_ended(looked.key).await?;
    }
    let runs = tx.runs_of_probe(looked.key, after.unwrap_or(Key::NONE), DECIDED).await?;
    if runs.is_empty() {
        if after.is_none() {
            tx.probe_delete(looked.key).await?;
        }
        return Ok((Moved::default(), None));
    }
    if after.is_none() {
        store_look(tx, &known, looked, now).await?;
    }
    let keys: Vec<Key<Run>> = runs.iter().map(|(key, _)| *key).collect();
    let mut standings: BTreeMap<Key<Run>, Vec<WaitingDependency>> = BTreeMap::new();
    for dependency in tx.dependencies_of(&keys).await? {
        standings.entry(dependency.run).or_default().push(dependency);
    }
    let last = keys.last().copied().filter(|_| keys.len() as u64 == DECIDED);
    let ids: BTreeMap<Key<Run>, RunId> = runs.into_iter().collect();
    Ok((decided(tx, &standings, &ids, now).await?, last))
}

/// Stores a look at a probe, and when the next one is. Whoever began to wait while the look was under way is looked at
/// anew.
async fn store_look(tx: &Tx, known: &ProbeRecord, looked: &ProbeLooked, now: DateTime<Utc>) -> Result<()> {
    let deadline_at = tx.probe_deadline(looked.key, looked.looked_at).await?;
    let troubles = if looked.look.troubled { known.troubles + 1 } else { 0 };
    let again = looked.look.again_milliseconds;
    let next_at = match tx.probe_waited_later(looked.key, looked.looked_at).await? {
        true => now,
        false => next_look(looked.looked_at, known.every_seconds, troubles, again, deadline_at),
    };
    Ok(tx.probe_seen(known, looked, next_at).await?)
}

/// Does what is decided about waiting runs.
async fn decided(
    tx: &Tx,
    standings: &BTreeMap<Key<Run>, Vec<WaitingDependency>>,
    ids: &BTreeMap<Key<Run>, RunId>,
    now: DateTime<Utc>,
) -> Result<Moved> {
    let (mut moved, mut reasons, mut again) = (Moved::default(), Vec::new(), Vec::new());
    let mut open_until: BTreeMap<DateTime<Utc>, Vec<Key<Run>>> = BTreeMap::new();
    let (mut gone, mut unmet) = (Vec::new(), Vec::new());
    for (key, dependencies) in standings {
        let all: Vec<Standing> = dependencies.iter().map(|dependency| dependency.record.standing()).collect();
        match decide(&all, now) {
            Verdict::Open { until } => open_until.entry(until).or_default().push(*key),
            Verdict::LookAgain(which) => again.extend(which.iter().filter_map(|index| dependencies[*index].probe)),
            Verdict::Wait(reason) => {
                if matches!(reason, Reason::DependencyUnmet { .. }) {
                    unmet.push(*key);
                }
                reasons.push((*key, reason));
            }
            Verdict::End(state, reason) => {
                let Some(id) = ids.get(key) else { continue };
                moved.ended.extend(tx.run_end(*id, state, &reason, now).await?);
                gone.push(*key);
            }
        }
    }
    tx.dependencies_leave(&gone).await?;
    tx.probes_hurry(&again, now).await?;
    for (until, keys) in open_until {
        let Moved { opened, ended, .. } = open(tx, &keys, Some(until), now).await?;
        moved.opened.extend(opened);
        moved.ended.extend(ended);
    }
    moved.places = tx.gates_give_back(&unmet).await?;
    explain(tx, reasons, ids, &mut moved).await?;
    Ok(moved)
}

/// Says why runs still wait.
async fn explain(
    tx: &Tx,
    reasons: Vec<(Key<Run>, Reason)>,
    ids: &BTreeMap<Key<Run>, RunId>,
    moved: &mut Moved,
) -> Result<()> {
    tx.runs_explain(&reasons).await?;
    for (key, _) in reasons.iter().take(ANNOUNCED) {
        if let Some(id) = ids.get(key) {
            moved.seen.extend(tx.run_find(*id).await?);
        }
    }
    Ok(())
}

/// Lets runs go on. Those that replace earlier runs of their task do so now.
async fn open(tx: &Tx, keys: &[Key<Run>], until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<Moved> {
    let mut takers = Takers::new();
    let (mut opened, mut ended, mut replacing) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (key, mut run) in tx.gates_open(keys, until).await? {
        if let Err(reason) = taken(tx, &mut takers, key, &mut run).await? {
            ended.extend(tx.run_end(run.id, RunState::Failed, &reason, now).await?);
            continue;
        }
        let replaces = match replacing.entry(run.task_key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                let task = tx.task_find(&TaskRef::Id(run.task)).await?;
                *place.insert(task.is_some_and(|task| task.definition.overlap == Overlap::Replace))
            }
        };
        if replaces {
            ended.extend(replace(tx, run.task_key, run.scheduled_for, now).await?);
        }
        opened.push(run);
    }
    tx.dependencies_leave(keys).await?;
    Ok(Moved { opened, ended, ..Moved::default() })
}
