//! Lateness: slots that are late and tasks that are silent become incidents, and so does their end.
//!
//! Each look compares what is watched with what is recorded, and writes all that follows in one transaction, so a crash
//! neither loses nor doubles anything. Runs that are slow are in `slowness`, schedules that never fire in `never`.
//! Deliberately absent: what is late, which `domain::ledger::lateness` decides. Start reading at `lateness_look`.

pub mod never;
pub mod slowness;

use super::hearing::Hearing;
use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::keys::{Key, Task};
use crate::domain::ledger::Expect;
use crate::domain::ledger::lateness::{
    Alert, Late, Outage, SeenSlot, Standing, alerts, over_at, reason, silent_at, silent_reason, stand,
};
use crate::domain::model::{About, IncidentRecord, LateAfter, Sign, WatchStep, WatchedSlot};
use crate::domain::notify::words::IncidentKind;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::RunState;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Key of the last sign of life among the settings.
const ALIVE: &str = "alive";

/// How often the sign of life is written while something is expected.
const ALIVE_EVERY: TimeDelta = TimeDelta::seconds(20);

/// After this time everything that happened is recorded, so a deadline is judged this long after it.
const RECORDED_AFTER: TimeDelta = TimeDelta::seconds(2);

/// A server that was away learns within this time what its runs did meanwhile.
const BACK_FOR: TimeDelta = TimeDelta::seconds(5);

/// Maximum number of slots, and of tasks, in one transaction.
const ROUND: u64 = 200;

/// Result of a look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LatenessSeen {
    /// Number of slots that were found to be late.
    pub slots: u64,
    /// Number of tasks that were found to be silent for too long.
    pub silent: u64,
}

/// The last sign of life, and the newest outage before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Alive {
    seen_at: DateTime<Utc>,
    from_at: Option<DateTime<Utc>>,
    to_at: Option<DateTime<Utc>>,
}

impl App {
    /// When something can be late next; none: nothing is expected.
    pub async fn lateness_next(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.store().watch_next().await?.map(|at| at + RECORDED_AFTER))
    }

    /// Whether something is expected of any task.
    pub async fn lateness_is_watched(&self) -> Result<bool> {
        Ok(self.store().watches_are_there().await? || self.store().lateness_is_open().await?)
    }

    /// Whether anything is late now, so that the next change of a run may be its end.
    pub async fn lateness_is_there(&self) -> Result<bool> {
        Ok(self.store().late_are_there().await? || self.store().lateness_is_open().await?)
    }

    /// Looks at what may be late now or no longer, some of it in each transaction.
    pub async fn lateness_look(&self) -> Result<LatenessSeen> {
        let (mut all, mut after) = (LatenessSeen::default(), None);
        loop {
            // What is late stays late, so each transaction begins where the last one ended.
            let write = async move |tx: &Tx, moment: Moment| look(tx, moment, after).await;
            let announce = |app: &Self, changed: &Changed| {
                if !changed.tasks.is_empty() {
                    app.announce_incidents();
                }
            };
            let Changed { seen, after: next, more, .. } = self.write(write, announce).await?;
            (all.slots, all.silent) = (all.slots + seen.slots, all.silent + seen.silent);
            if !more {
                return Ok(all);
            }
            after = next;
        }
    }
}

/// What a look changed.
#[derive(Debug, Default)]
struct Changed {
    seen: LatenessSeen,
    tasks: HashSet<Key<Task>>,
    /// The last of the slots that were late; none: there are no more.
    after: Option<LateAfter>,
    /// Whether there may be more to look at now.
    more: bool,
}

