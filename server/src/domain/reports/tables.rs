//! A report as figures and tables of texts, which mails, plain texts and pages of it share.
//!
//! All times are local ones of the report's zone. Deliberately absent: looks, and how many rows are shown. Start reading
//! at `Tables::of`.

use super::contents::Contents;
use super::period::Stretch;
use crate::domain::core::amounts::{size, span};
use crate::domain::core::phrases::counted;
use crate::domain::core::time::zone::{local, offset_at};
use crate::domain::core::time::zone_parse;
use crate::domain::ids::RunId;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// A report as texts.
#[derive(Debug, Clone)]
pub struct Tables {
    /// The days that it covers.
    pub days: String,
    /// The figures, or the one line that says that nothing happened.
    pub figures: Vec<Figure>,
    /// The tables that have rows.
    pub tables: Vec<Table>,
}

/// A figure beside that of the time before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub label: &'static str,
    /// The figure.
    pub value: String,
    /// How it differs from the time before; none: there is nothing to compare with.
    pub change: Option<String>,
    /// Whether somebody should look.
    pub bad: bool,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it shows.
    pub title: &'static str,
    /// What its columns are. The first one names the row.
    pub columns: Vec<Column>,
    /// The rows, most important first.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What it is.
    pub label: &'static str,
    /// Share of the width in percent.
    pub width: u8,
    /// Whether it holds numbers.
    pub numbers: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// The page that shows more.
    pub page: Option<Page>,
}

/// A page of Orc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// A task.
    Task(String),
    /// A run.
    Run(RunId),
}

impl Page {
    /// Its path.
    pub fn path(&self) -> String {
        match self {
            Self::Task(name) => format!("tasks/{name}"),
            Self::Run(run) => format!("runs/{run}"),
        }
    }
}

impl Tables {
    /// The tables of a report.
    pub fn of(contents: &Contents) -> Self {
        let zone = zone_parse(&contents.subject.timezone).unwrap_or(Tz::UTC);
        let figures = if contents.is_empty() { Vec::new() } else { figures(contents) };
        let mut tables = Vec::new();
        failures(contents, zone, &mut tables);
        missed(contents, zone, &mut tables);
        late(contents, &mut tables);
        flapping(contents, &mut tables);
        durations(contents, &mut tables);
        changed(contents, &mut tables);
        disabled(contents, zone, &mut tables);
        unowned(contents, &mut tables);
        outlook(contents, zone, &mut tables);
        storage(contents, &mut tables);
        Self { days: days(contents.subject.covers), figures, tables }
    }
}

/// The line of a report about a time in which nothing happened.
pub const NOTHING: &str = "Nothing ran in this time, and nothing was missed.";

fn figures(contents: &Contents) -> Vec<Figure> {
    let (now, before) = (&contents.now, &contents.before);
    let compared = before.run_count() > 0;
    let count = |label, now: u64, before: u64, bad: bool| Figure {
        label,
        value: now.to_string(),
        change: compared.then(|| difference(i128::from(now) - i128::from(before))),
        bad,
    };
    let seconds = |label, now: Option<f64>, before: Option<f64>| Figure {
        label,
        value: now.map_or_else(|| "-".to_owned(), duration),
        change: now.zip(before).map(|(now, before)| signed(now - before, duration((now - before).abs()))),
        bad: false,
    };
    let percent = |rate: f64| format!("{:.1} %", rate * 100.0);
    let rate = Figure {
        label: "Success rate",
        value: now.success_rate().map_or_else(|| "-".to_owned(), percent),
        change: now.success_rate().zip(before.success_rate()).map(|(now, before)| {
            let points = (now - before) * 100.0;
            signed(points, format!("{:.1} points", points.abs()))
        }),
        bad: false,
    };
    vec![
        count("Runs", now.run_count(), before.run_count(), false),
        count("Succeeded", now.succeeded_count, before.succeeded_count, false),
        count("Failed", now.failed_count, before.failed_count, now.failed_count > 0),
        rate,
        seconds("Mean duration", now.mean_seconds, before.mean_seconds),
        seconds("95 % took at most", now.p95_seconds, before.p95_seconds),
    ]
}

