//! Parts of sentences: numbers with their nouns, instants, lists.

use chrono::{DateTime, Utc};
use serde_json::Value;
use std::fmt;

pub(in crate::domain) fn moment(at: &DateTime<Utc>) -> impl fmt::Display {
    at.format("%Y-%m-%d %H:%M:%S UTC")
}

/// What became of slots that were due while Orc was down.
pub(in crate::domain) fn slots_missed(from_at: &DateTime<Utc>, to_at: &DateTime<Utc>, count: u64, late: u64) -> String {
    let down = format!("Orc was down from {} to {}", moment(from_at), moment(to_at));
    let (missed, late_slots) = (counted(count, "slot", "slots"), counted(late, "slot", "slots"));
    let (were, are) = (if count == 1 { "was" } else { "were" }, if late == 1 { "is" } else { "are" });
    match (count, late) {
        (_, 0) => format!("{down}, {missed} {were} missed"),
        (0, _) => format!("{down}, {late_slots} {are} late"),
        _ => format!("{down}, {missed} {were} missed and {late} {are} late"),
    }
}

pub(in crate::domain) fn replaced(scheduled_for: Option<&DateTime<Utc>>) -> String {
    let newer = scheduled_for.map_or_else(|| "a newer run".to_owned(), |at| format!("the run of {}", moment(at)));
    format!("cancelled by {newer}, which replaces it (overlap: replace)")
}

pub(in crate::domain) fn statuses(expected: &[u16]) -> String {
    let all: Vec<String> = expected.iter().map(ToString::to_string).collect();
    if all.is_empty() { "200 to 299".to_owned() } else { all.join(", ") }
}

pub(in crate::domain) fn seconds(milliseconds: u64) -> String {
    let (whole, rest) = (milliseconds / 1000, milliseconds % 1000);
    let decimals = format!(".{rest:03}");
    format!("{whole}{} s", decimals.trim_end_matches(['0', '.']))
}

/// A number with the noun for what is counted.
pub(in crate::domain) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

pub(in crate::domain) fn runs_of(number: u64) -> String {
    counted(number, "run", "runs")
}

pub(in crate::domain) fn schedules_invalid(task: &str, schedule: &str, problem: &str, others: u64) -> String {
    let others = if others == 0 { String::new() } else { format!(" ({others} more like this)") };
    format!("schedule {schedule} of task {task} does not fire until the task is corrected: {problem}{others}")
}

/// A file that cannot be given to a run, and that there are others.
pub(in crate::domain) fn not_taken(path: &str, problem: &str, others: usize) -> String {
    let others = match others {
        0 => String::new(),
        1 => " (1 more file cannot be taken)".to_owned(),
        others => format!(" ({others} more files cannot be taken)"),
    };
    format!("{path} cannot be taken: {problem}{others}")
}

/// The first ten of several things, and how many more there are.
pub fn first_ten(mut things: Vec<String>) -> Vec<String> {
    let more = things.len().saturating_sub(10);
    things.truncate(10);
    things.extend((more > 0).then(|| format!("{more} more")));
    things
}

pub(in crate::domain) fn joined<T>(parts: &[T], words: impl Fn(&T) -> String) -> String {
    parts.iter().map(words).collect::<Vec<_>>().join("; ")
}

/// A number with its digits in groups of three: `131,072`.
pub(in crate::domain) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text of a number or of true and false, which somebody may have meant as text.
pub(crate) fn unquoted(value: &Value) -> Option<String> {
    (value.is_number() || value.is_boolean()).then(|| value.to_string())
}

/// What is wrong with a value that must be text, and what to write instead.
pub(crate) fn must_be_text(value: &Value) -> String {
    match unquoted(value) {
        Some(text) => format!("must be text: write \"{text}\" in quotes"),
        None if value.is_null() => "must be text: write \"\" for an empty text".to_owned(),
        None => "must be text".to_owned(),
    }
}

/// A calendar whose definition is gone altogether may have been a maintenance window: nobody can know.
pub(in crate::domain) fn calendar_damaged(calendar: &str, lost: bool, problem: &str) -> String {
    if lost {
        return format!(
            "CALENDAR {calendar} IS DAMAGED in the database: {problem}; if it was a maintenance window, or a calendar \
             that contains it is one, tasks now run inside that window"
        );
    }
    format!("calendar {calendar} is damaged in the database: {problem}")
}
