//! Network profiles: named facts about the network that tasks can need.
//!
//! Deliberately absent: looking whether a profile holds (`probing`). Start reading at `network_create`.

pub mod probing;

use super::core::events::Change;
use super::core::write::{Moment, Write};
use super::{App, Caller, Error, Result};
use crate::domain::core::phrases::first_ten;
use crate::domain::ids::NetworkId;
use crate::domain::model::{NetworkRecord, Page, PageRequest};
use crate::domain::networks::{NetworkFact, Profile};
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::store::Tx;
use serde_json::json;

/// A network profile, and what should be known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkView {
    /// The profile.
    pub record: NetworkRecord,
    /// What should be known about its rules.
    pub warnings: Vec<NetworkFact>,
    /// Names of the tasks that need it.
    pub tasks: Vec<String>,
}

impl App {
    /// A page of network profiles by name.
    pub async fn network_list(
        &self,
        caller: &Caller,
        text: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<NetworkView>> {
        caller.require(Permission::Read)?;
        let listed = self.store().network_list(text, page).await?;
        let mut items = Vec::with_capacity(listed.items.len());
        for record in listed.items {
            items.push(self.network_seen(record).await?);
        }
        Ok(Page { items, next: listed.next })
    }

    /// Finds a network profile by name or id.
    pub async fn network_view(&self, caller: &Caller, network: &str) -> Result<NetworkView> {
        caller.require(Permission::Read)?;
        self.network_seen(self.store().network_find(network).await?.ok_or_else(|| no_network(network))?).await
    }

    /// Creates a network profile.
    pub async fn network_create(&self, caller: &Caller, wanted: Profile, dry_run: bool) -> Result<NetworkView> {
        caller.require(Permission::Define)?;
        check(&wanted)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            free(tx, &wanted.name).await?;
            let made = tx.network_insert(&wanted, now).await?;
            let detail = json!({"rules": made.profile.rules});
            tx.audit_append(&caller.audit(now, "network_create", ("network", made.profile.name.clone()), detail))
                .await?;
            Ok(made)
        };
        let mut made = self.write_or_try(dry_run, write, |app, _| app.announce_network()).await?;
        if dry_run {
            made.id = NetworkId(uuid::Uuid::nil());
        }
        self.network_seen(made).await
    }

    /// Replaces the definition of a network profile. One that tasks need keeps its name.
    pub async fn network_update(
        &self,
        caller: &Caller,
        network: &str,
        wanted: Profile,
        Write { base, dry_run }: Write,
    ) -> Result<NetworkView> {
        caller.require(Permission::Define)?;
        check(&wanted)?;
        let (caller, network) = (caller.clone(), network.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.network_find(&network).await?.ok_or_else(|| no_network(&network))?;
            Error::unless_at(read.version, base)?;
            if wanted.name != read.profile.name {
                free(tx, &wanted.name).await?;
                unused(tx, &read, "renamed").await?;
            }
            if wanted == read.profile {
                return Ok(read);
            }
            let before = read.profile.name.clone();
            let written = tx.network_update(&read, &wanted, now).await?;
            let name = written.profile.name.clone();
            let detail = json!({"rules": written.profile.rules, "renamed_from": (before != name).then_some(before)});
            tx.audit_append(&caller.audit(now, "network_update", ("network", name), detail)).await?;
            Ok(written)
        };
        let written = self.write_or_try(dry_run, write, |app, _| app.announce_network()).await?;
        self.network_seen(written).await
    }

    /// Deletes a network profile that no task needs.
    pub async fn network_delete(&self, caller: &Caller, network: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::Define)?;
        let (caller, network) = (caller.clone(), network.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.network_find(&network).await?.ok_or_else(|| no_network(&network))?;
            Error::unless_at(read.version, base)?;
            unused(tx, &read, "deleted").await?;
            tx.network_delete(&read).await?;
            let target = ("network", read.profile.name.clone());
            tx.audit_append(&caller.audit(now, "network_delete", target, json!({}))).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_network()).await
    }

    async fn network_seen(&self, record: NetworkRecord) -> Result<NetworkView> {
        let tasks = self.store().network_tasks(&record.profile.name).await?;
        Ok(NetworkView { warnings: record.profile.warnings(), tasks, record })
    }

    fn announce_network(&self) {
        self.events().publish(Change::System { what: SystemPart::Network });
    }
}

async fn unused(tx: &Tx, network: &NetworkRecord, verb: &str) -> Result<()> {
    tx.needs_hold().await?;
    let name = &network.profile.name;
    let tasks = tx.network_tasks(name).await?;
    if tasks.is_empty() {
        return Ok(());
    }
    let places = first_ten(tasks.iter().map(|task| format!("task \"{task}\"")).collect()).join(", ");
    let detail = format!("network profile \"{name}\" cannot be {verb}, it is needed by {places}; change these first");
    Err(Error::conflict("network_in_use", detail))
}

fn check(wanted: &Profile) -> Result<()> {
    let problems = wanted.problems();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Refuses a name that another profile has.
async fn free(tx: &Tx, name: &str) -> Result<()> {
    match tx.network_find(name).await? {
        Some(_) => Err(Error::taken("network profile", name)),
        None => Ok(()),
    }
}

fn no_network(network: &str) -> Error {
    Error::NotFound(format!("there is no network profile \"{network}\""))
}
