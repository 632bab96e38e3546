//! Calendars in use: what they refuse, what they skip, and that the ledger is completed under the old calendar before
//! a change.

use super::bench::{Bench, child_task};
use chrono::{DateTime, TimeDelta, Utc};
use orc_server::app::calendars::import::CalendarFile;
use orc_server::app::core::upload::Upload;
use orc_server::app::core::write::Write;
use orc_server::app::{Caller, Error};
use orc_server::clock::Clock;
use orc_server::domain::calendars::Calendar;
use orc_server::domain::model::{PageRequest, SlotFilter};
use orc_server::domain::vocabulary::SlotOutcome;
use serde_json::{Value, json};

fn calendar(name: &str, entries: Value) -> Calendar {
    let body = json!({"name": name, "description": "", "entries": entries, "except": [], "maintenance": null});
    serde_json::from_value(body).expect("a calendar")
}

fn day(date: &str) -> Value {
    json!({"kind": "date", "date": date, "until": null, "title": "Audit"})
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

async fn ledger(bench: &Bench) -> Vec<(String, SlotOutcome, String)> {
    let page = PageRequest::first(100);
    let listed = bench.app.slot_list(&Caller::local(), None, SlotFilter::default(), &page).await.expect("the ledger");
    let shown = |at: DateTime<Utc>| at.format("%d %H:%M").to_string();
    listed
        .items
        .into_iter()
        .rev()
        .map(|slot| (shown(slot.first_at), slot.outcome, slot.reason.map_or_else(String::new, |reason| reason.words())))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_or_in_use_is_refused() {
    let bench = Bench::new().await;
    let (app, caller) = (&bench.app, Caller::local());
    let wire = |schedule: Value| -> orc_server::domain::tasks::Definition {
        let body = child_task("it", &["exit", "0"], json!({"schedules": [schedule]}));
        let wire: orc_server::api::tasks::definition::TaskDefinition =
            serde_json::from_value(body).expect("a definition");
        wire.into_domain("UTC")
    };
    let daily = json!({"kind": "cron", "expression": "0 9 * * *", "skip_on": ["audits"]});
    for dry_run in [true, false] {
        let refused = app.task_create(&caller, wire(daily.clone()), dry_run).await;
        assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].pointer == "/schedules/0/skip_on"));
    }
    let wrong = calendar("audits", json!([{"kind": "yearly", "month": 2, "day": 30, "title": ""}]));
    let refused = app.calendar_create(&caller, wrong, false).await;
    assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].pointer == "/entries/0/day"));
    let made = app.calendar_create(&caller, calendar("audits", json!([day("2026-05-01")])), false).await.expect("made");
    let again = app.calendar_create(&caller, calendar("audits", json!([])), false).await;
    assert!(matches!(again, Err(Error::Conflict { code: "name_taken", .. })));
    app.task_create(&caller, wire(daily), false).await.expect("now it is known");
    let all = calendar("all", json!([{"kind": "calendar", "name": "audits"}]));
    app.calendar_create(&caller, all, false).await.expect("made");
    let refused = app.calendar_delete(&caller, "audits", None).await.expect_err("in use");
    assert!(matches!(&refused, Error::Conflict { code: "calendar_in_use", .. }));
    let text = refused.to_string();
    assert!(text.contains("task \"it\"") && text.contains("calendar \"all\""), "{text}");
    let renamed = app.calendar_update(&caller, "audits", calendar("other", json!([])), Write::default()).await;
    assert!(matches!(renamed, Err(Error::Conflict { code: "calendar_in_use", .. })));
    let stale = app
        .calendar_update(&caller, "audits", calendar("audits", json!([])), Write { base: Some(7), ..Write::default() })
        .await;
    assert!(matches!(stale, Err(Error::Stale { current: 1 })));
    let changed = app
        .calendar_update(&caller, "audits", calendar("audits", json!([])), Write { base: Some(1), ..Write::default() })
        .await
        .expect("changed");
    assert_eq!((changed.record.version, changed.tasks, changed.calendars), (2, vec!["it".into()], vec!["all".into()]));
    app.calendar_delete(&caller, "all", None).await.expect("deleted");
    assert_eq!(app.calendar_view(&caller, &made.record.id.to_string()).await.expect("found by id").record.version, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_would_be_and_changes_nothing() {
    let bench = Bench::at(Clock::manual(at("2026-05-01T00:30:00Z"))).await;
    let (app, caller) = (&bench.app, Caller::local());
    let imagined = app.calendar_create(&caller, calendar("audits", json!([day("2026-05-03")])), true).await;
    let imagined = imagined.expect("it could be made");
    assert_eq!((imagined.record.id.0, imagined.next), (uuid::Uuid::nil(), "2026-05-03".parse().ok()));
    assert!(matches!(app.calendar_view(&caller, "audits").await, Err(Error::NotFound(_))));
    app.calendar_create(&caller, calendar("audits", json!([day("2026-05-03")])), false).await.expect("made");
    let again = app.calendar_create(&caller, calendar("audits", json!([])), true).await;
    assert!(matches!(again, Err(Error::Conflict { code: "name_taken", .. })));
    let dry = |base| Write { base, dry_run: true };
    let other = || calendar("audits", json!([day("2026-05-09")]));
    let stale = app.calendar_update(&caller, "audits", other(), dry(Some(7))).await;
    assert!(matches!(stale, Err(Error::Stale { current: 1 })));
    let imagined = app.calendar_update(&caller, "audits", other(), dry(Some(1))).await.expect("it could be changed");
    assert_eq!((imagined.record.version, imagined.next), (2, "2026-05-09".parse().ok()));
    let stored = app.calendar_view(&caller, "audits").await.expect("there");
    assert_eq!((stored.record.version, stored.next), (1, "2026-05-03".parse().ok()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_complete_before_the_transaction_that_changes_a_calendar() {
    let clock = Clock::manual(at("2026-05-01T00:30:00Z"));
    let bench = Bench::at(clock.clone()).await;
    let (app, caller) = (&bench.app, Caller::local());
    app.calendar_create(&caller, calendar("audits", json!([day("2026-05-01")])), false).await.expect("made");
    let often = json!({"kind": "cron", "expression": "0 */6 * * *", "skip_on": ["audits"]});
    bench.task(child_task("it", &["exit", "0"], json!({"schedules": [often.clone()]}))).await;
    bench.task(child_task("tagged", &["exit", "0"], json!({"schedules": [often], "tags": ["a\"b_c"]}))).await;
    let free = json!({"kind": "cron", "expression": "0 */6 * * *"});
    bench.task(child_task("free", &["exit", "0"], json!({"schedules": [free]}))).await;
    clock.advance(TimeDelta::hours(6));
    let window = |name: &str, tags: Value| -> Calendar {
        let all = json!({"timezone": "Etc/UTC", "from": "00:00", "to": "24:00", "tags": tags});
        serde_json::from_value(
            json!({"name": name, "description": "", "entries": [], "except": [], "maintenance": all}),
        )
        .expect("a calendar")
    };
    let refused = app.calendar_update(&caller, "audits", window("other", json!([])), Write::default()).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "calendar_in_use", .. })), "{refused:?}");
    assert_eq!(
        ledger(&bench).await.len(),
        3,
        "a refused change completes it too, because that takes its own transactions"
    );
    clock.advance(TimeDelta::hours(6));
    app.calendar_create(&caller, window("labelled", json!(["a\"b_c"])), false).await.expect("made");
    assert_eq!(ledger(&bench).await.len(), 4, "of the task with the label alone");
    app.calendar_update(&caller, "audits", window("audits", json!([])), Write { base: None, dry_run: true })
        .await
        .expect("a dry run");
    assert_eq!(ledger(&bench).await.len(), 4, "a dry run completes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_completes_the_ledger_under_the_old_dates() {
    let clock = Clock::manual(at("2026-05-01T00:30:00Z"));
    let bench = Bench::at(clock.clone()).await;
    let (app, caller) = (&bench.app, Caller::local());
    app.calendar_create(&caller, calendar("audits", json!([day("2026-05-01")])), false).await.expect("made");
    let schedule =
        json!({"kind": "cron", "expression": "0 */6 * * *", "skip_on": ["audits"], "catch_up": {"kind": "none"}});
    bench.task(child_task("it", &["exit", "0"], json!({"schedules": [schedule]}))).await;
    clock.advance(TimeDelta::hours(6));
    app.calendar_update(&caller, "audits", calendar("audits", json!([])), Write::default()).await.expect("changed");
    let skipped = "skipped by calendar audits: Audit".to_owned();
    assert_eq!(ledger(&bench).await, [("01 06:00".to_owned(), SlotOutcome::Skipped, skipped)]);
    clock.advance(TimeDelta::hours(6));
    let planned = app.schedules_planned(clock.now()).await.expect("planned");
    app.slots_book(planned, clock.now()).await.expect("booked");
    assert_eq!(
        ledger(&bench).await.last().map(|slot| slot.1),
        Some(SlotOutcome::Missed),
        "no calendar has it any more"
    );
    let before = app.calendar_book_at(at("2026-05-01T01:00:00Z")).await.expect("a book");
    let date = "2026-05-01".parse().expect("a date");
    assert!(before.find("audits").expect("there").contains(date));
    assert!(!app.calendar_book().await.expect("a book").find("audits").expect("there").contains(date));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_program_becomes_a_calendar() {
    let bench = Bench::at(Clock::manual(at("2026-01-10T00:00:00Z"))).await;
    let (app, caller) = (&bench.app, Caller::local());
    let file = |ics: &str, replace: bool, dry_run: bool| CalendarFile {
        name: "de".into(),
        file: Upload::Text(ics.into()),
        timezone: Some("Europe/Berlin".into()),
        description: None,
        replace,
        dry_run,
    };
    let holidays = include_str!("../data/holidays_de.ics");
    let shown = app.calendar_import(&caller, file(holidays, false, true)).await.expect("shown");
    assert_eq!((shown.created, shown.view.record.definition.description.as_str()), (true, "Feiertage Bayern"));
    assert!(matches!(app.calendar_view(&caller, "de").await, Err(Error::NotFound(_))), "a dry run saves nothing");
    let made = app.calendar_import(&caller, file(holidays, false, false)).await.expect("made");
    assert_eq!((made.date_count, made.view.next), (shown.date_count, Some("2026-04-03".parse().expect("a date"))));
    let again = app.calendar_import(&caller, file(holidays, false, false)).await;
    assert!(matches!(again, Err(Error::Conflict { code: "name_taken", .. })));
    let cut = holidays.rsplit_once("END:VEVENT").expect("an event").0;
    let refused = app.calendar_import(&caller, file(cut, true, false)).await;
    let Err(Error::Invalid(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].pointer, "/ics");
    assert!(problems[0].message.starts_with("line 70: VEVENT begins here"), "{}", problems[0].message);
    let outlook = include_str!("../data/outlook.ics");
    let encoded = |bytes: &[u8]| CalendarFile {
        file: Upload::Bytes { bytes: bytes.to_vec(), encoding: None },
        ..file("", true, true)
    };
    for (bytes, encoding) in [
        (&include_bytes!("../data/calendars/folded.ics")[..], "UTF-8"),
        (include_bytes!("../data/calendars/latin1.ics"), "windows-1252"),
        (include_bytes!("../data/calendars/utf16.ics"), "UTF-16LE"),
    ] {
        let read = app.calendar_import(&caller, encoded(bytes)).await.expect(encoding);
        assert_eq!(read.encoding, encoding);
        let entry = serde_json::to_value(&read.view.record.definition.entries[0]).expect("plain data");
        assert_eq!(entry["title"], "Feiertag: Büro zu, auch für den späten Dienst", "{encoding}");
    }
    let changed = app.calendar_import(&caller, file(outlook, true, false)).await.expect("replaced");
    assert_eq!((changed.created, changed.view.record.version, changed.notes.len()), (false, 2, 6));
    assert_eq!(changed.view.record.definition.description, "Feiertage Bayern", "only the dates are replaced");
}
