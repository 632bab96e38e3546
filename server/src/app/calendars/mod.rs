//! Calendars: named sets of dates, and all of them compiled for whoever computes slots.
//!
//! Deliberately absent: the effect of a change on future slots, which `forecast` computes. Start reading at `calendar_book`.

pub mod import;
pub(in crate::app) mod silenced;

use self::silenced::Silenced;
use super::core::events::Change;
use super::core::write::Write;
use super::ledger::close_concerned;
use super::{App, Caller, Error, Result, Signal};
use crate::domain::calendars::{Calendar, CalendarBook, CalendarEntry, Calendars};
use crate::domain::ids::{CalendarId, name_problem};
use crate::domain::model::{CalendarRecord, Page, PageRequest};
use crate::domain::schedules;
use crate::domain::tasks::{Definition, Problem};
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Books that were compiled last, by the hash of what they were made of.
static MADE: Mutex<Vec<([u8; 32], Arc<CalendarBook>)>> = Mutex::new(Vec::new());

/// Books that are kept.
const KEPT: usize = 4;

/// A calendar and who uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarView {
    /// The calendar.
    pub record: CalendarRecord,
    /// Names of the tasks whose schedules name it.
    pub tasks: Vec<String>,
    /// Names of the calendars that contain it.
    pub calendars: Vec<String>,
    /// Its next date.
    pub next: Option<NaiveDate>,
    /// Schedules of which it leaves nothing, in sentences; not told in lists.
    pub warnings: Vec<String>,
}

/// Compiles calendars, or answers what was compiled of the same before.
pub fn book_of(calendars: &Calendars) -> Arc<CalendarBook> {
    let mut hash = Sha256::new();
    for calendar in &calendars.readable {
        hash.update(serde_json::to_vec(calendar).unwrap_or_default());
        hash.update([0]);
    }
    for name in &calendars.damaged {
        hash.update([1]);
        hash.update(name);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, book)) = made.iter().find(|(known, _)| *known == hash) {
        return Arc::clone(book);
    }
    let book = Arc::new(CalendarBook::compile_stored(calendars));
    made.truncate(KEPT - 1);
    made.insert(0, (hash, Arc::clone(&book)));
    book
}

/// All calendars, compiled, as a transaction sees them.
pub(super) async fn calendar_book(tx: &Tx) -> Result<Arc<CalendarBook>> {
    Ok(book_of(&definitions(tx.calendars().await?)))
}

