//! Webhooks: a call from outside proves its permission and starts the task.
//!
//! The answer never says what is wrong with a proof: an unknown address and a wrong secret get the same answer, and
//! one audit entry.

use super::{held, secret_hash, trigger_id};
use crate::app::core::write::{Moment, silent};
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted};
use crate::app::runs::idempotency::{Idempotency, remember, repeated};
use crate::app::{App, Caller, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::ids::TaskId;
use crate::domain::model::{RunRecord, TaskRecord, TaskRef, TaskTriggerRecord};
use crate::domain::triggers::{Trigger, TriggerRule};
use crate::domain::vocabulary::{TriggerKind, WebhookProof};
use crate::security::signature;
use crate::security::token::same;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// Maximum age of a signature, in either direction.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// A call of a webhook.
#[derive(Debug, Clone, Default)]
pub struct HookCall {
    /// The last part of the address.
    pub address: String,
    /// Header `X-Orc-Timestamp`.
    pub timestamp: Option<String>,
    /// Header `X-Orc-Signature`.
    pub signature: Option<String>,
    /// Header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Address of the client.
    pub from: String,
    /// Id of the request.
    pub request_id: Option<String>,
}

/// A webhook and its task.
struct Webhook {
    record: TaskTriggerRecord,
    /// Its definition.
    trigger: Trigger,
    task: TaskRecord,
}

impl App {
    /// Starts the task of a webhook.
    pub async fn hook_call(&self, call: HookCall) -> Result<RunRecord> {
        let Some(Webhook { record, trigger, task }) = self.proved(&call).await? else {
            return Err(self.hook_refused(&call).await);
        };
        if self.hold().await?.is_some() {
            return Err(on_hold_now());
        }
        let params = params(&trigger, &task, &call.body)?;
        let (proof, body) = (call.signature.clone(), call.body.clone());
        let key = call.idempotency_key.clone();
        let key = key.map(|key| Idempotency::of_hook(&record.id.to_string(), key, &call.body));
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            // This comes before the proof counts as used, because a caller without an answer repeats the request with
            // the same proof.
            if let Some(run) = repeated(tx, key.as_ref(), now).await? {
                return Ok(Some((run, Inserted::default())));
            }
            // What the call proved may be worth nothing by now.
            if !still(tx, &record, &trigger, task.id).await? {
                return Ok(None);
            }
            if held(tx).await? {
                return Err(on_hold_now());
            }
            if let Some(proof) = &proof
                && matches!(trigger.rule, TriggerRule::Webhook { proof: WebhookProof::Signature, .. })
                && !tx.hook_seen(record.row, proof, now - FRESH - FRESH, now).await?
            {
                return Ok(None);
            }
            let (run, inserted) = start(tx, &record, &task, params.clone(), now).await?;
            if !body.is_empty() {
                tx.run_body_put(run.id, &body).await?;
            }
            remember(tx, key.as_ref(), run.id, now).await?;
            Ok(Some((run, inserted)))
        };
        let announce = |app: &Self, made: &Option<(RunRecord, Inserted)>| {
            made.iter().for_each(|(_, inserted)| app.announce_inserted(inserted));
        };
        match self.write(write, announce).await? {
            Some((run, _)) => Ok(run),
            None => Err(self.hook_refused(&call).await),
        }
    }

    /// The trigger of a call, if the call proves its permission.
    async fn proved(&self, call: &HookCall) -> Result<Option<Webhook>> {
        let (id, secret) = call.address.split_once('.').unwrap_or((&call.address, ""));
        // Hashing and signing are done for unknown addresses too, so that timing reveals nothing.
        let (hash, nobody) = (secret_hash(secret), crate::security::secret::Secret::new(String::new()));
        let (timestamp, given) = (call.timestamp.as_deref().unwrap_or_default(), call.signature.as_deref());
        let found = match trigger_id(id) {
            Some(id) => self.store().trigger_find(id).await?,
            None => None,
        };
        let task = match &found {
            Some((_, task)) => self.store().task_find(&TaskRef::Id(*task)).await?,
            None => None,
        };
        let found = found.and_then(|(record, _)| {
            let task = task.filter(|task| task.deleted_at.is_none())?;
            let trigger = task.definition.triggers.iter().find(|trigger| trigger.key == record.key)?.clone();
            trigger.enabled.then_some(Webhook { record, trigger, task })
        });
        let sealed = found.as_ref().and_then(|found| found.record.sealed_secret.clone());
        let shared = match (&found, sealed) {
            (Some(found), Some(sealed)) => self.seal()?.unseal(&sealed, found.record.id.0.as_bytes()),
            _ => None,
        };
        let signed =
            signature::verify(shared.as_ref().unwrap_or(&nobody), timestamp, &call.body, given.unwrap_or_default());
        let right = |Webhook { record, trigger, .. }: &Webhook| match trigger.rule {
            TriggerRule::Webhook { proof: WebhookProof::SecretUrl, .. } => {
                record.secret_hash.as_ref().is_some_and(|stored| same(stored, &hash))
            }
            TriggerRule::Webhook { proof: WebhookProof::Signature, .. } => {
                signed && shared.is_some() && fresh(timestamp, self.clock().now())
            }
            TriggerRule::File { .. } | TriggerRule::Task { .. } => false,
        };
        Ok(found.filter(right))
    }

    /// Refuses a call with one audit entry and no hint. A client that is refused again and again gets neither for a
    /// while. Valid calls never wait, because their proof cannot be guessed. A wrong call stays a wrong call even if
    /// the log cannot be written.
    async fn hook_refused(&self, call: &HookCall) -> Error {
        let key = format!("hook:{}", call.from);
        if let Err(wait) = self.limiter().enter(&[key], self.uptime()) {
            return Error::TooMany(wait.as_secs().max(1));
        }
        let mut caller = Caller::system();
        caller.request_id.clone_from(&call.request_id);
        let known = call.address.split('.').next().unwrap_or_default().chars().take(32).collect();
        let entry = caller.audit(self.clock().now(), "hook_refuse", ("trigger", known), json!({"address": call.from}));
        let written = self.write(async move |tx: &Tx, _| Ok(tx.audit_append(&entry).await?), silent);
        if let Err(error) = written.await {
            tracing::warn!(%error, "a refused call of a webhook could not be recorded in the audit log");
        }
        Error::Unauthenticated("this address does not exist, or the proof is wrong".into())
    }
}

