//! A report as plain text, for people whose programs show no HTML. Start reading at `text`.

use super::page::Places;
use crate::domain::reports::contents::Contents;
use crate::domain::reports::tables::{NOTHING, Table, Tables};
use std::fmt::Write as _;

/// How many rows of each table are shown.
const ROWS: usize = 20;

/// The plain text of a report.
pub fn text(contents: &Contents, tables: &Tables, places: Places<'_>) -> String {
    let subject = &contents.subject;
    let mut out = format!("{}, {}\n\n", subject.name, tables.days);
    for line in [&subject.description].into_iter().filter(|line| !line.is_empty()) {
        let _ = writeln!(out, "{line}\n");
    }
    for note in &subject.notes {
        let _ = writeln!(out, "Note: {}\n", note.words());
    }
    if contents.is_empty() {
        let _ = writeln!(out, "{NOTHING}");
    }
    for figure in &tables.figures {
        let change = figure.change.as_ref().map(|change| format!(" ({change})")).unwrap_or_default();
        let _ = writeln!(out, "{}: {}{change}", figure.label, figure.value);
    }
    tables.tables.iter().for_each(|table| section(table, &mut out));
    let _ = writeln!(out, "\n-- \n{} report by Orc, times of {}", subject.period, subject.timezone);
    if let Some(change_at) = places.change_at {
        let _ = writeln!(out, "{change_at}");
    }
    out
}

fn section(table: &Table, out: &mut String) {
    let _ = writeln!(out, "\n{}", table.title.to_uppercase());
    for row in table.rows.iter().take(ROWS) {
        let mut cells = row.iter().zip(&table.columns).filter(|(cell, _)| !cell.text.is_empty());
        let name = cells.next().map(|(cell, _)| one_line(&cell.text)).unwrap_or_default();
        let rest: Vec<String> =
            cells.map(|(cell, column)| format!("{}: {}", column.label.to_lowercase(), one_line(&cell.text))).collect();
        let _ = writeln!(out, "- {name} ({})", rest.join("; "));
    }
    let more = table.rows.len().saturating_sub(ROWS);
    if more > 0 {
        let _ = writeln!(out, "  and {more} more");
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
