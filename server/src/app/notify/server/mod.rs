//! Incidents about the server: its disk, its clock, its workers, channels, credentials, and its backup.
//!
//! Whoever looks says what is known, and remembers what has not settled yet. One transaction writes what follows.
//! Deliberately absent: looking, which `app::system::health` does, and what is wrong, which
//! `domain::notify::incidents::server` decides. Start reading at `server_judge`.

use super::hearing::Hearing;
use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::model::{About, IncidentRecord, Sign};
use crate::domain::notify::incidents::server::{Fault, Memory, OpenPart, Place, ServerFacts, Step, faults};
use crate::domain::notify::words::IncidentKind;
use crate::store::Tx;
use chrono::{DateTime, Utc};

/// Result of a look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServerSeen {
    /// Number of incidents that began.
    pub begun: u64,
    /// Number of incidents that are over.
    pub over: u64,
    /// When something may be settled next; none: nothing is in between.
    pub next_at: Option<DateTime<Utc>>,
}

impl App {
    /// Writes what began and what is over, given what is known about the server.
    pub(in crate::app) async fn server_judge(
        &self,
        facts: ServerFacts,
        memory: &mut Memory,
        now: DateTime<Utc>,
    ) -> Result<ServerSeen> {
        let found = faults(facts, now);
        let open = parts(&self.store().incidents_of_server().await?);
        memory.note(found, &open, now);
        if memory.steps(&open, now).is_empty() {
            return Ok(ServerSeen { next_at: memory.next_at(&open), ..ServerSeen::default() });
        }
        let known = memory.clone();
        let write = async move |tx: &Tx, moment: Moment| apply(tx, &known, now, moment).await;
        self.write(write, |app, _| app.announce_incidents()).await
    }
}

fn parts(open: &[IncidentRecord]) -> Vec<OpenPart> {
    let part = |incident: &IncidentRecord| {
        let part = incident.about.part()?.to_owned();
        Some(OpenPart { place: Place { kind: incident.kind, part }, reason: incident.reason.clone() })
    };
    open.iter().filter_map(part).collect()
}

async fn apply(tx: &Tx, memory: &Memory, now: DateTime<Utc>, moment: Moment) -> Result<ServerSeen> {
    let mut hearing = Hearing::of_server(tx, moment.now).await?;
    let steps = memory.steps(&parts(hearing.open()), now);
    let mut seen = ServerSeen::default();
    for step in steps {
        match step {
            Step::Open { fault: Fault { place, reason }, since_at } => {
                let about = About::Part(place.part);
                let sign = Sign { about: &about, run: None, state: None, reason: Some(&reason), at: since_at };
                hearing.found(tx, place.kind, sign, 0).await?;
                seen.begun += 1;
            }
            Step::Change { fault: Fault { place, reason } } => {
                let about = About::Part(place.part);
                let sign = Sign { about: &about, run: None, state: None, reason: Some(&reason), at: moment.now };
                hearing.found(tx, place.kind, sign, 0).await?;
            }
            Step::Over { place } => {
                let is_it = |open: &&IncidentRecord| open.kind == place.kind && open.about.part() == Some(&place.part);
                let Some(read) = hearing.open().iter().find(is_it).cloned() else { continue };
                hearing.no_longer(tx, &read, moment.now.max(read.seen_at)).await?;
                seen.over += 1;
            }
        }
    }
    tx.tellings_add(&hearing.new).await?;
    seen.next_at = memory.next_at(&parts(hearing.open()));
    Ok(seen)
}

/// Gives a part of the server its new name in the incident about it, so that the incident goes on.
pub(in crate::app) async fn part_renamed(tx: &Tx, kind: IncidentKind, before: &str, name: &str) -> Result<()> {
    let open = tx.incidents_of_server().await?;
    if open.iter().all(|incident| incident.kind != kind || incident.about.part() != Some(name)) {
        tx.incident_part_rename(kind, before, name).await?;
    }
    Ok(())
}
