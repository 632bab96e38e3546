//! Calendars: creating, changing and deleting named sets of dates, and who uses them.
//!
//! Deliberately absent: the effect of a change on future slots, which `forecast` computes. Start reading at
//! `calendar_update`, then `book`.

mod book;
pub(in crate::app) mod concern;
pub mod import;
pub(in crate::app) mod silenced;

pub(in crate::app) use self::book::{calendar_book, calendar_problems, calendars_known, containing};

use self::book::{names_in, refuse, with_change, with_given};
use self::concern::{Completed, Concern, concern};
use self::silenced::Silenced;
use super::core::compute::Reach;
use super::core::events::Change;
use super::core::write::{Moment, Write};
use super::{App, Caller, Error, Result, Signal};
use crate::domain::calendars::{Calendar, CalendarBook};
use crate::domain::core::phrases::first_ten;
use crate::domain::ids::CalendarId;
use crate::domain::model::{CalendarRecord, Page, PageRequest, StoredCalendars};
use crate::domain::names::name_problem;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::store::Tx;
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeSet;

/// A calendar and who uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarView {
    /// The calendar.
    pub record: CalendarRecord,
    /// Names of the tasks whose schedules use it.
    pub tasks: Vec<String>,
    /// Names of the calendars that contain it.
    pub calendars: Vec<String>,
    /// Its next date.
    pub next: Option<NaiveDate>,
    /// Schedules that never fire because of it, in sentences. Empty in lists.
    pub warnings: Vec<Reason>,
}

impl App {
    /// A page of calendars by name.
    pub async fn calendar_list(
        &self,
        caller: &Caller,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<CalendarView>> {
        caller.require(Permission::Read)?;
        let listed = self.store().calendar_list(text, page).await?;
        if listed.items.is_empty() {
            return Ok(Page { items: Vec::new(), next: None });
        }
        self.damage_noticed(&listed.items).await?;
        let seen = self.compute(Reach::AllTasks, async move |app, _| {
            let (stored, mut users) = (app.calendars().await?, app.store().calendar_tasks_all().await?);
            let (book, today) = (stored.book(), app.clock().now().date_naive());
            let seen = |record: CalendarRecord| {
                let name = &record.definition.name;
                let (tasks, calendars) = (users.remove(name).unwrap_or_default(), containers(&stored, name));
                let next = book.find(name).and_then(|dates| dates.next(today));
                CalendarView { tasks, calendars, next, warnings: Vec::new(), record }
            };
            Ok(Page { items: listed.items.into_iter().map(seen).collect(), next: listed.next })
        });
        seen.await
    }

    /// Finds a calendar by name or id.
    pub async fn calendar_view(&self, caller: &Caller, calendar: &str) -> Result<CalendarView> {
        caller.require(Permission::Read)?;
        let found = self.store().calendar_find(calendar).await?.ok_or_else(|| no_calendar(calendar))?;
        self.damage_noticed(std::slice::from_ref(&found)).await?;
        self.calendar_seen(found).await
    }

    /// Reads all calendars again if one of these was damaged without a change, because the mark of the calendars does
    /// not show that.
    async fn damage_noticed(&self, looked_at: &[CalendarRecord]) -> Result<()> {
        let stored = self.calendars().await?;
        let known =
            |record: &CalendarRecord| stored.records.iter().any(|it| it.id == record.id && it.damage == record.damage);
        if !looked_at.iter().all(known) {
            self.calendars_read_anew().await?;
        }
        Ok(())
    }

    /// The dates of a calendar between two dates, both included, with their titles.
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
        let caller = caller.clone();
        let tags = wanted.maintenance.as_ref().map(|window| window.tags.clone());
        let concern = Concern { names: BTreeSet::new(), tags };
        let completed = match dry_run {
            true => Completed::default(),
            false => (self.before_calendars().ahead)(self, concern.clone()).await?,
        };
        let close = self.before_calendars().within;
        let write = async move |tx: &Tx, moment: Moment| {
            let stored = tx.calendars().await?;
            calendar_check(&stored, &wanted.name, &wanted)?;
            if stored.records.iter().any(|record| record.definition.name == wanted.name) {
                return Err(Error::taken("calendar", &wanted.name));
            }
            if !dry_run {
                close(tx, &concern, &completed, moment).await?;
            }
            let now = moment.now;
            let made = tx.calendar_insert(&wanted, &caller.name, now).await?;
            let detail = json!({"entries": wanted.entries.len(), "maintenance": wanted.maintenance.is_some()});
            tx.audit_append(&caller.audit(now, "calendar_create", ("calendar", wanted.name.clone()), detail)).await?;
            Ok(made)
        };
        let mut made = self.write_or_try(dry_run, write, |app, _| app.announce_calendar()).await?;
        if dry_run {
            made.id = CalendarId(uuid::Uuid::nil());
        }
        self.calendar_saved(made).await
    }

