//! Telling: what is due becomes notifications in the outboxes of the channels.
//!
//! Logs are read before the transaction that writes. Deliberately absent: what is told and when, which `hearing` noted.
//! Start reading at `incidents_tell`.

mod details;

use super::deciding::{Facts, Sorted};
use super::links;
use crate::app::core::write::Moment;
use crate::app::{App, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::keys::{Incident, Key, Telling};
use crate::domain::model::{DeliveryNew, RuleRecord, RunRecord, TellingNew, TellingRecord};
use crate::domain::notify::composing::{Told, grouped, single};
use crate::domain::notify::notice::Notice;
use crate::domain::notify::rules::RuleTerms;
use crate::domain::notify::timing::{Pace, Quiet, speaks_at};
use crate::domain::notify::words::TellStep;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

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
    /// What the rule tells after this, if nobody takes it up.
    later: Vec<Later>,
    quiet: Option<Quiet>,
    /// The incident that whoever is told may take care of, and the address of this server.
    care: Option<(Key<Incident>, String)>,
}

/// Something that is told some minutes after something else.
struct Later {
    minutes: u32,
    new: TellingNew,
}

impl App {
    /// When something is due next; none: nothing waits.
    pub async fn telling_next(&self) -> Result<Option<DateTime<Utc>>> {
        Ok(self.store().telling_next().await?)
    }

