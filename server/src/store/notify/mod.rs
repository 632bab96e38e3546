//! Channels of notifications.
//!
//! Deliberately absent: sending, and secrets, which are in credentials. Start reading at `channel_list`.

pub mod deliveries;
pub(in crate::store) mod entity;
pub mod incidents;
pub mod links;
pub mod looks;
pub mod rules;
pub mod silences;
pub mod tellings;

use super::core::entity::channel;
use super::core::error::{damaged, unique};
use super::core::page::{containing, in_name_order};
use super::core::reason::ReasonColumns;
use super::core::rows::small;
use super::core::time::{Micros, instant};
use super::{Conflict, Result, Store, StoreError, Tx};
use crate::domain::ids::ChannelId;
use crate::domain::keys::{self, Key};
use crate::domain::model::{ChannelChange, ChannelRecord, ChannelSent, Cursor, Page, PageRequest};
use crate::domain::notify::{ChannelDefinition, Target};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, Order, QueryFilter as _, Set,
};

impl Store {
    /// A page of channels by name.
    pub async fn channel_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<ChannelRecord>> {
        let mut query = channel::Entity::find();
        if let Some(text) = text {
            query = query.filter(containing(channel::Column::Name, text));
        }
        let columns = [channel::Column::Name, channel::Column::Id];
        let place = |row: &channel::Model| Cursor::text(row.name.clone(), row.id);
        in_name_order(self.reader(), query, columns, page, place).await?.try_map(record)
    }

    /// Finds a channel by id or name.
    pub async fn channel_find(&self, channel: &str) -> Result<Option<ChannelRecord>> {
        find(self.reader(), channel).await
    }

    /// The channels that are enabled and by which at least so many notifications in a row were not accepted.
    pub async fn channels_failing(&self, refusals: u32) -> Result<Vec<ChannelRecord>> {
        let query = channel::Entity::find()
            .filter(channel::Column::Enabled.eq(true))
            .filter(channel::Column::Problem.is_not_null())
            .filter(channel::Column::RefusedCount.gte(i64::from(refusals)));
        query.all(self.reader()).await?.into_iter().map(record).collect()
    }

    /// Finds a channel by its key.
    pub async fn channel_get(&self, key: Key<keys::Channel>) -> Result<Option<ChannelRecord>> {
        channel::Entity::find_by_id(key).one(self.reader()).await?.map(record).transpose()
    }
}

impl Tx {
    /// Finds a channel by id or name.
    pub async fn channel_find(&self, channel: &str) -> Result<Option<ChannelRecord>> {
        find(self, channel).await
    }

    /// Stores a new channel. Fails with `NameTaken` if the name is in use.
    pub async fn channel_insert(&self, new: &ChannelChange) -> Result<ChannelRecord> {
        let ChannelChange { definition: ChannelDefinition { name, description, enabled, target }, credentials, at } =
            new;
        let row = channel::ActiveModel {
            id: NotSet,
            uid: Set(ChannelId::generate().0),
            name: Set(name.clone()),
            description: Set(description.clone()),
            enabled: Set(*enabled),
            target: Set(target_text(target)),
            credentials: Set(names_text(credentials)),
            version: Set(1),
            created_at: Set((*at).into()),
            updated_at: Set((*at).into()),
            accepted_at: Set(None),
            refused_at: Set(None),
            refused_count: Set(0),
            problem: Set(None),
            problem_args: Set(String::new()),
        };
        record(row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?)
    }

    /// Changes a channel. Whether it works is unknown again if it leads elsewhere. Fails with `Stale` if the channel is
    /// no longer at the version that was read.
    pub async fn channel_update(&self, read: &ChannelRecord, change: &ChannelChange) -> Result<ChannelRecord> {
        let ChannelChange { definition: ChannelDefinition { name, description, enabled, target }, credentials, at } =
            change;
        let mut update = channel::Entity::update_many()
            .col_expr(channel::Column::Name, Expr::value(name.clone()))
            .col_expr(channel::Column::Description, Expr::value(description.clone()))
            .col_expr(channel::Column::Enabled, Expr::value(*enabled))
            .col_expr(channel::Column::Target, Expr::value(target_text(target)))
            .col_expr(channel::Column::Credentials, Expr::value(names_text(credentials)))
            .col_expr(channel::Column::Version, Expr::value(i64::from(read.version) + 1))
            .col_expr(channel::Column::UpdatedAt, Expr::value(Micros::from(*at)));
        if *target != read.definition.target {
            update = update
                .col_expr(channel::Column::AcceptedAt, Expr::value(None::<i64>))
                .col_expr(channel::Column::RefusedAt, Expr::value(None::<i64>))
                .col_expr(channel::Column::RefusedCount, Expr::value(0))
                .col_expr(channel::Column::Problem, Expr::value(None::<String>))
                .col_expr(channel::Column::ProblemArgs, Expr::value(""));
        }
        let rows = update
            .filter(channel::Column::Id.eq(read.key))
            .filter(channel::Column::Version.eq(i64::from(read.version)))
            .exec_with_returning(self)
            .await
            .map_err(|error| unique(error, Conflict::NameTaken))?;
        let row = rows.into_iter().next().ok_or_else(|| StoreError::conflict(Conflict::Gone("the channel")))?;
        record(row)
    }

