//! API tokens: only the hash of a token's secret is stored.

use super::entity::{token, user};
use super::users::user_key;
use crate::domain::ids::{TokenId, UserId};
use crate::domain::keys::{Key, User};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::model::{TokenNew, TokenRecord};
use crate::store::core::error::damaged;
use crate::store::core::page::{containing, newest_first};
use crate::store::core::time::{Micros, instant, micros};
use crate::store::{Conflict, Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _, Set};
use std::collections::HashMap;

impl Store {
    /// Finds a token, even if it is revoked or expired.
    pub async fn token_find(&self, token: TokenId) -> Result<Option<TokenRecord>> {
        find(self.reader(), token).await
    }

    /// A page of tokens that are not revoked, newest first, of one user or of all.
    pub async fn token_list(
        &self,
        user: Option<UserId>,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<TokenRecord>> {
        let mut query = token::Entity::find().filter(token::Column::RevokedAt.is_null());
        if let Some(text) = text {
            query = query.filter(containing(token::Column::Name, text));
        }
        if let Some(user) = user {
            let key = user_key(self.reader(), user).await?.unwrap_or(Key::NONE);
            query = query.filter(token::Column::UserId.eq(key));
        }
        let columns = [token::Column::CreatedAt, token::Column::Id];
        let place = |row: &token::Model| Cursor::number(row.created_at.0, row.id);
        let Page { items, next } = newest_first(self.reader(), query, columns, page, place).await?;
        Ok(Page { items: records(self.reader(), items).await?, next })
    }
}

impl Tx {
    /// Finds a token, even if it is revoked or expired.
    pub async fn token_find(&self, token: TokenId) -> Result<Option<TokenRecord>> {
        find(self, token).await
    }

    /// Creates a token. Fails with `Gone` if its user does not exist.
    pub async fn token_insert(&self, new: &TokenNew) -> Result<()> {
        let TokenNew { id, name, secret_hash, role, user, created_by, created_at, expires_at } = new.clone();
        let user_id = match user {
            Some(user) => {
                let gone = StoreError::conflict(Conflict::Gone("the user"));
                Some(user_key(self, user).await?.ok_or(gone)?)
            }
            None => None,
        };
        let row = token::ActiveModel {
            id: NotSet,
            uid: Set(id.0),
            name: Set(name),
            secret_hash: Set(secret_hash),
            role: Set(role.as_str().to_owned()),
            user_id: Set(user_id),
            created_by: Set(created_by),
            created_at: Set(created_at.into()),
            expires_at: Set(micros(expires_at)),
            last_used_at: Set(None),
            revoked_at: Set(None),
        };
        token::Entity::insert(row).exec_without_returning(self).await?;
        Ok(())
    }

    /// Revokes a token. Returns false if it does not exist or is revoked already.
    pub async fn token_revoke(&self, token: TokenId, at: DateTime<Utc>) -> Result<bool> {
        let revoked = token::Entity::update_many()
            .col_expr(token::Column::RevokedAt, Expr::value(Micros::from(at)))
            .filter(token::Column::Uid.eq(token.0))
            .filter(token::Column::RevokedAt.is_null())
            .exec(self)
            .await?;
        Ok(revoked.rows_affected > 0)
    }

    /// Records a use of a token.
    pub async fn token_touch(&self, token: TokenId, at: DateTime<Utc>) -> Result<bool> {
        let touched = token::Entity::update_many()
            .col_expr(token::Column::LastUsedAt, Expr::value(Micros::from(at)))
            .filter(token::Column::Uid.eq(token.0))
            .exec(self)
            .await?;
        Ok(touched.rows_affected > 0)
    }
}

async fn find(connection: &impl ConnectionTrait, token: TokenId) -> Result<Option<TokenRecord>> {
    let row = token::Entity::find().filter(token::Column::Uid.eq(token.0)).one(connection).await?;
    Ok(records(connection, row.into_iter().collect()).await?.pop())
}

async fn records(connection: &impl ConnectionTrait, rows: Vec<token::Model>) -> Result<Vec<TokenRecord>> {
    let keys: Vec<Key<User>> = rows.iter().filter_map(|row| row.user_id).collect();
    let mut owners: HashMap<Key<User>, user::Model> = HashMap::new();
    if !keys.is_empty() {
        let found = user::Entity::find().filter(user::Column::Id.is_in(keys)).all(connection).await?;
        owners.extend(found.into_iter().map(|row| (row.id, row)));
    }
    rows.into_iter().map(|row| record(row, &owners)).collect()
}

fn record(row: token::Model, owners: &HashMap<Key<User>, user::Model>) -> Result<TokenRecord> {
    let role = |word: &str| word.parse().map_err(|error| damaged("token", error));
    let owner = row.user_id.and_then(|key| owners.get(&key));
    Ok(TokenRecord {
        id: TokenId(row.uid),
        key: row.id,
        name: row.name,
        secret_hash: row.secret_hash,
        role: role(&row.role)?,
        user: owner.map(|owner| UserId(owner.uid)),
        user_role: owner.map(|owner| role(&owner.role)).transpose()?,
        user_disabled: owner.is_some_and(|owner| owner.disabled),
        created_by: row.created_by,
        created_at: row.created_at.into(),
        expires_at: instant(row.expires_at),
        last_used_at: instant(row.last_used_at),
        revoked_at: instant(row.revoked_at),
    })
}
