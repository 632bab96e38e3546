//! Calendars: definitions with all their versions, so that what held at any time can be computed again.
//!
//! Deliberately absent: dates, which are computed from the definitions. Start reading at `calendar_list`, then `damage`.

pub(in crate::store) mod damage;
pub mod entity;

use self::damage::record;
use self::entity::{calendar, calendar_version};
use super::core::error::unique;
use super::core::page::beyond;
use super::core::time::Micros;
use super::tasks::definitions::definition_of;
use super::tasks::entity::task;
use super::{Conflict, Result, Store, StoreError, Tx};
use crate::domain::calendars::Calendar;
use crate::domain::ids::CalendarId;
use crate::domain::model::{CalendarMark, CalendarRecord};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::tasks::Definition;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, Set,
};
use std::collections::BTreeSet;

impl Store {
    /// The mark of the present calendars.
    pub async fn calendar_mark(&self) -> Result<CalendarMark> {
        mark(self.reader()).await
    }

    /// A page of living calendars by name.
    pub async fn calendar_list(&self, page: &PageRequest) -> Result<Page<CalendarRecord>> {
        let mut query = living();
        if let Some(cursor) = &page.cursor {
            let (at, key) = cursor.as_text()?;
            query = query.filter(beyond([calendar::Column::Name, calendar::Column::Id], at, key, false));
        }
        let query = query.order_by_asc(calendar::Column::Name).order_by_asc(calendar::Column::Id);
        let rows = query.limit(u64::from(page.limit) + 1).all(self.reader()).await?;
        let page = Page::cut(rows, page.limit, |row| Cursor::text(row.name.clone(), row.id));
        let next = page.next;
        Ok(Page { items: records(self.reader(), page.items).await?, next })
    }

    /// A living calendar by name or id.
    pub async fn calendar_find(&self, calendar: &str) -> Result<Option<CalendarRecord>> {
        find(self.reader(), calendar).await
    }

    /// All living calendars, by name.
    pub async fn calendars(&self) -> Result<Vec<CalendarRecord>> {
        all(self.reader()).await
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

    /// Names of the living tasks with a schedule that names a calendar.
    pub async fn calendar_tasks(&self, name: &str) -> Result<Vec<String>> {
        users(self.reader(), name).await
    }
}

impl Tx {
    /// The mark of the present calendars.
    pub async fn calendar_mark(&self) -> Result<CalendarMark> {
        mark(self).await
    }

    /// A living calendar by name or id.
    pub async fn calendar_find(&self, calendar: &str) -> Result<Option<CalendarRecord>> {
        find(self, calendar).await
    }

    /// All living calendars, by name.
    pub async fn calendars(&self) -> Result<Vec<CalendarRecord>> {
        all(self).await
    }

    /// Names of the living tasks with a schedule that names a calendar.
    pub async fn calendar_tasks(&self, name: &str) -> Result<Vec<String>> {
        users(self, name).await
    }

    /// Stores a new calendar as version 1. `NameTaken` if the name is in use.
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

    /// Stores a new version, guarded by the version that was read.
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

    /// Marks a calendar as deleted. False: it was not there.
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

/// Rows of calendars are never removed, so their keys grow, and versions only rise.
async fn mark(connection: &impl ConnectionTrait) -> Result<CalendarMark> {
    let query = living()
        .select_only()
        .column_as(calendar::Column::Id.count(), "count")
        .expr_as(Expr::cust("COALESCE(CAST(SUM(version) AS BIGINT), 0)"), "version_sum")
        .expr_as(Expr::cust("COALESCE(MAX(id), 0)"), "newest");
    let found: Option<(i64, i64, i64)> = query.into_tuple().one(connection).await?;
    let (count, version_sum, newest) = found.unwrap_or_default();
    Ok(CalendarMark { count, version_sum, newest })
}

/// Whether a task's schedules name a calendar.
fn names(definition: &Definition, name: &str) -> bool {
    let mut schedules = definition.schedules.iter();
    schedules.any(|schedule| schedule.run_only_on.iter().chain(&schedule.skip_on).any(|calendar| calendar == name))
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

/// `_` in a name is a wildcard of LIKE, so what is found is looked at again.
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
