//! Webhooks: a call from outside proves its permission, passes the filters, and starts the task.
//!
//! A sender that repeats a delivery gets the run of the first one. A call that meets a run of the task under the overlap
//! rule `skip` leaves a skipped run. Senders stop calling an address that answers with errors, so what was refused on
//! purpose is an answer too. Deliberately absent: checking proofs (`hook_proof`), keeping the log (`hook_log`).

use super::call::HookCall;
use super::held;
use super::hook_proof::{Webhook, still};
use crate::app::core::write::Moment;
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted};
use crate::app::runs::idempotency::{Idempotency, remember, repeated};
use crate::app::{App, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::model::{HookCallRecord, RunRecord, TaskRef};
use crate::domain::reason::Reason;
use crate::domain::triggers::call::{Content, Sources, read_body};
use crate::domain::triggers::senders::{Challenge, sender};
use crate::domain::triggers::words::HookVerdict;
use crate::domain::vocabulary::{RunState, TriggerKind, WebhookProof};
use crate::security::token::same;
use crate::security::webhook::{Proof, TOLERANCE_MAX, verify_token};
use crate::store::Tx;
use chrono::TimeDelta;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// How long a signature is remembered: longer than any tolerance in either direction.
const SEEN: TimeDelta = TimeDelta::seconds(2 * TOLERANCE_MAX as i64 + 60);

/// Longest challenge that is answered, in characters.
const CHALLENGE_MAX: usize = 1024;

/// Longest part of a delivery's name that the log shows, in characters.
const DELIVERY_SHOWN: usize = 100;

/// The answer to a call.
#[derive(Debug, Clone)]
pub enum HookAnswer {
    /// It made a run, or one that was skipped, or repeats the delivery that did.
    Run {
        /// The run.
        run: Box<RunRecord>,
        /// What became of the call: started, skipped or repeated.
        verdict: HookVerdict,
        /// Why it is not a new run that starts.
        reason: Option<Reason>,
    },
    /// It told something about the job of a heartbeat.
    Told {
        /// The run of the job.
        run: Box<RunRecord>,
        /// What became of the call: started, ended, noted or repeated.
        verdict: HookVerdict,
    },
    /// A filter kept it out.
    Filtered(Reason),
    /// The sender tested the address and wants this text back.
    Challenge(String),
}

/// A call that was not answered with success: what the log says, and what the caller gets.
pub(super) struct Refused {
    pub(super) verdict: HookVerdict,
    pub(super) error: Error,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let verdict = match error {
            Error::Conflict { code: "task_disabled", .. } => HookVerdict::TaskDisabled,
            Error::Invalid(_) => HookVerdict::BadParams,
            _ => HookVerdict::Failed,
        };
        Self { verdict, error }
    }
}

pub(super) type Handled = std::result::Result<HookAnswer, Refused>;

/// What a transaction made of a call.
enum Written {
    Run(Box<RunRecord>, Inserted),
    Repeated(Box<RunRecord>),
    Replayed,
    Unproved,
    OnHold,
}

impl App {
    /// Handles a call and writes it down.
    pub async fn hook_call(&self, call: HookCall) -> Result<HookAnswer> {
        let found = self.hook_find(&call.address).await?;
        let content = content(found.as_ref(), &call);
        let delivery = found.as_ref().and_then(|found| delivery(found, &call, content.as_ref().ok()));
        let handled = self.hook_handle(found.as_ref(), &call, content, delivery.as_ref()).await;
        if let Some(found) = &found {
            let (verdict, run) = match &handled {
                Ok(HookAnswer::Run { run, verdict, .. } | HookAnswer::Told { run, verdict }) => {
                    (*verdict, Some(run.id))
                }
                Ok(HookAnswer::Filtered(_)) => (HookVerdict::Filtered, None),
                Ok(HookAnswer::Challenge(_)) => (HookVerdict::Challenge, None),
                Err(refused) => (refused.verdict, None),
            };
            let shown = delivery.filter(|delivery| delivery.by_sender).map(|delivery| shown(&delivery.name));
            let record = HookCallRecord {
                called_at: self.clock().now(),
                address: call.from.clone(),
                sender: found.rule.sender,
                verdict,
                run,
                delivery: shown,
                body_bytes: call.body.len() as u64,
                count: 1,
            };
            self.inner.boards.hook_calls.add(found.record.row, record);
        }
        handled.map_err(|refused| refused.error)
    }

    /// Answers a call with `GET`: a job tells of itself, or a sender tests the address; none: nothing is to be read here.
    pub async fn hook_read(&self, call: HookCall) -> Result<Option<HookAnswer>> {
        let Some(found) = self.hook_find(&call.address).await? else { return Ok(None) };
        let by_address = found.rule.proof == WebhookProof::SecretUrl;
        if by_address && self.hook_proof(Some(&found), &call)? == Proof::Wrong {
            return Ok(None);
        }
        if found.task.definition.run.is_heartbeat() {
            return self.hook_call(call).await.map(Some);
        }
        Ok(self.hook_challenge(&found, &call, by_address)?.map(HookAnswer::Challenge))
    }

