//! The server's own heartbeat: it calls an address while it is well, so that a watcher outside notices when it is not.
//!
//! Well means: the database answers and can be written, no worker hangs, and the disk has room for runs. A server that is
//! not well stays silent, because that is what the watcher listens for. What became of the calls is in memory, because a
//! server that starts has called nobody yet. Start reading at `beacon_round`.

use super::WorkerStatus;
use super::disk::DiskGuard;
use crate::app::core::events::Change;
use crate::app::core::write::{Moment, silent};
use crate::app::credentials::filling::{Written, fill, masked};
use crate::app::{App, Caller, Error, Result, Signal};
use crate::domain::core::problem::Problem;
use crate::domain::reason::Reason;
use crate::domain::runs::travel::Travel;
use crate::domain::system::Beacon;
use crate::domain::vocabulary::{Permission, SystemPart};
use crate::integrations::http_request::{self, HttpRequest, Private};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use orc_runner::{Secrets, redact_text};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Under which key the definition is stored.
const KEY: &str = "beacon";

/// Under which key the server proves that it can write.
const WRITTEN: &str = "beacon_written";

/// How long one call may take.
const CALL_WITHIN: Duration = Duration::from_secs(20);

/// Longest time until a call that failed, or that was left out, is tried again.
const AGAIN_WITHIN: Duration = Duration::from_secs(30);

/// How long a round of a worker may last before the server is not well.
const HANGS_AFTER: TimeDelta = TimeDelta::minutes(10);

/// The heartbeat and what became of its calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BeaconView {
    /// The heartbeat; none: the server calls nobody.
    pub beacon: Option<Beacon>,
    /// What became of the calls.
    pub calls: BeaconCalls,
}

/// What became of the calls since the server started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BeaconCalls {
    /// When a call last succeeded.
    pub success_at: Option<DateTime<Utc>>,
    /// When a call last failed or was left out.
    pub failure_at: Option<DateTime<Utc>>,
    /// Why the newest call failed or was left out; none: it succeeded.
    pub problem: Option<Reason>,
}

/// What the worker remembers.
#[derive(Debug, Default)]
pub struct BeaconBoard {
    inner: Mutex<Remembered>,
}

#[derive(Debug, Default)]
struct Remembered {
    calls: BeaconCalls,
    /// The heartbeat that was last called, and the running time of the server at which it is due again.
    due: Option<(Beacon, Duration)>,
}

impl BeaconBoard {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a round did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BeaconRound {
    /// What became of the call; none: there was none to make.
    pub done: Option<Reason>,
    /// Time until the next call; none: the server calls nobody.
    pub next_in: Option<Duration>,
}

impl App {
    /// The heartbeat and what became of its calls.
    pub async fn beacon_view(&self, caller: &Caller) -> Result<BeaconView> {
        caller.require(Permission::Admin)?;
        Ok(BeaconView { beacon: self.beacon().await?, calls: self.inner.boards.beacon.lock().calls.clone() })
    }

