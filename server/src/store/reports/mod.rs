//! Reports.
//!
//! Deliberately absent: when a report is due, which `domain::reports::period` computes, and what it tells, which
//! `facts` reads. Start reading at `report_list`.

mod changes;
mod entity;
mod facts;
mod figures;

use self::entity::report;
use super::core::entity::channel;
use super::core::error::{damaged, readable};
use super::core::page::{containing, in_name_order};
use super::core::rows::small;
use super::core::time::instant;
use super::{Result, Store, Tx};
use crate::domain::ids::ReportId;
use crate::domain::keys::{Channel, Key, Report};
use crate::domain::model::{ChannelRecord, Cursor, Page, PageRequest, ReportRecord};
use crate::domain::reports::ReportDefinition;
use crate::store::notify;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, Order, QueryFilter as _, QueryOrder as _};
use std::collections::HashMap;

/// The table that lists the channels of reports.
const CHANNELS: &str = "report_channel";

impl Store {
    /// A page of reports by name.
    pub async fn report_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<ReportRecord>> {
        let mut query = report::Entity::find();
        if let Some(text) = text {
            query = query.filter(containing(report::Column::Name, text));
        }
        let columns = [report::Column::Name, report::Column::Id];
        let place = |row: &report::Model| Cursor::text(row.name.clone(), row.id);
        let Page { items, next } = in_name_order(self.reader(), query, columns, page, place).await?;
        Ok(Page { items: records(self.reader(), items).await?, next })
    }

    /// Finds a report by id or name.
    pub async fn report_find(&self, report: &str) -> Result<Option<ReportRecord>> {
        find(self.reader(), report).await
    }

    /// All enabled reports that can be read, by key. One that cannot does not hold up the others.
    pub async fn reports_enabled(&self) -> Result<Vec<ReportRecord>> {
        let query = report::Entity::find().filter(report::Column::Enabled.eq(true));
        let rows = query.order_by_asc(report::Column::Id).all(self.reader()).await?;
        let mut names = names(self.reader(), rows.iter().map(|row| row.id).collect()).await?;
        let read = |row: report::Model| readable("report", row.name.clone(), record(&mut names, row));
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// The channels of a report, in its order.
    pub async fn report_channels(&self, report: Key<Report>) -> Result<Vec<ChannelRecord>> {
        channels(self.reader(), report).await
    }
}

impl Tx {
    /// Finds a report by id or name.
    pub async fn report_find(&self, report: &str) -> Result<Option<ReportRecord>> {
        find(self, report).await
    }

    /// The channels of a report, in its order.
    pub async fn report_channels(&self, report: Key<Report>) -> Result<Vec<ChannelRecord>> {
        channels(self, report).await
    }
}

async fn find(connection: &impl ConnectionTrait, report: &str) -> Result<Option<ReportRecord>> {
    let query = match report.parse::<ReportId>() {
        Ok(id) => report::Entity::find().filter(report::Column::Uid.eq(id.0)),
        Err(_) => report::Entity::find().filter(report::Column::Name.eq(report)),
    };
    let rows = query.all(connection).await?;
    Ok(records(connection, rows).await?.into_iter().next())
}

async fn channels(connection: &impl ConnectionTrait, report: Key<Report>) -> Result<Vec<ChannelRecord>> {
    let mut query = Query::select();
    query
        .column("channel_id")
        .from(CHANNELS)
        .and_where(Expr::col("report_id").eq(report))
        .order_by("position", Order::Asc);
    let mut found = Vec::new();
    for row in connection.query_all(&query).await? {
        let key: Key<Channel> = row.try_get("", "channel_id")?;
        let row = channel::Entity::find_by_id(key).one(connection).await?;
        let row = row.ok_or_else(|| damaged("report", "one of its channels does not exist"))?;
        found.push(notify::channel_record(row)?);
    }
    Ok(found)
}

/// Converts rows to records, in the same order.
async fn records(connection: &impl ConnectionTrait, rows: Vec<report::Model>) -> Result<Vec<ReportRecord>> {
    let mut names = names(connection, rows.iter().map(|row| row.id).collect()).await?;
    rows.into_iter().map(|row| record(&mut names, row)).collect()
}

/// The names of the channels of reports, in their order.
async fn names(
    connection: &impl ConnectionTrait,
    reports: Vec<Key<Report>>,
) -> Result<HashMap<Key<Report>, Vec<String>>> {
    let mut found: HashMap<Key<Report>, Vec<String>> = HashMap::new();
    if reports.is_empty() {
        return Ok(found);
    }
    let mut query = Query::select();
    query
        .expr_as(Expr::col((CHANNELS, "report_id")), "report")
        .expr_as(Expr::col((channel::Entity, channel::Column::Name)), "channel")
        .from(CHANNELS)
        .inner_join(channel::Entity, Expr::col((channel::Entity, channel::Column::Id)).equals((CHANNELS, "channel_id")))
        .and_where(Expr::col((CHANNELS, "report_id")).is_in(reports))
        .order_by((CHANNELS, "position"), Order::Asc);
    for row in connection.query_all(&query).await? {
        found.entry(row.try_get("", "report")?).or_default().push(row.try_get("", "channel")?);
    }
    Ok(found)
}

fn record(names: &mut HashMap<Key<Report>, Vec<String>>, row: report::Model) -> Result<ReportRecord> {
    let report::Model {
        id,
        uid,
        name,
        description,
        enabled,
        timing,
        scope,
        when_empty,
        version,
        created_at,
        updated_at,
        done_at,
        sent_at,
    } = row;
    let wrong = |error: serde_json::Error| damaged("report", error);
    Ok(ReportRecord {
        id: ReportId(uid),
        key: id,
        definition: ReportDefinition {
            name,
            description,
            enabled,
            timing: serde_json::from_str(&timing).map_err(wrong)?,
            what: serde_json::from_str(&scope).map_err(wrong)?,
            who: names.remove(&id).unwrap_or_default(),
            when_empty: when_empty.parse().map_err(|error| damaged("report", error))?,
        },
        version: small(version),
        created_at: created_at.into(),
        updated_at: updated_at.into(),
        done_at: done_at.into(),
        sent_at: instant(sent_at),
    })
}