    /// Replaces a calendar's definition. First completes the ledger of all affected schedules under the old
    /// definition.
    pub async fn calendar_update(
        &self,
        caller: &Caller,
        calendar: &str,
        wanted: Calendar,
        Write { base, dry_run }: Write,
    ) -> Result<CalendarView> {
        caller.require(Permission::Define)?;
        let (caller, calendar) = (caller.clone(), calendar.to_owned());
        let completed = match dry_run {
            true => Completed::default(),
            false => self.ledger_complete_for(&calendar, base, Some(&wanted)).await?,
        };
        let close = self.before_calendars().within;
        let write = async move |tx: &Tx, moment: Moment| {
            let read = tx.calendar_find(&calendar).await?.ok_or_else(|| no_calendar(&calendar))?;
            Error::unless_at(read.version, base)?;
            let stored = tx.calendars().await?;
            calendar_check(&stored, &read.definition.name, &wanted)?;
            if read.definition == wanted && read.damage.is_none() {
                return Ok(read);
            }
            if read.definition.name != wanted.name {
                if stored.records.iter().any(|record| record.definition.name == wanted.name) {
                    return Err(Error::taken("calendar", &wanted.name));
                }
                unused(tx, &stored, &read, "renamed").await?;
            }
            if !dry_run {
                let concern = concern(&stored, &read.definition, Some(&wanted));
                close(tx, &concern, &completed, moment).await?;
            }
            let now = moment.now;
            let written = tx.calendar_update(&read, &wanted, &caller.name, now).await?;
            let detail = json!({"version": written.version, "entries": wanted.entries.len()});
            tx.audit_append(&caller.audit(now, "calendar_update", ("calendar", wanted.name.clone()), detail)).await?;
            Ok(written)
        };
        let changed = self.write_or_try(dry_run, write, |app, _| app.announce_calendar()).await?;
        self.calendar_saved(changed).await
    }

