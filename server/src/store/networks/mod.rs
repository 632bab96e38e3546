//! Network profiles.
//!
//! Deliberately absent: looking whether a profile holds, which `app::networks` does with `integrations::network`. Start
//! reading at `network_list`.

pub mod entity;

use self::entity::network;
use super::core::entity::task;
use super::core::error::{damaged, unique};
use super::core::page::{containing, in_name_order};
use super::core::rows::small;
use super::core::task::definition::definition_of;
use super::core::time::Micros;
use super::{Conflict, Result, Store, StoreError, Tx};
use crate::domain::core::json;
use crate::domain::dependencies::DependencyRule;
use crate::domain::ids::NetworkId;
use crate::domain::model::{Cursor, NetworkRecord, Page, PageRequest};
use crate::domain::networks::{Profile, Rule};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _,
    QueryOrder as _, Set,
};

impl Store {
    /// A page of network profiles by name.
    pub async fn network_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<NetworkRecord>> {
        let mut query = network::Entity::find();
        if let Some(text) = text {
            query = query.filter(containing(network::Column::Name, text));
        }
        let columns = [network::Column::Name, network::Column::Id];
        let place = |row: &network::Model| Cursor::text(row.name.clone(), row.id);
        in_name_order(self.reader(), query, columns, page, place).await?.try_map(record)
    }

    /// Finds a network profile by id or name.
    pub async fn network_find(&self, network: &str) -> Result<Option<NetworkRecord>> {
        find(self.reader(), network).await
    }

    /// Names of the tasks that need a network profile.
    pub async fn network_tasks(&self, network: &str) -> Result<Vec<String>> {
        users(self.reader(), network).await
    }
}

impl Tx {
    /// Finds a network profile by id or name.
    pub async fn network_find(&self, network: &str) -> Result<Option<NetworkRecord>> {
        find(self, network).await
    }

    /// Names of the tasks that need a network profile.
    pub async fn network_tasks(&self, network: &str) -> Result<Vec<String>> {
        users(self, network).await
    }

    /// Stores a new network profile. Fails with `NameTaken` if the name is in use.
    pub async fn network_insert(&self, profile: &Profile, at: DateTime<Utc>) -> Result<NetworkRecord> {
        let Profile { name, description, matching, rules } = profile.clone();
        let row = network::ActiveModel {
            id: NotSet,
            uid: Set(NetworkId::generate().0),
            name: Set(name),
            description: Set(description),
            matching: Set(matching.as_str().to_owned()),
            rules: Set(stored(&rules)),
            version: Set(1),
            created_at: Set(at.into()),
            updated_at: Set(at.into()),
        };
        record(row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?)
    }

    /// Changes a network profile. Fails with `Gone` if it is no longer at the version that was read.
    pub async fn network_update(
        &self,
        read: &NetworkRecord,
        changed: &Profile,
        at: DateTime<Utc>,
    ) -> Result<NetworkRecord> {
        let Profile { name, description, matching, rules } = changed.clone();
        let rows = network::Entity::update_many()
            .col_expr(network::Column::Name, Expr::value(name))
            .col_expr(network::Column::Description, Expr::value(description))
            .col_expr(network::Column::Matching, Expr::value(matching.as_str()))
            .col_expr(network::Column::Rules, Expr::value(stored(&rules)))
            .col_expr(network::Column::Version, Expr::value(i64::from(read.version) + 1))
            .col_expr(network::Column::UpdatedAt, Expr::value(Micros::from(at)))
            .filter(network::Column::Id.eq(read.key))
            .filter(network::Column::Version.eq(i64::from(read.version)))
            .exec_with_returning(self)
            .await
            .map_err(|error| unique(error, Conflict::NameTaken))?;
        let gone = || StoreError::conflict(Conflict::Gone("the network profile"));
        rows.into_iter().next().map(record).transpose()?.ok_or_else(gone)
    }

    /// Deletes a network profile. Returns false if there was none.
    pub async fn network_delete(&self, read: &NetworkRecord) -> Result<bool> {
        Ok(network::Entity::delete_by_id(read.key).exec(self).await?.rows_affected > 0)
    }
}

fn stored(rules: &[Rule]) -> String {
    serde_json::to_string(rules).expect("rules are plain data")
}

async fn find(connection: &impl ConnectionTrait, network: &str) -> Result<Option<NetworkRecord>> {
    let query = match network.parse::<NetworkId>() {
        Ok(id) => network::Entity::find().filter(network::Column::Uid.eq(id.0)),
        Err(_) => network::Entity::find().filter(network::Column::Name.eq(network)),
    };
    query.one(connection).await?.map(record).transpose()
}

/// `_` in a name is a wildcard of LIKE, so the rows found are read.
async fn users(connection: &impl ConnectionTrait, network: &str) -> Result<Vec<String>> {
    let query = task::Entity::find()
        .filter(task::Column::DeletedAt.is_null())
        .filter(task::Column::Definition.contains(format!("\"network\":\"{network}\"")))
        .order_by_asc(task::Column::Name);
    let needs = |definition: &str| {
        let dependencies = definition_of(definition).0.dependencies;
        dependencies
            .iter()
            .any(|dependency| matches!(&dependency.rule, DependencyRule::Vpn { network: named } if named == network))
    };
    let rows = query.all(connection).await?;
    Ok(rows.into_iter().filter(|row| needs(&row.definition)).map(|row| row.name).collect())
}

fn record(row: network::Model) -> Result<NetworkRecord> {
    let network::Model { id, uid, name, description, matching, rules, version, created_at, updated_at } = row;
    let wrong = |error: &dyn std::fmt::Display| damaged("network profile", error);
    let profile = Profile {
        name,
        description,
        matching: matching.parse().map_err(|error| wrong(&error))?,
        rules: json::read(&rules).map_err(|error| wrong(&error))?,
    };
    Ok(NetworkRecord {
        id: NetworkId(uid),
        key: id,
        profile,
        version: small(version),
        created_at: created_at.into(),
        updated_at: updated_at.into(),
    })
}
