//! Calendars: versions, what was valid at an instant, who uses one.

use super::both;
use super::fixture::{Fixture, at, begin, definition, every};
use orc_server::domain::calendars::{Calendar, CalendarEntry};
use orc_server::domain::model::CalendarRecord;
use orc_server::store::{Conflict, StoreError, Tx};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use std::sync::Arc;

both!(every_change_is_a_version, tasks_that_name_it, they_are_read_once_until_one_of_them_changes);

fn yearly(name: &str, days: &[u8]) -> Calendar {
    let entry = |day: &u8| CalendarEntry::Yearly { month: 5, day: *day, title: String::new() };
    let entries = days.iter().map(entry).collect();
    Calendar { name: name.into(), description: String::new(), entries, except: Vec::new(), maintenance: None }
}

async fn made(fixture: &Fixture, calendar: Calendar) -> Result<CalendarRecord, StoreError> {
    fixture.store.write(async move |tx: &Tx| tx.calendar_insert(&calendar, "somebody", begin()).await).await
}

async fn every_change_is_a_version(fixture: Fixture) {
    let first = made(&fixture, yearly("de", &[1])).await.expect("made");
    let again = made(&fixture, yearly("de", &[])).await.expect_err("the name is taken");
    assert!(matches!(again, StoreError::Conflict { what: Conflict::NameTaken }), "{again:?}");
    let read = first.clone();
    let update = async move |tx: &Tx| tx.calendar_update(&read, &yearly("de", &[1, 2]), "somebody", at(10)).await;
    let second = fixture.store.write(update.clone()).await.expect("changed");
    assert_eq!((second.version, second.updated_at, second.created_at), (2, at(10), begin()));
    fixture.store.write(update).await.expect_err("it was changed since");
    assert_eq!(fixture.store.calendar_find(&first.id.to_string()).await.expect("reads"), Some(second.clone()));
    let read = second.clone();
    let delete = async move |tx: &Tx| tx.calendar_delete(&read, at(20)).await;
    assert!(fixture.store.write(delete.clone()).await.expect("deleted"));
    assert!(!fixture.store.write(delete).await.expect("it is gone"));
    assert_eq!(fixture.store.calendars().await.expect("reads").records, []);
    made(&fixture, yearly("de", &[])).await.expect("the name is free again");
    let then = async |seconds| fixture.store.calendars_at(at(seconds)).await.expect("reads").readable;
    assert_eq!(then(9).await, [yearly("de", &[1]), yearly("de", &[])], "both were made by then");
    assert_eq!(then(20).await, [yearly("de", &[])]);
    let changes = fixture.store.calendar_changes(begin(), at(20)).await.expect("reads");
    assert_eq!(changes.into_iter().collect::<Vec<_>>(), [at(10), at(20)]);
}

async fn they_are_read_once_until_one_of_them_changes(fixture: Fixture) {
    let first = made(&fixture, yearly("de", &[1])).await.expect("made");
    let read = async || fixture.store.calendars().await.expect("reads");
    let kept = read().await;
    assert!(Arc::ptr_eq(&kept, &read().await) && Arc::ptr_eq(&kept.book(), &read().await.book()));
    let update = async move |tx: &Tx| {
        let before = tx.calendars().await?;
        tx.calendar_update(&first, &yearly("de", &[1, 2]), "somebody", at(10)).await?;
        let after = tx.calendars().await?;
        assert_eq!((before.records[0].version, after.records[0].version), (1, 2), "a transaction sees what it did");
        Err::<(), _>(StoreError::Closed)
    };
    fixture.store.write(update).await.expect_err("undone");
    assert!(Arc::ptr_eq(&kept, &read().await), "what was not committed is not kept");
    made(&fixture, yearly("fr", &[14])).await.expect("made");
    let names: Vec<String> = read().await.records.iter().map(|it| it.definition.name.clone()).collect();
    assert_eq!(names, ["de", "fr"]);
}

/// Whether a calendar changed is asked with each booking, so it is seen in an index alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mark_reads_no_calendar() {
    let fixture = Fixture::sqlite().await;
    let sql = "EXPLAIN QUERY PLAN SELECT COUNT(id), COALESCE(CAST(SUM(version) AS BIGINT), 0), COALESCE(MAX(id), 0) \
               FROM calendar WHERE deleted_at IS NULL";
    let raw = fixture.raw().await;
    let plan = raw.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("a plan");
    let plan: Vec<String> = plan.iter().map(|row| row.try_get("", "detail").expect("text")).collect();
    assert_eq!(plan, ["SCAN calendar USING COVERING INDEX calendar_mark"]);
}

async fn tasks_that_name_it(fixture: Fixture) {
    for (task, calendar) in [("a", "de_1"), ("b", "de-1")] {
        let mut new = definition(task);
        let mut schedule = every("x", 60);
        schedule.skip_on = vec![calendar.into()];
        new.schedules = vec![schedule];
        new.description = "\"de_1\" is only mentioned".into();
        fixture.task(new).await;
    }
    assert_eq!(fixture.store.calendar_tasks("de_1").await.expect("reads"), ["a"], "_ is no wildcard");
    assert_eq!(fixture.store.calendar_tasks("de").await.expect("reads"), Vec::<String>::new());
    let all = fixture.store.calendar_tasks_all().await.expect("reads");
    let users = [("de-1".to_owned(), vec!["b".to_owned()]), ("de_1".to_owned(), vec!["a".to_owned()])];
    assert_eq!(all, users.into());
}