fn difference(by: i128) -> String {
    if by == 0 { "as before".to_owned() } else { format!("{by:+}") }
}

fn signed(by: f64, words: String) -> String {
    if by.abs() < 0.05 { "as before".to_owned() } else { format!("{}{words}", if by > 0.0 { "+" } else { "-" }) }
}

const fn column(label: &'static str, width: u8) -> Column {
    Column { label, width, numbers: false }
}

const fn numbers(label: &'static str, width: u8) -> Column {
    Column { label, width, numbers: true }
}

fn cell(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), page: None }
}

fn task(name: &str) -> Cell {
    Cell { text: name.to_owned(), page: Some(Page::Task(name.to_owned())) }
}

fn add(title: &'static str, columns: Vec<Column>, rows: Vec<Vec<Cell>>, tables: &mut Vec<Table>) {
    if !rows.is_empty() {
        tables.push(Table { title, columns, rows });
    }
}

fn failures(contents: &Contents, zone: Tz, tables: &mut Vec<Table>) {
    let rows = contents.failures.iter().map(|row| {
        let why = row.reason.as_ref().map_or_else(|| state(row.last_state).to_owned(), |reason| reason.words());
        let when = moment(row.last_at, zone);
        let last = Cell { text: when, page: Some(Page::Run(row.last_run)) };
        vec![task(&row.task), cell(row.run_count.to_string()), cell(why), last]
    });
    let columns = vec![column("Task", 28), numbers("Runs", 12), column("Why, the last time", 36), column("Last", 24)];
    add("Failures", columns, rows.collect(), tables);
}

fn missed(contents: &Contents, zone: Tz, tables: &mut Vec<Table>) {
    let rows = contents.missed.iter().map(|row| {
        let why = row.reason.as_ref().map(|reason| reason.words()).unwrap_or_default();
        let count = cell(row.slot_count.to_string());
        vec![task(&row.task), count, cell(why), cell(moment(row.last_at, zone))]
    });
    let columns = vec![column("Task", 28), numbers("Slots", 12), column("Why", 36), column("Last", 24)];
    add("Missed, without a run", columns, rows.collect(), tables);
}

fn late(contents: &Contents, tables: &mut Vec<Table>) {
    let rows = contents.late.iter().map(|row| {
        vec![task(&row.task), cell(row.slot_count.to_string()), cell(format!("up to {}", span(row.most_milliseconds)))]
    });
    let columns = vec![column("Task", 48), numbers("Slots", 16), column("Late by", 36)];
    add("Late, caught up", columns, rows.collect(), tables);
}

fn flapping(contents: &Contents, tables: &mut Vec<Table>) {
    let rows = contents
        .flapping
        .iter()
        .map(|row| vec![task(&row.task), cell(counted(row.break_count.into(), "time", "times"))]);
    let columns = vec![column("Task", 64), column("Began to fail", 36)];
    add("Flapping: fails, works, fails again", columns, rows.collect(), tables);
}

fn durations(contents: &Contents, tables: &mut Vec<Table>) {
    let rows = contents.slowest.iter().map(|row| {
        let most = row.p95_seconds.map_or_else(|| "-".to_owned(), duration);
        vec![task(&row.task), cell(row.run_count.to_string()), cell(duration(row.mean_seconds)), cell(most)]
    });
    let columns = vec![column("Task", 40), numbers("Runs", 16), numbers("Mean", 20), numbers("95 % within", 24)];
    add("Longest durations", columns, rows.take(10).collect(), tables);
}