/// Whether a trigger is still the one that a call proved to be for: enabled, with that proof and that secret.
async fn still(tx: &Tx, proved: &TaskTriggerRecord, trigger: &Trigger, task: TaskId) -> Result<bool> {
    let Some(task) = tx.task_find(&TaskRef::Id(task)).await?.filter(|task| task.deleted_at.is_none()) else {
        return Ok(false);
    };
    let same_rule = |it: &Trigger| it.key == proved.key && it.enabled && proof_of(it) == proof_of(trigger);
    if !task.definition.triggers.iter().any(same_rule) {
        return Ok(false);
    }
    let same_secret = |it: &TaskTriggerRecord| {
        it.row == proved.row && it.secret_hash == proved.secret_hash && it.sealed_secret == proved.sealed_secret
    };
    Ok(tx.trigger_list(task.key).await?.iter().any(same_secret))
}

const fn proof_of(trigger: &Trigger) -> Option<WebhookProof> {
    match trigger.rule {
        TriggerRule::Webhook { proof, .. } => Some(proof),
        TriggerRule::File { .. } | TriggerRule::Task { .. } => None,
    }
}

fn on_hold_now() -> Error {
    Error::Unavailable("everything is on hold; try again later".into())
}

fn fresh(timestamp: &str, now: DateTime<Utc>) -> bool {
    let at = timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    at.is_some_and(|at| (now - at).abs() <= FRESH)
}

/// Reads the params of the run from the body.
fn params(trigger: &Trigger, task: &TaskRecord, body: &[u8]) -> Result<Map<String, Value>> {
    let TriggerRule::Webhook { params: pointers, .. } = &trigger.rule else { return Ok(Map::new()) };
    let specs = &task.definition.params;
    if specs.is_empty() || body.is_empty() {
        return Ok(Map::new());
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Error::Invalid(vec![Problem::at("", format!("the body is not JSON: {error}"))]))?;
    let mut found = Map::new();
    for spec in specs {
        let own = format!("/{}", spec.name);
        let pointer = match pointers.get(&spec.name) {
            Some(pointer) => pointer,
            None if pointers.is_empty() => &own,
            None => continue,
        };
        if let Some(value) = body.pointer(pointer) {
            found.insert(spec.name.clone(), value.clone());
        }
    }
    Ok(found)
}

async fn start(
    tx: &Tx,
    record: &TaskTriggerRecord,
    task: &TaskRecord,
    params: Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<(RunRecord, Inserted)> {
    let task = tx.task_find(&TaskRef::Id(task.id)).await?.filter(|task| task.deleted_at.is_none());
    let task = task.ok_or_else(|| Error::NotFound("the task was deleted".into()))?;
    let by = Some(format!("webhook {}", record.key));
    let wanted = Wanted { params, ..Wanted::new(&task, TriggerKind::Webhook, by, now) };
    let inserted = admit::one(tx, wanted, now).await?;
    tx.trigger_used(record.row, now).await?;
    Ok((inserted.first()?.clone(), inserted))
}
