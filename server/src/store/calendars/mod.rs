//! Calendars: definitions with all their versions, so that past slots can be computed again.
//!
//! Deliberately absent: dates, which are computed from the definitions. Start reading at `calendar_list`, then
//! `damage`.

pub(in crate::store) mod damage;
pub mod entity;

use self::damage::record;
use self::entity::{calendar, calendar_version};
use super::core::entity::task;
use super::core::error::unique;
use super::core::page::{containing, in_name_order};
use super::core::task::definition::definition_of;
use super::core::time::Micros;
use super::{Conflict, Result, Store, StoreError, Tx};
use crate::domain::calendars::Calendar;
use crate::domain::ids::CalendarId;
use crate::domain::keys::{self, Key};
use crate::domain::model::{CalendarMark, CalendarRecord, StoredCalendars};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::tasks::Definition;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Store {
    /// The mark of the current calendars.
    pub async fn calendar_mark(&self) -> Result<CalendarMark> {
        mark(self.reader()).await
    }

    /// A page of calendars by name, without deleted ones.
    pub async fn calendar_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<CalendarRecord>> {
        let mut query = living();
        if let Some(text) = text {
            query = query.filter(containing(calendar::Column::Name, text));
        }
        let columns = [calendar::Column::Name, calendar::Column::Id];
        let place = |row: &calendar::Model| Cursor::text(row.name.clone(), row.id);
        let Page { items, next } = in_name_order(self.reader(), query, columns, page, place).await?;
        Ok(Page { items: records(self.reader(), items).await?, next })
    }

    /// Finds a calendar that is not deleted, by name or id.
    pub async fn calendar_find(&self, calendar: &str) -> Result<Option<CalendarRecord>> {
        find(self.reader(), calendar).await
    }

    /// All calendars, if none has changed since they were last read.
    pub async fn calendars_kept(&self) -> Result<Option<Arc<StoredCalendars>>> {
        Ok(self.shelf().find(self.calendar_mark().await?))
    }

    /// Reads all calendars and keeps them until one of them changes.
    pub async fn calendars_read(&self) -> Result<Arc<StoredCalendars>> {
        let before = self.calendar_mark().await?;
        let read = Arc::new(StoredCalendars::new(all(self.reader()).await?));
        // If they changed in between, it is unknown which mark they have.
        if self.calendar_mark().await? == before {
            // Compiled here, so that later callers need not compile them.
            read.book();
            self.shelf().keep(before, Arc::clone(&read));
        }
        Ok(read)
    }

    /// All calendars by name. They are read again only if one of them has changed.
    pub async fn calendars(&self) -> Result<Arc<StoredCalendars>> {
        match self.calendars_kept().await? {
            Some(kept) => Ok(kept),
            None => self.calendars_read().await,
        }
    }

    /// The instants after `from` and up to `until` at which any calendar changed.
    pub async fn calendar_changes(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Result<BTreeSet<DateTime<Utc>>> {
        let (from, until) = (Micros::from(from), Micros::from(until));
        let made = calendar_version::Entity::find()
            .select_only()
            .column(calendar_version::Column::CreatedAt)
            .filter(calendar_version::Column::CreatedAt.gt(from))
            .filter(calendar_version::Column::CreatedAt.lte(until));
        let gone = calendar::Entity::find()
            .select_only()
            .column(calendar::Column::DeletedAt)
            .filter(calendar::Column::DeletedAt.gt(from))
            .filter(calendar::Column::DeletedAt.lte(until));
        let mut found: Vec<i64> = made.into_tuple().all(self.reader()).await?;
        found.extend(gone.into_tuple::<i64>().all(self.reader()).await?);
        Ok(found.into_iter().map(|at| Micros(at).into()).collect())
    }

    /// Names of the tasks with a schedule that names a calendar.
    pub async fn calendar_tasks(&self, name: &str) -> Result<Vec<String>> {
        users(self.reader(), name).await
    }

    /// The same for all calendars at once: names of tasks by name of calendar.
    pub async fn calendar_tasks_all(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in naming_any().all(self.reader()).await? {
            for calendar in named(&definition_of(&row.definition).0) {
                found.entry(calendar.clone()).or_default().push(row.name.clone());
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// The mark of the current calendars.
    pub async fn calendar_mark(&self) -> Result<CalendarMark> {
        mark(self).await
    }

    /// Finds a calendar that is not deleted, by name or id.
    pub async fn calendar_find(&self, calendar: &str) -> Result<Option<CalendarRecord>> {
        find(self, calendar).await
    }

    /// All calendars by name, as this transaction sees them.
    pub async fn calendars(&self) -> Result<Arc<StoredCalendars>> {
        if let Some(shelf) = self.shelf()
            && let Some(kept) = shelf.find(mark(self).await?)
        {
            return Ok(kept);
        }
        Ok(Arc::new(StoredCalendars::new(all(self).await?)))
    }

    /// Names of the tasks with a schedule that names a calendar.
    pub async fn calendar_tasks(&self, name: &str) -> Result<Vec<String>> {
        users(self, name).await
    }

    /// Stores a new calendar as version 1. Fails with `NameTaken` if the name is in use.
    pub async fn calendar_insert(&self, definition: &Calendar, by: &str, at: DateTime<Utc>) -> Result<CalendarRecord> {
        let row = calendar::ActiveModel {
            id: NotSet,
            uid: Set(CalendarId::generate().0),
            name: Set(definition.name.clone()),
            version: Set(1),
            definition: Set(to_json(definition)?),
            created_at: Set(at.into()),
            updated_at: Set(at.into()),
            deleted_at: Set(None),
        };
        let row = row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?;
        self.calendar_version_insert(&row, by, at).await?;
        record(self, row).await
    }

    /// Stores a new version. Fails if the calendar is no longer at the version that was read.
    pub async fn calendar_update(
        &self,
        read: &CalendarRecord,
        definition: &Calendar,
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<CalendarRecord> {
        let rows = calendar::Entity::update_many()
            .col_expr(calendar::Column::Name, Expr::value(definition.name.clone()))
            .col_expr(calendar::Column::Definition, Expr::value(to_json(definition)?))
            .col_expr(calendar::Column::Version, Expr::value(i64::from(read.version) + 1))
            .col_expr(calendar::Column::UpdatedAt, Expr::value(Micros::from(at)))
            .filter(calendar::Column::Id.eq(read.key))
            .filter(calendar::Column::Version.eq(i64::from(read.version)))
            .filter(calendar::Column::DeletedAt.is_null())
            .exec_with_returning(self)
            .await
            .map_err(|error| unique(error, Conflict::NameTaken))?;
        let gone = StoreError::conflict(Conflict::Gone("the calendar"));
        let row = rows.into_iter().next().ok_or(gone)?;
        self.calendar_version_insert(&row, by, at).await?;
        record(self, row).await
    }

    /// Marks a calendar as deleted. Returns false if it was already deleted.
    pub async fn calendar_delete(&self, read: &CalendarRecord, at: DateTime<Utc>) -> Result<bool> {
        let deleted = calendar::Entity::update_many()
            .col_expr(calendar::Column::DeletedAt, Expr::value(Micros::from(at)))
            .filter(calendar::Column::Id.eq(read.key))
            .filter(calendar::Column::DeletedAt.is_null())
            .exec(self)
            .await?;
        Ok(deleted.rows_affected > 0)
    }

    async fn calendar_version_insert(&self, row: &calendar::Model, by: &str, at: DateTime<Utc>) -> Result<()> {
        let version = calendar_version::ActiveModel {
            calendar_id: Set(row.id),
            version: Set(row.version),
            definition: Set(row.definition.clone()),
            created_at: Set(at.into()),
            created_by: Set(by.to_owned()),
        };
        calendar_version::Entity::insert(version).exec_without_returning(self).await?;
        Ok(())
    }
}

/// Rows of calendars are never removed, so their keys only grow, as do their versions.
async fn mark(connection: &impl ConnectionTrait) -> Result<CalendarMark> {
    let query = living()
        .select_only()
        .column_as(calendar::Column::Id.count(), "count")
        .expr_as(Expr::cust("COALESCE(CAST(SUM(version) AS BIGINT), 0)"), "version_sum")
        .expr_as(Expr::cust("MAX(id)"), "newest");
    let found: Option<(i64, i64, Option<Key<keys::Calendar>>)> = query.into_tuple().one(connection).await?;
    let (count, version_sum, newest) = found.unwrap_or_default();
    Ok(CalendarMark { count, version_sum, newest })
}

/// Returns whether a task's schedules name a calendar.
fn names(definition: &Definition, name: &str) -> bool {
    named(definition).iter().any(|named| *named == name)
}

/// The calendars that a task's schedules name.
fn named(definition: &Definition) -> BTreeSet<&String> {
    definition.schedules.iter().flat_map(|schedule| schedule.run_only_on.iter().chain(&schedule.skip_on)).collect()
}

/// Tasks that are not deleted and have a schedule that names any calendar, by name.
fn naming_any() -> Select<task::Entity> {
    let any =
        task::Column::Definition.contains("run_only_on\":[\"").or(task::Column::Definition.contains("skip_on\":[\""));
    task::Entity::find().filter(task::Column::DeletedAt.is_null()).filter(any).order_by_asc(task::Column::Name)
}

fn living() -> Select<calendar::Entity> {
    calendar::Entity::find().filter(calendar::Column::DeletedAt.is_null())
}

fn to_json(definition: &Calendar) -> Result<String> {
    serde_json::to_string(definition).map_err(|error| StoreError::Other(format!("calendar: {error}")))
}

async fn all(connection: &impl ConnectionTrait) -> Result<Vec<CalendarRecord>> {
    let rows = living().order_by_asc(calendar::Column::Name).all(connection).await?;
    records(connection, rows).await
}

async fn records(connection: &impl ConnectionTrait, rows: Vec<calendar::Model>) -> Result<Vec<CalendarRecord>> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(record(connection, row).await?);
    }
    Ok(found)
}

async fn find(connection: &impl ConnectionTrait, calendar: &str) -> Result<Option<CalendarRecord>> {
    let query = match calendar.parse::<CalendarId>() {
        Ok(id) => living().filter(calendar::Column::Uid.eq(id.0)),
        Err(_) => living().filter(calendar::Column::Name.eq(calendar)),
    };
    match query.one(connection).await? {
        Some(row) => Ok(Some(record(connection, row).await?)),
        None => Ok(None),
    }
}

/// `_` in a name is a wildcard of LIKE, so the rows found are checked again.
async fn users(connection: &impl ConnectionTrait, name: &str) -> Result<Vec<String>> {
    let query = task::Entity::find()
        .filter(task::Column::DeletedAt.is_null())
        .filter(task::Column::Definition.contains(format!("\"{name}\"")))
        .order_by_asc(task::Column::Name);
    let mut found = Vec::new();
    for row in query.all(connection).await? {
        if names(&definition_of(&row.definition).0, name) {
            found.push(row.name);
        }
    }
    Ok(found)
}