    /// Names of the reports that a channel gets.
    pub async fn channel_reports(&self, channel: Key<keys::Channel>) -> Result<Vec<String>> {
        let mut query = Query::select();
        query
            .distinct()
            .expr_as(Expr::col(("report", "name")), "name")
            .from("report")
            .inner_join("report_channel", Expr::col(("report_channel", "report_id")).equals(("report", "id")))
            .and_where(Expr::col(("report_channel", "channel_id")).eq(channel))
            .order_by(("report", "name"), Order::Asc);
        let rows = self.query_all(&query).await?;
        rows.iter().map(|row| Ok(row.try_get("", "name")?)).collect()
    }

    /// Deletes a channel. Returns false if there was none.
    pub async fn channel_delete(&self, read: &ChannelRecord) -> Result<bool> {
        Ok(channel::Entity::delete_by_id(read.key).exec(self).await?.rows_affected > 0)
    }

    /// Notes what became of something that was sent.
    pub async fn channel_sent(&self, ChannelSent { key, problem, at }: &ChannelSent) -> Result<()> {
        let update = channel::Entity::update_many().filter(channel::Column::Id.eq(*key));
        let columns = ReasonColumns::of(problem.as_ref());
        let update = update
            .col_expr(channel::Column::Problem, Expr::value(columns.code))
            .col_expr(channel::Column::ProblemArgs, Expr::value(columns.args));
        let update = if problem.is_some() {
            let count = Expr::col(channel::Column::RefusedCount).add(1);
            update
                .col_expr(channel::Column::RefusedAt, Expr::value(Micros::from(*at)))
                .col_expr(channel::Column::RefusedCount, count)
        } else {
            update
                .col_expr(channel::Column::AcceptedAt, Expr::value(Micros::from(*at)))
                .col_expr(channel::Column::RefusedCount, Expr::value(0))
        };
        update.exec(self).await?;
        Ok(())
    }
}

fn target_text(target: &Target) -> String {
    serde_json::to_string(target).expect("a target is JSON")
}

fn names_text(names: &[String]) -> String {
    serde_json::to_string(names).expect("names are JSON")
}

async fn find(connection: &impl ConnectionTrait, channel: &str) -> Result<Option<ChannelRecord>> {
    let query = match channel.parse::<ChannelId>() {
        Ok(id) => channel::Entity::find().filter(channel::Column::Uid.eq(id.0)),
        Err(_) => channel::Entity::find().filter(channel::Column::Name.eq(channel)),
    };
    query.one(connection).await?.map(record).transpose()
}

/// Converts a row to a record.
pub(in crate::store) fn channel_record(row: channel::Model) -> Result<ChannelRecord> {
    record(row)
}

fn record(row: channel::Model) -> Result<ChannelRecord> {
    let wrong = |error: serde_json::Error| damaged("channel", error);
    let channel::Model {
        id,
        uid,
        name,
        description,
        enabled,
        target,
        credentials: _,
        version,
        created_at,
        updated_at,
        accepted_at,
        refused_at,
        refused_count,
        problem,
        problem_args,
    } = row;
    Ok(ChannelRecord {
        id: ChannelId(uid),
        key: id,
        definition: ChannelDefinition {
            name,
            description,
            enabled,
            target: serde_json::from_str(&target).map_err(wrong)?,
        },
        version: small(version),
        created_at: created_at.into(),
        updated_at: updated_at.into(),
        accepted_at: instant(accepted_at),
        refused_at: instant(refused_at),
        refused_count: small(refused_count),
        problem: ReasonColumns { code: problem, args: problem_args }.read(),
    })
}
