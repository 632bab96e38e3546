//! The audit log: who did what, each entry chained to the one before by SHA-256.

use super::{Page, PageRequest, Result, Store, StoreError, Tx};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// An entry to append.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditNew {
    /// When.
    pub at: DateTime<Utc>,
    /// Kind of actor: user, token, local, system.
    pub actor_kind: String,
    /// Who.
    pub actor: String,
    /// What was done: the operation's id.
    pub action: String,
    /// Kind of thing.
    pub target_kind: String,
    /// The thing.
    pub target: String,
    /// Details, without secrets.
    pub detail: Value,
    /// Request that did it.
    pub request_id: Option<String>,
}

/// An entry as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// Number in the chain, from 1, without gaps.
    pub number: u64,
    /// What was appended.
    pub entry: AuditNew,
    /// Hash of the entry before, hex; 64 zeros for the first.
    pub prev_hash: String,
    /// Hash of this entry, hex.
    pub hash: String,
}

/// Which entries a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this actor.
    pub actor: Option<String>,
    /// With this action.
    pub action: Option<String>,
    /// About this thing.
    pub target: Option<String>,
    /// At or after.
    pub from_at: Option<DateTime<Utc>>,
    /// Before.
    pub until_at: Option<DateTime<Utc>>,
}

/// What walking the chain showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// Entries looked at.
    pub count: u64,
    /// Number of the first entry that is not what it should be.
    pub broken_at: Option<u64>,
    /// Hash of the newest entry, hex; empty if there is none.
    pub head: String,
}

impl Store {
    /// A page of entries, newest first.
    pub async fn audit_list(&self, _filter: &AuditFilter, _page: &PageRequest) -> Result<Page<AuditRecord>> {
        Err(StoreError::Closed)
    }

    /// Walks the whole chain and recomputes every hash.
    pub async fn audit_verify(&self) -> Result<AuditVerdict> {
        Err(StoreError::Closed)
    }
}

impl Tx {
    /// Appends an entry; answers its number.
    pub async fn audit_append(&self, _entry: &AuditNew) -> Result<u64> {
        Err(StoreError::Closed)
    }
}