    /// Deletes a calendar that nothing uses.
    pub async fn calendar_delete(&self, caller: &Caller, calendar: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::Define)?;
        let (caller, calendar) = (caller.clone(), calendar.to_owned());
        let completed = self.ledger_complete_for(&calendar, base, None).await?;
        let close = self.before_calendars().within;
        let write = async move |tx: &Tx, moment: Moment| {
            let read = tx.calendar_find(&calendar).await?.ok_or_else(|| no_calendar(&calendar))?;
            Error::unless_at(read.version, base)?;
            let stored = tx.calendars().await?;
            unused(tx, &stored, &read, "deleted").await?;
            close(tx, &concern(&stored, &read.definition, None), &completed, moment).await?;
            let now = moment.now;
            tx.calendar_delete(&read, now).await?;
            let name = read.definition.name.clone();
            let detail = json!({"version": read.version});
            tx.audit_append(&caller.audit(now, "calendar_delete", ("calendar", name), detail)).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_calendar()).await
    }

    /// Returns a calendar with its users, and with schedules that never fire because of it.
    async fn calendar_seen(&self, record: CalendarRecord) -> Result<CalendarView> {
        let seen = self.compute(Reach::AllTasks, async move |app, stop| {
            let (stored, now) = (app.calendars().await?, app.clock().now());
            let all = with_given(&stored, &record);
            let book = match stored.records.contains(&record) {
                true => stored.book(),
                false => CalendarBook::compile_stored(&all).into(),
            };
            let name = &record.definition.name;
            let names = containing(&all.readable, name);
            let mut silenced = Silenced::new(&names, &book, now);
            let schedules = app.store().schedule_list_naming(&names).await?.readable;
            for schedule in schedules.iter().take_while(|_| !stop.asked()) {
                silenced.look(&schedule.task_name, &schedule.schedule);
            }
            let (tasks, warnings) = (app.store().calendar_tasks(name).await?, silenced.into_reasons());
            let next = book.find(name).and_then(|dates| dates.next(now.date_naive()));
            Ok(CalendarView { tasks, calendars: containers(&stored, name), next, warnings, record })
        });
        seen.await
    }

    /// The same for a saved calendar, which stays saved however busy the server is.
    async fn calendar_saved(&self, record: CalendarRecord) -> Result<CalendarView> {
        match self.calendar_seen(record.clone()).await {
            Err(Error::Unavailable(_)) => {
                let (tasks, calendars) = (Vec::new(), Vec::new());
                Ok(CalendarView { record, tasks, calendars, next: None, warnings: vec![Reason::SilencedUnknown {}] })
            }
            seen => seen,
        }
    }

    /// Completes the ledger of all schedules affected by a change, unless the change will be refused or changes
    /// nothing.
    async fn ledger_complete_for(
        &self,
        calendar: &str,
        base: Option<u32>,
        wanted: Option<&Calendar>,
    ) -> Result<Completed> {
        let read = self.store().calendar_find(calendar).await?.ok_or_else(|| no_calendar(calendar))?;
        Error::unless_at(read.version, base)?;
        if wanted == Some(&read.definition) && read.damage.is_none() {
            return Ok(Completed::default());
        }
        let concern = concern(&*self.calendars().await?, &read.definition, wanted);
        (self.before_calendars().ahead)(self, concern).await
    }

    fn announce_calendar(&self) {
        self.events().publish(Change::System { what: SystemPart::Calendar });
        self.replan_all();
        self.signals().raise(Signal::Queue);
    }
}

fn calendar_check(stored: &StoredCalendars, old_name: &str, wanted: &Calendar) -> Result<()> {
    if let Some(message) = name_problem(&wanted.name) {
        return Err(Error::invalid("/name", message));
    }
    let all = with_change(stored, old_name, Some(wanted));
    refuse(CalendarBook::compile_stored(&all).problems(&wanted.name).to_vec())
}

/// Names of the calendars that contain one directly.
fn containers(stored: &StoredCalendars, name: &str) -> Vec<String> {
    let with = |record: &&CalendarRecord| names_in(&record.definition).any(|inner| inner == name);
    stored.records.iter().filter(with).map(|record| record.definition.name.clone()).collect()
}

async fn unused(tx: &Tx, stored: &StoredCalendars, read: &CalendarRecord, verb: &str) -> Result<()> {
    let name = &read.definition.name;
    let tasks = tx.calendar_tasks(name).await?.into_iter().map(|task| format!("task \"{task}\""));
    let calendars = containers(stored, name).into_iter().map(|calendar| format!("calendar \"{calendar}\""));
    let places: Vec<String> = tasks.chain(calendars).collect();
    if places.is_empty() {
        return Ok(());
    }
    let detail = format!("calendar \"{name}\" cannot be {verb}, it is used by {}", first_ten(places).join(", "));
    Err(Error::conflict("calendar_in_use", detail))
}

fn no_calendar(calendar: &str) -> Error {
    Error::NotFound(format!("there is no calendar \"{calendar}\""))
}
