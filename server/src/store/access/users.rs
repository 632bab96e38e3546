//! Users: people who can log in.

use super::entity::user;
use crate::domain::ids::UserId;
use crate::domain::keys::{Key, User};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::domain::model::{Rights, UserChange, UserNew, UserRecord};
use crate::domain::vocabulary::{Grant, Role};
use crate::store::core::error::{damaged, unique};
use crate::store::core::locks;
use crate::store::core::locks::Hold;
use crate::store::core::page::{containing, in_name_order};
use crate::store::core::time::{Micros, instant};
use crate::store::{Conflict, Result, Store, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, Select, Set,
};
use std::collections::BTreeSet;

impl Store {
    /// Finds a user by login name.
    pub async fn user_find_by_name(&self, name: &str) -> Result<Option<UserRecord>> {
        one(self.reader(), by_name(name)).await
    }

    /// Finds a user by id.
    pub async fn user_find(&self, user: UserId) -> Result<Option<UserRecord>> {
        one(self.reader(), by_id(user)).await
    }

    /// A page of users by name.
    pub async fn user_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<UserRecord>> {
        let mut query = user::Entity::find();
        if let Some(text) = text {
            query = query.filter(containing(user::Column::Name, text));
        }
        let columns = [user::Column::Name, user::Column::Id];
        let place = |row: &user::Model| Cursor::text(row.name.clone(), row.id);
        in_name_order(self.reader(), query, columns, page, place).await?.try_map(record)
    }

    /// Number of users.
    pub async fn user_count(&self) -> Result<u64> {
        Ok(user::Entity::find().count(self.reader()).await?)
    }
}

impl Tx {
    /// Finds a user by id.
    pub async fn user_find(&self, user: UserId) -> Result<Option<UserRecord>> {
        one(self, by_id(user)).await
    }

    /// Finds a user by id. Locks out other changes to users.
    pub async fn user_find_held(&self, user: UserId) -> Result<Option<UserRecord>> {
        locks::hold(self, Hold::Users).await?;
        one(self, by_id(user)).await
    }

    /// Finds a user by login name.
    pub async fn user_find_by_name(&self, name: &str) -> Result<Option<UserRecord>> {
        one(self, by_name(name)).await
    }

    /// Number of users, and number of administrators who can log in. Locks out other changes to users.
    pub async fn user_counts(&self) -> Result<(u64, u64)> {
        locks::hold(self, Hold::Users).await?;
        let all = user::Entity::find().count(self).await?;
        let admins = user::Entity::find()
            .filter(user::Column::Role.eq(Role::Admin.as_str()))
            .filter(user::Column::Disabled.eq(false));
        Ok((all, admins.count(self).await?))
    }

    /// Creates a user. Fails with `NameTaken` if the name is in use.
    pub async fn user_insert(&self, new: &UserNew) -> Result<UserRecord> {
        let UserNew { name, password_hash, rights, created_at } = new.clone();
        let row = user::ActiveModel {
            id: NotSet,
            uid: Set(UserId::generate().0),
            name: Set(name),
            password_hash: Set(password_hash),
            role: Set(rights.role.as_str().to_owned()),
            grants: Set(grants_text(&rights.grants)),
            disabled: Set(false),
            created_at: Set(created_at.into()),
            last_login_at: Set(None),
        };
        record(row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?)
    }

    /// Changes a user. Returns none if there is no such user.
    pub async fn user_update(&self, user: UserId, change: &UserChange) -> Result<Option<UserRecord>> {
        let UserChange { role, grants, disabled, password_hash, last_login_at } = change.clone();
        let mut query = user::Entity::update_many().filter(user::Column::Uid.eq(user.0));
        if let Some(role) = role {
            query = query.col_expr(user::Column::Role, Expr::value(role.as_str()));
        }
        if let Some(grants) = grants {
            query = query.col_expr(user::Column::Grants, Expr::value(grants_text(&grants)));
        }
        if let Some(disabled) = disabled {
            query = query.col_expr(user::Column::Disabled, Expr::value(disabled));
        }
        if let Some(hash) = password_hash {
            query = query.col_expr(user::Column::PasswordHash, Expr::value(hash));
        }
        if let Some(at) = last_login_at {
            query = query.col_expr(user::Column::LastLoginAt, Expr::value(Micros::from(at)));
        }
        if *change == UserChange::default() {
            return self.user_find(user).await;
        }
        query.exec_with_returning(self).await?.into_iter().next().map(record).transpose()
    }

    /// Deletes a user with all sessions and tokens. Returns false if there is no such user.
    pub async fn user_delete(&self, user: UserId) -> Result<bool> {
        let deleted = user::Entity::delete_many().filter(user::Column::Uid.eq(user.0)).exec(self).await?;
        Ok(deleted.rows_affected > 0)
    }
}

fn by_id(user: UserId) -> Select<user::Entity> {
    user::Entity::find().filter(user::Column::Uid.eq(user.0))
}

fn by_name(name: &str) -> Select<user::Entity> {
    user::Entity::find().filter(user::Column::Name.eq(name))
}

async fn one(connection: &impl ConnectionTrait, query: Select<user::Entity>) -> Result<Option<UserRecord>> {
    query.one(connection).await?.map(record).transpose()
}

/// Converts a row to a record.
pub(in crate::store) fn record(row: user::Model) -> Result<UserRecord> {
    let user::Model { id, uid, name, password_hash, role, grants, disabled, created_at, last_login_at } = row;
    Ok(UserRecord {
        id: UserId(uid),
        key: id,
        name,
        password_hash,
        rights: rights(&role, &grants)?,
        disabled,
        created_at: created_at.into(),
        last_login_at: instant(last_login_at),
    })
}

/// Reads rights from their columns.
pub(in crate::store) fn rights(role: &str, grants: &str) -> Result<Rights> {
    let role = role.parse().map_err(|error| damaged("rights", error))?;
    Ok(Rights { role, grants: serde_json::from_str(grants).map_err(|error| damaged("rights", error))? })
}

/// Writes grants for their column.
pub(in crate::store) fn grants_text(grants: &BTreeSet<Grant>) -> String {
    serde_json::json!(grants).to_string()
}

/// Key of a user in the database.
pub(in crate::store) async fn user_key(connection: &impl ConnectionTrait, user: UserId) -> Result<Option<Key<User>>> {
    let query = by_id(user).select_only().column(user::Column::Id);
    Ok(query.into_tuple().one(connection).await?)
}
