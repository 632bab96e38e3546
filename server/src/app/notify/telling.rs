//! Telling: what is due becomes notifications in the outboxes of the channels.
//!
//! Logs are read before the transaction that writes. Deliberately absent: what is told and when, which `hearing` noted.
//! Start reading at `incidents_tell`.

use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::keys::{Incident, Key, Rule, Task, Telling};
use crate::domain::model::{DeliveryNew, IncidentRecord, RuleRecord, RunRecord, TellingRecord};
use crate::domain::notify::composing::{Told, grouped, single};
use crate::domain::notify::notice::Notice;
use crate::domain::notify::rules::TaskFacts;
use crate::domain::notify::timing::Pace;
use crate::domain::notify::words::TellStep;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

/// Maximum number of events that are looked at together.
const MOST: u64 = 10_000;

/// Number of events at once from which a rule that tells at once tells them together.
const TOGETHER_FROM: usize = 6;

/// Number of last lines of a log in a notification.
const EXCERPT_LINES: usize = 20;

/// A notification that a rule asks for.
struct Message {
    keys: Vec<Key<Telling>>,
    channels: Vec<String>,
    dedup_key: String,
    notice: Notice,
}

/// What notifications say about the events that are due.
struct Facts {
    incidents: HashMap<Key<Incident>, IncidentRecord>,
    tasks: HashMap<Key<Task>, TaskFacts>,
}

impl App {
    /// When something is due next; none: nothing waits.
    pub async fn telling_next(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.store().telling_next().await?)
    }

    /// Puts what is due into the outboxes of channels. Returns the number of messages.
    pub async fn incidents_tell(&self) -> Result<u64> {
        let due = self.store().tellings_due(self.clock().now(), MOST).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let facts = Facts {
            incidents: self.store().incidents_by_key(due.iter().filter_map(|telling| telling.new.incident_key)).await?,
            tasks: self.store().task_facts(due.iter().map(|telling| telling.new.task_key)).await?,
        };
        let mut of_rules: BTreeMap<Key<Rule>, Vec<TellingRecord>> = BTreeMap::new();
        due.into_iter().for_each(|telling| of_rules.entry(telling.new.rule_key).or_default().push(telling));
        let mut messages = Vec::new();
        for rule in self.store().rules_all().await? {
            let Some(due) = of_rules.remove(&rule.key) else { continue };
            messages.extend(self.messages(&rule, due, &facts).await?);
        }
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let mut made = 0;
            for message in &messages {
                made += u64::from(hand_over(tx, message, now).await?);
            }
            Ok(made)
        };
        let announce = |app: &Self, _: &u64| {
            app.announce_outbox();
            app.announce_incidents();
        };
        self.write(write, announce).await
    }

    async fn messages(&self, rule: &RuleRecord, due: Vec<TellingRecord>, facts: &Facts) -> Result<Vec<Message>> {
        let collects = !matches!(rule.definition.terms.how, Pace::AtOnce {}) || due.len() >= TOGETHER_FROM;
        let channels = rule.definition.terms.who.clone();
        if collects && due.len() > 1 {
            let keys: Vec<Key<Telling>> = due.iter().map(|telling| telling.key).collect();
            let all: Vec<Told<'_>> = due.iter().filter_map(|telling| facts.told(telling)).collect();
            // The same events get the same key when this begins anew after a crash.
            let first = keys.iter().min().copied().unwrap_or(Key::NONE);
            let key = format!("rule {} {first:?}", rule.id);
            let link = self.link("incidents");
            let mut notice = grouped(&rule.definition.name, &all, key.clone(), link, self.clock().now());
            notice.mail.change_at = self.link("incidents/rules");
            return Ok(vec![Message { keys, channels, dedup_key: key, notice }]);
        }
        let mut made = Vec::new();
        for telling in due {
            let Some(told) = facts.told(&telling) else { continue };
            let run = match telling.new.run {
                Some(run) => self.store().run_find(run).await?,
                None => None,
            };
            let excerpt = match &run {
                Some(run) if telling.new.step == TellStep::Event => self.excerpt(run).await?,
                _ => None,
            };
            let link = telling.new.run.and_then(|run| self.link(&format!("runs/{run}")));
            let mut notice = single(&rule.definition.name, &told, run.as_ref().and_then(|run| run.reason.as_ref()));
            (notice.excerpt, notice.link) = (excerpt, link);
            self.notice_complete(&mut notice, told.task, told.incident, run.as_ref()).await?;
            notice.mail.change_at = self.link("incidents/rules");
            let dedup_key = format!("{} {}", notice.key, telling.new.step);
            made.push(Message { keys: vec![telling.key], channels: channels.clone(), dedup_key, notice });
        }
        Ok(made)
    }

    async fn excerpt(&self, run: &RunRecord) -> Result<Option<String>> {
        let Some(attempt) = self.store().run_attempts(run.id).await?.pop() else { return Ok(None) };
        let lines = self.log_tail(attempt.id).await;
        let last = lines[lines.len().saturating_sub(EXCERPT_LINES)..].join("\n");
        Ok((!last.trim().is_empty()).then_some(last))
    }

    fn link(&self, page: &str) -> Option<String> {
        let url = self.settings().public_url.as_deref()?;
        Some(format!("{}/{page}", url.trim_end_matches('/')))
    }
}

impl Facts {
    fn told<'a>(&'a self, telling: &'a TellingRecord) -> Option<Told<'a>> {
        let task = &self.tasks.get(&telling.new.task_key)?.name;
        let incident = telling.new.incident_key.and_then(|key| self.incidents.get(&key));
        Some(Told { task, telling, incident })
    }
}

/// Writes one message to the outbox of each channel. Returns false if somebody kept the rule from telling it meanwhile.
async fn hand_over(tx: &Tx, message: &Message, now: DateTime<Utc>) -> Result<bool> {
    if tx.tellings_told(&message.keys, now).await? == 0 {
        return Ok(false);
    }
    let mut new = Vec::with_capacity(message.channels.len());
    for name in &message.channels {
        let Some(channel) = tx.channel_find(name).await? else { continue };
        let id = DeliveryId::generate();
        new.push(DeliveryNew {
            id,
            channel: channel.key,
            channel_name: channel.definition.name,
            dedup_key: Some(message.dedup_key.clone()),
            notice: Notice { id: id.to_string(), ..message.notice.clone() },
            suppressed: None,
            at: now,
        });
    }
    tx.deliveries_add(&new).await?;
    Ok(true)
}
