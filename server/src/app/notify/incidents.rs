//! Incidents: what is or was wrong with tasks, and what people do about it.
//!
//! Deliberately absent: what opens and resolves an incident by itself, which `hearing` finds out. Start reading at
//! `incident_list`.

use super::hearing::Hearing;
use crate::app::core::events::Change;
use crate::app::core::write::Moment;
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::ids::IncidentId;
use crate::domain::model::{IncidentFilter, IncidentRecord, Page, PageRequest, TaskRef, TellingRecord};
use crate::domain::notify::words::IncidentState;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::store::Tx;
use serde_json::json;

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
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.incident_find(incident).await?.ok_or_else(|| no_incident(incident))?;
            let by = acting.name.clone();
            if !tx.incident_acknowledge(read.key, now, &by, &note).await? {
                return Err(resolved(&read));
            }
            tx.tellings_mute_of_incident(read.key, &Reason::IncidentAcknowledged { by }).await?;
            let detail = json!({"task": read.task, "kind": read.kind, "note": note});
            let target = ("incident", incident.to_string());
            tx.audit_append(&acting.audit(now, "incident_acknowledge", target, detail)).await?;
            Ok(())
        };
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
            let mut hearing = Hearing::begin(tx, [read.task_key], now).await?;
            if !hearing.resolve(tx, &read, &acting.name).await? {
                return Err(resolved(&read));
            }
            tx.tellings_add(&hearing.new).await?;
            let detail = json!({"task": read.task, "kind": read.kind});
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

fn resolved(incident: &IncidentRecord) -> Error {
    Error::conflict("already_resolved", format!("the incident of task \"{}\" is resolved already", incident.task))
}

fn no_task(task: &str) -> Error {
    Error::NotFound(format!("there is no task \"{task}\""))
}

fn no_incident(incident: IncidentId) -> Error {
    Error::NotFound(format!("there is no incident \"{incident}\""))
}