fn changed(contents: &Contents, tables: &mut Vec<Table>) {
    let rows = contents
        .changed
        .iter()
        .map(|row| vec![task(&row.task), cell(duration(row.before_seconds)), cell(duration(row.mean_seconds))]);
    let columns = vec![column("Task", 52), numbers("Before", 24), numbers("Now", 24)];
    add("Durations that changed most (mean)", columns, rows.take(10).collect(), tables);
}

fn disabled(contents: &Contents, zone: Tz, tables: &mut Vec<Table>) {
    let rows = contents.disabled.iter().map(|row| vec![task(&row.task), cell(day(local_day(row.updated_at, zone)))]);
    let columns = vec![column("Task", 64), column("Last changed", 36)];
    add("Disabled, maybe forgotten", columns, rows.collect(), tables);
}

fn unowned(contents: &Contents, tables: &mut Vec<Table>) {
    let rows = contents.unowned.iter().map(|name| vec![task(name)]);
    add("Without an owner", vec![column("Task", 100)], rows.collect(), tables);
}

fn outlook(contents: &Contents, zone: Tz, tables: &mut Vec<Table>) {
    let rows = contents.credentials.iter().map(|row| {
        let verb = if row.expired { "expired" } else { "expires" };
        vec![cell(row.credential.clone()), cell(format!("{verb} {}", moment(row.expires_at, zone)))]
    });
    let columns = vec![column("Credential", 48), column("When", 52)];
    add("Credentials that expire", columns, rows.collect(), tables);
    let rows = contents.days.iter().map(|row| {
        let title = if row.title.is_empty() { "-" } else { &row.title };
        vec![cell(day(row.date)), cell(title), cell(row.calendar.clone())]
    });
    let columns = vec![column("Day", 30), column("What", 40), column("Calendar", 30)];
    add("Special days ahead", columns, rows.collect(), tables);
    let covered = contents.subject.covers;
    let whole = (covered.until_at - covered.from_at).as_seconds_f64().max(1.0);
    let rows = contents.pools.iter().map(|row| {
        let percent = row.full_seconds / whole * 100.0;
        let share = if percent < 1.0 { "under 1 %".to_owned() } else { format!("{percent:.0} %") };
        vec![cell(row.pool.clone()), cell(row.capacity.to_string()), cell(duration(row.full_seconds)), cell(share)]
    });
    let columns = vec![column("Pool", 34), numbers("Places", 18), numbers("Full for", 28), numbers("Of the time", 20)];
    add("Pools that were full", columns, rows.collect(), tables);
}

fn storage(contents: &Contents, tables: &mut Vec<Table>) {
    let stored = contents.storage;
    let mut rows = vec![vec![cell("Database"), cell(size(stored.database_bytes))]];
    if stored.disk_bytes > 0 {
        let text = format!("{} of {}", size(stored.free_bytes), size(stored.disk_bytes));
        rows.push(vec![cell("Free on the disk"), cell(text)]);
    }
    add("Storage", vec![column("What", 48), numbers("Size", 52)], rows, tables);
}

/// What a state of a run is called where there is no reason.
const fn state(state: RunState) -> &'static str {
    match state {
        RunState::TimedOut => "exceeded a time limit",
        RunState::Lost => "its outcome is not known",
        _ => "failed",
    }
}

/// A duration in seconds, in words.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "durations are far below 2^52 milliseconds"
)]
pub fn duration(seconds: f64) -> String {
    span((seconds.max(0.0) * 1000.0).round() as u64)
}

/// A day in words.
pub fn day(date: NaiveDate) -> String {
    date.format("%a %-d %b %Y").to_string()
}

/// The days of a stretch in words.
pub fn days(stretch: Stretch) -> String {
    if stretch.first_day == stretch.last_day {
        return day(stretch.first_day);
    }
    format!("{} to {}", day(stretch.first_day), day(stretch.last_day))
}

/// An instant in words, by the clocks of a zone.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    local(at, offset_at(zone, at)).format("%-d %b %Y, %H:%M").to_string()
}

fn local_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    local(at, offset_at(zone, at)).date()
}