async fn look(tx: &Tx, moment: Moment, after: Option<LateAfter>) -> Result<Changed> {
    let outage = alive(tx, moment).await?;
    let mut changed = Changed::default();
    let slots = tx.watched_due(moment.now - RECORDED_AFTER, ROUND).await?;
    let late = tx.watched_late(after, ROUND).await?;
    changed.after = late.last().filter(|_| late.len() as u64 == ROUND).and_then(WatchedSlot::place);
    changed.more = slots.len() as u64 == ROUND || changed.after.is_some();
    let expected = tx.tasks_expect(&slots.iter().chain(&late).map(|slot| slot.task_key).collect()).await?;
    let over = end(tx, &late, &expected).await?;
    let found = judge(tx, &slots, &expected, moment).await?;
    let silent = silence(tx, moment, outage).await?;
    changed.seen.slots = found.values().map(|found| found.len() as u64).sum();
    changed.seen.silent = silent.len() as u64;
    changed.tasks.extend(found.keys().copied().chain(silent.iter().map(|silent| silent.task_key)));
    changed.tasks.extend(over.keys().copied());
    let open = tx.incidents_of_lateness().await?;
    let concerned: Vec<Key<Task>> =
        changed.tasks.iter().copied().chain(open.iter().filter_map(|incident| incident.about.task_key())).collect();
    if concerned.is_empty() {
        return Ok(changed);
    }
    let mut hearing = Hearing::begin(tx, concerned, moment.now).await?;
    for (task_key, found) in &found {
        for alert in alerts(found, outage) {
            hear(&mut hearing, tx, *task_key, &alert).await?;
        }
    }
    for Silent { task_key, reason, since_at } in &silent {
        let about = About::Task(*task_key);
        let sign = Sign { about: &about, run: None, state: None, reason: Some(reason), at: *since_at };
        hearing.late(tx, IncidentKind::Silent, sign, 1).await?;
    }
    let resolved = resolve(tx, &mut hearing, &over, moment.now).await?;
    changed.tasks.extend(resolved);
    tx.tellings_add(&hearing.new).await?;
    Ok(changed)
}

/// Writes a sign of life now and then. Returns the newest outage before it.
async fn alive(tx: &Tx, Moment { now, present_from }: Moment) -> Result<Option<Outage>> {
    let stored = tx.setting_find(ALIVE).await?.and_then(|stored| serde_json::from_value::<Alive>(stored).ok());
    // A clock that was set back must not make the sign of life stand still.
    let before = stored.filter(|alive| alive.seen_at <= now);
    let mut alive = before.unwrap_or(Alive { seen_at: now, from_at: None, to_at: None });
    let is_back = present_from > alive.seen_at;
    if is_back {
        (alive.from_at, alive.to_at) = (Some(alive.seen_at), Some(present_from));
    }
    if before.is_none() || is_back || now - alive.seen_at >= ALIVE_EVERY {
        alive.seen_at = now;
        tx.setting_put(ALIVE, &json!(alive)).await?;
    }
    Ok(alive.from_at.zip(alive.to_at).map(|(from_at, to_at)| Outage { from_at, to_at }))
}

/// Looks at slots that were late. Returns the tasks of those that are no longer, with the newest instant.
async fn end(
    tx: &Tx,
    late: &[WatchedSlot],
    expected: &HashMap<Key<Task>, Expect>,
) -> Result<HashMap<Key<Task>, DateTime<Utc>>> {
    let mut over: HashMap<Key<Task>, DateTime<Utc>> = HashMap::new();
    for slot in late {
        let expect = expected.get(&slot.task_key).cloned().unwrap_or_default();
        let Some(was) = slot.late else { continue };
        let Some(at) = over_at(&expect, &slot.seen, was, slot.success_at) else { continue };
        if tx.slot_watch_step(slot, &WatchStep::Over(at)).await? {
            over.entry(slot.task_key).and_modify(|newest| *newest = at.max(*newest)).or_insert(at);
        }
    }
    Ok(over)
}

