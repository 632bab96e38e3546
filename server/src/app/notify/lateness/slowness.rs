//! Slowness: runs that take much longer than usual or wait for too long become incidents, until they end or start.
//!
//! An incident says how many runs of its task are slow now. It begins with the first and is over when there is none left,
//! so nobody has to remember which runs were told. Deliberately absent: what is slow, which `domain::ledger::slowness`
//! decides. Start reading at `slowness_look`.

use super::super::hearing::Hearing;
use super::RECORDED_AFTER;
use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::keys::{Key, Task};
use crate::domain::ledger::Expect;
use crate::domain::ledger::lateness::LateKind;
use crate::domain::ledger::slowness::{Deadline, OpenRun, deadline};
use crate::domain::model::{About, IncidentRecord, Sign};
use crate::domain::notify::words::IncidentKind;
use crate::domain::runs::bands::{DURATION, band};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is slow about runs.
const KINDS: [IncidentKind; 2] = [IncidentKind::RunningLong, IncidentKind::WaitingLong];

/// Result of a look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlownessSeen {
    /// Number of incidents that began.
    pub begun: u64,
    /// Number of incidents that are over.
    pub over: u64,
    /// When the next run becomes slow; none: no run does as it stands.
    pub next_at: Option<DateTime<Utc>>,
}

/// What is known about tasks with open runs.
struct Known {
    expected: HashMap<Key<Task>, Expect>,
    /// What nearly all runs take at most, in seconds.
    usual: HashMap<Key<Task>, f64>,
}

/// The runs of a task that are slow in one way.
struct Slow {
    count: u32,
    run: OpenRun,
    newest: Deadline,
}

impl App {
    /// Whether something is expected of the runs of any task, or an incident about that is open.
    pub async fn slowness_is_watched(&self) -> Result<bool> {
        Ok(self.store().runs_are_watched().await? || !self.store().incidents_of_kinds(&KINDS).await?.is_empty())
    }

    /// Looks at open runs, and writes what became slow and what is over.
    pub async fn slowness_look(&self) -> Result<SlownessSeen> {
        let open = self.store().open_runs_watched().await?;
        let incidents = self.store().incidents_of_kinds(&KINDS).await?;
        if open.is_empty() && incidents.is_empty() {
            return Ok(SlownessSeen::default());
        }
        let tasks: HashSet<Key<Task>> = open.iter().map(|run| run.task_key).collect();
        let known = self.slowness_known(tasks).await?;
        let as_of = self.clock().now() - RECORDED_AFTER;
        let next_at = known.next_at(&open, as_of);
        if !known.differs(&known.slow(&open, as_of), &incidents) {
            return Ok(SlownessSeen { next_at, ..SlownessSeen::default() });
        }
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| write(tx, &known, as_of, now).await;
        let seen = self.write(write, |app, _| app.announce_incidents()).await?;
        Ok(SlownessSeen { next_at, ..seen })
    }

    async fn slowness_known(&self, tasks: HashSet<Key<Task>>) -> Result<Known> {
        let mut expected = self.store().tasks_expect(&tasks).await?;
        expected.retain(|_, expect| expect.watches_runs());
        let measured = expected.iter().filter(|(_, expect)| expect.usual_times.is_some());
        let measured: Vec<Key<Task>> = measured.map(|(key, _)| *key).collect();
        let mut usual = HashMap::with_capacity(measured.len());
        for key in measured {
            let samples = self.store().band_samples(key).await?;
            usual.extend(band(&samples, DURATION).map(|band| (key, band.usual_high)));
        }
        Ok(Known { expected, usual })
    }
}

impl Known {
    fn deadline(&self, run: &OpenRun) -> Option<Deadline> {
        deadline(self.expected.get(&run.task_key)?, run, self.usual.get(&run.task_key).copied())
    }

    /// When the next run becomes slow. What happens until then is recorded a moment later.
    fn next_at(&self, open: &[OpenRun], as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = open.iter().filter_map(|run| self.deadline(run)).map(|deadline| deadline.at);
        next.filter(|at| *at > as_of).min().map(|at| at + RECORDED_AFTER)
    }

    fn slow(&self, open: &[OpenRun], as_of: DateTime<Utc>) -> BTreeMap<(Key<Task>, IncidentKind), Slow> {
        let mut found: BTreeMap<(Key<Task>, IncidentKind), Slow> = BTreeMap::new();
        for run in open {
            let Some(newest) = self.deadline(run).filter(|deadline| deadline.at <= as_of) else { continue };
            let kind = match newest.kind {
                LateKind::RunningLong => IncidentKind::RunningLong,
                _ => IncidentKind::WaitingLong,
            };
            let count = found.get(&(run.task_key, kind)).map_or(0, |slow| slow.count) + 1;
            found.insert((run.task_key, kind), Slow { count, run: run.clone(), newest });
        }
        found
    }

    /// Whether what is stored differs from what is slow.
    fn differs(&self, slow: &BTreeMap<(Key<Task>, IncidentKind), Slow>, incidents: &[IncidentRecord]) -> bool {
        let same = |incident: &&IncidentRecord| {
            let place = incident.about.task_key().map(|task| (task, incident.kind));
            place.and_then(|place| slow.get(&place)).is_some_and(|slow| !changed(slow, incident))
        };
        slow.len() != incidents.len() || incidents.iter().filter(same).count() != incidents.len()
    }
}

/// Whether other runs are slow than those that an incident names.
fn changed(slow: &Slow, incident: &IncidentRecord) -> bool {
    incident.run_count != slow.count || incident.last_run != Some(slow.run.id)
}

async fn write(tx: &Tx, known: &Known, as_of: DateTime<Utc>, now: DateTime<Utc>) -> Result<SlownessSeen> {
    let slow = known.slow(&tx.open_runs_watched().await?, as_of);
    let incidents = tx.incidents_of_kinds(&KINDS).await?;
    let tasks = slow.keys().map(|(task, _)| *task).chain(incidents.iter().filter_map(|open| open.about.task_key()));
    let mut hearing = Hearing::begin(tx, tasks, now).await?;
    let mut seen = SlownessSeen::default();
    for ((task, kind), slow) in &slow {
        let about = About::Task(*task);
        let before = incidents.iter().find(|incident| incident.about == about && incident.kind == *kind);
        if before.is_some_and(|before| !changed(slow, before)) {
            continue;
        }
        seen.begun += u64::from(before.is_none());
        let at = before.map_or(slow.newest.at, |before| slow.newest.at.max(before.seen_at));
        let sign = Sign { about: &about, run: Some(slow.run.id), state: None, reason: Some(&slow.newest.reason), at };
        hearing.found(tx, *kind, sign, slow.count).await?;
    }
    for incident in &incidents {
        let place = incident.about.task_key().map(|task| (task, incident.kind));
        if place.is_none_or(|place| !slow.contains_key(&place)) {
            hearing.no_longer(tx, incident, now.max(incident.seen_at)).await?;
            seen.over += 1;
        }
    }
    tx.tellings_add(&hearing.new).await?;
    Ok(seen)
}
