//! Deliveries: the outbox of notifications, and the record of what became of them.
//!
//! Deliberately absent: when a delivery is tried again, which `domain::notify::delivery` decides. Start reading at
//! `deliveries_add`.

use super::entity::delivery;
use crate::domain::ids::DeliveryId;
use crate::domain::keys::{Channel, Delivery, Key};
use crate::domain::model::{
    Cursor, DeliveryChannel, DeliveryFilter, DeliveryNew, DeliveryNext, DeliveryRecord, DeliverySent, Page, PageRequest,
};
use crate::domain::notify::words::DeliveryState;
use crate::domain::reason::Reason;
use crate::store::core::error::damaged;
use crate::store::core::page::newest_first;
use crate::store::core::reason::ReasonColumns;
use crate::store::core::rows::{Rows, small};
use crate::store::core::time::{Micros, instant, micros};
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
};

/// Maximum number of rows in one statement.
const ROWS: usize = 100;

impl Store {
    /// A page of deliveries, newest first.
    pub async fn delivery_list(&self, filter: &DeliveryFilter, page: &PageRequest) -> Result<Page<DeliveryRecord>> {
        let mut query = delivery::Entity::find();
        query = match &filter.channel {
            None => query,
            Some(DeliveryChannel::There(key)) => query.filter(delivery::Column::ChannelId.eq(*key)),
            Some(DeliveryChannel::Gone(name)) => query
                .filter(delivery::Column::ChannelId.is_null())
                .filter(delivery::Column::ChannelName.eq(name.clone())),
        };
        if !filter.states.is_empty() {
            query = query.filter(delivery::Column::State.is_in(filter.states.iter().map(|state| state.as_str())));
        }
        let columns = [delivery::Column::CreatedAt, delivery::Column::Id];
        let place = |row: &delivery::Model| Cursor::number(row.created_at.0, row.id);
        newest_first(self.reader(), query, columns, page, place).await?.try_map(record)
    }

    /// Finds a delivery.
    pub async fn delivery_find(&self, id: DeliveryId) -> Result<Option<DeliveryRecord>> {
        find(self.reader(), id).await
    }

    /// Finds a delivery by its key.
    pub async fn delivery_get(&self, key: Key<Delivery>) -> Result<Option<DeliveryRecord>> {
        delivery::Entity::find_by_id(key).one(self.reader()).await?.map(record).transpose()
    }

    /// The next delivery of each channel that has one.
    pub async fn deliveries_next(&self) -> Result<Vec<DeliveryNext>> {
        let text = "SELECT d.id AS delivery, d.channel_id AS channel, d.due_at AS due FROM channel \
                    JOIN delivery d ON d.id = (SELECT e.id FROM delivery e WHERE e.channel_id = channel.id \
                    AND e.due_at IS NOT NULL ORDER BY e.due_at, e.id LIMIT 1)";
        let reader = self.reader();
        let found = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), text)).await?;
        let next = |row: sea_orm::QueryResult| {
            Ok(DeliveryNext {
                channel: Key::new(row.try_get("", "channel")?),
                delivery: Key::new(row.try_get("", "delivery")?),
                due_at: Micros(row.try_get("", "due")?).into(),
            })
        };
        found.into_iter().map(next).collect()
    }

    /// When a channel delivered the newest but `nth` minus one of what it delivered; none: it never delivered so many.
    pub async fn delivered_nth(&self, channel: Key<Channel>, nth: u64) -> Result<Option<DateTime<Utc>>> {
        let found: Option<Micros> = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::DeliveredAt)
            .filter(delivery::Column::ChannelId.eq(channel))
            .filter(delivery::Column::DeliveredAt.is_not_null())
            .order_by_desc(delivery::Column::DeliveredAt)
            .offset(nth.saturating_sub(1))
            .limit(1)
            .into_tuple()
            .one(self.reader())
            .await?;
        Ok(found.map(Into::into))
    }
}

