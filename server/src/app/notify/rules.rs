//! Rules: who is told what.
//!
//! Deliberately absent: what rules tell, which `hearing` finds out. Start reading at `rule_create`.

use crate::app::core::write::{Moment, Write};
use crate::app::{App, Caller, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::ids::RuleId;
use crate::domain::model::{IncidentRecord, Page, PageRequest, RuleChange, RuleRecord};
use crate::domain::notify::replay::{PastIncident, Replayed, replay};
use crate::domain::notify::rules::RuleDefinition;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::Permission;
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// How far a simulation looks back.
const LOOKS_BACK: TimeDelta = TimeDelta::days(30);

/// Maximum number of runs that a simulation looks at.
const RUNS_MOST: u64 = 20_000;

/// What a rule would have told.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// Since when runs were looked at.
    pub from_at: DateTime<Utc>,
    /// Number of runs that were looked at.
    pub run_count: usize,
    /// What it would have told.
    pub replayed: Replayed,
}

impl App {
    /// A page of rules by name.
    pub async fn rule_list(&self, caller: &Caller, text: Option<&str>, page: &PageRequest) -> Result<Page<RuleRecord>> {
        caller.require(Permission::Read)?;
        Ok(self.store().rule_list(text, page).await?)
    }

    /// Finds a rule by name or id.
    pub async fn rule_view(&self, caller: &Caller, rule: &str) -> Result<RuleRecord> {
        caller.require(Permission::Read)?;
        self.store().rule_find(rule).await?.ok_or_else(|| no_rule(rule))
    }

    /// What a rule would have told about the last 30 days. Nothing is saved, and the rule need not exist.
    pub async fn rule_simulate(&self, caller: &Caller, wanted: RuleDefinition) -> Result<Simulated> {
        caller.require(Permission::Read)?;
        let problems = wanted.problems();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let now = self.clock().now();
        let from_at = now - LOOKS_BACK;
        let runs = self.store().past_runs(from_at, RUNS_MOST).await?;
        let incidents = self.store().past_incidents(from_at, RUNS_MOST).await?;
        let incidents: Vec<PastIncident> = incidents.into_iter().map(past_incident).collect();
        let tasks = runs.iter().map(|run| run.task_key).chain(incidents.iter().filter_map(|past| past.task_key));
        let facts = self.store().task_facts(tasks).await?;
        let complete = (runs.len() as u64) < RUNS_MOST;
        let from_at = runs.first().filter(|_| !complete).map_or(from_at, |run| run.ended.at);
        let run_count = runs.len();
        let computing = tokio::task::spawn_blocking(move || replay(&wanted.terms, &runs, &incidents, &facts, now));
        let replayed = computing.await.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Simulated { from_at, run_count, replayed })
    }

    /// Creates a rule.
    pub async fn rule_create(&self, caller: &Caller, wanted: RuleDefinition, dry_run: bool) -> Result<RuleRecord> {
        caller.require(Permission::Define)?;
        let caller = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            check(tx, &wanted).await?;
            if tx.rule_find(&wanted.name).await?.is_some() {
                return Err(Error::taken("rule", &wanted.name));
            }
            let made = tx.rule_insert(&RuleChange { definition: wanted.clone(), at: now }).await?;
            let detail = json!({"who": made.definition.terms.who});
            let target = ("rule", made.definition.name.clone());
            tx.audit_append(&caller.audit(now, "rule_create", target, detail)).await?;
            Ok(made)
        };
        let mut made = self.write_or_try(dry_run, write, |app, _| app.announce_incidents()).await?;
        if dry_run {
            made.id = RuleId(uuid::Uuid::nil());
        }
        Ok(made)
    }

    /// Replaces a rule's definition. What a rule has not told yet is never told once it is disabled.
    pub async fn rule_update(
        &self,
        caller: &Caller,
        rule: &str,
        wanted: RuleDefinition,
        Write { base, dry_run }: Write,
    ) -> Result<RuleRecord> {
        caller.require(Permission::Define)?;
        let (caller, rule) = (caller.clone(), rule.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.rule_find(&rule).await?.ok_or_else(|| no_rule(&rule))?;
            Error::unless_at(read.version, base)?;
            if wanted == read.definition {
                return Ok(read);
            }
            check(tx, &wanted).await?;
            if wanted.name != read.definition.name && tx.rule_find(&wanted.name).await?.is_some() {
                return Err(Error::taken("rule", &wanted.name));
            }
            let written = tx.rule_update(&read, &RuleChange { definition: wanted.clone(), at: now }).await?;
            if !wanted.enabled {
                tx.tellings_mute_of_rule(read.key, &Reason::RuleOff { rule: wanted.name.clone() }).await?;
            }
            let before = &read.definition.name;
            let renamed = (*before != wanted.name).then_some(before);
            let detail = json!({"enabled": wanted.enabled, "who": wanted.terms.who, "renamed_from": renamed});
            let target = ("rule", wanted.name.clone());
            tx.audit_append(&caller.audit(now, "rule_update", target, detail)).await?;
            Ok(written)
        };
        self.write_or_try(dry_run, write, |app, _| app.announce_incidents()).await
    }

    /// Deletes a rule, with what it has not told yet.
    pub async fn rule_delete(&self, caller: &Caller, rule: &str, base: Option<u32>) -> Result<()> {
        caller.require(Permission::Define)?;
        let (caller, rule) = (caller.clone(), rule.to_owned());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let read = tx.rule_find(&rule).await?.ok_or_else(|| no_rule(&rule))?;
            Error::unless_at(read.version, base)?;
            if !tx.rule_delete(&read).await? {
                return Err(Error::Stale { current: read.version });
            }
            let target = ("rule", read.definition.name.clone());
            tx.audit_append(&caller.audit(now, "rule_delete", target, json!({}))).await?;
            Ok(())
        };
        self.write(write, |app, ()| app.announce_incidents()).await
    }
}

