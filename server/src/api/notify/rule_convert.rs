//! Conversions of rules and incidents between wire and domain. Every field is named, so a new one does not compile until
//! somebody decides about it.

use super::incident_wire::{Incident, IncidentSummary, IncidentTelling};
use super::rule_wire::*;
use crate::app::notify::incidents::IncidentView;
use crate::app::notify::rules::Simulated;
use crate::domain::model::{About, IncidentRecord, RuleRecord, TellingNew, TellingRecord};
use crate::domain::notify::replay::{Message, PastEvent, Replayed};
use crate::domain::notify::rules as domain;
use crate::domain::notify::timing::{Pace, Quiet};

/// Number of messages of a simulation that are shown.
const MESSAGES_SHOWN: usize = 100;

/// A definition as the domain knows it.
pub fn rule_in(wire: RuleDefinition) -> domain::RuleDefinition {
    let RuleDefinition {
        name,
        description,
        enabled,
        when,
        what,
        who,
        how,
        in_a_row,
        quiet_hours,
        skip_reasons,
        remind_minutes,
        escalation,
    } = wire;
    let how = match how {
        RulePace::AtOnce(RuleAtOnce {}) => Pace::AtOnce {},
        RulePace::Grouped(RuleGrouped { minutes }) => Pace::Grouped { minutes },
        RulePace::Digest(RuleDigest { at, timezone }) => Pace::Digest { at, timezone },
    };
    let quiet = quiet_hours.map(|RuleQuiet { from, to, timezone }| Quiet { from, to, timezone });
    let what = scope_in(what);
    let escalation = escalation.map(|RuleEscalation { after_minutes, to }| domain::Escalation { after_minutes, to });
    let terms = domain::RuleTerms { when, what, who, how, in_a_row, quiet, skip_reasons, remind_minutes, escalation };
    domain::RuleDefinition { name, description, enabled, terms }
}

/// A choice of tasks as the domain knows it.
pub fn scope_in(RuleScope { tasks, folders, tags, owners }: RuleScope) -> domain::Scope {
    domain::Scope { tasks, folders, tags, owners }
}

/// A choice of tasks as the wire shows it.
pub fn scope_out(domain::Scope { tasks, folders, tags, owners }: domain::Scope) -> RuleScope {
    RuleScope { tasks, folders, tags, owners }
}

/// What a rule would have told, as the wire shows it.
pub fn simulation_out(Simulated { from_at, run_count, replayed }: Simulated) -> RuleSimulation {
    let Replayed { messages, reminders, escalations } = replayed;
    let event = |PastEvent { name, about_server, kind, run, at }: PastEvent| {
        let (task, part) = if about_server { (None, Some(name)) } else { (Some(name), None) };
        RuleEvent { task, part, event: kind, run: run.map(|run| run.0), at }
    };
    let message = |Message { at, count, events }: Message| RuleMessage {
        at,
        event_count: count as u64,
        events: events.into_iter().map(event).collect(),
    };
    RuleSimulation {
        from_at,
        run_count: run_count as u64,
        message_count: messages.len() as u64,
        messages: messages.into_iter().rev().take(MESSAGES_SHOWN).map(message).collect(),
        reminder_count: reminders,
        escalation_count: escalations,
    }
}

/// A rule as the wire shows it.
pub fn rule_out(record: RuleRecord) -> Rule {
    let RuleRecord { id, key: _, definition, version, created_at, updated_at } = record;
    let domain::RuleDefinition { name, description, enabled, terms } = definition;
    let domain::RuleTerms { when, what, who, how, in_a_row, quiet, skip_reasons, remind_minutes, escalation } = terms;
    let how = match how {
        Pace::AtOnce {} => RulePace::AtOnce(RuleAtOnce {}),
        Pace::Grouped { minutes } => RulePace::Grouped(RuleGrouped { minutes }),
        Pace::Digest { at, timezone } => RulePace::Digest(RuleDigest { at, timezone }),
    };
    let quiet_hours = quiet.map(|Quiet { from, to, timezone }| RuleQuiet { from, to, timezone });
    let what = scope_out(what);
    let escalation = escalation.map(|domain::Escalation { after_minutes, to }| RuleEscalation { after_minutes, to });
    Rule {
        id: id.0,
        version,
        created_at,
        updated_at,
        name,
        description,
        enabled,
        when,
        what,
        who,
        how,
        in_a_row,
        quiet_hours,
        skip_reasons,
        remind_minutes,
        escalation,
    }
}

/// An incident in a list, as the wire shows it.
pub fn incident_summary_out(record: IncidentRecord) -> IncidentSummary {
    let progress = record.progress();
    let IncidentRecord {
        id,
        key: _,
        about,
        name,
        kind,
        opened_at,
        seen_at,
        run_count,
        first_run,
        last_run,
        state,
        reason,
        acknowledged_at,
        acknowledged_by,
        note,
        resolved_at,
        resolved_by,
        snoozed_until,
        snoozed_by,
    } = record;
    let (task, part) = match about {
        About::Task(_) => (Some(name), None),
        About::Part(part) => (None, Some(part)),
    };
    IncidentSummary {
        id: id.0,
        task,
        part,
        kind,
        state: progress,
        opened_at,
        seen_at,
        run_count,
        first_run: first_run.map(|run| run.0),
        last_run: last_run.map(|run| run.0),
        last_state: state,
        reason: reason.map(Into::into),
        acknowledged_at,
        acknowledged_by,
        note,
        resolved_at,
        resolved_by,
        snoozed_until,
        snoozed_by,
    }
}

/// An incident as the wire shows it.
pub fn incident_out(IncidentView { incident, tellings }: IncidentView) -> Incident {
    let IncidentSummary {
        id,
        task,
        part,
        kind,
        state,
        opened_at,
        seen_at,
        run_count,
        first_run,
        last_run,
        last_state,
        reason,
        acknowledged_at,
        acknowledged_by,
        note,
        resolved_at,
        resolved_by,
        snoozed_until,
        snoozed_by,
    } = incident_summary_out(incident);
    Incident {
        id,
        task,
        part,
        kind,
        state,
        opened_at,
        seen_at,
        run_count,
        first_run,
        last_run,
        last_state,
        reason,
        acknowledged_at,
        acknowledged_by,
        note,
        resolved_at,
        resolved_by,
        snoozed_until,
        snoozed_by,
        tellings: tellings.into_iter().map(telling_out).collect(),
    }
}

fn telling_out(record: TellingRecord) -> IncidentTelling {
    let TellingRecord { key: _, rule: _, rule_name, new, told_at } = record;
    let TellingNew {
        rule_key: _,
        incident_key: _,
        task_key: _,
        run: _,
        kind,
        step,
        round: _,
        happened_at,
        due_at,
        muted,
        muted_until,
    } = new;
    let muted_until = muted_until.filter(|_| muted.is_some());
    let muted = muted.map(Into::into);
    IncidentTelling { rule: rule_name, event: kind, step, happened_at, due_at, told_at, muted, muted_until }
}