    /// What a sender wants back that tests an address with `GET`.
    fn hook_challenge(&self, found: &Webhook, call: &HookCall, by_address: bool) -> Result<Option<String>> {
        match sender(found.rule.sender).challenge {
            Challenge::QueryChallenge => Ok(call.query("challenge").and_then(answerable)),
            Challenge::HubChallenge if call.query("hub.mode") == Some("subscribe") => {
                let given = call.query("hub.verify_token").unwrap_or_default();
                let shared = self.hook_secret(Some(found))?;
                let right = shared.is_some_and(|it| same(verify_token(&it).expose().as_bytes(), given.as_bytes()));
                Ok(call.query("hub.challenge").and_then(answerable).filter(|_| by_address || right))
            }
            _ => Ok(None),
        }
    }

    async fn hook_handle(
        &self,
        found: Option<&Webhook>,
        call: &HookCall,
        content: std::result::Result<Content, String>,
        delivery: Option<&Delivery>,
    ) -> Handled {
        let (proof, known) = (self.hook_proof(found, call)?, found);
        let (Proof::Right { once }, Some(found)) = (&proof, known) else {
            let verdict = if proof == Proof::TooOld { HookVerdict::TooOld } else { HookVerdict::WrongProof };
            return Err(Refused { verdict, error: self.hook_refused(call).await });
        };
        if found.task.definition.run.is_heartbeat() {
            return self.heartbeat(found, call).await;
        }
        if call.said.is_some() {
            let detail = "only the addresses of heartbeat tasks go on after their secret";
            return Err(Refused { verdict: HookVerdict::BadAddress, error: Error::NotFound(detail.into()) });
        }
        if let Some(challenge) = challenge(found, call, content.as_ref().ok()) {
            return Ok(HookAnswer::Challenge(challenge));
        }
        if self.hold().await?.is_some() {
            return Err(on_hold_now());
        }
        let content = match content {
            Ok(content) => content,
            Err(message) if found.rule.reads_body(&found.task.definition.params) => {
                let error = Error::Invalid(vec![Problem::at("", message)]);
                return Err(Refused { verdict: HookVerdict::BadBody, error });
            }
            Err(_) => Content::default(),
        };
        let sources = Sources { headers: &call.headers, query: &call.query, content: &content };
        if let Some(filter) = sources.kept_out(&found.rule.filters) {
            return Ok(HookAnswer::Filtered(Reason::HookFiltered { at: filter.at.clone() }));
        }
        let params = sources.params(&found.rule, &found.task.definition.params);
        let written = self.hook_write(found, call, once.clone(), delivery, params).await?;
        self.hook_answer(call, delivery, written).await
    }

    async fn hook_answer(&self, call: &HookCall, delivery: Option<&Delivery>, written: Written) -> Handled {
        let unproved = |verdict, error| Err(Refused { verdict, error });
        match written {
            Written::Run(run, _) => {
                let skipped = run.state == RunState::Skipped;
                let verdict = if skipped { HookVerdict::Skipped } else { HookVerdict::Started };
                let reason = run.reason.clone().filter(|_| skipped);
                Ok(HookAnswer::Run { run, verdict, reason })
            }
            Written::Repeated(run) => {
                let name = delivery.map(|delivery| delivery.name.as_str()).or(call.idempotency_key.as_deref());
                let reason = Some(Reason::HookRepeated { delivery: shown(name.unwrap_or_default()) });
                Ok(HookAnswer::Run { run, verdict: HookVerdict::Repeated, reason })
            }
            Written::Replayed => unproved(HookVerdict::Replayed, self.hook_refused(call).await),
            Written::Unproved => unproved(HookVerdict::WrongProof, self.hook_refused(call).await),
            Written::OnHold => Err(on_hold_now()),
        }
    }

