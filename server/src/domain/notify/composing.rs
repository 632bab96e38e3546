//! What a notification about incidents says. Pure.
//!
//! Deliberately absent: last lines of logs and links, which the caller adds. Start reading at `single`.

use super::notice::{Fact, MailForm, Notice};
use super::words::{EventKind, NoticeLevel, TellStep};
use crate::domain::core::amounts::span;
use crate::domain::model::{IncidentRecord, TellingRecord};
use crate::domain::reason::Reason;
use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::BTreeSet;

/// Number of events that a notification about many of them lists.
const LISTED: usize = 15;

/// An event, with what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Name of the task.
    pub task: &'a str,
    /// What the rule has to tell.
    pub telling: &'a TellingRecord,
    /// The incident; none: the event belongs to none.
    pub incident: Option<&'a IncidentRecord>,
}

/// The notification about one event.
pub fn single(rule: &str, told: &Told<'_>, reason: Option<&Reason>) -> Notice {
    let new = &told.telling.new;
    let mut facts = vec![Notice::fact("Task", told.task)];
    facts.extend(reason.map(|reason| Notice::fact("Reason", reason.words())));
    if let Some(incident) = told.incident {
        facts.extend(incident_facts(incident, new.kind, new.happened_at));
    }
    facts.extend(new.run.map(|run| Notice::fact("Run", run.to_string())));
    facts.push(Notice::fact("Rule", rule));
    let key = match (told.incident, new.run) {
        (Some(incident), _) => format!("incident {}", incident.id),
        (None, Some(run)) => format!("run {run}"),
        (None, None) => format!("rule {}", told.telling.rule),
    };
    Notice {
        act: None,
        id: String::new(),
        subject: sentence(told),
        level: level(new.kind),
        facts,
        excerpt: None,
        link: None,
        key,
        at: new.happened_at,
        mail: MailForm::default(),
    }
}

/// The notification about several events.
pub fn grouped(rule: &str, all: &[Told<'_>], key: String, link: Option<String>, at: DateTime<Utc>) -> Notice {
    let tasks: BTreeSet<&str> = all.iter().map(|told| told.task).collect();
    let tasks = match tasks.len() {
        1 => format!("of the task {}", tasks.first().copied().unwrap_or_default()),
        number => format!("of {number} tasks"),
    };
    let mut facts: Vec<Fact> = all
        .iter()
        .take(LISTED)
        .map(|told| Notice::fact(&stamp(told.telling.new.happened_at), sentence(told)))
        .collect();
    if all.len() > LISTED {
        facts.push(Notice::fact("And", format!("{} more", all.len() - LISTED)));
    }
    facts.push(Notice::fact("Rule", rule));
    let levels = all.iter().map(|told| level(told.telling.new.kind));
    let level = levels.min().unwrap_or(NoticeLevel::Info);
    let subject = format!("{} events {tasks}", all.len());
    let mail = MailForm::default();
    Notice { act: None, id: String::new(), subject, level, facts, excerpt: None, link, key, at, mail }
}

fn incident_facts(incident: &IncidentRecord, kind: EventKind, at: DateTime<Utc>) -> Vec<Fact> {
    let mut facts = vec![Notice::fact("Since", stamp(incident.opened_at))];
    if kind == EventKind::Recovered {
        facts.push(Notice::fact("Lasted", span((at - incident.opened_at).num_milliseconds().max(0).unsigned_abs())));
    }
    if incident.run_count > 1 {
        let label = if incident.kind.is_lateness() { "Slots" } else { "Runs in a row" };
        facts.push(Notice::fact(label, incident.run_count.to_string()));
    }
    facts.extend(incident.acknowledged_by.as_ref().map(|by| Notice::fact("Taken care of by", by)));
    facts.extend(incident.resolved_by.as_ref().map(|by| Notice::fact("Resolved by", by)));
    facts
}

/// One line that says what happened.
fn sentence(told: &Told<'_>) -> String {
    let task = told.task;
    let what = match told.telling.new.step {
        TellStep::Reminder => return format!("{task} {}", still(told.telling.new.kind)),
        TellStep::Event | TellStep::Escalation | TellStep::Recovery => happened(told),
    };
    if told.telling.new.step == TellStep::Escalation { format!("{what}, and nobody has taken it up") } else { what }
}

/// What a reminder says.
const fn still(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Failed | EventKind::TimedOut | EventKind::Lost => "still fails",
        EventKind::Skipped => "is still skipped",
        EventKind::Suspicious => "still looks wrong",
        EventKind::Late => "is still late",
        EventKind::Missed => "has not succeeded since it was missed",
        EventKind::Silent => "is still silent",
        EventKind::Recovered | EventKind::Succeeded => "is as it was",
    }
}

fn happened(told: &Told<'_>) -> String {
    let task = told.task;
    match told.telling.new.kind {
        EventKind::Failed => format!("{task} failed"),
        EventKind::TimedOut => format!("{task} exceeded its time limit"),
        EventKind::Lost => format!("{task} was lost"),
        EventKind::Skipped => format!("{task} was skipped"),
        EventKind::Suspicious => format!("{task} succeeded but looks wrong"),
        EventKind::Late => format!("{task} is late"),
        EventKind::Missed => format!("{task} was missed"),
        EventKind::Silent => format!("{task} is silent"),
        EventKind::Recovered => format!("{task} recovered"),
        EventKind::Succeeded => format!("{task} succeeded"),
    }
}

/// How serious an event is.
const fn level(kind: EventKind) -> NoticeLevel {
    match kind {
        EventKind::Failed | EventKind::TimedOut | EventKind::Lost | EventKind::Missed | EventKind::Silent => {
            NoticeLevel::Critical
        }
        EventKind::Skipped | EventKind::Suspicious | EventKind::Late => NoticeLevel::Warning,
        EventKind::Recovered => NoticeLevel::Resolved,
        EventKind::Succeeded => NoticeLevel::Info,
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
