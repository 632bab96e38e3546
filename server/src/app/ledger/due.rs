//! Reads due slots before they are booked; a moment earlier if very many are due at once.
//!
//! Anything may change between reading and booking. The transaction that books therefore checks whether tasks and
//! calendars are still those that were read. What has changed is left out and must be read again.

use super::booking::{Booked, BookedIn, DueSlots, Written, book};
use crate::app::core::events::Change;
use crate::app::core::hold::on_hold;
use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::keys::{Key, Task};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use std::sync::Arc;

impl App {
    /// Reads what is due for these tasks by `until`.
    pub async fn slots_due(&self, task_keys: &[Key<Task>], until: DateTime<Utc>) -> Result<DueSlots> {
        // The mark is read before the calendars. If they change in between, it is the older mark, and nothing is
        // booked by it.
        let calendars = self.store().calendar_mark().await?;
        let (planned, tasks) = futures::try_join!(self.schedules_planned_of(task_keys, until), async {
            Ok(self.store().tasks_find(task_keys).await?)
        })?;
        let mut due = DueSlots { tasks, calendars, ..DueSlots::default() };
        for it in planned {
            match it.next_at() {
                Some(at) if at <= until => due.schedules.push(Arc::new(it)),
                Some(at) => {
                    due.later.entry(it.task_key).and_modify(|known| *known = at.min(*known)).or_insert(at);
                }
                None => {}
            }
        }
        Ok(due)
    }

    /// Books what was read, as far as it is still valid. Returns which tasks must be read again, because they or the
    /// calendars changed. Call `slots_booked` soon after.
    pub async fn slots_book_of(&self, due: Arc<DueSlots>, now: DateTime<Utc>) -> Result<(Booked, HashSet<Key<Task>>)> {
        let write = async move |tx: &Tx, moment: Moment| book_read(tx, &due, Moment { now, ..moment }).await;
        let announce = |app: &Self, (booked, _): &(BookedIn, HashSet<Key<Task>>)| {
            app.booked_announce(booked);
        };
        let (booked, stale) = self.write(write, announce).await?;
        Ok((booked.counts(), stale))
    }

    /// Announces what was booked, after the commit. Call `slots_booked` soon after.
    pub(super) fn booked_announce(&self, booked: &BookedIn) -> Booked {
        for Written { task_id, task, outcome } in &booked.written {
            self.events().publish(Change::Slot { task_id: *task_id, task: task.clone(), outcome: *outcome });
        }
        self.announce_inserted_quietly(&booked.inserted);
        booked.counts()
    }
}

/// Books what was read before the transaction, except what has changed since. Returns the tasks that were left out.
async fn book_read(
    tx: &Tx,
    due: &DueSlots,
    Moment { now, present_from }: Moment,
) -> Result<(BookedIn, HashSet<Key<Task>>)> {
    if tx.calendar_mark().await? != due.calendars {
        return Ok((BookedIn::default(), due.schedules.iter().map(|it| it.task_key).collect()));
    }
    let versions: Vec<(Key<Task>, u32)> = due.tasks.values().map(|task| (task.key, task.version)).collect();
    let stale = tx.tasks_changed(&versions).await?;
    let hold = on_hold(tx).await?;
    let booked = if stale.is_empty() {
        book(tx, due, hold.as_ref(), present_from, now).await?
    } else {
        let mut rest = due.clone();
        rest.tasks.retain(|task, _| !stale.contains(task));
        book(tx, &rest, hold.as_ref(), present_from, now).await?
    };
    Ok((booked, stale))
}
