//! Incidents: what is or was wrong with tasks and with the server, and what people do about it.
//!
//! Deliberately absent: what opens and resolves an incident by itself, which `hearing` finds out. Start reading at
//! `incident_list`.

use super::hearing::Hearing;
use crate::app::core::events::Change;
use crate::app::core::write::Moment;
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::core::problem::Problem;
use crate::domain::ids::IncidentId;
use crate::domain::keys::{Key, Rule};
use crate::domain::model::{IncidentFilter, IncidentRecord, Page, PageRequest, TaskRef, TellingNew, TellingRecord};
use crate::domain::notify::words::{IncidentState, TellStep};
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::BTreeMap;

/// Largest number of minutes for which an incident is put off.
const SNOOZE_MAX: u32 = 43_200;

/// An incident, with what rules told about it and have to tell.
#[derive(Debug, Clone)]
pub struct IncidentView {
    /// The incident.
    pub incident: IncidentRecord,
    /// What rules told and have to tell, oldest first.
    pub tellings: Vec<TellingRecord>,
}

impl App {
    /// A page of incidents, newest first.
    pub async fn incident_list(
        &self,
        caller: &Caller,
        task: Option<&str>,
        states: Vec<IncidentState>,
        page: &PageRequest,
    ) -> Result<Page<IncidentRecord>> {
        caller.require(Permission::Read)?;
        let task_key = match task {
            None => None,
            Some(name) => Some(self.store().task_find(&TaskRef::from(name)).await?.ok_or_else(|| no_task(name))?.key),
        };
        Ok(self.store().incident_list(&IncidentFilter { task_key, states }, page).await?)
    }

    /// Finds an incident.
    pub async fn incident_view(&self, caller: &Caller, incident: IncidentId) -> Result<IncidentView> {
        caller.require(Permission::Read)?;
        let found = self.store().incident_find(incident).await?.ok_or_else(|| no_incident(incident))?;
        let tellings = self.store().tellings_of(found.key).await?;
        Ok(IncidentView { incident: found, tellings })
    }

    /// Notes that the caller takes care of an incident: no further rule tells that it is there.
    pub async fn incident_acknowledge(
        &self,
        caller: &Caller,
        incident: IncidentId,
        note: String,
    ) -> Result<IncidentView> {
        caller.require(Permission::Run)?;
        let (asker, acting) = (caller.clone(), caller.clone());
        let write =
            async move |tx: &Tx, Moment { now, .. }: Moment| acknowledge(tx, &acting, incident, &note, now).await;
        self.write(write, |app, ()| app.announce_incidents()).await?;
        self.incident_view(&asker, incident).await
    }

    /// Puts an incident off: no rule tells about it for so many minutes. Who was told that it is there is told again
    /// after that, if it still is. Zero minutes end what was put off before.
    pub async fn incident_snooze(&self, caller: &Caller, incident: IncidentId, minutes: u32) -> Result<IncidentView> {
        caller.require(Permission::Run)?;
        let (asker, acting) = (caller.clone(), caller.clone());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| snooze(tx, &acting, incident, minutes, now).await;
        self.write(write, |app, ()| app.announce_incidents()).await?;
        self.incident_view(&asker, incident).await
    }

    /// Resolves an incident, because the caller knows that it is over. Who was told that it is there is told that it is
    /// over.
    pub async fn incident_resolve(&self, caller: &Caller, incident: IncidentId) -> Result<IncidentView> {
        caller.require(Permission::Run)?;
        let (asker, acting) = (caller.clone(), caller.clone());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.incident_find(incident).await?.ok_or_else(|| no_incident(incident))?;
            let found = read.kind.is_found_by_looks();
            let Some(task_key) = read.about.task_key().filter(|_| !found) else { return Err(seen_by_orc(&read)) };
            let mut hearing = Hearing::begin(tx, [task_key], now).await?;
            if !hearing.resolve(tx, &read, &acting.name).await? {
                return Err(resolved(&read));
            }
            tx.tellings_add(&hearing.new).await?;
            let detail = json!({"about": read.name, "kind": read.kind});
            let target = ("incident", incident.to_string());
            tx.audit_append(&acting.audit(now, "incident_resolve", target, detail)).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_incidents()).await?;
        self.incident_view(&asker, incident).await
    }

    /// Wakes the herald and tells pages, after rules or incidents changed.
    pub(super) fn announce_incidents(&self) {
        self.signals().raise(Signal::Incidents);
        self.events().publish(Change::System { what: SystemPart::Incident });
    }
}