/// Refuses a definition with a schedule that names a calendar which is not there or not right.
pub(super) async fn calendars_known(tx: &Tx, definition: &Definition) -> Result<()> {
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

fn refuse(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn definitions(records: Vec<CalendarRecord>) -> Calendars {
    let mut all = Calendars::default();
    for record in records {
        if record.damage.is_some_and(|damage| damage.version.is_none()) {
            all.damaged.insert(record.definition.name);
        } else {
            all.readable.push(record.definition);
        }
    }
    all
}

/// All definitions with one replaced, added or (none) left out.
fn with_change(records: &[CalendarRecord], name: &str, changed: Option<&Calendar>) -> Calendars {
    let others = records.iter().filter(|record| record.definition.name != name);
    let mut all = definitions(others.cloned().collect());
    all.readable.extend(changed.cloned());
    all.readable.sort_by(|a, b| a.name.cmp(&b.name));
    all
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

/// All definitions with one as it is given, which after a dry run is not what is stored; without it if no version of it can
/// be read.
fn with_given(records: &[CalendarRecord], given: &CalendarRecord) -> Calendars {
    let name = records.iter().find(|it| it.id == given.id).map_or("", |it| it.definition.name.as_str());
    let readable = given.damage.is_none_or(|damage| damage.version.is_some());
    with_change(records, name, readable.then_some(&given.definition))
}

fn names_in(calendar: &Calendar) -> impl Iterator<Item = &str> {
    calendar.entries.iter().chain(&calendar.except).filter_map(|entry| match entry {
        CalendarEntry::Calendar { name } => Some(name.as_str()),
        _ => None,
    })
}

impl App {
    /// All calendars, compiled.
    pub async fn calendar_book(&self) -> Result<Arc<CalendarBook>> {
        Ok(book_of(&definitions(self.store().calendars().await?)))
    }

    /// All calendars as they were at an instant, compiled.
    pub async fn calendar_book_at(&self, at: DateTime<Utc>) -> Result<Arc<CalendarBook>> {
        Ok(book_of(&self.store().calendars_at(at).await?))
    }

    /// All calendars as they are, and as they would be with one changed; its faults are refused.
    pub async fn calendar_books_with(
        &self,
        name: &str,
        changed: &Calendar,
    ) -> Result<(Arc<CalendarBook>, Arc<CalendarBook>)> {
        let records = self.store().calendars().await?;
        let after = book_of(&with_change(&records, name, Some(changed)));
        refuse(after.problems(&changed.name).to_vec())?;
        Ok((book_of(&definitions(records)), after))
    }

    /// A page of calendars by name.
    pub async fn calendar_list(&self, caller: &Caller, page: &PageRequest) -> Result<Page<CalendarView>> {
        caller.require(Permission::Read)?;
        let listed = self.store().calendar_list(page).await?;
        let mut items = Vec::with_capacity(listed.items.len());
        for record in listed.items {
            items.push(self.calendar_seen(record).await?);
        }
        Ok(Page { items, next: listed.next })
    }

    /// A calendar by name or id.
    pub async fn calendar_view(&self, caller: &Caller, calendar: &str) -> Result<CalendarView> {
        caller.require(Permission::Read)?;
        let found = self.store().calendar_find(calendar).await?.ok_or_else(|| no_calendar(calendar))?;
        self.calendar_told(found).await
    }

    /// The dates of a calendar between two dates, both included, with what they are called.
    pub async fn calendar_dates(
        &self,
        caller: &Caller,
        calendar: &str,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<(NaiveDate, String)>> {
        let view = self.calendar_view(caller, calendar).await?;
        if until < from || (until - from).num_days() > 3660 {
            return Err(Error::invalid("?until", "must not be before from, and at most ten years after it"));
        }
        let book = self.calendar_book().await?;
        let Some(dates) = book.find(&view.record.definition.name) else { return Ok(Vec::new()) };
        let all = from.iter_days().take_while(|date| *date <= until).filter(|date| dates.contains(*date));
        Ok(all.map(|date| (date, dates.title(date).unwrap_or_default().to_owned())).collect())
    }

    /// Creates a calendar.
    pub async fn calendar_create(&self, caller: &Caller, wanted: Calendar, dry_run: bool) -> Result<CalendarView> {
        caller.require(Permission::Define)?;
        let (caller, now) = (caller.clone(), self.clock().now());
        let made = self.write_or_try(dry_run, async move |tx: &Tx| {
            let records = tx.calendars().await?;
            sound(&records, &wanted.name, &wanted)?;
            if records.iter().any(|record| record.definition.name == wanted.name) {
                return Err(name_taken(&wanted.name));
            }
            if let Some(window) = &wanted.maintenance {
                close_concerned(tx, &BTreeSet::new(), Some(&window.tags), now).await?;
            }
            let made = tx.calendar_insert(&wanted, &caller.name, now).await?;
            let detail = json!({"entries": wanted.entries.len(), "maintenance": wanted.maintenance.is_some()});
            tx.audit_append(&caller.audit(now, "calendar_create", ("calendar", wanted.name.clone()), detail)).await?;
            Ok(made)
        });
        let mut made = made.await?;
        if dry_run {
            made.id = CalendarId(uuid::Uuid::nil());
        } else {
            self.announce_calendar();
        }
        self.calendar_told(made).await
    }

    /// Replaces a calendar's definition. The ledger of what it concerns is completed under the old one first.
    pub async fn calendar_update(
        &self,
        caller: &Caller,
        calendar: &str,
        wanted: Calendar,
        Write { base, dry_run }: Write,
    ) -> Result<CalendarView> {
        caller.require(Permission::Define)?;
        let (caller, now, calendar) = (caller.clone(), self.clock().now(), calendar.to_owned());
        let changed = self.write_or_try(dry_run, async move |tx: &Tx| {
            let read = tx.calendar_find(&calendar).await?.ok_or_else(|| no_calendar(&calendar))?;
            Error::unless_at(read.version, base)?;
            let records = tx.calendars().await?;
            sound(&records, &read.definition.name, &wanted)?;
            if read.definition == wanted && read.damage.is_none() {
                return Ok(read);
            }
            if read.definition.name != wanted.name {
                unused(tx, &records, &read, "renamed").await?;
            }
            close_for(tx, &records, &read.definition, Some(&wanted), now).await?;
            let written = tx.calendar_update(&read, &wanted, &caller.name, now).await?;
            let detail = json!({"version": written.version, "entries": wanted.entries.len()});
            tx.audit_append(&caller.audit(now, "calendar_update", ("calendar", wanted.name.clone()), detail)).await?;
            Ok(written)
        });
        let changed = changed.await?;
        if !dry_run {
            self.announce_calendar();
        }
        self.calendar_told(changed).await
    }

    /// Deletes a calendar that nothing uses.
    pub async fn calendar_delete(&self, caller: &Caller, calendar: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::Define)?;
        let (caller, now, calendar) = (caller.clone(), self.clock().now(), calendar.to_owned());
        let deleted = self.store().write(async move |tx: &Tx| {
            let read = tx.calendar_find(&calendar).await?.ok_or_else(|| no_calendar(&calendar))?;
            Error::unless_at(read.version, base)?;
            let records = tx.calendars().await?;
            unused(tx, &records, &read, "deleted").await?;
            close_for(tx, &records, &read.definition, None, now).await?;
            tx.calendar_delete(&read, now).await?;
            let name = read.definition.name.clone();
            let detail = json!({"version": read.version});
            tx.audit_append(&caller.audit(now, "calendar_delete", ("calendar", name), detail)).await?;
            Ok::<_, Error>(())
        });
        deleted.await?;
        self.announce_calendar();
        Ok(())
    }

    async fn calendar_seen(&self, record: CalendarRecord) -> Result<CalendarView> {
        let name = record.definition.name.clone();
        let tasks = self.store().calendar_tasks(&name).await?;
        let all = self.store().calendars().await?;
        let calendars = users(&all, &name);
        let next = book_of(&with_given(&all, &record))
            .find(&name)
            .and_then(|dates| dates.next(self.clock().now().date_naive()));
        Ok(CalendarView { record, tasks, calendars, next, warnings: Vec::new() })
    }

    /// The same, with schedules of which it leaves nothing.
    async fn calendar_told(&self, record: CalendarRecord) -> Result<CalendarView> {
        let all = with_given(&self.store().calendars().await?, &record);
        let book = book_of(&all);
        let names = containing(&all.readable, &record.definition.name);
        let mut silenced = Silenced::new(&names, &book, self.clock().now());
        for schedule in self.store().schedule_list_naming(&names).await?.readable {
            silenced.look(&schedule.task_name, &schedule.schedule);
        }
        let warnings = silenced.told();
        Ok(CalendarView { warnings, ..self.calendar_seen(record).await? })
    }

    fn announce_calendar(&self) {
        self.events().publish(Change::System { what: "calendar" });
        self.replan_all();
        self.signals().raise(Signal::Queue);
    }
}

/// Completes the ledger of everything that a change of a calendar concerns.
async fn close_for(
    tx: &Tx,
    records: &[CalendarRecord],
    old: &Calendar,
    new: Option<&Calendar>,
    now: DateTime<Utc>,
) -> Result<()> {
    let all: Vec<Calendar> = records.iter().map(|record| record.definition.clone()).collect();
    let names = containing(&all, &old.name);
    let windows = all.iter().filter(|calendar| names.contains(&calendar.name)).chain(new);
    let mut tags: Option<Vec<String>> = None;
    for window in windows.filter_map(|calendar| calendar.maintenance.as_ref()) {
        let everybody = window.tags.is_empty() || tags.as_ref().is_some_and(Vec::is_empty);
        let more = if everybody { Vec::new() } else { [tags.unwrap_or_default(), window.tags.clone()].concat() };
        tags = Some(more);
    }
    close_concerned(tx, &names, tags.as_deref(), now).await
}

fn sound(records: &[CalendarRecord], old_name: &str, wanted: &Calendar) -> Result<()> {
    if let Some(message) = name_problem(&wanted.name) {
        return Err(Error::invalid("/name", format!("name {message}")));
    }
    let all = with_change(records, old_name, Some(wanted));
    refuse(book_of(&all).problems(&wanted.name).to_vec())
}

fn users(records: &[CalendarRecord], name: &str) -> Vec<String> {
    let with = |record: &&CalendarRecord| names_in(&record.definition).any(|inner| inner == name);
    records.iter().filter(with).map(|record| record.definition.name.clone()).collect()
}

async fn unused(tx: &Tx, records: &[CalendarRecord], read: &CalendarRecord, verb: &str) -> Result<()> {
    let name = &read.definition.name;
    let tasks = tx.calendar_tasks(name).await?.into_iter().map(|task| format!("task \"{task}\""));
    let calendars = users(records, name).into_iter().map(|calendar| format!("calendar \"{calendar}\""));
    let mut places: Vec<String> = tasks.chain(calendars).collect();
    if places.is_empty() {
        return Ok(());
    }
    let more = places.len().saturating_sub(10);
    places.truncate(10);
    if more > 0 {
        places.push(format!("{more} more"));
    }
    let detail = format!("calendar \"{name}\" cannot be {verb}, it is used by {}", places.join(", "));
    Err(Error::conflict("calendar_in_use", detail))
}

fn name_taken(name: &str) -> Error {
    Error::conflict("name_taken", format!("there is a calendar \"{name}\" already; choose another name"))
}

fn no_calendar(calendar: &str) -> Error {
    Error::NotFound(format!("there is no calendar \"{calendar}\""))
}
