//! Whether a call of a webhook may do anything: the address, the signature, and whether both still hold in the
//! transaction.
//!
//! The answer never says what is wrong with a proof: an unknown address and a wrong secret get the same answer, and
//! one audit entry.

use super::call::HookCall;
use super::secrets::secret_hash;
use super::trigger_id;
use crate::app::core::write::silent;
use crate::app::{App, Caller, Error, Result};
use crate::domain::ids::TaskId;
use crate::domain::model::{TaskRecord, TaskRef, TaskTriggerRecord};
use crate::domain::triggers::webhook::WebhookRule;
use crate::domain::triggers::words::WebhookSender;
use crate::domain::triggers::{Trigger, TriggerRule};
use crate::domain::vocabulary::WebhookProof;
use crate::security::secret::Secret;
use crate::security::token::same;
use crate::security::webhook::{Proof, Signed, verify};
use crate::store::Tx;
use serde_json::json;

/// A webhook and its task.
pub(super) struct Webhook {
    /// The stored trigger.
    pub record: TaskTriggerRecord,
    /// Its rule.
    pub rule: WebhookRule,
    /// Its task.
    pub task: TaskRecord,
}

impl App {
    /// The enabled webhook at an address.
    pub(super) async fn hook_find(&self, address: &str) -> Result<Option<Webhook>> {
        let Some(id) = trigger_id(address.split('.').next().unwrap_or_default()) else { return Ok(None) };
        let Some((record, task)) = self.store().trigger_find(id).await? else { return Ok(None) };
        let task = self.store().task_find(&TaskRef::Id(task)).await?.filter(|task| task.deleted_at.is_none());
        Ok(task.and_then(|task| {
            let rule = rule_of(&task, &record.key)?.clone();
            Some(Webhook { record, rule, task })
        }))
    }

    /// What a call proves about a webhook. Hashing and signing are done for unknown addresses too, so that time reveals
    /// nothing.
    pub(super) fn hook_proof(&self, found: Option<&Webhook>, call: &HookCall) -> Result<Proof> {
        let given = secret_hash(call.address.split_once('.').map_or("", |(_, secret)| secret));
        let shared = self.hook_secret(found)?;
        let sender = found.map_or(WebhookSender::Orc, |found| found.rule.sender);
        let rule = found.and_then(|found| found.rule.signature.as_ref());
        let signed = Signed { headers: &call.headers, body: &call.body, now: self.clock().now().timestamp() };
        let nobody = Secret::new(String::new());
        let signature = verify(sender, rule, shared.as_ref().unwrap_or(&nobody), signed);
        Ok(match found.map(|found| (found.rule.proof, &found.record)) {
            Some((WebhookProof::SecretUrl, record)) => {
                let right = record.secret_hash.as_ref().is_some_and(|stored| same(stored, &given));
                if right { Proof::Right { once: None } } else { Proof::Wrong }
            }
            Some((WebhookProof::Signature, _)) if shared.is_some() => signature,
            Some((WebhookProof::Signature, _)) | None => Proof::Wrong,
        })
    }

    /// The shared secret of a webhook.
    pub(super) fn hook_secret(&self, found: Option<&Webhook>) -> Result<Option<Secret>> {
        let Some(found) = found else { return Ok(None) };
        let Some(sealed) = &found.record.sealed_secret else { return Ok(None) };
        Ok(self.seal()?.unseal(sealed, found.record.id.0.as_bytes()))
    }

    /// Refuses a call with one audit entry and no hint. A client that is refused again and again gets neither for a
    /// while. Valid calls never wait, because their proof cannot be guessed. A wrong call stays a wrong call even if
    /// the log cannot be written.
    pub(super) async fn hook_refused(&self, call: &HookCall) -> Error {
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

/// Whether a trigger is still the one that a call proved to be for: enabled, with that rule and that secret.
pub(super) async fn still(tx: &Tx, proved: &TaskTriggerRecord, rule: &WebhookRule, task: TaskId) -> Result<bool> {
    let Some(task) = tx.task_find(&TaskRef::Id(task)).await?.filter(|task| task.deleted_at.is_none()) else {
        return Ok(false);
    };
    let same_proof =
        |now: &WebhookRule| (now.proof, now.sender, &now.signature) == (rule.proof, rule.sender, &rule.signature);
    if !rule_of(&task, &proved.key).is_some_and(same_proof) {
        return Ok(false);
    }
    let same_secret = |it: &TaskTriggerRecord| {
        it.row == proved.row && it.secret_hash == proved.secret_hash && it.sealed_secret == proved.sealed_secret
    };
    Ok(tx.trigger_list(task.key).await?.iter().any(same_secret))
}

/// The rule of an enabled webhook of a task.
fn rule_of<'a>(task: &'a TaskRecord, key: &str) -> Option<&'a WebhookRule> {
    let of_key = |trigger: &&Trigger| trigger.key == key && trigger.enabled;
    match &task.definition.triggers.iter().find(of_key)?.rule {
        TriggerRule::Webhook(rule) => Some(rule),
        TriggerRule::File { .. } | TriggerRule::Task { .. } => None,
    }
}
