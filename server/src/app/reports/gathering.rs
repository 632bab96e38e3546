//! Reads what a report is made from. Start reading at `gather`.

use crate::app::{App, Result};
use crate::domain::keys::{Key, Task};
use crate::domain::model::{PoolRecord, ReportTask};
use crate::domain::notify::rules::{Scope, TaskFacts};
use crate::domain::reports::facts::{Expiring, Facts, SpecialDay, Storage};
use crate::domain::reports::period::{Calling, Stretch};
use chrono::{DateTime, Days, TimeDelta, Utc};
use std::collections::{HashMap, HashSet};

/// How long before it expires a credential is told about.
const EXPIRES_WITHIN: TimeDelta = TimeDelta::days(30);

/// Largest number of days of one calendar.
const DAYS_MOST: usize = 10;

/// What a report looks at.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Its choice of tasks.
    pub what: Scope,
    /// What it covers.
    pub covers: Stretch,
    /// What the report before it covers.
    pub before: Stretch,
    /// The local days of its zone.
    pub calling: Calling,
    /// How many days it looks ahead.
    pub days_ahead: u64,
    /// When it is made.
    pub made_at: DateTime<Utc>,
}

/// Reads what a report is made from.
pub(super) async fn gather(app: &App, wanted: &Wanted) -> Result<Facts> {
    let store = app.store();
    let all = store.report_tasks().await?;
    let tasks: HashMap<Key<Task>, ReportTask> =
        all.into_iter().filter(|task| covers(&wanted.what, task)).map(|task| (task.key, task)).collect();
    let names: HashSet<&str> = tasks.values().filter(|task| !task.deleted).map(|task| task.name.as_str()).collect();
    let Stretch { from_at, until_at, .. } = wanted.covers;
    let chosen = |task: Key<Task>| tasks.contains_key(&task);
    let now = store.run_figures(from_at, until_at, chosen).await?;
    let before = store.run_figures(wanted.before.from_at, wanted.before.until_at, chosen).await?;
    let mut failed = store.runs_failed(from_at, until_at).await?;
    failed.retain(|run| chosen(run.task_key));
    let mut missed = store.slots_missed(from_at, until_at).await?;
    missed.retain(|slots| chosen(slots.task_key));
    let mut late = store.slots_late(from_at, until_at).await?;
    late.retain(|run| chosen(run.task_key));
    let mut breaks = store.task_breaks(from_at, until_at).await?;
    breaks.retain(|task, _| chosen(*task));
    let pools = pools(app, wanted, &names).await?;
    let stays = if pools.is_empty() { Vec::new() } else { store.pool_stays(from_at, until_at).await? };
    let days = days(app, wanted, &names).await?;
    let credentials = credentials(app, wanted, &names).await?;
    let storage = storage(app).await?;
    Ok(Facts { now, before, failed, missed, late, breaks, days, pools, stays, credentials, storage, tasks })
}

fn covers(what: &Scope, task: &ReportTask) -> bool {
    let ReportTask { name, folder, tags, owner, .. } = task;
    let (name, folder, tags, owner) = (name.clone(), folder.clone(), tags.clone(), owner.clone());
    what.is_all() || what.covers(&TaskFacts { name, folder, tags, owner })
}

async fn pools(app: &App, wanted: &Wanted, names: &HashSet<&str>) -> Result<Vec<PoolRecord>> {
    let mut found = Vec::new();
    for pool in app.store().pools().await? {
        let users = app.store().pool_tasks(&pool.name).await?;
        if wanted.what.is_all() || users.iter().any(|user| names.contains(user.as_str())) {
            found.push(pool);
        }
    }
    Ok(found)
}

/// Days ahead of calendars that the tasks use. A maintenance window concerns tasks by their tags.
async fn days(app: &App, wanted: &Wanted, names: &HashSet<&str>) -> Result<Vec<SpecialDay>> {
    let stored = app.calendars().await?;
    let users = app.store().calendar_tasks_all().await?;
    let book = stored.book();
    let today = wanted.calling.day_of(wanted.made_at);
    let Some(end) = today.checked_add_days(Days::new(wanted.days_ahead)) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for record in &stored.records {
        let calendar = &record.definition.name;
        let used = users.get(calendar).is_some_and(|users| users.iter().any(|user| names.contains(user.as_str())));
        if !used && record.definition.maintenance.is_none() {
            continue;
        }
        let Some(dates) = book.find(calendar) else { continue };
        let mut from = today;
        for _ in 0..DAYS_MOST {
            let Some(date) = dates.next(from).filter(|date| *date <= end) else { break };
            let title = dates.title(date).unwrap_or_default().to_owned();
            found.push(SpecialDay { date, calendar: calendar.clone(), title });
            let Some(next) = date.succ_opt() else { break };
            from = next;
        }
    }
    found.sort_by(|a, b| (a.date, &a.calendar).cmp(&(b.date, &b.calendar)));
    Ok(found)
}

async fn credentials(app: &App, wanted: &Wanted, names: &HashSet<&str>) -> Result<Vec<Expiring>> {
    let mut found = Vec::new();
    for credential in app.store().credentials_expiring(wanted.made_at + EXPIRES_WITHIN).await? {
        let Some(expires_at) = credential.expires_at else { continue };
        let users = app.store().credential_tasks(&credential.name).await?;
        if wanted.what.is_all() || users.iter().any(|user| names.contains(user.name.as_str())) {
            found.push(Expiring { credential: credential.name, expires_at, expired: expires_at <= wanted.made_at });
        }
    }
    Ok(found)
}

async fn storage(app: &App) -> Result<Storage> {
    let disk = app.disk();
    let database_bytes = app.store().database_facts().await?.size_bytes;
    Ok(Storage { database_bytes, disk_bytes: disk.total_bytes, free_bytes: disk.free_bytes })
}