/// Looks at slots that may be late. Returns those that are, by their tasks.
async fn judge(
    tx: &Tx,
    slots: &[WatchedSlot],
    expected: &HashMap<Key<Task>, Expect>,
    Moment { now, present_from }: Moment,
) -> Result<BTreeMap<Key<Task>, Vec<(SeenSlot, Late)>>> {
    let mut found: BTreeMap<Key<Task>, Vec<(SeenSlot, Late)>> = BTreeMap::new();
    let nothing = Expect::default();
    for slot in slots {
        let expect = expected.get(&slot.task_key).unwrap_or(&nothing);
        let step = match stand(expect, &slot.seen, slot.zone, now - RECORDED_AFTER) {
            Standing::Settled => WatchStep::Settle,
            Standing::Open(look_at) => WatchStep::LookAt(look_at),
            Standing::Late(_) if now < present_from + BACK_FOR && is_running(&slot.seen) => {
                WatchStep::LookAt(present_from + BACK_FOR)
            }
            Standing::Late(late) => WatchStep::Late(late, reason(&slot.seen, late)),
        };
        if let (true, WatchStep::Late(late, _)) = (tx.slot_watch_step(slot, &step).await?, &step) {
            found.entry(slot.task_key).or_default().push((slot.seen.clone(), *late));
        }
    }
    Ok(found)
}

/// Whether the run of a slot has a process of which this server may not know everything yet.
fn is_running(slot: &SeenSlot) -> bool {
    slot.run.is_some_and(|run| matches!(run.state, RunState::Running | RunState::BackingOff))
}

/// A task that is silent for too long.
struct Silent {
    task_key: Key<Task>,
    reason: Reason,
    since_at: DateTime<Utc>,
}

/// Looks at tasks that may be silent for too long. Returns those that are, with the reason.
async fn silence(tx: &Tx, moment: Moment, outage: Option<Outage>) -> Result<Vec<Silent>> {
    let as_of = moment.now - RECORDED_AFTER;
    let mut found = Vec::new();
    for mut task in tx.tasks_watched_due(as_of, ROUND).await? {
        let newest = tx.newest_success(task.task_key, task.success_at.unwrap_or(task.since_at)).await?;
        task.success_at = newest.or(task.success_at);
        let Some(at) = silent_at(&task.expect, task.since_at, task.success_at) else {
            tx.task_watch_step(&task, None, None).await?;
            continue;
        };
        if at > as_of || task.silent_at.is_some() && newest.is_none() {
            let look_at = (at > as_of).then_some(at);
            let because = silent_reason(&task.expect, task.since_at, task.success_at, None);
            task.silent_at = task.silent_at.filter(|_| at <= as_of);
            tx.task_watch_step(&task, look_at, task.silent_at.is_some().then_some(&because)).await?;
            continue;
        }
        let because = silent_reason(&task.expect, task.since_at, task.success_at, outage);
        task.silent_at = Some(at);
        tx.task_watch_step(&task, None, Some(&because)).await?;
        found.push(Silent { task_key: task.task_key, reason: because, since_at: at });
    }
    Ok(found)
}

async fn hear(hearing: &mut Hearing, tx: &Tx, task_key: Key<Task>, alert: &Alert) -> Result<()> {
    let kind = if alert.missed { IncidentKind::Missed } else { IncidentKind::Late };
    let about = About::Task(task_key);
    let sign = Sign {
        about: &about,
        run: alert.run.map(|run| run.id),
        state: alert.run.map(|run| run.state),
        reason: Some(&alert.reason),
        at: alert.at,
    };
    hearing.late(tx, kind, sign, alert.count).await
}

/// Ends the incidents about lateness of which nothing is late any more. Returns their tasks.
async fn resolve(
    tx: &Tx,
    hearing: &mut Hearing,
    over: &HashMap<Key<Task>, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<Key<Task>>> {
    let open = tx.incidents_of_lateness().await?;
    let tasks: Vec<Key<Task>> = open.iter().filter_map(|incident| incident.about.task_key()).collect();
    let (late, silent) = (tx.tasks_late_still(&tasks).await?, tx.tasks_silent_still(&tasks).await?);
    let still = |incident: &IncidentRecord, task: Key<Task>| match incident.kind {
        IncidentKind::Silent => silent.contains(&task),
        kind => late.contains(&(task, kind == IncidentKind::Missed)),
    };
    let mut resolved = Vec::new();
    for incident in &open {
        let Some(task) = incident.about.task_key().filter(|task| !still(incident, *task)) else { continue };
        let at = over.get(&task).copied().unwrap_or(now).max(incident.seen_at);
        hearing.no_longer(tx, incident, at).await?;
        resolved.push(task);
    }
    Ok(resolved)
}
