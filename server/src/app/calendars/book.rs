//! All calendars compiled: as they are, as they were, and as they would be.
//!
//! The current calendars are read and compiled once and kept until one of them changes; asking for them costs one
//! short query. Deliberately absent: dates, which `domain::calendars` computes. Start reading at `calendar_book`.

use crate::app::{App, Error, Result};
use crate::domain::calendars::{Calendar, CalendarBook, CalendarEntry, Calendars};
use crate::domain::core::problem::Problem;
use crate::domain::model::{CalendarRecord, StoredCalendars};
use crate::domain::schedules;
use crate::domain::tasks::Definition;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

/// All calendars, compiled, as a transaction sees them.
pub(in crate::app) async fn calendar_book(tx: &Tx) -> Result<Arc<CalendarBook>> {
    Ok(tx.calendars().await?.book())
}

/// Refuses a definition with a schedule that names a missing or wrong calendar.
pub(in crate::app) async fn calendars_known(tx: &Tx, definition: &Definition) -> Result<()> {
    if definition.schedules.iter().all(|schedule| schedule.run_only_on.is_empty() && schedule.skip_on.is_empty()) {
        return Ok(());
    }
    refuse(calendar_problems(&*calendar_book(tx).await?, definition))
}

/// What is wrong with the calendars that a definition's schedules name.
pub fn calendar_problems(book: &CalendarBook, definition: &Definition) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, written) in definition.schedules.iter().enumerate() {
        let compiled = schedules::compile(written, "").map(|it| it.with_calendars(written, &definition.tags, book));
        if let Ok(Err(error)) = compiled {
            problems.push(Problem::at(format!("/schedules/{index}/{}", error.field), error.to_string()));
        }
    }
    problems
}

pub(super) fn refuse(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// All definitions with one replaced, added or (none) removed.
pub(super) fn with_change(stored: &StoredCalendars, name: &str, changed: Option<&Calendar>) -> Calendars {
    let mut all = stored.definitions(|record| record.definition.name != name);
    all.readable.extend(changed.cloned());
    all.readable.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// All definitions with one as given, which after a dry run differs from the stored one. Without that one if no
/// version of it can be read.
pub(super) fn with_given(stored: &StoredCalendars, given: &CalendarRecord) -> Calendars {
    let before = stored.records.iter().find(|it| it.id == given.id);
    let name = before.map_or("", |it| it.definition.name.as_str());
    let readable = given.damage.is_none_or(|damage| damage.version.is_some());
    with_change(stored, name, readable.then_some(&given.definition))
}

/// A calendar and all calendars that contain it, directly or through others.
pub fn containing(calendars: &[Calendar], name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([name.to_owned()]);
    loop {
        let before = found.len();
        for calendar in calendars {
            if names_in(calendar).any(|inner| found.contains(inner)) {
                found.insert(calendar.name.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The calendars that a calendar names.
pub(super) fn names_in(calendar: &Calendar) -> impl Iterator<Item = &str> {
    calendar.entries.iter().chain(&calendar.except).filter_map(|entry| match entry {
        CalendarEntry::Calendar { name } => Some(name.as_str()),
        _ => None,
    })
}

impl App {
    /// All calendars, compiled. They are read and compiled again only after one of them has changed.
    pub async fn calendar_book(&self) -> Result<Arc<CalendarBook>> {
        Ok(self.calendars().await?.book())
    }

    /// All stored calendars, with their book.
    pub(in crate::app) async fn calendars(&self) -> Result<Arc<StoredCalendars>> {
        if let Some(kept) = self.store().calendars_kept().await? {
            return Ok(kept);
        }
        let _whoever_comes_meanwhile_waits_for_this_reading = self.inner.calendars_reading.lock().await;
        match self.store().calendars_kept().await? {
            Some(kept) => Ok(kept),
            None => self.calendars_read_anew().await,
        }
    }

    /// Reads and compiles all calendars even if none has changed. Only this finds damage that came without a change.
    pub(in crate::app) async fn calendars_read_anew(&self) -> Result<Arc<StoredCalendars>> {
        let (store, runtime) = (self.store().clone(), Handle::current());
        let blocking = runtime.clone();
        // A thread inherits the priority of the one that starts it, so a thread of low priority must not start one
        // for others.
        let reading = runtime.spawn(async move {
            spawn_blocking(move || {
                let read = blocking.block_on(store.calendars_read())?;
                read.book();
                Ok(read)
            })
            .await
        });
        let read = reading.await.and_then(|read| read);
        read.map_err(|error| Error::Internal(error.to_string()))?
    }

    /// All calendars as they were at an instant, compiled.
    pub async fn calendar_book_at(&self, at: DateTime<Utc>) -> Result<Arc<CalendarBook>> {
        Ok(Arc::new(CalendarBook::compile_stored(&self.store().calendars_at(at).await?)))
    }

    /// All calendars as they are, and as they would be with one changed. Refuses a wrong change.
    pub async fn calendar_books_with(
        &self,
        name: &str,
        changed: &Calendar,
    ) -> Result<(Arc<CalendarBook>, Arc<CalendarBook>)> {
        let stored = self.calendars().await?;
        let after = Arc::new(CalendarBook::compile_stored(&with_change(&stored, name, Some(changed))));
        refuse(after.problems(&changed.name).to_vec())?;
        Ok((stored.book(), after))
    }
}
