//! Links in messages: whoever gets a message takes care of its incident without logging in.
//!
//! Looking at a link changes nothing, because programs that scan mails follow links. A link acts once. Deliberately
//! absent: putting links into messages, which `telling` does. Start reading at `link_view`.

use super::incidents::{acknowledge, snooze};
use crate::app::core::write::Moment;
use crate::app::{App, Caller, Error, Result};
use crate::domain::keys::{Incident, Key};
use crate::domain::model::{LinkNew, LinkRecord};
use crate::security::secret::Secret;
use crate::security::token;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long a link works.
const WORKS_FOR: TimeDelta = TimeDelta::days(7);

/// What somebody does by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkAct {
    /// Takes care of the incident.
    Acknowledge {
        /// What others should know.
        note: String,
    },
    /// Puts the incident off.
    Snooze {
        /// For so many minutes.
        minutes: u32,
    },
}

impl App {
    /// What a link is about.
    pub async fn link_view(&self, link: &Secret) -> Result<LinkRecord> {
        let parts = token::parse(link.expose()).ok_or_else(no_link)?;
        let found = self.store().link_find(parts.id).await?.ok_or_else(no_link)?;
        proved(found, &parts.secret_hash, self.clock().now())
    }

    /// Does something by a link.
    pub async fn link_use(&self, link: &Secret, act: LinkAct) -> Result<LinkRecord> {
        let parts = token::parse(link.expose()).ok_or_else(no_link)?;
        let id = parts.id;
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let found = tx.link_find(id).await?.ok_or_else(no_link)?;
            let read = proved(found, &parts.secret_hash, now)?;
            if !tx.link_use(&read, now).await? {
                return Err(Error::conflict("already_used", "the link was used already; open the page of incidents"));
            }
            let caller = Caller::link(&read.channel_name);
            match &act {
                LinkAct::Acknowledge { note } => acknowledge(tx, &caller, read.incident.id, note, now).await?,
                LinkAct::Snooze { minutes } => snooze(tx, &caller, read.incident.id, *minutes, now).await?,
            }
            tx.link_find(id).await?.ok_or_else(no_link)
        };
        self.write(write, |app, _| app.announce_incidents()).await
    }
}

/// Makes the link that goes with a message about an incident. Returns its text.
pub(super) async fn make(tx: &Tx, incident_key: Key<Incident>, channel: &str, now: DateTime<Utc>) -> Result<Secret> {
    let id = Uuid::now_v7();
    let made = token::generate(id);
    let (channel_name, expires_at) = (channel.to_owned(), now + WORKS_FOR);
    let secret_hash = made.secret_hash;
    tx.link_insert(&LinkNew { id, incident_key, channel_name, secret_hash, expires_at }).await?;
    Ok(made.text)
}

fn proved(found: LinkRecord, secret_hash: &[u8], now: DateTime<Utc>) -> Result<LinkRecord> {
    if token::same(&found.secret_hash, secret_hash) && now < found.expires_at { Ok(found) } else { Err(no_link()) }
}

fn no_link() -> Error {
    Error::NotFound("there is no such link, or it is older than a week; open the page of incidents".to_owned())
}
