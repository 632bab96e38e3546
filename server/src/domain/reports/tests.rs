//! When reports are due, which days they cover, and what they say.

use super::contents::{Contents, compose};
use super::facts::{Expiring, Facts, SpecialDay, Storage, Subject};
use super::notice::{short, subject};
use super::period::{Calling, Period};
use super::tables::Tables;
use super::{ReportDefinition, ReportTiming, WhenEmpty};
use crate::domain::ids::RunId;
use crate::domain::keys::Key;
use crate::domain::model::{FailedRun, LateRun, MissedSlots, PoolRecord, PoolStay, ReportTask, RunFigures};
use crate::domain::notify::rules::Scope;
use crate::domain::reason::Reason;
use crate::domain::vocabulary::{RunState, Weekday};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn timing(period: Period, time: &str, timezone: &str) -> ReportTiming {
    ReportTiming { period, at: time.into(), timezone: timezone.into() }
}

fn calling(period: Period, time: &str, timezone: &str) -> Calling {
    Calling::read(&timing(period, time, timezone)).expect("a timing")
}

fn monthly(day: &str) -> Period {
    Period::Monthly { day: day.into() }
}

const DAILY: Period = Period::Daily {};
const WEEKLY: Period = Period::Weekly { weekday: Weekday::Monday };