impl Tx {
    /// Adds notifications to the outbox, as part of the transaction that is the reason for them. One whose channel
    /// has the same `dedup_key` already is left out. Returns how many were added.
    pub async fn deliveries_add(&self, new: &[DeliveryNew]) -> Result<u64> {
        let mut added = 0;
        for chunk in new.chunks(ROWS) {
            let mut rows = Rows::new([
                "uid",
                "channel_id",
                "channel_name",
                "dedup_key",
                "notice",
                "state",
                "made_at",
                "due_at",
                "problem",
                "problem_args",
            ]);
            for DeliveryNew { id, channel, channel_name, dedup_key, notice, suppressed, at } in chunk {
                let state = if suppressed.is_some() { DeliveryState::Suppressed } else { DeliveryState::Pending };
                let due_at = suppressed.is_none().then_some(Micros::from(*at));
                let ReasonColumns { code, args } = ReasonColumns::of(suppressed.as_ref());
                let notice =
                    serde_json::to_string(&notice.clone().bounded()).map_err(|error| damaged("delivery", error))?;
                rows.push([
                    id.0.into(),
                    (*channel).into(),
                    channel_name.clone().into(),
                    dedup_key.clone().into(),
                    notice.into(),
                    state.as_str().into(),
                    Micros::from(*at).into(),
                    due_at.into(),
                    code.into(),
                    args.into(),
                ]);
            }
            let text = "INSERT INTO delivery (uid, channel_id, channel_name, dedup_key, notice, state, created_at, \
                        begun_at, due_at, attempt_count, unreached, problem, problem_args) \
                        SELECT v.uid, v.channel_id, v.channel_name, v.dedup_key, v.notice, v.state, v.made_at, v.made_at, \
                        v.due_at, 0, '[]', v.problem, v.problem_args FROM {rows} WHERE TRUE ON CONFLICT DO NOTHING";
            added += self.execute_raw(rows.statement(self.get_database_backend(), text)).await?.rows_affected();
        }
        Ok(added)
    }

    /// Finds a delivery.
    pub async fn delivery_find(&self, id: DeliveryId) -> Result<Option<DeliveryRecord>> {
        find(self, id).await
    }

