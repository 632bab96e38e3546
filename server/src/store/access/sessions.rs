//! Sessions: browsers that are logged in. Only the hash of a session's secret is stored.

use super::entity::{session, user};
use super::users;
use super::users::user_key;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::model::{SessionNew, SessionRecord};
use crate::store::core::time::Micros;
use crate::store::{Conflict, Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, NotSet, QueryFilter as _, Set};

impl Store {
    /// Finds a session with its user. The caller must check whether the session has expired or the user is disabled.
    pub async fn session_find(&self, session: SessionId) -> Result<Option<SessionRecord>> {
        let query = session::Entity::find().filter(session::Column::Uid.eq(session.0));
        let Some(row) = query.one(self.reader()).await? else { return Ok(None) };
        let Some(owner) = user::Entity::find_by_id(row.user_id).one(self.reader()).await? else { return Ok(None) };
        let session::Model { id: _, uid, user_id: _, secret_hash, created_at, last_seen_at, expires_at, user_agent } =
            row;
        Ok(Some(SessionRecord {
            id: SessionId(uid),
            user: users::record(owner)?,
            secret_hash,
            created_at: created_at.into(),
            last_seen_at: last_seen_at.into(),
            expires_at: expires_at.into(),
            user_agent,
        }))
    }
}

impl Tx {
    /// Begins a session. Fails with `Gone` if there is no such user.
    pub async fn session_insert(&self, new: &SessionNew) -> Result<()> {
        let SessionNew { id, user, secret_hash, created_at, expires_at, user_agent } = new.clone();
        let gone = StoreError::conflict(Conflict::Gone("the user"));
        let row = session::ActiveModel {
            id: NotSet,
            uid: Set(id.0),
            user_id: Set(user_key(self, user).await?.ok_or(gone)?),
            secret_hash: Set(secret_hash),
            created_at: Set(created_at.into()),
            last_seen_at: Set(created_at.into()),
            expires_at: Set(expires_at.into()),
            user_agent: Set(user_agent),
        };
        session::Entity::insert(row).exec_without_returning(self).await?;
        Ok(())
    }

    /// Records a use of a session, and its new end.
    pub async fn session_touch(
        &self,
        session: SessionId,
        seen_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool> {
        let touched = session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::value(Micros::from(seen_at)))
            .col_expr(session::Column::ExpiresAt, Expr::value(Micros::from(expires_at)))
            .filter(session::Column::Uid.eq(session.0))
            .exec(self)
            .await?;
        Ok(touched.rows_affected > 0)
    }

    /// Ends a session.
    pub async fn session_delete(&self, session: SessionId) -> Result<bool> {
        let deleted = session::Entity::delete_many().filter(session::Column::Uid.eq(session.0)).exec(self).await?;
        Ok(deleted.rows_affected > 0)
    }

    /// Ends all sessions of a user except one.
    pub async fn sessions_delete(&self, user: UserId, but: Option<SessionId>) -> Result<u64> {
        let Some(key) = user_key(self, user).await? else { return Ok(0) };
        let mut query = session::Entity::delete_many().filter(session::Column::UserId.eq(key));
        if let Some(but) = but {
            query = query.filter(session::Column::Uid.ne(but.0));
        }
        Ok(query.exec(self).await?.rows_affected)
    }

    /// Deletes the sessions that ended before an instant. Returns how many there were.
    pub async fn sessions_ended_delete(&self, before: DateTime<Utc>) -> Result<u64> {
        let ended = session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(Micros::from(before)));
        Ok(ended.exec(self).await?.rows_affected)
    }
}
