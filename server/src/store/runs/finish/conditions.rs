//! What attempts found when they started. Attempts that found the same share a row, because most runs of a task find
//! the same, and the row is larger than everything else that is stored of an attempt.
//!
//! Start reading at `keys`.

use crate::domain::keys::{self, Key};
use crate::domain::model::Conditions;
use crate::store::core::error::damaged;
use crate::store::runs::entity::conditions;
use crate::store::{Result, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::NotSet, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use sea_orm::{QuerySelect as _, Set};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// Number of rows that are kept. An attempt whose row went can no longer be compared in this respect.
const KEPT: i64 = 50_000;

/// Maximum number of rows in one statement.
const ROWS: usize = 200;

/// Stores what is not stored yet, and returns the key of each.
pub(in crate::store::runs) async fn keys<'a>(
    tx: &Tx,
    all: impl Iterator<Item = &'a Conditions>,
) -> Result<HashMap<&'a Conditions, Key<keys::Conditions>>> {
    let mut texts: HashMap<&Conditions, (Vec<u8>, String)> = HashMap::new();
    for found in all {
        if !texts.contains_key(found) {
            let text = serde_json::to_string(found).map_err(|error| damaged("attempt", error))?;
            texts.insert(found, (Sha256::digest(text.as_bytes()).to_vec(), text));
        }
    }
    let digests: Vec<Vec<u8>> = texts.values().map(|(digest, _)| digest.clone()).collect();
    let mut known = stored(tx, &digests).await?;
    let missing: Vec<_> = texts.values().filter(|(digest, _)| !known.contains_key(digest)).collect();
    if !missing.is_empty() {
        let rows = missing.iter().map(|(digest, text)| conditions::ActiveModel {
            id: NotSet,
            digest: Set(digest.clone()),
            found: Set(text.clone()),
        });
        let once = OnConflict::column(conditions::Column::Digest).do_nothing().to_owned();
        conditions::Entity::insert_many(rows).on_conflict(once).exec_without_returning(tx).await?;
        known = stored(tx, &digests).await?;
        let newest = known.values().map(|key| key.number()).max().unwrap_or_default();
        let old = conditions::Entity::delete_many().filter(conditions::Column::Id.lte(newest - KEPT));
        old.exec(tx).await?;
    }
    Ok(texts.into_iter().filter_map(|(found, (digest, _))| Some((found, *known.get(&digest)?))).collect())
}

async fn stored(tx: &Tx, digests: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, Key<keys::Conditions>>> {
    let mut found = HashMap::with_capacity(digests.len());
    for chunk in digests.chunks(ROWS) {
        let query = conditions::Entity::find().select_only();
        let query = query.columns([conditions::Column::Digest, conditions::Column::Id]);
        let query = query.filter(conditions::Column::Digest.is_in(chunk.iter().cloned()));
        found.extend(query.into_tuple::<(Vec<u8>, Key<keys::Conditions>)>().all(tx).await?);
    }
    Ok(found)
}

/// Reads what attempts found. What cannot be read, or is kept no longer, is left out.
pub(in crate::store::runs) async fn found(
    connection: &impl ConnectionTrait,
    keys: impl Iterator<Item = Key<keys::Conditions>>,
) -> Result<HashMap<Key<keys::Conditions>, Conditions>> {
    let keys: Vec<_> = keys.collect();
    let mut read = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(ROWS) {
        let query = conditions::Entity::find().filter(conditions::Column::Id.is_in(chunk.iter().copied()));
        for row in query.all(connection).await? {
            if let Ok(found) = serde_json::from_str(&row.found) {
                read.insert(row.id, found);
            }
        }
    }
    Ok(read)
}