    /// Notes what became of an attempt. Returns false if somebody asked for another attempt meanwhile, or if the
    /// delivery is no longer tried.
    pub async fn delivery_sent(&self, sent: &DeliverySent) -> Result<bool> {
        let DeliverySent { key, begun_at, state, due_at, attempt_count, answer, unreached, problem, at } = sent;
        let ReasonColumns { code, args } = ReasonColumns::of(problem.as_ref());
        let mut update = delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(state.as_str()))
            .col_expr(delivery::Column::DueAt, Expr::value(micros(*due_at)))
            .col_expr(delivery::Column::Unreached, Expr::value(list(unreached)))
            .col_expr(delivery::Column::Problem, Expr::value(code))
            .col_expr(delivery::Column::ProblemArgs, Expr::value(args));
        if *state != DeliveryState::Suppressed {
            update = update
                .col_expr(delivery::Column::AttemptCount, Expr::value(i64::from(*attempt_count)))
                .col_expr(delivery::Column::AttemptedAt, Expr::value(Micros::from(*at)))
                .col_expr(delivery::Column::Answer, Expr::value(answer.clone()));
        }
        if *state == DeliveryState::Delivered {
            update = update.col_expr(delivery::Column::DeliveredAt, Expr::value(Micros::from(*at)));
        }
        let done = update
            .filter(delivery::Column::Id.eq(*key))
            .filter(delivery::Column::BegunAt.eq(Micros::from(*begun_at)))
            .filter(delivery::Column::DueAt.is_not_null())
            .exec(self)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Puts a delivery that is not delivered into the outbox again. Returns false if it is delivered.
    pub async fn delivery_again(&self, key: Key<Delivery>, at: DateTime<Utc>) -> Result<bool> {
        let done = delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Pending.as_str()))
            .col_expr(delivery::Column::DueAt, Expr::value(Micros::from(at)))
            .col_expr(delivery::Column::BegunAt, Expr::value(Micros::from(at)))
            .col_expr(delivery::Column::AttemptCount, Expr::value(0))
            .filter(delivery::Column::Id.eq(key))
            .filter(delivery::Column::ChannelId.is_not_null())
            .filter(delivery::Column::State.ne(DeliveryState::Delivered.as_str()))
            .exec(self)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Puts off all deliveries of a channel that are due before an instant.
    pub async fn deliveries_postpone(&self, channel: Key<Channel>, until: DateTime<Utc>) -> Result<()> {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::DueAt, Expr::value(Micros::from(until)))
            .filter(delivery::Column::ChannelId.eq(channel))
            .filter(delivery::Column::DueAt.lt(Micros::from(until)))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Notes why deliveries of a channel wait that were not tried yet.
    pub async fn deliveries_wait(&self, channel: Key<Channel>, reason: &Reason) -> Result<()> {
        let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
        delivery::Entity::update_many()
            .col_expr(delivery::Column::Problem, Expr::value(code))
            .col_expr(delivery::Column::ProblemArgs, Expr::value(args))
            .filter(delivery::Column::ChannelId.eq(channel))
            .filter(delivery::Column::DueAt.is_not_null())
            .filter(delivery::Column::State.eq(DeliveryState::Pending.as_str()))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Gives up all deliveries of a channel that are still tried, for a reason.
    pub async fn deliveries_suppress(&self, channel: Key<Channel>, reason: &Reason) -> Result<u64> {
        let ReasonColumns { code, args } = ReasonColumns::of(Some(reason));
        let done = delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Suppressed.as_str()))
            .col_expr(delivery::Column::DueAt, Expr::value(None::<i64>))
            .col_expr(delivery::Column::Problem, Expr::value(code))
            .col_expr(delivery::Column::ProblemArgs, Expr::value(args))
            .filter(delivery::Column::ChannelId.eq(channel))
            .filter(delivery::Column::DueAt.is_not_null())
            .exec(self)
            .await?;
        Ok(done.rows_affected)
    }

    /// Deletes deliveries that were added before an instant and are not tried any more. Returns how many there were.
    pub async fn deliveries_delete(&self, before: DateTime<Utc>, limit: u32) -> Result<u64> {
        let old = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::Id)
            .filter(delivery::Column::CreatedAt.lt(Micros::from(before)))
            .filter(delivery::Column::DueAt.is_null())
            .order_by_asc(delivery::Column::CreatedAt)
            .limit(u64::from(limit));
        let old: Vec<Key<Delivery>> = old.into_tuple().all(self).await?;
        let mut gone = 0;
        for chunk in old.chunks(500) {
            let query = delivery::Entity::delete_many().filter(delivery::Column::Id.is_in(chunk.iter().copied()));
            gone += query.exec(self).await?.rows_affected;
        }
        Ok(gone)
    }
}

async fn find(connection: &impl ConnectionTrait, id: DeliveryId) -> Result<Option<DeliveryRecord>> {
    let query = delivery::Entity::find().filter(delivery::Column::Uid.eq(id.0));
    query.one(connection).await?.map(record).transpose()
}

fn list(texts: &[String]) -> String {
    serde_json::to_string(texts).expect("texts are JSON")
}

fn record(row: delivery::Model) -> Result<DeliveryRecord> {
    let delivery::Model {
        id,
        uid,
        channel_id,
        channel_name,
        dedup_key,
        notice,
        state,
        created_at,
        begun_at,
        due_at,
        attempt_count,
        attempted_at,
        delivered_at,
        answer,
        unreached,
        problem,
        problem_args,
    } = row;
    Ok(DeliveryRecord {
        id: DeliveryId(uid),
        key: id,
        channel: channel_id,
        channel_name,
        dedup_key,
        notice: serde_json::from_str(&notice).map_err(|error| damaged("delivery", error))?,
        state: state.parse().map_err(|error| damaged("delivery", error))?,
        created_at: created_at.into(),
        begun_at: begun_at.into(),
        due_at: instant(due_at),
        attempt_count: small(attempt_count),
        attempted_at: instant(attempted_at),
        delivered_at: instant(delivered_at),
        answer,
        unreached: serde_json::from_str(&unreached).map_err(|error| damaged("delivery", error))?,
        problem: ReasonColumns { code: problem, args: problem_args }.read(),
    })
}