#[test]
fn reports_are_due_at_a_local_time() {
    for (period, time, zone, after, due) in [
        (DAILY, "07:00", "Europe/Berlin", "2026-11-30T05:59:59Z", "2026-11-30T06:00:00Z"),
        (DAILY, "07:00", "Europe/Berlin", "2026-11-30T06:00:00Z", "2026-12-01T06:00:00Z"),
        (WEEKLY, "07:00", "UTC", "2026-11-30T07:00:00Z", "2026-12-07T07:00:00Z"),
        (monthly("1"), "00:00", "Asia/Kolkata", "2026-11-15T00:00:00Z", "2026-11-30T18:30:00Z"),
        (monthly("last"), "23:59", "UTC", "2028-02-01T00:00:00Z", "2028-02-29T23:59:00Z"),
        (monthly("30"), "12:00", "UTC", "2026-02-01T00:00:00Z", "2026-02-28T12:00:00Z"),
        // 02:30 does not exist in Berlin on 2026-03-29, and exists twice on 2026-10-25.
        (DAILY, "02:30", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        (DAILY, "02:30", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
        (DAILY, "02:30", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        (DAILY, "02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        // Samoa left out 30 December 2011.
        (DAILY, "07:00", "Pacific/Apia", "2011-12-29T18:00:00Z", "2011-12-30T17:00:00Z"),
    ] {
        let calling = calling(period.clone(), time, zone);
        assert_eq!(calling.next_due(at(after)), Some(at(due)), "{period:?} {time} {zone} after {after}");
        assert_eq!(calling.last_due(at(due)), Some(at(due)));
        let before = calling.last_due(at(due) - TimeDelta::seconds(1)).expect("one before");
        assert!(before <= at(after), "{before} is between {after} and {due}");
    }
}

#[test]
fn a_report_covers_the_whole_days_since_the_one_before() {
    for (period, zone, due_day, first, last, seconds) in [
        (DAILY, "Europe/Berlin", "2026-11-30", "2026-11-29", "2026-11-29", 86_400),
        (DAILY, "Europe/Berlin", "2026-03-30", "2026-03-29", "2026-03-29", 82_800),
        (DAILY, "Europe/Berlin", "2026-10-26", "2026-10-25", "2026-10-25", 90_000),
        (DAILY, "Pacific/Apia", "2011-12-31", "2011-12-29", "2011-12-30", 86_400),
        (WEEKLY, "UTC", "2026-11-30", "2026-11-23", "2026-11-29", 7 * 86_400),
        (monthly("1"), "UTC", "2026-03-01", "2026-02-01", "2026-02-28", 28 * 86_400),
        (monthly("31"), "UTC", "2026-03-31", "2026-02-28", "2026-03-30", 31 * 86_400),
        (monthly("15"), "UTC", "2026-03-15", "2026-02-15", "2026-03-14", 28 * 86_400),
    ] {
        let calling = calling(period, "07:00", zone);
        let covers = calling.covers(date(due_day)).expect("days");
        assert_eq!((covers.first_day, covers.last_day), (date(first), date(last)), "{due_day} {zone}");
        assert_eq!((covers.until_at - covers.from_at).num_seconds(), seconds, "{due_day} {zone}");
        let before = calling.covers_before(date(due_day)).expect("days");
        assert_eq!(before.until_at, covers.from_at, "no time is covered twice or never");
        assert_eq!(calling.due_day_of(date(last)), Some(date(due_day)));
        assert_eq!(
            calling.due_day(calling.last_due(covers.until_at + TimeDelta::hours(12)).expect("due")),
            date(due_day)
        );
    }
}

#[test]
fn each_wrong_field_is_named() {
    let report = ReportDefinition {
        name: "no spaces".into(),
        description: String::new(),
        enabled: true,
        timing: timing(monthly("32"), "25:00", "Mars"),
        what: Scope { tags: vec![" ".into()], ..Scope::default() },
        who: vec!["ops".into(), "ops".into()],
        when_empty: WhenEmpty::Send,
    };
    let places: Vec<String> = report.problems().into_iter().map(|problem| problem.pointer).collect();
    assert_eq!(places, ["/name", "/period/day", "/at", "/timezone", "/what/tags/0", "/who/1"]);
    for day in ["0", "32", "1st", "", "001", "Last"] {
        let timing = timing(monthly(day), "07:00", "UTC");
        let report = ReportDefinition {
            name: "x".into(),
            timing,
            who: vec!["ops".into()],
            what: Scope::default(),
            ..report.clone()
        };
        assert_eq!(report.problems().len(), 1, "{day}");
    }
}

fn about() -> Subject {
    let calling = calling(DAILY, "07:00", "Europe/Berlin");
    let day = date("2026-11-30");
    Subject {
        name: "morning".into(),
        description: String::new(),
        period: "daily",
        timezone: "Europe/Berlin".into(),
        covers: calling.covers(day).expect("days"),
        before: calling.covers_before(day).expect("days"),
        made_at: at("2026-11-30T06:00:00Z"),
        all_tasks: true,
        notes: Vec::new(),
    }
}

fn task(key: i64, name: &str) -> ReportTask {
    ReportTask {
        key: Key::new(key),
        name: name.into(),
        folder: String::new(),
        tags: Vec::new(),
        owner: None,
        enabled: true,
        updated_at: at("2026-01-01T00:00:00Z"),
        deleted: false,
    }
}

fn figures(succeeded: u64, failed: u64, mean: f64) -> RunFigures {
    RunFigures {
        succeeded_count: succeeded,
        failed_count: failed,
        mean_seconds: Some(mean),
        p95_seconds: Some(mean * 2.0),
        ..RunFigures::default()
    }
}

/// A day on which everything happened that a report tells about.
fn eventful() -> Facts {
    let mut facts = Facts::default();
    let owned = ReportTask { owner: Some("infra".into()), ..task(1, "backup") };
    for task in [owned, task(2, "import"), ReportTask { enabled: false, ..task(3, "old") }] {
        facts.tasks.insert(task.key, task);
    }
    facts.now.total = figures(90, 10, 12.0);
    facts.now.tasks.extend([(Key::new(1), figures(80, 9, 2.0)), (Key::new(2), figures(10, 1, 90.0))]);
    facts.before.total = figures(95, 5, 10.0);
    facts.before.tasks.extend([(Key::new(1), figures(85, 5, 2.2)), (Key::new(2), figures(10, 0, 30.0))]);
    let failed = |task: i64, minute: i64, reason: Option<Reason>| FailedRun {
        run: RunId::generate(),
        task_key: Key::new(task),
        state: RunState::Failed,
        reason,
        at: at("2026-11-29T10:00:00Z") + TimeDelta::minutes(minute),
    };
    facts.failed = vec![
        failed(1, 1, Some(Reason::ExitCode { exit_code: 1 })),
        failed(1, 5, Some(Reason::ExitCode { exit_code: 7 })),
        failed(2, 3, None),
        failed(99, 3, None),
    ];
    facts.missed = vec![MissedSlots {
        task_key: Key::new(2),
        first_at: at("2026-11-29T01:00:00Z"),
        last_at: at("2026-11-29T03:00:00Z"),
        count: 3,
        reason: Some(Reason::CatchUpOff {}),
    }];
    let scheduled_for = at("2026-11-29T04:00:00Z");
    facts.late =
        vec![LateRun { task_key: Key::new(1), scheduled_for, made_at: scheduled_for + TimeDelta::minutes(90) }];
    facts.breaks.extend([(Key::new(1), 4), (Key::new(2), 2)]);
    let date = date("2026-12-25");
    facts.days = vec![SpecialDay { date, calendar: "holidays".into(), title: "Christmas Day".into() }];
    facts.pools = vec![PoolRecord {
        id: crate::domain::ids::PoolId::generate(),
        key: Key::new(1),
        name: "db".into(),
        description: String::new(),
        capacity: 1,
        version: 1,
        created_at: scheduled_for,
        updated_at: scheduled_for,
    }];
    let until_at = Some(scheduled_for + TimeDelta::hours(3));
    facts.stays = vec![PoolStay { pool: "db".into(), weight: 1, from_at: scheduled_for, until_at }];
    let expires_at = at("2026-12-05T00:00:00Z");
    facts.credentials = vec![Expiring { credential: "shop".into(), expires_at, expired: false }];
    facts.storage = Storage { database_bytes: 5_000_000, disk_bytes: 10_000_000_000, free_bytes: 4_000_000_000 };
    facts
}

/// Each table as `title: first row`.
fn rows(contents: &Contents) -> Vec<String> {
    let row = |row: &Vec<super::tables::Cell>| row.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>().join(" | ");
    let tables = Tables::of(contents).tables;
    tables.iter().map(|table| format!("{}: {}", table.title, table.rows.first().map(row).unwrap_or_default())).collect()
}

#[test]
fn a_report_says_what_happened_beside_the_time_before() {
    let contents = compose(about(), eventful());
    let tables = Tables::of(&contents);
    let figures: Vec<_> = tables
        .figures
        .iter()
        .map(|figure| format!("{} {} {}", figure.label, figure.value, figure.change.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        figures,
        [
            "Runs 100 as before",
            "Succeeded 90 -5",
            "Failed 10 +5",
            "Success rate 90.0 % -5.0 points",
            "Mean duration 12 s +2 s",
            "95 % took at most 24 s +4 s"
        ]
    );
    assert_eq!(
        rows(&contents),
        [
            "Failures: backup | 9 | ended with exit code 7 | 29 Nov 2026, 11:05",
            "Missed, without a run: import | 3 | the server was not there, and catch-up is off | 29 Nov 2026, 04:00",
            "Late, caught up: backup | 1 | up to 1.5 h",
            "Flapping: fails, works, fails again: backup | 4 times",
            "Longest durations: import | 11 | 1.5 min | 3 min",
            "Durations that changed most (mean): import | 30 s | 1.5 min",
            "Disabled, maybe forgotten: old | Thu 1 Jan 2026",
            "Without an owner: import",
            "Credentials that expire: shop | expires 5 Dec 2026, 01:00",
            "Special days ahead: Fri 25 Dec 2026 | Christmas Day | holidays",
            "Pools that were full: db | 1 | 3 h | 12 %",
            "Storage: Database | 5 MB",
        ]
    );
    assert_eq!(contents.unowned, ["import", "old"]);
    assert_eq!(contents.failures.len(), 2, "a task outside of the choice is left out");
    assert_eq!(subject(&contents), "morning, Sun 29 Nov 2026: 10 of 100 runs failed, 3 slots missed");
    let notice = short(&contents, &tables, Some("https://orc.example/reports".into()));
    assert!(notice.text().contains("backup: failed 9 times, ended with exit code 7"), "{}", notice.text());
}

#[test]
fn an_empty_day_is_one_line() {
    let contents = compose(about(), Facts::default());
    assert!(contents.is_empty());
    let tables = Tables::of(&contents);
    assert_eq!(tables.figures, []);
    assert_eq!(subject(&contents), "morning, Sun 29 Nov 2026: nothing ran");
    assert!(short(&contents, &tables, None).text().contains(super::tables::NOTHING));
    let mut missed = Facts::default();
    missed.tasks.insert(Key::new(2), task(2, "import"));
    missed.missed = eventful().missed;
    assert!(!compose(about(), missed).is_empty(), "a day on which the server was not there is not empty");
}

#[test]
fn small_changes_of_durations_are_not_told() {
    for (now, before, runs, told) in [
        (90.0, 30.0, 10, true),
        (30.0, 90.0, 10, true),
        (40.0, 30.0, 10, false),
        (0.4, 0.1, 10, false),
        (90.0, 30.0, 2, false),
    ] {
        let mut facts = Facts::default();
        facts.tasks.insert(Key::new(1), task(1, "import"));
        facts.now.tasks.insert(Key::new(1), figures(runs, 0, now));
        facts.before.tasks.insert(Key::new(1), figures(10, 0, before));
        assert_eq!(compose(about(), facts).changed.len(), usize::from(told), "{before} to {now} in {runs} runs");
    }
}