/// Notes that the caller takes care of an incident.
pub(super) async fn acknowledge(
    tx: &Tx,
    caller: &Caller,
    incident: IncidentId,
    note: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let read = tx.incident_find(incident).await?.ok_or_else(|| no_incident(incident))?;
    let by = caller.name.clone();
    if !tx.incident_acknowledge(read.key, now, &by, note).await? {
        return Err(resolved(&read));
    }
    tx.tellings_mute_of_incident(read.key, &Reason::IncidentAcknowledged { by }).await?;
    let detail = json!({"about": read.name, "kind": read.kind, "note": note});
    let target = ("incident", incident.to_string());
    tx.audit_append(&caller.audit(now, "incident_acknowledge", target, detail)).await?;
    Ok(())
}

/// Puts an incident off for so many minutes.
pub(super) async fn snooze(
    tx: &Tx,
    caller: &Caller,
    incident: IncidentId,
    minutes: u32,
    now: DateTime<Utc>,
) -> Result<()> {
    if minutes > SNOOZE_MAX {
        let problem = Problem::at("/minutes", format!("must be at most {SNOOZE_MAX} (30 days)"));
        return Err(Error::Invalid(vec![problem]));
    }
    let read = tx.incident_find(incident).await?.ok_or_else(|| no_incident(incident))?;
    let until = (minutes > 0).then(|| now + TimeDelta::minutes(minutes.into()));
    let by = caller.name.clone();
    if !tx.incident_snooze(read.key, until, until.map(|_| by.as_str())).await? {
        return Err(resolved(&read));
    }
    match until {
        Some(until) => {
            let again = told_again(tx.tellings_of(read.key).await?, now, until);
            // What is told to others waits for the end of the snooze; reminders begin anew.
            let reason = Reason::IncidentSnoozed { by, until };
            tx.tellings_mute_steps(read.key, &[TellStep::Reminder], &reason).await?;
            tx.tellings_add(&again).await?;
        }
        None => tx.tellings_look_again(Some(read.key), now).await?,
    }
    let detail = json!({"about": read.name, "kind": read.kind, "until": until});
    let target = ("incident", incident.to_string());
    tx.audit_append(&caller.audit(now, "incident_snooze", target, detail)).await?;
    Ok(())
}

/// What is told after an incident was put off: the same, to everybody who was told before.
fn told_again(tellings: Vec<TellingRecord>, now: DateTime<Utc>, due_at: DateTime<Utc>) -> Vec<TellingNew> {
    let mut again: BTreeMap<Key<Rule>, TellingNew> = BTreeMap::new();
    for telling in tellings {
        let new = telling.new;
        let told = telling.told_at.is_some() && new.step == TellStep::Event;
        if told || again.contains_key(&new.rule_key) && new.step == TellStep::Reminder {
            let round = new.round + 1;
            let (step, happened_at, muted, muted_until) = (TellStep::Reminder, now, None, None);
            again.insert(new.rule_key, TellingNew { step, round, happened_at, due_at, muted, muted_until, ..new });
        }
    }
    again.into_values().collect()
}

fn resolved(incident: &IncidentRecord) -> Error {
    Error::conflict("already_resolved", format!("the incident of \"{}\" is resolved already", incident.name))
}

/// What looks find is over when Orc sees that. If a person said so, the next look would begin it again.
fn seen_by_orc(incident: &IncidentRecord) -> Error {
    let detail =
        format!("Orc itself sees when the incident of \"{}\" is over; take care of it, or snooze it", incident.name);
    Error::conflict("seen_by_orc", detail)
}

fn no_task(task: &str) -> Error {
    Error::NotFound(format!("there is no task \"{task}\""))
}

fn no_incident(incident: IncidentId) -> Error {
    Error::NotFound(format!("there is no incident \"{incident}\""))
}
