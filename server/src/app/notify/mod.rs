//! Channels: where notifications go.
//!
//! Deliberately absent: sending, which `sending` does. Start reading at `channel_create`.

pub mod audience;
mod deciding;
pub mod deliveries;
mod health;
mod hearing;
pub mod incidents;
pub mod lateness;
pub mod links;
pub mod rules;
pub mod sending;
pub mod server;
pub mod silences;
mod telling;

use super::core::write::{Moment, Write, silent};
use super::{App, Caller, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::credentials::Need;
use crate::domain::ids::{ChannelId, DeliveryId};
use crate::domain::model::{ChannelChange, ChannelRecord, ChannelSent, Page, PageRequest};
use crate::domain::notify::notice::Notice;
use crate::domain::notify::words::IncidentKind;
use crate::domain::notify::{ChannelDefinition, Target};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::Permission;
use crate::integrations::notify::mail::address_problem;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use health::note;
use sending::Sent;
use serde_json::json;
use std::collections::BTreeSet;

impl App {
    /// A page of channels by name.
    pub async fn channel_list(
        &self,
        caller: &Caller,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<ChannelRecord>> {
        caller.require(Permission::Read)?;
        Ok(self.store().channel_list(text, page).await?)
    }

    /// Finds a channel by name or id.
    pub async fn channel_view(&self, caller: &Caller, channel: &str) -> Result<ChannelRecord> {
        caller.require(Permission::Read)?;
        self.store().channel_find(channel).await?.ok_or_else(|| no_channel(channel))
    }

    /// Creates a channel.
    pub async fn channel_create(
        &self,
        caller: &Caller,
        wanted: ChannelDefinition,
        dry_run: bool,
    ) -> Result<ChannelRecord> {
        caller.require(Permission::Define)?;
        check(&wanted)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            if tx.channel_find(&wanted.name).await?.is_some() {
                return Err(Error::taken("channel", &wanted.name));
            }
            credentials_known(tx, &caller, &wanted.target, None).await?;
            let made = tx.channel_insert(&change(&wanted, now)).await?;
            let detail = json!({"kind": made.definition.target.kind()});
            let target = ("channel", made.definition.name.clone());
            tx.audit_append(&caller.audit(now, "channel_create", target, detail)).await?;
            Ok(made)
        };
        let mut made = self.write_or_try(dry_run, write, |app, _| app.announce_channel()).await?;
        if dry_run {
            made.id = ChannelId(uuid::Uuid::nil());
        }
        Ok(made)
    }

    /// Replaces a channel's definition.
    pub async fn channel_update(
        &self,
        caller: &Caller,
        channel: &str,
        wanted: ChannelDefinition,
        Write { base, dry_run }: Write,
    ) -> Result<ChannelRecord> {
        caller.require(Permission::Define)?;
        check(&wanted)?;
        let (caller, channel) = (caller.clone(), channel.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.channel_find(&channel).await?.ok_or_else(|| no_channel(&channel))?;
            Error::unless_at(read.version, base)?;
            if wanted == read.definition {
                return Ok(read);
            }
            if wanted.name != read.definition.name && tx.channel_find(&wanted.name).await?.is_some() {
                return Err(Error::taken("channel", &wanted.name));
            }
            credentials_known(tx, &caller, &wanted.target, Some(&read.definition.target)).await?;
            let written = tx.channel_update(&read, &change(&wanted, now)).await?;
            let before = &read.definition.name;
            let renamed = (*before != written.definition.name).then_some(before);
            if renamed.is_some() {
                rules::channel_renamed(tx, before, &written.definition.name, now).await?;
                server::part_renamed(tx, IncidentKind::ChannelFailing, before, &written.definition.name).await?;
            }
            let detail = json!({"kind": written.definition.target.kind(), "enabled": written.definition.enabled,
                "renamed_from": renamed});
            let target = ("channel", written.definition.name.clone());
            tx.audit_append(&caller.audit(now, "channel_update", target, detail)).await?;
            Ok(written)
        };
        self.write_or_try(dry_run, write, |app, _| app.announce_channel()).await
    }

    /// Deletes a channel.
    pub async fn channel_delete(&self, caller: &Caller, channel: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::Define)?;
        let (caller, channel) = (caller.clone(), channel.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.channel_find(&channel).await?.ok_or_else(|| no_channel(&channel))?;
            Error::unless_at(read.version, base)?;
            rules::channel_unused(tx, &read.definition.name).await?;
            no_reports(tx, &read).await?;
            let gone = Reason::ChannelOff { channel: read.definition.name.clone() };
            tx.deliveries_suppress(read.key, &gone).await?;
            if !tx.channel_delete(&read).await? {
                return Err(Error::Stale { current: read.version });
            }
            let detail = json!({"kind": read.definition.target.kind()});
            let target = ("channel", read.definition.name.clone());
            tx.audit_append(&caller.audit(now, "channel_delete", target, detail)).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_channel()).await
    }

    /// Sends a test through a channel and notes what became of it, as a delivery that is not tried again. A disabled
    /// channel can be tested too.
    pub async fn channel_test(&self, caller: &Caller, channel: &str) -> Result<Sent> {
        caller.require(Permission::Define)?;
        let read = self.store().channel_find(channel).await?.ok_or_else(|| no_channel(channel))?;
        let id = DeliveryId::generate();
        let notice = sending::test_notice(self, id, &read.definition.name);
        let sent = self.test_send(caller, &read.definition, &notice).await?;
        let answered = sent.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            note(tx, &read, &ChannelSent { key: read.key, problem: answered.problem.clone(), at: now }).await?;
            deliveries::test_record(tx, &read, &notice, &answered, now).await
        };
        self.write(write, |app, ()| app.announce_channel()).await?;
        Ok(sent)
    }

    /// Sends a test through a channel that is not saved.
    pub async fn channel_probe(&self, caller: &Caller, wanted: &ChannelDefinition) -> Result<Sent> {
        caller.require(Permission::Define)?;
        check(wanted)?;
        let needs = wanted.target.needs();
        if !needs.is_empty() {
            caller.require(Permission::CredentialsUse)?;
        }
        let mut problems = Vec::new();
        for need in needs {
            if self.store().credential_find(&need.name).await?.is_none_or(|found| found.name != need.name) {
                problems.push(unknown(&need));
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let notice = sending::test_notice(self, DeliveryId::generate(), &wanted.name);
        self.test_send(caller, wanted, &notice).await
    }

    async fn test_send(&self, caller: &Caller, tested: &ChannelDefinition, notice: &Notice) -> Result<Sent> {
        let sent = self.notice_send(&tested.target, notice).await?;
        let detail = json!({"kind": tested.target.kind(), "accepted": sent.problem.is_none()});
        let target = ("channel", tested.name.clone());
        let entry = caller.audit(self.clock().now(), "channel_test", target, detail);
        let write = async move |tx: &Tx, _: Moment| Ok(tx.audit_append(&entry).await?);
        self.write(write, silent).await?;
        Ok(sent)
    }
}

fn check(wanted: &ChannelDefinition) -> Result<()> {
    let mut problems = wanted.problems();
    if let Target::Mail(mail) = &wanted.target {
        let to = mail.to.iter().enumerate().map(|(index, text)| (format!("/target/to/{index}"), text));
        let from = (!mail.from.trim().is_empty()).then(|| ("/target/from".to_owned(), &mail.from));
        let reply_to = mail.reply_to.iter().map(|text| ("/target/reply_to".to_owned(), text));
        for (pointer, text) in to.chain(from).chain(reply_to) {
            problems.extend(address_problem(text).map(|message| Problem::at(pointer, message)));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Refuses a target that names credentials that do not exist, and a caller that may not use them. Whoever changes where
/// a channel with a credential leads, uses the credential.
async fn credentials_known(tx: &Tx, caller: &Caller, target: &Target, before: Option<&Target>) -> Result<()> {
    let needs = target.needs();
    let used_before = before.is_some_and(|before| !before.needs().is_empty());
    if needs.is_empty() && !used_before || before == Some(target) {
        return Ok(());
    }
    caller.require(Permission::CredentialsUse)?;
    let mut problems = Vec::new();
    for need in needs {
        match tx.credential_find(&need.name).await? {
            Some(found) if found.name == need.name => {
                problems.extend(field_problem(&need, found.kind));
                if matches!(target, Target::Mail(_)) && !sending::logs_in(found.kind) {
                    let message =
                        format!("credential \"{}\" has no user name; take one of kind smtp or login", need.name);
                    problems.push(Problem::at(&need.pointer, message));
                }
            }
            _ => problems.push(unknown(&need)),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

fn field_problem(need: &Need, kind: crate::domain::vocabulary::CredentialKind) -> Option<Problem> {
    let field = need.field.as_deref()?;
    let known: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
    (!known.contains(&field)).then(|| {
        let message = format!("credential \"{}\" has no field \"{field}\"; it has {}", need.name, known.join(", "));
        Problem::at(&need.pointer, message)
    })
}

fn unknown(need: &Need) -> Problem {
    Problem::at(&need.pointer, format!("there is no credential \"{}\"; create it first", need.name))
}

fn change(wanted: &ChannelDefinition, at: DateTime<Utc>) -> ChannelChange {
    let names: BTreeSet<String> = wanted.target.needs().into_iter().map(|need| need.name).collect();
    ChannelChange { definition: wanted.clone(), credentials: names.into_iter().collect(), at }
}

/// Refuses to go on if reports are sent by a channel.
async fn no_reports(tx: &Tx, channel: &ChannelRecord) -> Result<()> {
    let reports = tx.channel_reports(channel.key).await?;
    if reports.is_empty() {
        return Ok(());
    }
    let (name, reports) = (&channel.definition.name, reports.join("\", \""));
    let detail = format!("reports are sent by the channel \"{name}\": \"{reports}\"; change or delete them first");
    Err(Error::conflict("channel_in_use", detail))
}

fn no_channel(channel: &str) -> Error {
    Error::NotFound(format!("there is no channel \"{channel}\""))
}
