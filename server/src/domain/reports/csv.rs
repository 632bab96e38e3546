//! A report as CSV (RFC 4180): one line for each value, with the part of the report, the row, and what the value is.
//!
//! Deliberately absent: words for people. Numbers and instants are as programs read them. Start reading at `csv`.

use super::contents::Contents;
use crate::domain::model::RunFigures;
use chrono::{DateTime, SecondsFormat, Utc};

/// A report as CSV.
pub fn csv(contents: &Contents) -> String {
    let mut lines = Lines("part,name,field,value\r\n".to_owned());
    let covers = contents.subject.covers;
    lines.add("report", &contents.subject.name, "from_at", &stamp(covers.from_at));
    lines.add("report", &contents.subject.name, "until_at", &stamp(covers.until_at));
    figures("figures", &contents.now, &mut lines);
    figures("figures_before", &contents.before, &mut lines);
    for row in &contents.failures {
        lines.add("failures", &row.task, "run_count", &row.run_count.to_string());
        lines.add("failures", &row.task, "last_run", &row.last_run.to_string());
        lines.add("failures", &row.task, "last_state", row.last_state.as_str());
        lines.add("failures", &row.task, "last_at", &stamp(row.last_at));
        let reason = row.reason.as_ref().map(|reason| reason.words()).unwrap_or_default();
        lines.add("failures", &row.task, "reason", &reason);
    }
    for row in &contents.missed {
        lines.add("missed", &row.task, "slot_count", &row.slot_count.to_string());
        lines.add("missed", &row.task, "last_at", &stamp(row.last_at));
    }
    for row in &contents.late {
        lines.add("late", &row.task, "slot_count", &row.slot_count.to_string());
        lines.add("late", &row.task, "most_milliseconds", &row.most_milliseconds.to_string());
    }
    for row in &contents.flapping {
        lines.add("flapping", &row.task, "break_count", &row.break_count.to_string());
    }
    for row in &contents.slowest {
        lines.add("durations", &row.task, "run_count", &row.run_count.to_string());
        lines.add("durations", &row.task, "mean_seconds", &number(Some(row.mean_seconds)));
        lines.add("durations", &row.task, "p95_seconds", &number(row.p95_seconds));
    }
    for row in &contents.changed {
        lines.add("changed", &row.task, "before_seconds", &number(Some(row.before_seconds)));
        lines.add("changed", &row.task, "mean_seconds", &number(Some(row.mean_seconds)));
    }
    rest(contents, &mut lines);
    lines.0
}

fn rest(contents: &Contents, lines: &mut Lines) {
    for row in &contents.disabled {
        lines.add("disabled", &row.task, "updated_at", &stamp(row.updated_at));
    }
    for task in &contents.unowned {
        lines.add("unowned", task, "owner", "");
    }
    for row in &contents.credentials {
        lines.add("credentials", &row.credential, "expires_at", &stamp(row.expires_at));
    }
    for row in &contents.days {
        lines.add("days", &row.calendar, &row.date.to_string(), &row.title);
    }
    for row in &contents.pools {
        lines.add("pools", &row.pool, "full_seconds", &number(Some(row.full_seconds)));
    }
    let stored = contents.storage;
    lines.add("storage", "", "database_bytes", &stored.database_bytes.to_string());
    lines.add("storage", "", "disk_bytes", &stored.disk_bytes.to_string());
    lines.add("storage", "", "free_bytes", &stored.free_bytes.to_string());
}

fn figures(part: &str, figures: &RunFigures, lines: &mut Lines) {
    lines.add(part, "", "run_count", &figures.run_count().to_string());
    lines.add(part, "", "succeeded_count", &figures.succeeded_count.to_string());
    lines.add(part, "", "failed_count", &figures.failed_count.to_string());
    lines.add(part, "", "cancelled_count", &figures.cancelled_count.to_string());
    lines.add(part, "", "skipped_count", &figures.skipped_count.to_string());
    lines.add(part, "", "success_rate", &number(figures.success_rate()));
    lines.add(part, "", "mean_seconds", &number(figures.mean_seconds));
    lines.add(part, "", "p95_seconds", &number(figures.p95_seconds));
}

fn number(number: Option<f64>) -> String {
    number.map(|number| format!("{number:.3}")).unwrap_or_default()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

struct Lines(String);

impl Lines {
    fn add(&mut self, part: &str, name: &str, field: &str, value: &str) {
        for (index, text) in [part, name, field, value].into_iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.0.push_str(&quoted(text));
        }
        self.0.push_str("\r\n");
    }
}

/// A value in quotes if it needs them. A text that a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_would_misread_is_quoted() {
        for (text, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"\n", "\"say \"\"hi\"\"\n\""),
            ("=1+1", "'=1+1"),
            ("@cmd,x", "\"'@cmd,x\""),
        ] {
            assert_eq!(quoted(text), written);
        }
    }
}
