//! Calendar feeds: only the hash of a feed's secret is stored.

use super::entity::feed;
use crate::domain::ids::{FeedId, UserId};
use crate::domain::keys::{Key, Task, User};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::model::{FeedNew, FeedRecord};
use crate::store::access::entity::user;
use crate::store::access::users::user_key;
use crate::store::core::entity::task;
use crate::store::core::page::newest_first;
use crate::store::core::rows::small;
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Set,
};
use std::collections::HashMap;

impl Store {
    /// A page of feeds, newest first, of one user or of all.
    pub async fn feed_list(&self, user: Option<UserId>, page: &PageRequest) -> Result<Page<FeedRecord>> {
        let mut query = feed::Entity::find();
        if let Some(user) = user {
            let key = user_key(self.reader(), user).await?.unwrap_or(Key::NONE);
            query = query.filter(feed::Column::UserId.eq(key));
        }
        let columns = [feed::Column::CreatedAt, feed::Column::Id];
        let place = |row: &feed::Model| Cursor::number(row.created_at.0, row.id);
        let Page { items, next } = newest_first(self.reader(), query, columns, page, place).await?;
        Ok(Page { items: records(self.reader(), items).await?, next })
    }

    /// Finds the feed with a secret of this hash.
    pub async fn feed_find_secret(&self, hash: &[u8]) -> Result<Option<FeedRecord>> {
        let row = feed::Entity::find().filter(feed::Column::SecretHash.eq(hash)).one(self.reader()).await?;
        Ok(records(self.reader(), row.into_iter().collect()).await?.pop())
    }
}

impl Tx {
    /// Finds a feed.
    pub async fn feed_find(&self, feed: FeedId) -> Result<Option<FeedRecord>> {
        let row = feed::Entity::find().filter(feed::Column::Uid.eq(feed.0)).one(self).await?;
        Ok(records(self, row.into_iter().collect()).await?.pop())
    }

    /// All feeds with a name.
    pub async fn feeds_named(&self, name: &str) -> Result<Vec<FeedRecord>> {
        let rows = feed::Entity::find().filter(feed::Column::Name.eq(name)).order_by_asc(feed::Column::Id);
        records(self, rows.all(self).await?).await
    }

    /// Creates a feed.
    pub async fn feed_insert(&self, new: &FeedNew) -> Result<()> {
        let user_id = match new.user {
            Some(user) => user_key(self, user).await?,
            None => None,
        };
        let row = feed::ActiveModel {
            id: NotSet,
            uid: Set(new.id.0),
            name: Set(new.name.clone()),
            secret_hash: Set(new.secret_hash.clone()),
            task_id: Set(new.task_key),
            folder: Set(new.folder.clone()),
            days: Set(new.days.into()),
            user_id: Set(user_id),
            created_by: Set(new.created_by.clone()),
            created_at: Set(new.created_at.into()),
            rotated_at: Set(new.created_at.into()),
        };
        feed::Entity::insert(row).exec_without_returning(self).await?;
        Ok(())
    }

    /// Gives a feed a new secret.
    pub async fn feed_rotate(&self, feed: FeedId, secret_hash: &[u8], at: DateTime<Utc>) -> Result<()> {
        feed::Entity::update_many()
            .col_expr(feed::Column::SecretHash, Expr::value(secret_hash.to_vec()))
            .col_expr(feed::Column::RotatedAt, Expr::value(Micros::from(at)))
            .filter(feed::Column::Uid.eq(feed.0))
            .exec(self)
            .await?;
        Ok(())
    }

    /// Deletes a feed.
    pub async fn feed_delete(&self, feed: FeedId) -> Result<()> {
        feed::Entity::delete_many().filter(feed::Column::Uid.eq(feed.0)).exec(self).await?;
        Ok(())
    }
}

async fn records(connection: &impl ConnectionTrait, rows: Vec<feed::Model>) -> Result<Vec<FeedRecord>> {
    let users: Vec<Key<User>> = rows.iter().filter_map(|row| row.user_id).collect();
    let tasks: Vec<Key<Task>> = rows.iter().filter_map(|row| row.task_id).collect();
    let (mut owners, mut names): (HashMap<Key<User>, user::Model>, HashMap<Key<Task>, String>) = Default::default();
    if !users.is_empty() {
        let found = user::Entity::find().filter(user::Column::Id.is_in(users)).all(connection).await?;
        owners.extend(found.into_iter().map(|row| (row.id, row)));
    }
    if !tasks.is_empty() {
        let query = task::Entity::find().select_only().column(task::Column::Id).column(task::Column::Name);
        let found = query.filter(task::Column::Id.is_in(tasks)).into_tuple().all(connection).await?;
        names.extend(found);
    }
    let record = |row: feed::Model| {
        let owner = row.user_id.and_then(|key| owners.get(&key));
        FeedRecord {
            id: FeedId(row.uid),
            key: row.id,
            name: row.name,
            task: row.task_id.map(|key| (key, names.get(&key).cloned().unwrap_or_default())),
            folder: row.folder,
            days: small(row.days),
            user: owner.map(|owner| UserId(owner.uid)),
            user_disabled: owner.is_some_and(|owner| owner.disabled),
            created_by: row.created_by,
            created_at: row.created_at.into(),
            rotated_at: row.rotated_at.into(),
        }
    };
    Ok(rows.into_iter().map(record).collect())
}
