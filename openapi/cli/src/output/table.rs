//! Shows rows as a table, with columns as wide as needed and narrower if the terminal has no room.

use serde_json::Value;

use super::cells::{colour, label, paint, pick, text};
use super::style::Style;

/// Least width of a narrowed column, in characters.
const NARROW: usize = 10;
/// Width up to which a column is kept whole, in characters: an instant with its zone has 25.
const WIDE: usize = 25;
/// Number of columns that are shown in any terminal.
const LEAST: usize = 3;
const GAP: &str = "  ";

/// A table of these items. Without items, an empty text.
pub fn render(items: &[Value], columns: &[String], style: Style, indent: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    let room = style.width.map(|width| width.saturating_sub(indent.len()));
    let mut head: Vec<String> = columns.iter().map(|path| title(path)).collect();
    let mut rows: Vec<Vec<String>> =
        items.iter().map(|item| columns.iter().map(|path| cell(item, path)).collect()).collect();
    fit(&mut head, &mut rows, room);
    let widths = widths(&head, &rows, room);
    let bold = |text: String| if style.colour { paint(&text, "1") } else { text };
    let mut out = format!("{indent}{}\n", bold(line(&head, &widths, false)));
    for row in &rows {
        out.push_str(indent);
        out.push_str(&line(row, &widths, style.colour));
        out.push('\n');
    }
    out
}

/// Leaves out columns from the right until the others fit without being cut.
fn fit(head: &mut Vec<String>, rows: &mut [Vec<String>], room: Option<usize>) {
    let Some(room) = room else { return };
    let mut used = 0;
    let wanted = natural(head, rows).into_iter().enumerate();
    let keeps: Vec<bool> = wanted
        .map(|(at, width)| {
            let more = used + if at == 0 { width } else { width.min(WIDE) + GAP.len() };
            let kept = at < LEAST || more <= room;
            used = if kept { more } else { used };
            kept
        })
        .collect();
    for line in rows.iter_mut().chain([head]) {
        let mut keeps = keeps.iter();
        line.retain(|_| keeps.next() == Some(&true));
    }
}

/// The width of each column if no cell is cut.
fn natural(head: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let longest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    head.iter().enumerate().map(|(column, title)| title.chars().count().max(longest(column))).collect()
}

/// `last_run.state` -> `LAST RUN`, `started_at` -> `STARTED`.
fn title(path: &str) -> String {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default();
    let last = parts
        .next_back()
        .filter(|last| !matches!(*last, "name" | "state" | "kind" | "bytes" | "text" | "scheduled_local"));
    let words = last.map_or_else(|| first.to_owned(), |last| format!("{first}_{last}"));
    let stem = ["_at", "_for"].iter().find_map(|ending| words.strip_suffix(ending)).unwrap_or(&words);
    label(stem).to_uppercase()
}

fn cell(item: &Value, path: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or(path);
    let text = text(name, pick(item, path));
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    if lines.next().is_some() { format!("{first} …") } else { first.to_owned() }
}

fn widths(head: &[String], rows: &[Vec<String>], room: Option<usize>) -> Vec<usize> {
    let mut widths = natural(head, rows);
    let Some(room) = room else { return widths };
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        // People copy ids and names, which come first, so the widest of the other columns is narrowed.
        let others = widths.iter_mut().enumerate().skip(1).map(|(_, width)| width);
        match others.max_by_key(|width| **width).filter(|width| **width > NARROW) {
            Some(widest) => *widest -= 1,
            None => break,
        }
    }
    widths
}

fn line(cells: &[String], widths: &[usize], colours: bool) -> String {
    let mut line = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let shown = cut(cell, *width);
        let pad = width.saturating_sub(shown.chars().count());
        let code = colour(&shown).filter(|_| colours);
        line.push_str(&code.map_or_else(|| shown.clone(), |code| paint(&shown, code)));
        if at + 1 < cells.len() {
            line.push_str(&" ".repeat(pad));
            line.push_str(GAP);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_fits_its_terminal() {
        let items = [json!({"name": "a", "last_run": {"state": "failed"}, "reason": "a very long reason indeed"})];
        let columns = ["name", "last_run.state", "reason"].map(str::to_owned);
        let wide = render(&items, &columns, Style { colour: false, width: None }, "");
        assert_eq!(wide, "NAME  LAST RUN  REASON\na     failed    a very long reason indeed\n");
        let narrow = render(&items, &columns, Style { colour: false, width: Some(30) }, "");
        assert_eq!(narrow, "NAME  LAST RUN  REASON\na     failed    a very long r…\n");
        let coloured = render(&items, &columns, Style { colour: true, width: None }, "");
        assert!(coloured.contains("\u{1b}[31mfailed\u{1b}[0m"), "{coloured}");
    }

    #[test]
    fn a_column_without_room_is_left_out() {
        let slot =
            [json!({"task": "a", "scheduled_local": "2026-12-01T02:00:00+01:00", "last_at": "2026-12-01T01:00:00Z",
            "scheduled_for": "2026-12-01T01:00:00Z", "count": 1})];
        let columns = ["task", "scheduled_local", "last_at", "scheduled_for", "count"].map(str::to_owned);
        let narrow = render(&slot, &columns, Style { colour: false, width: Some(65) }, "");
        let expected = "TASK  SCHEDULED LOCAL            LAST                  COUNT\n\
            a     2026-12-01 02:00:00+01:00  2026-12-01 01:00:00Z  1\n";
        assert_eq!(narrow, expected, "a column without room is left out, and an instant is never cut short");
    }
}