    async fn hook_write(
        &self,
        found: &Webhook,
        call: &HookCall,
        once: Option<String>,
        delivery: Option<&Delivery>,
        params: Map<String, Value>,
    ) -> Result<Written> {
        let (record, rule, task) = (found.record.clone(), found.rule.clone(), found.task.id);
        let id = record.id.to_string();
        let of_caller = || call.idempotency_key.clone().map(|key| Idempotency::of_hook(&id, key, &call.body));
        let (named, body) = (delivery.is_some(), call.body.clone());
        let key = delivery.map(|delivery| Idempotency::of_delivery(&id, &delivery.name)).or_else(of_caller);
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            // This comes before the proof counts as used, because a caller without an answer repeats the request with
            // the same proof.
            if let Some(run) = repeated(tx, key.as_ref(), now).await? {
                return Ok(Written::Repeated(Box::new(run)));
            }
            // What the call proved may be worth nothing by now.
            if !still(tx, &record, &rule, task).await? {
                return Ok(Written::Unproved);
            }
            if held(tx).await? {
                return Ok(Written::OnHold);
            }
            let task = tx.task_find(&TaskRef::Id(task)).await?.filter(|task| task.deleted_at.is_none());
            let Some(task) = task else { return Ok(Written::Unproved) };
            let by = Some(format!("webhook {}", record.key));
            let wanted = Wanted { params: params.clone(), ..Wanted::new(&task, TriggerKind::Webhook, by, now) };
            if let Some(once) = &once
                && !tx.hook_seen(record.row, once, now - SEEN, now).await?
            {
                return Ok(Written::Replayed);
            }
            let inserted = admit::one_or_overlapped(tx, wanted, now).await?;
            tx.trigger_used(record.row, now).await?;
            let run = inserted.first()?.clone();
            if !body.is_empty() {
                tx.run_body_put(run.id, &body).await?;
            }
            // A sender that repeats a delivery whose run was skipped asks for another chance.
            if run.state != RunState::Skipped || !named {
                remember(tx, key.as_ref(), run.id, now).await?;
            }
            Ok(Written::Run(Box::new(run), inserted))
        };
        let announce = |app: &Self, written: &Written| {
            if let Written::Run(_, inserted) = written {
                app.announce_inserted(inserted);
            }
        };
        self.write(write, announce).await
    }
}

/// The content of a body, read only if something is to be taken from it.
fn content(found: Option<&Webhook>, call: &HookCall) -> std::result::Result<Content, String> {
    let Some(found) = found else { return Ok(Content::default()) };
    let facts = sender(found.rule.sender);
    let needed = facts.delivery_pointer.is_some()
        || facts.challenge == Challenge::UrlVerification
        || found.rule.reads_body(&found.task.definition.params);
    if needed { read_body(call.headers.one("content-type"), &call.body) } else { Ok(Content::default()) }
}

/// What distinguishes a delivery from others.
struct Delivery {
    name: String,
    /// Whether the sender gave the name; otherwise it is made from the body.
    by_sender: bool,
}

/// Names a delivery. A sender that usually does, but signs no time, has one name for each body if it does not, so that
/// nobody who caught a call can send it again without its name.
fn delivery(found: &Webhook, call: &HookCall, content: Option<&Content>) -> Option<Delivery> {
    let facts = sender(found.rule.sender);
    let named = facts.delivery_headers.iter().find_map(|header| call.headers.one(header));
    let in_body = || {
        let value = content?.value.as_ref()?.pointer(facts.delivery_pointer?)?;
        value.as_str().map(str::to_owned)
    };
    let by_sender = named.filter(|name| !name.is_empty()).map(str::to_owned).or_else(in_body);
    let of_body = || {
        let nameless = !facts.delivery_headers.is_empty() && found.rule.proof == WebhookProof::Signature;
        nameless.then(|| format!("sha256:{}", hex::encode(Sha256::digest(&call.body))))
    };
    match by_sender {
        Some(name) => Some(Delivery { name, by_sender: true }),
        None => of_body().map(|name| Delivery { name, by_sender: false }),
    }
}

/// A name as the log and answers show it.
fn shown(name: &str) -> String {
    name.chars().filter(char::is_ascii_graphic).take(DELIVERY_SHOWN).collect()
}

/// What a sender wants back that tests an address with a call that proved itself.
fn challenge(found: &Webhook, call: &HookCall, content: Option<&Content>) -> Option<String> {
    match sender(found.rule.sender).challenge {
        Challenge::UrlVerification => {
            let body = content?.value.as_ref()?;
            let asked = body.get("type").and_then(Value::as_str) == Some("url_verification");
            body.get("challenge").and_then(Value::as_str).filter(|_| asked).and_then(answerable)
        }
        Challenge::ValidationToken => call.query("validationToken").and_then(answerable),
        Challenge::Ping => {
            let ping = call.headers.one("x-github-event") == Some("ping");
            ping.then(|| "pong".to_owned())
        }
        Challenge::None | Challenge::QueryChallenge | Challenge::HubChallenge => None,
    }
}

/// A challenge that can be sent back: short, and without control characters.
fn answerable(text: &str) -> Option<String> {
    let short = !text.is_empty() && text.chars().take(CHALLENGE_MAX + 1).count() <= CHALLENGE_MAX;
    (short && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

fn on_hold_now() -> Refused {
    Refused { verdict: HookVerdict::OnHold, error: Error::Unavailable("everything is on hold; try again later".into()) }
}
