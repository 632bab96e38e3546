//! Rules of notifications.
//!
//! Deliberately absent: what a rule decides, which `domain::notify::rules` says. Start reading at `rule_list`.

use super::entity::rule;
use crate::domain::ids::RuleId;
use crate::domain::model::{Cursor, Page, PageRequest, RuleChange, RuleRecord};
use crate::domain::notify::rules::{RuleDefinition, RuleTerms};
use crate::store::core::error::{damaged, readable, unique};
use crate::store::core::page::{containing, in_name_order};
use crate::store::core::rows::small;
use crate::store::core::time::Micros;
use crate::store::{Conflict, Result, Store, StoreError, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, NotSet, QueryFilter as _,
    QueryOrder as _, Set,
};

impl Store {
    /// A page of rules by name.
    pub async fn rule_list(&self, text: Option<&str>, page: &PageRequest) -> Result<Page<RuleRecord>> {
        let mut query = rule::Entity::find();
        if let Some(text) = text {
            query = query.filter(containing(rule::Column::Name, text));
        }
        let columns = [rule::Column::Name, rule::Column::Id];
        let place = |row: &rule::Model| Cursor::text(row.name.clone(), row.id);
        in_name_order(self.reader(), query, columns, page, place).await?.try_map(record)
    }

    /// Finds a rule by id or name.
    pub async fn rule_find(&self, rule: &str) -> Result<Option<RuleRecord>> {
        find(self.reader(), rule).await
    }

    /// All rules that can be read, by key. One that cannot keeps nobody from being told by the others.
    pub async fn rules_all(&self) -> Result<Vec<RuleRecord>> {
        all(self.reader()).await
    }
}

impl Tx {
    /// Finds a rule by id or name.
    pub async fn rule_find(&self, rule: &str) -> Result<Option<RuleRecord>> {
        find(self, rule).await
    }

    /// All rules that can be read, by key. One that cannot keeps nobody from being told by the others.
    pub async fn rules_all(&self) -> Result<Vec<RuleRecord>> {
        all(self).await
    }

    /// Stores a new rule. Fails with `NameTaken` if the name is in use.
    pub async fn rule_insert(&self, new: &RuleChange) -> Result<RuleRecord> {
        let RuleChange { definition: RuleDefinition { name, description, enabled, terms }, at } = new;
        let row = rule::ActiveModel {
            id: NotSet,
            uid: Set(RuleId::generate().0),
            name: Set(name.clone()),
            description: Set(description.clone()),
            enabled: Set(*enabled),
            terms: Set(terms_text(terms)),
            version: Set(1),
            created_at: Set((*at).into()),
            updated_at: Set((*at).into()),
        };
        record(row.insert(self).await.map_err(|error| unique(error, Conflict::NameTaken))?)
    }

    /// Changes a rule. Fails with `Gone` if the rule is no longer at the version that was read.
    pub async fn rule_update(&self, read: &RuleRecord, change: &RuleChange) -> Result<RuleRecord> {
        let RuleChange { definition: RuleDefinition { name, description, enabled, terms }, at } = change;
        let rows = rule::Entity::update_many()
            .col_expr(rule::Column::Name, Expr::value(name.clone()))
            .col_expr(rule::Column::Description, Expr::value(description.clone()))
            .col_expr(rule::Column::Enabled, Expr::value(*enabled))
            .col_expr(rule::Column::Terms, Expr::value(terms_text(terms)))
            .col_expr(rule::Column::Version, Expr::value(i64::from(read.version) + 1))
            .col_expr(rule::Column::UpdatedAt, Expr::value(Micros::from(*at)))
            .filter(rule::Column::Id.eq(read.key))
            .filter(rule::Column::Version.eq(i64::from(read.version)))
            .exec_with_returning(self)
            .await
            .map_err(|error| unique(error, Conflict::NameTaken))?;
        let row = rows.into_iter().next().ok_or_else(|| StoreError::conflict(Conflict::Gone("the rule")))?;
        record(row)
    }

    /// Deletes a rule, with what it told and has to tell. Returns false if there was none.
    pub async fn rule_delete(&self, read: &RuleRecord) -> Result<bool> {
        Ok(rule::Entity::delete_by_id(read.key).exec(self).await?.rows_affected > 0)
    }
}

fn terms_text(terms: &RuleTerms) -> String {
    serde_json::to_string(terms).expect("the terms of a rule are JSON")
}

async fn find(connection: &impl ConnectionTrait, rule: &str) -> Result<Option<RuleRecord>> {
    let query = match rule.parse::<RuleId>() {
        Ok(id) => rule::Entity::find().filter(rule::Column::Uid.eq(id.0)),
        Err(_) => rule::Entity::find().filter(rule::Column::Name.eq(rule)),
    };
    query.one(connection).await?.map(record).transpose()
}

async fn all(connection: &impl ConnectionTrait) -> Result<Vec<RuleRecord>> {
    let rows = rule::Entity::find().order_by_asc(rule::Column::Id).all(connection).await?;
    Ok(rows.into_iter().filter_map(|row| readable("rule", row.name.clone(), record(row))).collect())
}

fn record(row: rule::Model) -> Result<RuleRecord> {
    let rule::Model { id, uid, name, description, enabled, terms, version, created_at, updated_at } = row;
    let terms = serde_json::from_str(&terms).map_err(|error| damaged("rule", error))?;
    Ok(RuleRecord {
        id: RuleId(uid),
        key: id,
        definition: RuleDefinition { name, description, enabled, terms },
        version: small(version),
        created_at: created_at.into(),
        updated_at: updated_at.into(),
    })
}
