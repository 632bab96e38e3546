//! What a notification about incidents says. Pure.
//!
//! Deliberately absent: last lines of logs and links, which the caller adds. Start reading at `single`.

use super::notice::{Fact, MailForm, Notice};
use super::words::{EventKind, IncidentKind, NoticeLevel, TellStep};
use crate::domain::core::amounts::span;
use crate::domain::core::phrases::counted;
use crate::domain::model::{IncidentRecord, TellingRecord};
use crate::domain::reason::Reason;
use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::BTreeSet;

/// Number of events that a notification about many of them lists.
const LISTED: usize = 15;

/// An event, with what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Name of the task, or of the part of the server.
    pub name: &'a str,
    /// Name of the server; none: it is about a task.
    pub server: Option<&'a str>,
    /// What the rule has to tell.
    pub telling: &'a TellingRecord,
    /// The incident; none: the event belongs to none.
    pub incident: Option<&'a IncidentRecord>,
}

/// The notification about one event.
pub fn single(rule: &str, told: &Told<'_>, reason: Option<&Reason>) -> Notice {
    let new = &told.telling.new;
    let first = told.server.map_or(("Task", told.name), |server| ("Server", server));
    let mut facts = vec![Notice::fact(first.0, first.1)];
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
    let (server, of_tasks): (Vec<&Told<'_>>, Vec<&Told<'_>>) = all.iter().partition(|told| told.server.is_some());
    let tasks: BTreeSet<&str> = of_tasks.iter().map(|told| told.name).collect();
    let tasks = match (tasks.len(), server.is_empty()) {
        (0, _) => "of the server".to_owned(),
        (1, true) => format!("of the task {}", tasks.first().copied().unwrap_or_default()),
        (number, true) => format!("of {number} tasks"),
        (number, false) => format!("of the server and of {}", counted(number as u64, "task", "tasks")),
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
        let label = match incident.kind {
            kind if kind.is_lateness() => "Slots",
            IncidentKind::RunningLong | IncidentKind::WaitingLong => "Runs",
            _ => "Runs in a row",
        };
        facts.push(Notice::fact(label, incident.run_count.to_string()));
    }
    facts.extend(incident.acknowledged_by.as_ref().map(|by| Notice::fact("Taken care of by", by)));
    facts.extend(incident.resolved_by.as_ref().map(|by| Notice::fact("Resolved by", by)));
    facts
}

/// One line that says what happened.
fn sentence(told: &Told<'_>) -> String {
    let task = told.name;
    if let (Some(_), Some(incident)) = (told.server, told.incident) {
        return part_words(incident.kind, task, told.telling.new.step);
    }
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
        EventKind::RunningLong => "still runs",
        EventKind::WaitingLong => "still waits",
        EventKind::NeverFires => "still has a schedule that will never fire",
        EventKind::DiskFull
        | EventKind::ClockDoubted
        | EventKind::WorkerStuck
        | EventKind::ChannelFailing
        | EventKind::CredentialExpiring
        | EventKind::BackupUnproven
        | EventKind::Recovered
        | EventKind::Succeeded => "is as it was",
    }
}

fn happened(told: &Told<'_>) -> String {
    let task = told.name;
    match told.telling.new.kind {
        EventKind::Failed => format!("{task} failed"),
        EventKind::TimedOut => format!("{task} exceeded its time limit"),
        EventKind::Lost => format!("{task} was lost"),
        EventKind::Skipped => format!("{task} was skipped"),
        EventKind::Suspicious => format!("{task} succeeded but looks wrong"),
        EventKind::Late => format!("{task} is late"),
        EventKind::Missed => format!("{task} was missed"),
        EventKind::Silent => format!("{task} is silent"),
        EventKind::RunningLong => format!("{task} runs longer than usual"),
        EventKind::WaitingLong => format!("{task} waits for long"),
        EventKind::NeverFires => format!("{task} has a schedule that will never fire"),
        EventKind::DiskFull
        | EventKind::ClockDoubted
        | EventKind::WorkerStuck
        | EventKind::ChannelFailing
        | EventKind::CredentialExpiring
        | EventKind::BackupUnproven => format!("{task} needs attention"),
        EventKind::Recovered => format!("{task} recovered"),
        EventKind::Succeeded => format!("{task} succeeded"),
    }
}

/// What is said about a part of the server: what is wrong, that it still is, or that it is over.
fn part_words(kind: IncidentKind, part: &str, step: TellStep) -> String {
    let over = step == TellStep::Recovery;
    let still = if step == TellStep::Reminder { "still " } else { "" };
    let what = match (kind, over) {
        (IncidentKind::DiskFull, false) => format!("The disk is {still}nearly full"),
        (IncidentKind::DiskFull, true) => "The disk has space again".to_owned(),
        (IncidentKind::ClockDoubted, false) => format!("The clock is {still}doubted"),
        (IncidentKind::ClockDoubted, true) => "The clock is trusted again".to_owned(),
        (IncidentKind::WorkerStuck, false) => format!("The worker {part} is {still}stuck"),
        (IncidentKind::WorkerStuck, true) => format!("The worker {part} works again"),
        (IncidentKind::ChannelFailing, false) => format!("The channel {part} {still}fails"),
        (IncidentKind::ChannelFailing, true) => format!("The channel {part} no longer fails"),
        (IncidentKind::CredentialExpiring, false) => format!("The credential {part} {still}expires"),
        (IncidentKind::CredentialExpiring, true) => format!("The credential {part} no longer expires soon"),
        (IncidentKind::BackupUnproven, false) => format!("The database {still}has no recent backup"),
        (IncidentKind::BackupUnproven, true) => "The database no longer lacks a backup".to_owned(),
        (_, false) => format!("{part} {still}needs attention"),
        (_, true) => format!("{part} recovered"),
    };
    if step == TellStep::Escalation { format!("{what}, and nobody has taken it up") } else { what }
}

/// How serious an event is.
const fn level(kind: EventKind) -> NoticeLevel {
    match kind {
        EventKind::Failed
        | EventKind::TimedOut
        | EventKind::Lost
        | EventKind::Missed
        | EventKind::Silent
        | EventKind::DiskFull
        | EventKind::WorkerStuck => NoticeLevel::Critical,
        EventKind::Skipped
        | EventKind::Suspicious
        | EventKind::Late
        | EventKind::RunningLong
        | EventKind::WaitingLong
        | EventKind::NeverFires
        | EventKind::ClockDoubted
        | EventKind::ChannelFailing
        | EventKind::CredentialExpiring
        | EventKind::BackupUnproven => NoticeLevel::Warning,
        EventKind::Recovered => NoticeLevel::Resolved,
        EventKind::Succeeded => NoticeLevel::Info,
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
