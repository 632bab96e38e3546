//! Addresses and secrets of webhooks: making them, taking those that a sender gave, and what is wrong with them.
//!
//! The secret of an address is stored as a hash, the secret of signatures sealed. Neither is ever shown again.

use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, Error, Result};
use crate::domain::model::TaskTriggerRecord;
use crate::domain::reason::Reason;
use crate::domain::triggers::TriggerRule;
use crate::domain::triggers::senders::{SecretOrigin, sender};
use crate::domain::triggers::webhook::WebhookRule;
use crate::domain::triggers::words::WebhookSender;
use crate::domain::vocabulary::{Permission, WebhookProof};
use crate::security::seal::Seal;
use crate::security::secret::Secret;
use crate::security::webhook::{new_whsec, verify_token, whsec};
use crate::store::Tx;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Shortest secret that Orc takes, in bytes. Shorter ones are guessed from one call.
const SECRET_MIN: usize = 8;

/// Longest secret that Orc takes, in bytes.
const SECRET_MAX: usize = 512;

/// A new secret of a webhook, shown once.
#[derive(Debug, Clone)]
pub struct NewSecret {
    /// Path of the address on this server.
    pub path: Secret,
    /// The shared secret for signatures, if Orc made it.
    pub secret: Option<Secret>,
    /// The token that Meta asks for when it tests the address.
    pub verify_token: Option<Secret>,
}

/// What is stored of a new secret, and what is shown.
struct Made {
    hash: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
    shown: NewSecret,
}

impl App {
    /// Gives a webhook a new address or secret. The old one stops working at once. `given` is the secret for signatures
    /// if the sender made it, or the caller wants a certain one.
    pub async fn trigger_rotate(
        &self,
        caller: &Caller,
        task: &str,
        key: &str,
        given: Option<Secret>,
    ) -> Result<NewSecret> {
        caller.require(Permission::Define)?;
        let record = self.living(task).await?;
        let name = record.definition.name.clone();
        let missing = || Error::NotFound(format!("task \"{name}\" has no trigger \"{key}\""));
        let trigger = record.definition.triggers.iter().find(|trigger| trigger.key == key).ok_or_else(missing)?;
        let TriggerRule::Webhook(rule) = &trigger.rule else {
            let detail = format!("trigger \"{key}\" is of kind {}; only webhooks have secrets", trigger.rule.kind());
            return Err(Error::conflict("no_secret", detail));
        };
        let stored = self.store().trigger_list(record.key).await?;
        let stored = stored.into_iter().find(|stored| stored.key == key).ok_or_else(missing)?;
        let Made { hash, sealed, shown } = self.secret_new(&stored, rule, given)?;
        let (caller, key) = (caller.clone(), key.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            tx.trigger_rotate(stored.row, hash.clone(), sealed.clone(), now).await?;
            let detail = json!({"trigger": key});
            tx.audit_append(&caller.audit(now, "trigger_rotate", ("task", name.clone()), detail)).await?;
            Ok(())
        };
        self.write(write, silent).await?;
        Ok(shown)
    }

    fn secret_new(&self, stored: &TaskTriggerRecord, rule: &WebhookRule, given: Option<Secret>) -> Result<Made> {
        let (id, facts) = (stored.id.0.simple(), sender(rule.sender));
        if rule.proof == WebhookProof::SecretUrl {
            if given.is_some() {
                let message = "must be absent: the address is the secret, and Orc makes it (proof: secret_url)";
                return Err(Error::invalid("/secret", message));
            }
            let secret = random();
            let path = Secret::new(format!("/hooks/{id}.{}", secret.expose()));
            let shown = NewSecret { path, secret: None, verify_token: None };
            return Ok(Made { hash: Some(secret_hash(secret.expose())), sealed: None, shown });
        }
        if let Some(problem) = given.as_ref().and_then(|secret| given_problem(rule.sender, secret)) {
            return Err(Error::invalid("/secret", problem));
        }
        let made = match facts.secret {
            _ if given.is_some() => None,
            SecretOrigin::Chosen if facts.whsec => Some(new_whsec()),
            SecretOrigin::Chosen => Some(random()),
            SecretOrigin::Given | SecretOrigin::Absent => {
                let message = format!("must be given: {} makes the secret and shows it to you", facts.name);
                return Err(Error::invalid("/secret", message));
            }
        };
        let secret = given.as_ref().or(made.as_ref()).expect("it was given or made");
        let sealed = self.seal()?.seal(secret, stored.id.0.as_bytes());
        let token = (rule.sender == WebhookSender::Meta).then(|| verify_token(secret));
        let path = Secret::new(format!("/hooks/{id}"));
        Ok(Made { hash: None, sealed: Some(sealed), shown: NewSecret { path, secret: made, verify_token: token } })
    }

    /// What prevents a webhook from checking its callers.
    pub(super) fn secret_problem(&self, record: &TaskTriggerRecord, rule: &WebhookRule) -> Option<Reason> {
        secret_missing(record, rule.proof).or_else(|| self.secret_unreadable(record, rule.sender))
    }

    /// What is wrong with the sealed secret of a webhook.
    fn secret_unreadable(&self, record: &TaskTriggerRecord, by: WebhookSender) -> Option<Reason> {
        let sealed = record.sealed_secret.as_ref()?;
        match self.seal() {
            Ok(seal) => match seal.unseal(sealed, record.id.0.as_bytes()) {
                Some(secret) => given_problem(by, &secret).map(|_| Reason::ProofChanged {}),
                None => Some(Reason::SecretUnreadable {}),
            },
            Err(error) => Some(Reason::SealUnusable { problem: error.to_string() }),
        }
    }

    /// The key under which secrets are sealed.
    pub(super) fn seal(&self) -> Result<Seal> {
        let unread = |error| Error::Internal(format!("seal.key in the data folder cannot be used: {error}"));
        Seal::open(&self.settings().data_dir).map_err(unread)
    }
}

fn random() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// Why a secret cannot be one of this sender.
fn given_problem(by: WebhookSender, secret: &Secret) -> Option<String> {
    let text = secret.expose();
    if !(SECRET_MIN..=SECRET_MAX).contains(&text.len()) {
        return Some(format!("must have {SECRET_MIN} to {SECRET_MAX} bytes"));
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        return Some("must not contain line ends or other control characters, nor blanks around it".to_owned());
    }
    let whsec_only = by == WebhookSender::StandardWebhooks || by == WebhookSender::Gitlab && text.starts_with("whsec_");
    let form = "must be whsec_ followed by a key in base64 of at least 16 bytes, as the sender shows it";
    (whsec_only && whsec(secret).is_none()).then(|| form.to_owned())
}

/// What a webhook lacks for its kind of proof.
fn secret_missing(record: &TaskTriggerRecord, proof: WebhookProof) -> Option<Reason> {
    let (there, other) = match proof {
        WebhookProof::SecretUrl => (record.secret_hash.is_some(), record.sealed_secret.is_some()),
        WebhookProof::Signature => (record.sealed_secret.is_some(), record.secret_hash.is_some()),
    };
    match (there, other) {
        (true, _) => None,
        (false, true) => Some(Reason::ProofChanged {}),
        (false, false) => Some(Reason::SecretMissing {}),
    }
}

/// SHA-256 of the secret part of an address.
pub(super) fn secret_hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
