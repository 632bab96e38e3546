//! A report as the HTML of a mail. The page shows the same HTML. Start reading at `html`.

use crate::domain::reports::contents::Contents;
use crate::domain::reports::tables::{Cell, Column, Figure, NOTHING, Table, Tables};
use crate::integrations::notify::look::{self, BREAKS, BYTES_MAX, FONT, Frame};
use maud::{Markup, html as markup};

/// How many rows of each table are shown, as long as the mail is small enough.
const ROWS: [usize; 5] = [20, 12, 6, 3, 1];

/// Largest number of characters of a text in a table.
const CELL_MAX: usize = 240;

/// Longest path that a text leads to. Names are shorter.
const PATH_MAX: usize = 200;

/// Addresses that a report leads to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// Address under which people reach the pages; none: it is not known, and nothing leads anywhere.
    pub base: Option<&'a str>,
    /// Page where the report can be changed.
    pub change_at: Option<&'a str>,
}

impl Places<'_> {
    fn of(&self, cell: &Cell) -> Option<String> {
        let path = cell.page.as_ref()?.path();
        (path.len() <= PATH_MAX).then(|| Some(format!("{}/{path}", self.base?.trim_end_matches('/'))))?
    }
}

/// The HTML of a report. It has as many rows as fit into a mail.
pub fn html(contents: &Contents, tables: &Tables, places: Places<'_>) -> String {
    let mut page = String::new();
    for rows in ROWS {
        page = sized(contents, tables, places, rows);
        if page.len() <= BYTES_MAX {
            break;
        }
    }
    page
}

fn sized(contents: &Contents, tables: &Tables, places: Places<'_>, rows: usize) -> String {
    let subject = &contents.subject;
    let title = cut(&format!("{}, {}", subject.name, tables.days));
    let preheader = preheader(contents, tables);
    let foot = format!(
        "{} report by Orc. All times are of the time zone {}.",
        capital(subject.period),
        cut(&subject.timezone)
    );
    let card = markup! {
        (look::heading(&title))
        @if !subject.description.is_empty() { (look::words(&cut(&subject.description))) }
        @for note in &subject.notes { (look::words(&cut(&capital(&format!("{}.", note.words()))))) }
        @if contents.is_empty() { (look::words(NOTHING)) } @else { (figures(&tables.figures)) }
        @for table in &tables.tables { (section(table, places, rows)) }
        @if let Some(change_at) = places.change_at { (look::button(change_at, "Open in Orc")) }
    };
    look::frame(&Frame { title: &title, preheader: &preheader, foot: &foot, change_at: places.change_at }, &card)
}

fn preheader(contents: &Contents, tables: &Tables) -> String {
    if contents.is_empty() {
        return NOTHING.to_owned();
    }
    let figures: Vec<String> =
        tables.figures.iter().take(4).map(|figure| format!("{}: {}", figure.label, figure.value)).collect();
    figures.join(" · ")
}

/// Tiles beside each other, as many as fit.
fn figures(figures: &[Figure]) -> Markup {
    markup! {
        div style="margin:0 -4px 8px;font-size:0;" {
            @for figure in figures {
                div class="tile" style="display:inline-block;vertical-align:top;box-sizing:border-box;width:31%;min-width:150px;margin:0 4px 8px;padding:10px 12px;background:#f9fafb;border:1px solid #eaecf0;border-radius:6px;" {
                    div class="quiet" style=(format!("{FONT}font-size:12px;line-height:16px;color:#475467;")) { (figure.label) }
                    @if figure.bad {
                        div class="bad" style=(format!("{FONT}font-size:20px;line-height:28px;font-weight:600;color:#b42318;")) { (figure.value) }
                    } @else {
                        div class="words" style=(format!("{FONT}font-size:20px;line-height:28px;font-weight:600;color:#101828;")) { (figure.value) }
                    }
                    @if let Some(change) = &figure.change {
                        div class="quiet" style=(format!("{FONT}font-size:12px;line-height:16px;color:#475467;")) { (change) }
                    }
                }
            }
        }
    }
}

fn section(table: &Table, places: Places<'_>, most: usize) -> Markup {
    let more = table.rows.len().saturating_sub(most);
    markup! {
        h2 class="words" style=(format!("{FONT}font-size:15px;line-height:22px;font-weight:600;color:#101828;margin:20px 0 4px;")) { (table.title) }
        // Cells take fonts and colours from their table, because a mail has many of them and must stay small.
        table class="words cell" width="100%" cellpadding="0" cellspacing="0" border="0" style=(format!("{FONT}font-size:13px;line-height:18px;color:#101828;table-layout:fixed;width:100%;border-collapse:collapse;{BREAKS}")) {
            tr {
                @for column in &table.columns {
                    th scope="col" align=(align(*column)) valign="bottom" width=(format!("{}%", column.width)) class="quiet line" style="font-size:12px;font-weight:600;color:#475467;padding:4px 8px 4px 0;border-bottom:1px solid #d0d5dd;" { (column.label) }
                }
            }
            @for row in table.rows.iter().take(most) {
                tr class="row" style="page-break-inside:avoid;" {
                    @for (cell, column) in row.iter().zip(&table.columns) {
                        td align=(align(*column)) valign="top" class="line" style="padding:5px 8px 5px 0;border-bottom:1px solid #eaecf0;" {
                            @if let Some(to) = places.of(cell) { (look::link(&to, &cut(&cell.text))) } @else { (cut(&cell.text)) }
                        }
                    }
                }
            }
        }
        @if more > 0 {
            p class="quiet" style=(format!("{FONT}font-size:12px;line-height:18px;color:#475467;margin:4px 0 0;")) { "and " (more) " more" }
        }
    }
}

const fn align(column: Column) -> &'static str {
    if column.numbers { "right" } else { "left" }
}

fn cut(text: &str) -> String {
    crate::domain::notify::notice::cut(text, CELL_MAX)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