    /// Puts what is due into the outboxes of channels. Returns the number of messages.
    pub async fn incidents_tell(&self) -> Result<u64> {
        let now = self.clock().now();
        let due = self.store().tellings_due(now, MOST).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let facts = Facts::read(self, &due, now).await?;
        let rules = self.store().rules_all().await?;
        let Sorted { mut tell, quiet } = facts.sorted(due, &rules);
        let mut messages = Vec::new();
        for rule in &rules {
            let Some(due) = tell.remove(&rule.key) else { continue };
            for (channels, due) in by_audience(rule, due, &facts) {
                messages.extend(self.messages(rule, channels, due, &facts).await?);
            }
        }
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            quiet.write(tx).await?;
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

    async fn messages(
        &self,
        rule: &RuleRecord,
        channels: Vec<String>,
        due: Vec<TellingRecord>,
        facts: &Facts,
    ) -> Result<Vec<Message>> {
        let terms = &rule.definition.terms;
        let collects = !matches!(terms.how, Pace::AtOnce {}) || due.len() >= TOGETHER_FROM;
        let quiet = terms.quiet.clone();
        if collects && due.len() > 1 {
            let keys: Vec<Key<Telling>> = due.iter().map(|telling| telling.key).collect();
            let all: Vec<Told<'_>> = due.iter().filter_map(|telling| facts.told(telling)).collect();
            // The same events get the same key when this begins anew after a crash.
            let first = keys.iter().min().copied().unwrap_or(Key::NONE);
            let dedup_key = format!("rule {} {first:?}", rule.id);
            let link = self.link("incidents");
            let mut notice = grouped(&rule.definition.name, &all, dedup_key.clone(), link, self.clock().now());
            notice.mail.change_at = self.link("incidents/rules");
            let later = due.iter().flat_map(|telling| later(rule, telling, facts)).collect();
            return Ok(vec![Message { keys, channels, dedup_key, notice, later, quiet, care: None }]);
        }
        let mut made = Vec::new();
        for telling in due {
            let Some(told) = facts.told(&telling) else { continue };
            // A row that cannot be read must not keep anybody from being told.
            let run = match telling.new.run {
                Some(run) => or_left_out(self.store().run_find(run).await.map_err(Into::into)),
                None => None,
            };
            let excerpt = match &run {
                Some(run) if telling.new.step != TellStep::Recovery => or_left_out(self.excerpt(run).await),
                _ => None,
            };
            let link = match (telling.new.run, told.server) {
                (Some(run), _) => self.link(&format!("runs/{run}")),
                (None, Some(_)) => self.link("incidents"),
                (None, None) => None,
            };
            // What is late, slow, or wrong with the server is known to the incident, not to the run.
            let of_incident =
                told.incident.filter(|incident| incident.kind.is_lateness() || incident.kind.is_found_by_looks());
            let reason = of_incident
                .map_or_else(|| run.as_ref().and_then(|run| run.reason.as_ref()), |incident| incident.reason.as_ref());
            let mut notice = single(&rule.definition.name, &told, reason);
            (notice.excerpt, notice.link) = (excerpt, link);
            self.notice_complete(&mut notice, &told, run.as_ref()).await;
            notice.mail.change_at = self.link("incidents/rules");
            let dedup_key = match telling.new.round {
                0 => format!("{} {}", notice.key, telling.new.step),
                round => format!("{} {} {round}", notice.key, telling.new.step),
            };
            let (keys, channels, quiet) = (vec![telling.key], channels.clone(), quiet.clone());
            let later = later(rule, &telling, facts);
            let care = telling.new.incident_key.filter(|_| facts.is_open(&telling)).zip(self.link("act"));
            made.push(Message { keys, channels, dedup_key, notice, later, quiet, care });
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

/// What was read, or nothing if it cannot be read.
fn or_left_out<T: Default>(read: Result<T>) -> T {
    read.unwrap_or_else(|error| {
        tracing::warn!(%error, "a part of a notification cannot be read, so it is left out");
        T::default()
    })
}

/// What is due, by the channels that are told.
fn by_audience(rule: &RuleRecord, due: Vec<TellingRecord>, facts: &Facts) -> BTreeMap<Vec<String>, Vec<TellingRecord>> {
    let mut found: BTreeMap<Vec<String>, Vec<TellingRecord>> = BTreeMap::new();
    for telling in due {
        found.entry(facts.audience(rule, &telling)).or_default().push(telling);
    }
    found
}

/// What a rule tells after something, if nobody takes it up.
fn later(rule: &RuleRecord, telling: &TellingRecord, facts: &Facts) -> Vec<Later> {
    let RuleTerms { remind_minutes, escalation, .. } = &rule.definition.terms;
    let TellingNew { step, round, .. } = telling.new;
    if !facts.is_open(telling) {
        return Vec::new();
    }
    let reminds = remind_minutes.filter(|_| matches!(step, TellStep::Event | TellStep::Reminder));
    let reminder = reminds.map(|minutes| (minutes, TellStep::Reminder, round + 1));
    let escalates = escalation.as_ref().filter(|_| step == TellStep::Event);
    let escalation = escalates.map(|escalation| (escalation.after_minutes, TellStep::Escalation, 0));
    let all = reminder.into_iter().chain(escalation);
    all.map(|(minutes, step, round)| {
        let new = TellingNew { step, round, muted: None, muted_until: None, ..telling.new.clone() };
        Later { minutes, new }
    })
    .collect()
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
        let act = match &message.care {
            Some((incident, address)) => {
                let link = links::make(tx, *incident, &channel.definition.name, now).await?;
                Some(format!("{address}/{}", link.expose()))
            }
            None => None,
        };
        new.push(DeliveryNew {
            id,
            channel: channel.key,
            channel_name: channel.definition.name,
            dedup_key: Some(message.dedup_key.clone()),
            notice: Notice { id: id.to_string(), act, ..message.notice.clone() },
            suppressed: None,
            at: now,
        });
    }
    tx.deliveries_add(&new).await?;
    let later = message.later.iter().map(|Later { minutes, new }| {
        let happened_at = now + TimeDelta::minutes((*minutes).into());
        let due_at = speaks_at(&Pace::AtOnce {}, message.quiet.as_ref(), happened_at);
        TellingNew { happened_at, due_at, ..new.clone() }
    });
    tx.tellings_add(&later.collect::<Vec<_>>()).await?;
    Ok(true)
}
