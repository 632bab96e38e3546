//! A report as a short notification, for channels that are not mail. Pure.

use super::contents::Contents;
use super::tables::{NOTHING, Tables};
use crate::domain::core::phrases::{counted, runs_of};
use crate::domain::notify::notice::{MailForm, Notice};
use crate::domain::notify::words::NoticeLevel;

/// Number of failing tasks that are named.
const NAMED: usize = 5;

/// One line that says what happened.
pub fn subject(contents: &Contents) -> String {
    let days = super::tables::days(contents.subject.covers);
    let what = match (contents.is_empty(), contents.now.failed_count) {
        (true, _) => "nothing ran".to_owned(),
        (false, 0) => format!("{}, none failed", runs_of(contents.now.run_count())),
        (false, failed) => format!("{failed} of {} failed", runs_of(contents.now.run_count())),
    };
    let missed: u64 = contents.missed.iter().map(|task| task.slot_count).sum();
    let missed = if missed > 0 { format!(", {} missed", counted(missed, "slot", "slots")) } else { String::new() };
    format!("{}, {days}: {what}{missed}", contents.subject.name)
}

/// The notification. `link` leads to the page of the report.
pub fn short(contents: &Contents, tables: &Tables, link: Option<String>) -> Notice {
    let mut facts = Vec::new();
    facts.extend(contents.subject.notes.iter().map(|note| Notice::fact("Note", note.words())));
    if contents.is_empty() {
        facts.push(Notice::fact("Runs", NOTHING));
    }
    for figure in &tables.figures {
        let change = figure.change.as_ref().map(|change| format!(" ({change})")).unwrap_or_default();
        facts.push(Notice::fact(figure.label, format!("{}{change}", figure.value)));
    }
    for task in contents.failures.iter().take(NAMED) {
        let why = task.reason.as_ref().map(|reason| format!(", {}", reason.words())).unwrap_or_default();
        facts.push(Notice::fact(&task.task, format!("failed {}{why}", counted(task.run_count, "time", "times"))));
    }
    let more = contents.failures.len().saturating_sub(NAMED);
    if more > 0 {
        facts.push(Notice::fact("And", format!("{more} more tasks failed")));
    }
    let bad = contents.now.failed_count > 0 || !contents.missed.is_empty();
    Notice {
        act: None,
        id: String::new(),
        subject: subject(contents),
        level: if bad { NoticeLevel::Warning } else { NoticeLevel::Info },
        facts,
        excerpt: None,
        link,
        key: format!("report {}", contents.subject.name),
        at: contents.subject.made_at,
        mail: MailForm::default(),
    }
}