fn past_incident(incident: IncidentRecord) -> PastIncident {
    let IncidentRecord { about, name, kind, opened_at, seen_at, run_count, resolved_at, .. } = incident;
    PastIncident { task_key: about.task_key(), name, kind, opened_at, seen_at, count: run_count, resolved_at }
}

/// Refuses a definition that makes no sense or names a channel that does not exist.
async fn check(tx: &Tx, wanted: &RuleDefinition) -> Result<()> {
    let mut problems = wanted.problems();
    for (pointer, name) in wanted.channels() {
        let found = tx.channel_find(name).await?;
        if !name.trim().is_empty() && found.is_none_or(|found| found.definition.name != name) {
            problems.push(Problem::at(pointer, format!("there is no channel \"{name}\"; create it first")));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Gives a channel its new name in the rules that name it.
pub(super) async fn channel_renamed(tx: &Tx, before: &str, name: &str, at: DateTime<Utc>) -> Result<()> {
    for rule in tx.rules_all().await? {
        let mut definition = rule.definition.clone();
        definition.rename_channel(before, name);
        if definition != rule.definition {
            tx.rule_update(&rule, &RuleChange { definition, at }).await?;
        }
    }
    Ok(())
}

/// Refuses to go on if rules name a channel.
pub(super) async fn channel_unused(tx: &Tx, name: &str) -> Result<()> {
    let mut rules = tx.rules_all().await?;
    rules.retain(|rule| rule.definition.channels().iter().any(|(_, who)| *who == name));
    if rules.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = rules.iter().map(|rule| format!("\"{}\"", rule.definition.name)).collect();
    let detail = format!("rules tell by the channel \"{name}\": {}; change or delete them first", names.join(", "));
    Err(Error::conflict("channel_in_use", detail))
}

fn no_rule(rule: &str) -> Error {
    Error::NotFound(format!("there is no rule \"{rule}\""))
}