    /// Sets the heartbeat. The first call is made at once.
    pub async fn beacon_set(&self, caller: &Caller, wanted: Beacon) -> Result<BeaconView> {
        caller.require(Permission::Admin)?;
        let mut problems = wanted.problems();
        let before = self.beacon().await?;
        // Whoever changes where an address with a credential leads, uses the credential.
        if [Some(&wanted), before.as_ref()].into_iter().flatten().any(|beacon| !beacon.needs().is_empty()) {
            caller.require(Permission::CredentialsUse)?;
        }
        for need in wanted.needs() {
            if self.store().credential_find(&need.name).await?.is_none_or(|found| found.name != need.name) {
                let message = format!("there is no credential \"{}\"; create it first", need.name);
                problems.push(Problem::at(need.pointer, message));
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let value = serde_json::to_value(&wanted).map_err(|error| Error::Internal(error.to_string()))?;
        let detail = json!({"every_seconds": wanted.every_seconds});
        self.beacon_write(caller, "system_heartbeat_set", detail, Some(value)).await?;
        self.beacon_view(caller).await
    }

    /// Stops calling.
    pub async fn beacon_clear(&self, caller: &Caller) -> Result<()> {
        caller.require(Permission::Admin)?;
        self.beacon_write(caller, "system_heartbeat_clear", json!({}), None).await
    }

    async fn beacon_write(
        &self,
        caller: &Caller,
        action: &'static str,
        detail: serde_json::Value,
        value: Option<serde_json::Value>,
    ) -> Result<()> {
        let target = ("system", self.settings().node.clone());
        let entry = caller.audit(self.clock().now(), action, target, detail);
        let write = async move |tx: &Tx, _: Moment| {
            match &value {
                Some(value) => tx.setting_put(KEY, value).await?,
                None => drop(tx.setting_delete(KEY).await?),
            }
            tx.audit_append(&entry).await?;
            Ok(())
        };
        let announce = |app: &Self, (): &()| {
            *app.inner.boards.beacon.lock() = Remembered::default();
            app.signals().raise(Signal::Heartbeats);
            app.events().publish(Change::System { what: SystemPart::Heartbeat });
        };
        self.write(write, announce).await
    }

    async fn beacon(&self) -> Result<Option<Beacon>> {
        Ok(self.store().setting_find(KEY).await?.and_then(|value| serde_json::from_value(value).ok()))
    }

    /// Why the newest call failed or was left out.
    pub(super) fn beacon_problem(&self) -> Option<Reason> {
        self.inner.boards.beacon.lock().calls.problem.clone()
    }

    /// Calls if it is time.
    ///
    /// # Errors
    /// The heartbeat cannot be read.
    pub async fn beacon_round(&self) -> Result<BeaconRound> {
        let Some(beacon) = self.beacon().await? else {
            *self.inner.boards.beacon.lock() = Remembered::default();
            return Ok(BeaconRound::default());
        };
        let due = match &self.inner.boards.beacon.lock().due {
            Some((called, at)) if *called == beacon => *at,
            _ => Duration::ZERO,
        };
        let left = due.saturating_sub(self.clock().running());
        if !left.is_zero() {
            return Ok(BeaconRound { done: None, next_in: Some(left) });
        }
        let problem = match self.beacon_unwell().await {
            Some(reason) => Some(Reason::BeaconWithheld { reason: Box::new(reason) }),
            None => self.beacon_call(&beacon).await.err(),
        };
        let every = Duration::from_secs(beacon.every_seconds.into());
        let next_in = if problem.is_some() { every.min(AGAIN_WITHIN) } else { every };
        let now = self.clock().now();
        let changed = {
            let mut board = self.inner.boards.beacon.lock();
            board.due = Some((beacon, self.clock().running() + next_in));
            let before = board.calls.problem.clone();
            let at = if problem.is_some() { &mut board.calls.failure_at } else { &mut board.calls.success_at };
            *at = Some(now);
            board.calls.problem.clone_from(&problem);
            before != problem
        };
        if changed {
            self.events().publish(Change::System { what: SystemPart::Heartbeat });
        }
        Ok(BeaconRound { done: Some(problem.unwrap_or(Reason::BeaconSent {})), next_in: Some(next_in) })
    }

    /// Why the server is not well.
    async fn beacon_unwell(&self) -> Option<Reason> {
        let now = self.clock().now();
        if self.disk().guard() == DiskGuard::RunsStopped {
            return Some(Reason::DiskFull {});
        }
        if let Some(reason) = hanging(&self.workers().list(), now) {
            return Some(reason);
        }
        let value = json!(now);
        let write = async move |tx: &Tx, _: Moment| Ok(tx.setting_put(WRITTEN, &value).await?);
        let unwritten = |error: Error| Reason::RoundFailed { problem: error.to_string() };
        self.write(write, silent).await.err().map(unwritten)
    }

    async fn beacon_call(&self, beacon: &Beacon) -> std::result::Result<(), Reason> {
        let failed = |problem: String| Reason::BeaconFailed { problem };
        let names = beacon.needs().into_iter().map(|need| need.name).collect();
        let opened = self.credentials_read(names).await.map_err(|error| failed(error.to_string()))??;
        let secrets = Secrets::new(&masked(&opened));
        let whole = beacon.url.starts_with("${") && beacon.url.matches("${").count() == 1;
        let written = if whole { Written::Plain } else { Written::Address };
        let url = fill(&beacon.url, &opened, written).map_err(|credential| Reason::CredentialMissing { credential })?;
        let server = &self.settings().travel;
        let request = HttpRequest {
            method: "GET".to_owned(),
            url: url.trim().to_owned(),
            headers: BTreeMap::new(),
            body: None,
            private: Private::default(),
            proxy: Travel::default().proxy(server),
            ca_files: server.ca_file.iter().map(PathBuf::from).collect(),
            own_port: self.own_port(),
        };
        let asked = tokio::time::timeout(CALL_WITHIN, http_request::send(&request, &|_| {})).await;
        let problem = match asked {
            Err(_) => format!("no answer within {} s", CALL_WITHIN.as_secs()),
            Ok(Err(error)) => error.to_string(),
            Ok(Ok(answer)) if (200..300).contains(&answer.code()) => return Ok(()),
            Ok(Ok(answer)) => format!("the answer was {}", answer.code()),
        };
        Err(failed(redact_text(&secrets, &problem).into_owned()))
    }
}

/// The worker that has been busy with one round for too long.
fn hanging(workers: &[WorkerStatus], now: DateTime<Utc>) -> Option<Reason> {
    let since = |worker: &WorkerStatus| worker.running_since_at.filter(|since| now - *since > HANGS_AFTER);
    let worker = workers.iter().find(|worker| since(worker).is_some())?;
    Some(Reason::WorkerHangs { worker: worker.name.to_owned(), since_at: since(worker)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_hangs_if_its_round_does_not_end() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::hours(1);
        let worker = |name: &'static str, minutes: Option<i64>| WorkerStatus {
            name,
            every_seconds: 1.0,
            round_count: 1,
            running_since_at: minutes.map(|minutes| now - TimeDelta::minutes(minutes)),
            last_at: None,
            last_seconds: None,
            last_summary: None,
            error: None,
        };
        assert_eq!(hanging(&[worker("a", None), worker("b", Some(9))], now), None);
        let found = hanging(&[worker("a", None), worker("b", Some(11))], now);
        let since_at = now - TimeDelta::minutes(11);
        assert_eq!(found, Some(Reason::WorkerHangs { worker: "b".to_owned(), since_at }));
    }
}
