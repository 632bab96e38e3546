//! The audit log: who did what. SHA-256 chains each entry to the previous one.

use super::entity::audit_entry;
use crate::domain::model::{AuditFilter, AuditNew, AuditRecord, AuditVerdict};
use crate::domain::model::{Cursor, Page, PageRequest};
use crate::store::core::error::damaged;
use crate::store::core::locks;
use crate::store::core::locks::Hold;
use crate::store::core::time::Micros;
use crate::store::{Result, Store, Tx};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Number of entries read at once while the chain is checked.
const STRIDE: u64 = 1000;

impl Store {
    /// A page of entries, newest first.
    pub async fn audit_list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRecord>> {
        let AuditFilter { actor, action, target, from_at, until_at } = filter;
        let mut query = audit_entry::Entity::find();
        let texts = [
            (audit_entry::Column::Actor, actor),
            (audit_entry::Column::Action, action),
            (audit_entry::Column::Target, target),
        ];
        for (column, text) in texts {
            if let Some(text) = text {
                query = query.filter(column.eq(text.as_str()));
            }
        }
        if let Some(from) = from_at {
            query = query.filter(audit_entry::Column::At.gte(Micros::from(*from)));
        }
        if let Some(until) = until_at {
            query = query.filter(audit_entry::Column::At.lt(Micros::from(*until)));
        }
        if let Some(cursor) = &page.cursor {
            query = query.filter(audit_entry::Column::Id.lt(cursor.as_number()?.0));
        }
        let query = query.order_by_desc(audit_entry::Column::Id).limit(u64::from(page.limit) + 1);
        Page::cut(query.all(self.reader()).await?, page.limit, |row| Cursor::unique(row.id)).try_map(record)
    }

    /// Walks the whole chain and recomputes every hash.
    pub async fn audit_verify(&self) -> Result<AuditVerdict> {
        let mut verdict = AuditVerdict { count: 0, broken_at: None, head: String::new() };
        let (mut number, mut previous) = (0_i64, vec![0_u8; 32]);
        loop {
            let query = audit_entry::Entity::find().filter(audit_entry::Column::Id.gt(number));
            let query = query.order_by_asc(audit_entry::Column::Id).limit(STRIDE);
            let rows = query.all(self.reader()).await?;
            let through = (rows.len() as u64) < STRIDE;
            for row in rows {
                let sound = row.id == number + 1 && row.prev_hash == previous && row.hash == hash(&row);
                if !sound && verdict.broken_at.is_none() {
                    verdict.broken_at = Some(number.unsigned_abs() + 1);
                }
                number = row.id;
                verdict.count += 1;
                verdict.head = hex::encode(&row.hash);
                previous = row.hash;
            }
            if through {
                return Ok(verdict);
            }
        }
    }
}

impl Tx {
    /// Appends an entry and returns its number.
    pub async fn audit_append(&self, entry: &AuditNew) -> Result<u64> {
        locks::hold(self, Hold::Audit).await?;
        let newest = audit_entry::Entity::find().order_by_desc(audit_entry::Column::Id).one(self).await?;
        let (number, previous) = newest.map_or_else(|| (0, vec![0; 32]), |row| (row.id, row.hash));
        let AuditNew { at, actor_kind, actor, action, target_kind, target, detail, request_id } = entry.clone();
        let mut row = audit_entry::Model {
            id: number + 1,
            at: at.into(),
            actor_kind,
            actor,
            action,
            target_kind,
            target,
            detail: canonical(&detail).to_string(),
            request_id,
            prev_hash: previous,
            hash: Vec::new(),
        };
        row.hash = hash(&row);
        let number = row.id;
        audit_entry::Entity::insert(active(row)).exec_without_returning(self).await?;
        Ok(number.unsigned_abs())
    }
}

fn active(row: audit_entry::Model) -> audit_entry::ActiveModel {
    audit_entry::ActiveModel {
        id: Set(row.id),
        at: Set(row.at),
        actor_kind: Set(row.actor_kind),
        actor: Set(row.actor),
        action: Set(row.action),
        target_kind: Set(row.target_kind),
        target: Set(row.target),
        detail: Set(row.detail),
        request_id: Set(row.request_id),
        prev_hash: Set(row.prev_hash),
        hash: Set(row.hash),
    }
}

/// SHA-256 over a JSON array of all columns in order. The detail is hashed as the stored text.
fn hash(row: &audit_entry::Model) -> Vec<u8> {
    let entry = serde_json::json!([
        row.id,
        row.at.0,
        row.actor_kind,
        row.actor,
        row.action,
        row.target_kind,
        row.target,
        row.detail,
        row.request_id,
        hex::encode(&row.prev_hash),
    ]);
    Sha256::digest(entry.to_string()).to_vec()
}

/// The same value with the members of every object sorted by name.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            Value::Object(
                sorted.into_iter().map(|(name, value)| (name.clone(), canonical(value))).collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

fn record(row: audit_entry::Model) -> Result<AuditRecord> {
    let audit_entry::Model {
        id,
        at,
        actor_kind,
        actor,
        action,
        target_kind,
        target,
        detail,
        request_id,
        prev_hash,
        hash,
    } = row;
    let detail = serde_json::from_str(&detail).map_err(|error| damaged("audit entry", error))?;
    let entry = AuditNew { at: at.into(), actor_kind, actor, action, target_kind, target, detail, request_id };
    Ok(AuditRecord { number: id.unsigned_abs(), entry, prev_hash: hex::encode(prev_hash), hash: hex::encode(hash) })
}
