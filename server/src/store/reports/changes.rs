//! Writes of reports. Start reading at `report_insert`.

use super::entity::report;
use super::{CHANNELS, find};
use crate::domain::ids::ReportId;
use crate::domain::keys::{Channel, Key, Report};
use crate::domain::model::{ReportChange, ReportDone, ReportRecord};
use crate::domain::reports::ReportDefinition;
use crate::store::core::error::{damaged, unique};
use crate::store::core::rows::Rows;
use crate::store::core::time::{Micros, micros};
use crate::store::{Conflict, Result, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, NotSet, QueryFilter as _, Set,
};
use serde::Serialize;

impl Tx {
    /// Stores a new report. Fails with `NameTaken` if the name is in use.
    pub async fn report_insert(&self, new: &ReportChange) -> Result<ReportRecord> {
        let ReportChange { definition, channels, done_at, at } = new;
        let ReportDefinition { name, description, enabled, timing, what, who: _, when_empty } = definition;
        let id = ReportId::generate();
        let row = report::ActiveModel {
            id: NotSet,
            uid: Set(id.0),
            name: Set(name.clone()),
            description: Set(description.clone()),
            enabled: Set(*enabled),
            timing: Set(json(timing)),
            scope: Set(json(what)),
            when_empty: Set(when_empty.as_str().to_owned()),
            version: Set(1),
            created_at: Set((*at).into()),
            updated_at: Set((*at).into()),
            done_at: Set((*done_at).into()),
            sent_at: Set(None),
        };
        let row = row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?;
        self.report_channels_put(row.id, channels).await?;
        self.stored(id).await
    }

    /// Changes a report. Fails with `Gone` if it is no longer at the version that was read.
    pub async fn report_update(&self, read: &ReportRecord, change: &ReportChange) -> Result<ReportRecord> {
        let ReportChange { definition, channels, done_at, at } = change;
        let ReportDefinition { name, description, enabled, timing, what, who: _, when_empty } = definition;
        let changed = report::Entity::update_many()
            .col_expr(report::Column::Name, Expr::value(name.clone()))
            .col_expr(report::Column::Description, Expr::value(description.clone()))
            .col_expr(report::Column::Enabled, Expr::value(*enabled))
            .col_expr(report::Column::Timing, Expr::value(json(timing)))
            .col_expr(report::Column::Scope, Expr::value(json(what)))
            .col_expr(report::Column::WhenEmpty, Expr::value(when_empty.as_str()))
            .col_expr(report::Column::Version, Expr::value(i64::from(read.version) + 1))
            .col_expr(report::Column::UpdatedAt, Expr::value(Micros::from(*at)))
            .col_expr(report::Column::DoneAt, Expr::value(Micros::from(*done_at)))
            .filter(report::Column::Id.eq(read.key))
            .filter(report::Column::Version.eq(i64::from(read.version)))
            .exec(self)
            .await
            .map_err(|error| unique(error, Conflict::NameTaken))?;
        if changed.rows_affected == 0 {
            return Err(StoreError::conflict(Conflict::Gone("the report")));
        }
        self.report_channels_put(read.key, channels).await?;
        self.stored(read.id).await
    }

    /// Notes that a report is done with what was due up to an instant. Returns false if it is no longer as it was read.
    pub async fn report_done(&self, read: &ReportRecord, done: &ReportDone) -> Result<bool> {
        let mut update =
            report::Entity::update_many().col_expr(report::Column::DoneAt, Expr::value(Micros::from(done.due_at)));
        if done.sent_at.is_some() {
            update = update.col_expr(report::Column::SentAt, Expr::value(micros(done.sent_at)));
        }
        let update = update
            .filter(report::Column::Id.eq(read.key))
            .filter(report::Column::Version.eq(i64::from(read.version)))
            .filter(report::Column::DoneAt.eq(Micros::from(read.done_at)));
        Ok(update.exec(self).await?.rows_affected > 0)
    }

    /// Notes when a report was handed to its channels because somebody asked for it.
    pub async fn report_sent(&self, report: Key<Report>, at: DateTime<Utc>) -> Result<()> {
        let update = report::Entity::update_many()
            .col_expr(report::Column::SentAt, Expr::value(Micros::from(at)))
            .filter(report::Column::Id.eq(report));
        update.exec(self).await?;
        Ok(())
    }

    /// Deletes a report. Returns false if there was none.
    pub async fn report_delete(&self, read: &ReportRecord) -> Result<bool> {
        Ok(report::Entity::delete_by_id(read.key).exec(self).await?.rows_affected > 0)
    }

    async fn report_channels_put(&self, report: Key<Report>, channels: &[Key<Channel>]) -> Result<()> {
        let mut delete = Query::delete();
        delete.from_table(CHANNELS).and_where(Expr::col("report_id").eq(report));
        self.execute(&delete).await?;
        let mut rows = Rows::new(["report_id", "position", "channel_id"]);
        for (position, channel) in (0_i64..).zip(channels) {
            rows.push([report.into(), position.into(), (*channel).into()]);
        }
        if !rows.is_empty() {
            self.execute_raw(rows.insert(self.get_database_backend(), CHANNELS, &[], "")).await?;
        }
        Ok(())
    }

    async fn stored(&self, id: ReportId) -> Result<ReportRecord> {
        find(self, &id.to_string()).await?.ok_or_else(|| damaged("report", "it is gone while it is written"))
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a definition is JSON")
}
