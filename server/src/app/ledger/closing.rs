//! Completes the ledger of many tasks before calendars change, because slots due until then follow the old calendars.
//!
//! A maintenance window may affect 100,000 tasks, but a transaction must end within seconds. The ledger is therefore
//! completed first, in many short transactions between which others can write. The transaction that changes the
//! calendar then finds the ledger complete up to the same instant, except for the little that was added or changed
//! meanwhile. Start reading at `ledger_complete`.

use super::booking::{BookedIn, DueSlots, book, task_keys};
use crate::app::calendars::calendar_book;
use crate::app::calendars::concern::{BeforeChange, Concern};
use crate::app::core::compute::Reach;
use crate::app::core::hold::on_hold;
use crate::app::schedules::agenda::{Planned, STRETCH};
use crate::app::schedules::compile;
use crate::app::{App, Error, Result};
use crate::domain::calendars::CalendarBook;
use crate::domain::keys::Key;
use crate::domain::model::{CalendarMark, ScheduleRecord, SlotBooking};
use crate::store::Tx;
use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Number of schedules with due slots that are booked in one transaction.
const BATCH: usize = 200;

/// How often a batch is tried again because calendars or tasks changed meanwhile.
const TRIES: usize = 5;

/// The ledger's work before calendars change.
pub(in crate::app) const BEFORE_CALENDARS: BeforeChange = BeforeChange {
    ahead: |app, concern, now| app.ledger_complete(concern, now).boxed(),
    within: |tx, concern, present_from, now| close_concerned(tx, concern, present_from, now).boxed(),
};

impl App {
    /// Completes the ledger of the affected schedules up to an instant, in short transactions. The ledger stays
    /// complete even if the calendar is not changed in the end.
    async fn ledger_complete(&self, concern: Concern, now: DateTime<Utc>) -> Result<()> {
        if concern.is_nobody() {
            return Ok(());
        }
        let completed = self.compute(Reach::Ledger, async move |app, _| {
            let (mut after, mut tries) = (Key::NONE, 0);
            while let Some((last, stored)) = app.store().schedule_list_enabled_next(after, STRETCH).await? {
                // The mark is read before the calendars. If they change in between, it is the older mark.
                let mark = app.store().calendar_mark().await?;
                let book = app.calendar_book().await?;
                let planned = planned(&concern, &book, stored.readable, now);
                if app.ledger_complete_some(planned, mark, now).await? {
                    (after, tries) = (last, 0);
                } else if tries == TRIES {
                    let busy = "tasks and calendars are changing too fast at the moment; nothing was saved, try \
                        again in a moment";
                    return Err(Error::Unavailable(busy.into()));
                } else {
                    tries += 1;
                }
            }
            Ok(())
        });
        completed.await
    }

    /// Returns false if calendars or tasks have changed since they were read.
    async fn ledger_complete_some(
        &self,
        planned: Vec<Arc<Planned>>,
        mark: CalendarMark,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let present_from = self.present_from();
        let is_due = |it: &Arc<Planned>| it.next_at().is_some_and(|at| at <= now);
        let (due, quiet): (Vec<_>, Vec<_>) = planned.into_iter().partition(is_due);
        let batches = due.chunks(BATCH).chain(std::iter::once(quiet.as_slice())).filter(|batch| !batch.is_empty());
        for batch in batches {
            let batch = batch.to_vec();
            let write = async move |tx: &Tx| -> Result<Option<BookedIn>> {
                let versions: BTreeSet<_> = batch.iter().map(|it| (it.task_key, it.task_version)).collect();
                let versions: Vec<_> = versions.into_iter().collect();
                if tx.calendar_mark().await? != mark || !tx.tasks_changed(&versions).await?.is_empty() {
                    return Ok(None);
                }
                complete(tx, &batch, present_from, now).await.map(Some)
            };
            let Some(booked) = self.store().write(write).await? else { return Ok(false) };
            let booked = self.booked_announce(booked);
            self.slots_booked(booked);
        }
        Ok(true)
    }
}

/// Those of some schedules that are affected, fire, and have an incomplete ledger up to an instant.
fn planned(concern: &Concern, book: &CalendarBook, some: Vec<ScheduleRecord>, now: DateTime<Utc>) -> Vec<Arc<Planned>> {
    let behind = some.into_iter().filter(|record| record.watermark_at < now && concern.is(record));
    let planned = behind.filter_map(|record| {
        let compiled = compile(book, &record.task_name, &record.task_tags, &record.schedule).ok()?;
        // The slot of a startup schedule depends on no future calendar date. The scheduler books it after the
        // start.
        if compiled.is_startup() {
            return None;
        }
        let version = record.task_version;
        Some(Arc::new(Planned::new(record, version, Arc::new(compiled))))
    });
    planned.collect()
}

/// Completes the rest of the affected schedules' ledger up to an instant, before the calendars change in the same
/// transaction.
async fn close_concerned(tx: &Tx, concern: &Concern, present_from: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    if concern.is_nobody() {
        return Ok(());
    }
    let behind = tx.schedule_list_behind(&concern.names, concern.tags.as_deref(), now).await?.readable;
    let planned = planned(concern, &*calendar_book(tx).await?, behind, now);
    for some in planned.chunks(BATCH) {
        complete(tx, some, present_from, now).await?;
    }
    Ok(())
}

/// Books due slots of some schedules, and moves the watermarks of all of them. The schedules were read before the
/// transaction, so the scheduler may have booked some slots since; the ledger itself shows which.
async fn complete(tx: &Tx, some: &[Arc<Planned>], present_from: DateTime<Utc>, now: DateTime<Utc>) -> Result<BookedIn> {
    let is_due = |it: &&Arc<Planned>| it.next_at().is_some_and(|at| at <= now);
    let (due, quiet): (Vec<_>, Vec<_>) = some.iter().partition(is_due);
    let moved = |it: &Arc<Planned>| SlotBooking {
        schedule_row: it.row,
        task_key: it.task_key,
        watermark_at: now,
        entries: Vec::new(),
    };
    let quiet: Vec<SlotBooking> = quiet.into_iter().map(moved).collect();
    if !quiet.is_empty() {
        tx.slots_book(&quiet, now).await?;
    }
    if due.is_empty() {
        return Ok(BookedIn::default());
    }
    let hold = on_hold(tx).await?;
    let asked = |it: &Arc<Planned>| Arc::new(Planned { told_ahead: true, ..Planned::clone(it) });
    let schedules: Vec<Arc<Planned>> = due.into_iter().map(asked).collect();
    let tasks = tx.tasks_find(&task_keys(&schedules)).await?;
    book(tx, &DueSlots { schedules, tasks, ..DueSlots::default() }, hold.as_ref(), present_from, now).await
}
