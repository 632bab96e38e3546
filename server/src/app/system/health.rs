//! What is known about the server itself, so that what is wrong with it becomes an incident.
//!
//! Deliberately absent: what is wrong, which `domain::notify::incidents::server` decides. Start reading at `server_look`.

use super::disk::DiskGuard;
use crate::app::core::write::{Moment, silent};
use crate::app::notify::server::ServerSeen;
use crate::app::{App, Result};
use crate::clock::ClockView;
use crate::domain::model::{ChannelRecord, CredentialRecord};
use crate::domain::notify::incidents::server::{
    BackupWish, Complaint, EXPIRES_WITHIN, Expiry, Memory, REFUSALS, Refusal, ServerFacts,
};
use crate::domain::reason::Reason;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Key of the newest copy of the database among the settings.
const BACKUP: &str = "backup";

/// The newest copy of the database that was made and read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Backup {
    proven_at: DateTime<Utc>,
}

impl App {
    /// Looks at the server, and writes what began and what is over.
    pub async fn server_look(&self, memory: &mut Memory) -> Result<ServerSeen> {
        let now = self.clock().now();
        let facts = self.server_facts(now).await?;
        self.server_judge(facts, memory, now).await
    }

    /// Notes that a copy of the database was made and that it can be read.
    pub async fn backup_note(&self) -> Result<()> {
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            Ok(tx.setting_put(BACKUP, &json!(Backup { proven_at: now })).await?)
        };
        self.write(write, silent).await
    }

    async fn server_facts(&self, now: DateTime<Utc>) -> Result<ServerFacts> {
        let disk = match self.disk().guard() {
            DiskGuard::Ok => None,
            DiskGuard::LogsStopped => Some(Reason::DiskNearlyFull {}),
            DiskGuard::RunsStopped => Some(Reason::DiskFull {}),
        };
        let ClockView { machine_at, planning_at, doubted_since } = self.clock_view();
        let clock = doubted_since.map(|_| Reason::ClockDoubted { machine_at, planning_at });
        let workers = self.workers().list().into_iter();
        let workers =
            workers.filter_map(|worker| Some(Complaint { worker: worker.name.to_owned(), reason: worker.error? }));
        let channels = self.store().channels_failing(REFUSALS).await?.into_iter().filter_map(refusal);
        let credentials = self.store().credentials_expiring(now + EXPIRES_WITHIN).await?.into_iter();
        let credentials = credentials
            .filter_map(|CredentialRecord { name, expires_at, .. }| Some(Expiry { credential: name, at: expires_at? }));
        let (workers, channels, credentials) = (workers.collect(), channels.collect(), credentials.collect());
        Ok(ServerFacts { disk, clock, workers, channels, credentials, backup: self.backup_wish().await? })
    }

    async fn backup_wish(&self) -> Result<Option<BackupWish>> {
        let Some(days) = self.settings().backup_within_days else { return Ok(None) };
        let stored = self.store().setting_find(BACKUP).await?;
        let newest = stored.and_then(|stored| serde_json::from_value::<Backup>(stored).ok());
        Ok(Some(BackupWish { days, proven_at: newest.map(|backup| backup.proven_at) }))
    }
}

fn refusal(ChannelRecord { definition, refused_count, problem, .. }: ChannelRecord) -> Option<Refusal> {
    Some(Refusal { channel: definition.name, count: refused_count, reason: problem? })
}
