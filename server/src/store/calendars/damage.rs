//! Reads stored calendars. If a definition cannot be read, the newest readable version is used instead.
//!
//! Each version is written together with its definition, so dates and maintenance windows stay the same. If no
//! version can be read, the calendar has no dates, and everything that uses it sees it as damaged.

use super::entity::{calendar, calendar_version};
use crate::domain::calendars::{Calendar, Calendars};
use crate::domain::core::json;
use crate::domain::ids::CalendarId;
use crate::domain::keys::{self, Key};
use crate::domain::model::CalendarDamage;
use crate::domain::model::CalendarRecord;
use crate::store::core::error::damaged;
use crate::store::core::rows::small;
use crate::store::core::time::{Micros, instant};
use crate::store::{Result, Store};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use std::collections::BTreeMap;

impl Store {
    /// All calendars that existed at an instant, as they were then.
    pub async fn calendars_at(&self, at: DateTime<Utc>) -> Result<Calendars> {
        let rows = calendar::Entity::find().all(self.reader()).await?;
        let until = Micros::from(at);
        let living = rows.iter().filter(|row| row.deleted_at.is_none_or(|gone| gone > until));
        let living: BTreeMap<Key<keys::Calendar>, &calendar::Model> = living.map(|row| (row.id, row)).collect();
        let versions = calendar_version::Entity::find()
            .filter(calendar_version::Column::CreatedAt.lte(until))
            .order_by_asc(calendar_version::Column::CalendarId)
            .order_by_asc(calendar_version::Column::Version);
        let mut by_calendar: BTreeMap<Key<keys::Calendar>, Vec<calendar_version::Model>> = BTreeMap::new();
        for row in versions.all(self.reader()).await? {
            by_calendar.entry(row.calendar_id).or_default().push(row);
        }
        let mut found = Calendars::default();
        for (key, versions) in by_calendar {
            let Some(row) = living.get(&key) else { continue };
            match held(row, &versions) {
                Some(calendar) => found.readable.push(calendar),
                None => drop(found.damaged.insert(row.name.clone())),
            }
        }
        Ok(found)
    }
}

/// The definition of a calendar with these versions, oldest first. The newest version may be damaged while the
/// definition is not.
fn held(row: &calendar::Model, versions: &[calendar_version::Model]) -> Option<Calendar> {
    let newest = versions.last()?;
    if let Ok(calendar) = calendar_of(&newest.definition) {
        return Some(calendar);
    }
    if newest.version != row.version {
        return None;
    }
    let older = versions.iter().rev().find_map(|version| calendar_of(&version.definition).ok());
    calendar_of(&row.definition).ok().or_else(|| older.map(|calendar| Calendar { name: row.name.clone(), ..calendar }))
}

/// Reads the readable parts of a stored calendar.
pub(in crate::store) async fn record(
    connection: &impl ConnectionTrait,
    row: calendar::Model,
) -> Result<CalendarRecord> {
    let (definition, damage) = match calendar_of(&row.definition) {
        Ok(definition) => (definition, None),
        Err(error) => {
            tracing::error!(calendar = row.name, %error, "a stored calendar cannot be read");
            let (definition, damage) = stand_in(connection, &row).await?;
            (definition, Some(damage))
        }
    };
    let calendar::Model { id, uid, name: _, version, definition: _, created_at, updated_at, deleted_at } = row;
    Ok(CalendarRecord {
        id: CalendarId(uid),
        key: id,
        definition,
        damage,
        version: small(version),
        created_at: created_at.into(),
        updated_at: updated_at.into(),
        deleted_at: instant(deleted_at),
    })
}

async fn stand_in(connection: &impl ConnectionTrait, row: &calendar::Model) -> Result<(Calendar, CalendarDamage)> {
    let versions = calendar_version::Entity::find()
        .filter(calendar_version::Column::CalendarId.eq(row.id))
        .order_by_desc(calendar_version::Column::Version);
    let name = row.name.clone();
    for version in versions.all(connection).await? {
        if let Ok(calendar) = calendar_of(&version.definition) {
            let damage = CalendarDamage { version: Some((small(version.version), version.created_at.into())) };
            return Ok((Calendar { name, ..calendar }, damage));
        }
    }
    let (entries, except) = (Vec::new(), Vec::new());
    let empty = Calendar { name, description: String::new(), entries, except, maintenance: None };
    Ok((empty, CalendarDamage { version: None }))
}

fn calendar_of(text: &str) -> Result<Calendar> {
    json::read(text).map_err(|error| damaged("calendar", error))
}
