//! Schedules that will never fire again although nobody wanted that: calendars leave no date, or the definition is damaged
//! or cannot be computed.
//!
//! A schedule whose only time or end has come is done, and that is no incident. Deliberately absent: why a schedule never
//! fires, which `domain::schedules` decides. Start reading at `never_look`.

use super::super::hearing::Hearing;
use crate::app::core::write::Moment;
use crate::app::schedules::agenda::STRETCH;
use crate::app::{App, Error, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{About, IncidentRecord, Sign, StoredSchedules};
use crate::domain::notify::words::IncidentKind;
use crate::domain::reason::Reason;
use crate::domain::schedules::{self, Never};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is found.
const KIND: [IncidentKind; 1] = [IncidentKind::NeverFires];

/// Tasks with a schedule that never fires, and why.
type Found = BTreeMap<Key<Task>, Reason>;

impl App {
    /// Looks at the schedules of all enabled tasks (`whole`), or at those of tasks with an open incident. Returns how many
    /// incidents began and how many are over.
    pub async fn never_look(&self, whole: bool) -> Result<[u64; 2]> {
        let open = self.store().incidents_of_kinds(&KIND).await?;
        let now = self.clock().now();
        // What cannot be computed is known to whoever plans.
        let invalid: Found = self
            .invalid_schedules()
            .iter()
            .map(|((task, _), invalid)| (*task, Reason::ScheduleInvalid { problem: invalid.error.clone() }))
            .collect();
        let mut found = if whole {
            self.never_all(now).await?
        } else if open.is_empty() && invalid.is_empty() {
            return Ok([0, 0]);
        } else {
            let tasks: Vec<Key<Task>> = open.iter().filter_map(|incident| incident.about.task_key()).collect();
            let stored = self.store().schedule_list_enabled_of(&tasks).await?;
            never(self.calendar_book().await?, stored, now).await?
        };
        found.extend(invalid);
        let task = |incident: &IncidentRecord| incident.about.task_key();
        let is_open = |key: &Key<Task>| open.iter().any(|incident| task(incident) == Some(*key));
        let over = open.iter().any(|incident| task(incident).is_none_or(|key| !found.contains_key(&key)));
        if !over && found.keys().all(is_open) {
            return Ok([0, 0]);
        }
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| write(tx, &found, now).await;
        self.write(write, |app, _| app.announce_incidents()).await
    }

    async fn never_all(&self, now: DateTime<Utc>) -> Result<Found> {
        let book = self.calendar_book().await?;
        let (mut found, mut after) = (Found::new(), Key::NONE);
        while let Some((last, stored)) = self.store().schedule_list_enabled_next(after, STRETCH).await? {
            found.append(&mut never(Arc::clone(&book), stored, now).await?);
            after = last;
        }
        Ok(found)
    }
}

/// Which of these tasks have a schedule that never fires. It computes many dates, so it does that beside the requests.
async fn never(book: Arc<CalendarBook>, stored: StoredSchedules, now: DateTime<Utc>) -> Result<Found> {
    let computed = tokio::task::spawn_blocking(move || {
        let mut found = Found::new();
        for damaged in stored.damaged {
            found.entry(damaged.task_key).or_insert(Reason::ScheduleInvalid { problem: damaged.error });
        }
        for record in stored.readable {
            let uses_calendars = !record.schedule.run_only_on.is_empty() || !record.schedule.skip_on.is_empty();
            if found.contains_key(&record.task_key) || !uses_calendars {
                continue;
            }
            let never = schedules::ended(&record.schedule, &book, now).filter(Never::is_by_calendars);
            let reason = never.map(|never| Reason::ScheduleSilenced {
                task: record.task_name.clone(),
                schedule: record.schedule.key.clone(),
                never,
            });
            found.extend(reason.map(|reason| (record.task_key, reason)));
        }
        found
    });
    computed.await.map_err(|error| Error::Internal(error.to_string()))
}

async fn write(tx: &Tx, found: &Found, now: DateTime<Utc>) -> Result<[u64; 2]> {
    let open = tx.incidents_of_kinds(&KIND).await?;
    let tasks = found.keys().copied().chain(open.iter().filter_map(|incident| incident.about.task_key()));
    let mut hearing = Hearing::begin(tx, tasks, now).await?;
    let [mut begun, mut over] = [0, 0];
    for (task, reason) in found {
        let about = About::Task(*task);
        if open.iter().any(|incident| incident.about == about) {
            continue;
        }
        let sign = Sign { about: &about, run: None, state: None, reason: Some(reason), at: now };
        hearing.found(tx, IncidentKind::NeverFires, sign, 0).await?;
        begun += 1;
    }
    for incident in &open {
        if incident.about.task_key().is_none_or(|task| !found.contains_key(&task)) {
            hearing.no_longer(tx, incident, now.max(incident.seen_at)).await?;
            over += 1;
        }
    }
    tx.tellings_add(&hearing.new).await?;
    Ok([begun, over])
}
