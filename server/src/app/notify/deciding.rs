//! Deciding: what is due is told now, later, or never.
//!
//! Deliberately absent: the decision itself, which `domain::notify::rules::verdict` makes. Start reading at `sorted`.

use crate::app::{App, Result};
use crate::domain::keys::{Incident, Key, Rule, Task, Telling};
use crate::domain::model::{IncidentRecord, RuleRecord, SilenceRecord, TellingRecord};
use crate::domain::notify::composing::Told;
use crate::domain::notify::rules::TaskFacts;
use crate::domain::notify::rules::silences::{Hush, hush};
use crate::domain::notify::rules::verdict::{Due, Standing, Verdict, verdict};
use crate::domain::notify::timing::speaks_at;
use crate::domain::notify::words::{IncidentKind, TellStep};
use crate::domain::reason::Reason;
use crate::store::Tx;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is looked at before something that is due is told.
pub(super) struct Facts {
    now: DateTime<Utc>,
    incidents: HashMap<Key<Incident>, IncidentRecord>,
    tasks: HashMap<Key<Task>, TaskFacts>,
    /// Name of this server.
    server: String,
    silences: Vec<SilenceRecord>,
    /// Rules that never told that an incident was there.
    untold: HashSet<(Key<Rule>, Key<Incident>)>,
    /// Rules that told others as well, because nobody had taken the incident up.
    escalated: HashSet<(Key<Rule>, Key<Incident>)>,
}

/// What becomes of everything that is due.
#[derive(Default)]
pub(super) struct Sorted {
    /// What is told now, for each rule.
    pub(super) tell: BTreeMap<Key<Rule>, Vec<TellingRecord>>,
    /// What is not told.
    pub(super) quiet: Quieted,
}

/// What is not told now.
#[derive(Default)]
pub(super) struct Quieted {
    muted: Vec<Muted>,
    waiting: Vec<(Key<Telling>, DateTime<Utc>)>,
}

/// What is not told for one reason.
struct Muted {
    why: Reason,
    until: Option<DateTime<Utc>>,
    keys: Vec<Key<Telling>>,
}

impl Facts {
    /// Reads what is known about things that are due.
    pub(super) async fn read(app: &App, due: &[TellingRecord], now: DateTime<Utc>) -> Result<Self> {
        let store = app.store();
        let ends = due.iter().filter(|telling| telling.new.step == TellStep::Recovery);
        let (mut untold, mut escalated) = (HashSet::new(), HashSet::new());
        for telling in store.tellings_about(ends.filter_map(|telling| telling.new.incident_key)).await? {
            let Some(incident) = telling.new.incident_key else { continue };
            let place = (telling.new.rule_key, incident);
            match telling.new.step {
                TellStep::Event if telling.new.muted.is_some() => untold.insert(place),
                TellStep::Escalation if telling.told_at.is_some() => escalated.insert(place),
                _ => false,
            };
        }
        Ok(Self {
            now,
            incidents: store.incidents_by_key(due.iter().filter_map(|telling| telling.new.incident_key)).await?,
            tasks: store.task_facts(due.iter().filter_map(|telling| telling.new.task_key)).await?,
            server: app.settings().node.clone(),
            silences: store.silences_active(now).await?,
            untold,
            escalated,
        })
    }

    /// Sorts what is due. What belongs to no rule any more stays out.
    pub(super) fn sorted(&self, due: Vec<TellingRecord>, rules: &[RuleRecord]) -> Sorted {
        let rules: HashMap<Key<Rule>, &RuleRecord> = rules.iter().map(|rule| (rule.key, rule)).collect();
        let mut sorted = Sorted::default();
        for telling in due {
            let Some(rule) = rules.get(&telling.new.rule_key) else { continue };
            let escalates = rule.definition.terms.escalation.is_some();
            let verdict = if telling.new.step == TellStep::Escalation && !escalates {
                Verdict::Never(Reason::RuleChanged { rule: rule.definition.name.clone() })
            } else if let (true, Some(channel)) = (self.audience(rule, &telling).is_empty(), self.not_by(&telling)) {
                Verdict::Never(Reason::ChannelItself { channel: channel.to_owned() })
            } else {
                self.decide(&telling)
            };
            match verdict {
                Verdict::Tell => {
                    let terms = &rule.definition.terms;
                    let at = speaks_at(&terms.how, terms.quiet.as_ref(), self.now);
                    if telling.new.muted.is_some() && at > self.now {
                        sorted.quiet.waiting.push((telling.key, at));
                    } else {
                        sorted.tell.entry(rule.key).or_default().push(telling);
                    }
                }
                Verdict::PutOff(Hush { until, why }) => sorted.quiet.add(telling.key, why, Some(until)),
                Verdict::Never(why) => sorted.quiet.add(telling.key, why, None),
            }
        }
        sorted
    }

