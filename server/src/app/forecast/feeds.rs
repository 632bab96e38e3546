//! Feeds: the plan for calendar programs, at secret addresses, and the same file for logged-in callers.
//!
//! Deliberately absent: the content of a file, which `feed_file` computes at most once an hour per feed. Start
//! reading at `feed_text`.

use super::feed_file::Shown;
use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, Error, Result};
use crate::domain::ids::FeedId;
use crate::domain::model::{FeedNew, FeedRecord, Page, PageRequest};
use crate::domain::vocabulary::Permission;
use crate::security::secret::Secret;
use crate::store::Tx;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Maximum number of days ahead.
const DAYS_MAX: u32 = 366;

/// A feed as requested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedRequest {
    /// Name of the feed in calendar programs.
    pub name: String,
    /// Only this task (name or id).
    pub task: Option<String>,
    /// Only tasks in this folder and the folders below it.
    pub folder: Option<String>,
    /// Number of days ahead.
    pub days: u32,
}

impl App {
    /// The plan as an iCalendar file.
    pub async fn plan_ics(&self, caller: &Caller, task: Option<&str>, days: u32) -> Result<String> {
        caller.require(Permission::Read)?;
        check_days("?days", days)?;
        let only = match task {
            Some(task) => Some(self.task_key(task).await?),
            None => None,
        };
        self.feed_file(Shown { name: "Orc".into(), only, folder: None, days }).await
    }

    /// The file of the feed with this secret, computed at most once an hour. Guesses are slowed down.
    pub async fn feed_text(&self, secret: &str, from: &str) -> Result<Arc<str>> {
        let key = format!("feed:{from}");
        let enter = self.limiter().enter(std::slice::from_ref(&key), self.uptime());
        enter.map_err(|wait| Error::TooMany(wait.as_secs().max(1)))?;
        let found = self.store().feed_find_secret(&hash(secret)).await?;
        let feed = found.ok_or_else(|| Error::NotFound("there is no such feed".into()))?;
        self.limiter().give_back(&key);
        if feed.user_disabled {
            return Err(Error::NotFound("there is no such feed".into()));
        }
        let only = feed.task.as_ref().map(|(key, _)| *key);
        self.feed_file_of_this_hour(Shown { name: feed.name, only, folder: feed.folder, days: feed.days }).await
    }

    /// A page of feeds: one's own, or all of them for an administrator.
    pub async fn feed_list(&self, caller: &Caller, page: &PageRequest) -> Result<Page<FeedRecord>> {
        caller.require(Permission::Own)?;
        match (caller.may(Permission::Admin), caller.user_id) {
            (true, _) => Ok(self.store().feed_list(None, page).await?),
            (false, Some(user)) => Ok(self.store().feed_list(Some(user), page).await?),
            (false, None) => Ok(Page { items: Vec::new(), next: None }),
        }
    }

    /// Creates a feed. Its address is shown only this once.
    pub async fn feed_create(&self, caller: &Caller, request: FeedRequest) -> Result<(FeedRecord, Secret)> {
        caller.require(Permission::Own)?;
        caller.require(Permission::Read)?;
        check_days("/days", request.days)?;
        let task_key = match &request.task {
            Some(task) => Some(self.task_key(task).await.map_err(|error| Error::invalid("/task", error.to_string()))?),
            None => None,
        };
        let (id, now, (path, secret_hash)) = (FeedId::generate(), self.clock().now(), fresh());
        let detail =
            json!({"name": request.name, "task": request.task, "folder": request.folder, "days": request.days});
        let entry = caller.audit(now, "feed_create", ("feed", id.to_string()), detail);
        let new = FeedNew {
            id,
            name: request.name,
            secret_hash,
            task_key,
            folder: request.folder.filter(|folder| !folder.is_empty()),
            days: request.days,
            user: caller.user_id,
            created_by: caller.name.clone(),
            created_at: now,
        };
        let write = async move |tx: &Tx, _: Moment| {
            tx.feed_insert(&new).await?;
            tx.audit_append(&entry).await?;
            tx.feed_find(id).await?.ok_or_else(|| Error::Internal("the new feed cannot be read".into()))
        };
        Ok((self.write(write, silent).await?, path))
    }

    /// Gives a feed a new address. The old one stops working at once.
    pub async fn feed_rotate(&self, caller: &Caller, feed: &str) -> Result<(FeedRecord, Secret)> {
        caller.require(Permission::Own)?;
        let (caller, (path, secret_hash), wanted) = (caller.clone(), fresh(), feed.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let feed = own(tx, &caller, &wanted).await?;
            let id = feed.id;
            tx.feed_rotate(id, &secret_hash, now).await?;
            let detail = json!({"name": feed.name});
            tx.audit_append(&caller.audit(now, "feed_rotate", ("feed", id.to_string()), detail)).await?;
            Ok(FeedRecord { rotated_at: now, ..feed })
        };
        Ok((self.write(write, silent).await?, path))
    }

    /// Deletes a feed: one's own, or any feed for an administrator.
    pub async fn feed_delete(&self, caller: &Caller, feed: &str) -> Result<()> {
        caller.require(Permission::Own)?;
        let (caller, wanted) = (caller.clone(), feed.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let feed = own(tx, &caller, &wanted).await?;
            let id = feed.id;
            tx.feed_delete(id).await?;
            let detail = json!({"name": feed.name});
            tx.audit_append(&caller.audit(now, "feed_delete", ("feed", id.to_string()), detail)).await?;
            Ok(())
        };
        self.write(write, silent).await
    }
}

/// Finds a feed that the caller may change, by id or name. A name that several feeds share is refused.
async fn own(tx: &Tx, caller: &Caller, wanted: &str) -> Result<FeedRecord> {
    let own = |feed: &FeedRecord| caller.may(Permission::Admin) || feed.user.is_some() && feed.user == caller.user_id;
    let found = match wanted.parse::<FeedId>() {
        Ok(id) => tx.feed_find(id).await?.into_iter().collect(),
        Err(_) => tx.feeds_named(wanted).await?,
    };
    let mut found: Vec<FeedRecord> = found.into_iter().filter(own).collect();
    if found.len() > 1 {
        let detail = format!("{} feeds are called \"{wanted}\"; use the id of the one you mean", found.len());
        return Err(Error::conflict("name_ambiguous", detail));
    }
    found.pop().ok_or_else(|| Error::NotFound(format!("there is no feed \"{wanted}\"")))
}

fn check_days(pointer: &str, days: u32) -> Result<()> {
    match days {
        1..=DAYS_MAX => Ok(()),
        _ => Err(Error::invalid(pointer, format!("must be from 1 to {DAYS_MAX}"))),
    }
}

/// A new address, and what is stored of it.
fn fresh() -> (Secret, Vec<u8>) {
    let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let hash = hash(&secret);
    (Secret::new(format!("/feeds/{secret}.ics")), hash)
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