    /// What a message says about something that is due; none: its task is gone.
    pub(super) fn told<'a>(&'a self, telling: &'a TellingRecord) -> Option<Told<'a>> {
        let incident = self.incident(telling);
        let (name, server) = match telling.new.task_key {
            Some(key) => (self.tasks.get(&key)?.name.as_str(), None),
            None => (incident?.name.as_str(), Some(self.server.as_str())),
        };
        Some(Told { name, server, telling, incident })
    }

    /// The channels that are told.
    pub(super) fn audience(&self, rule: &RuleRecord, telling: &TellingRecord) -> Vec<String> {
        rule.definition.terms.audience(telling.new.step, self.was_escalated(telling), self.not_by(telling))
    }

    /// The channel that is told nothing, because it is about its own failure.
    fn not_by(&self, telling: &TellingRecord) -> Option<&str> {
        let incident = self.incident(telling).filter(|incident| incident.kind == IncidentKind::ChannelFailing)?;
        incident.about.part()
    }

    /// Whether the incident is still there and nobody has taken it up.
    pub(super) fn is_open(&self, telling: &TellingRecord) -> bool {
        self.incident(telling)
            .is_some_and(|incident| incident.resolved_at.is_none() && incident.acknowledged_at.is_none())
    }

    /// Whether others were told as well, because nobody had taken the incident up.
    fn was_escalated(&self, telling: &TellingRecord) -> bool {
        telling.new.incident_key.is_some_and(|incident| self.escalated.contains(&(telling.new.rule_key, incident)))
    }

    fn incident(&self, telling: &TellingRecord) -> Option<&IncidentRecord> {
        telling.new.incident_key.and_then(|key| self.incidents.get(&key))
    }

    fn decide(&self, telling: &TellingRecord) -> Verdict {
        let incident = self.incident(telling);
        let snooze = incident.and_then(|incident| {
            let (until, by) = (incident.snoozed_until?, incident.snoozed_by.clone().unwrap_or_default());
            Some(Hush { until, why: Reason::IncidentSnoozed { by, until } })
        });
        let silences = self.silences.iter().map(|silence| (&silence.definition, silence.created_by.as_str()));
        // A silence is about tasks. What is wrong with the server is snoozed.
        let quiet = match telling.new.task_key {
            Some(key) => self.tasks.get(&key).and_then(|task| hush(silences, task, snooze, self.now)),
            None => snooze.filter(|snooze| self.now < snooze.until),
        };
        let standing = incident.map(|incident| Standing {
            acknowledged_by: incident.acknowledged_by.as_deref(),
            over: incident.resolved_at.is_some(),
            untold: self.untold.contains(&(telling.new.rule_key, incident.key)),
        });
        let was_put_off = telling.new.muted_until.is_some();
        verdict(Due { step: telling.new.step, incident: standing, was_put_off, hush: quiet.as_ref() })
    }
}

impl Quieted {
    fn add(&mut self, key: Key<Telling>, why: Reason, until: Option<DateTime<Utc>>) {
        match self.muted.iter_mut().find(|muted| muted.until == until && muted.why == why) {
            Some(muted) => muted.keys.push(key),
            None => self.muted.push(Muted { why, until, keys: vec![key] }),
        }
    }

    /// Notes what is not told now, and why.
    pub(super) async fn write(&self, tx: &Tx) -> Result<()> {
        for Muted { why, until, keys } in &self.muted {
            tx.tellings_put_off(keys, why, *until).await?;
        }
        for (key, due_at) in &self.waiting {
            tx.telling_wait(*key, *due_at).await?;
        }
        Ok(())
    }
}
