//! Schedules and the ledger: keys, watermarks, one entry per slot.

use super::both;
use super::fixture::{Fixture, at, begin, definition, every};
use chrono::{DateTime, Utc};
use orc_server::domain::ids::RunId;
use orc_server::domain::keys::{Key, Schedule, Task};
use orc_server::domain::model::{
    Covered, PageRequest, ScheduleRecord, SlotAcross, SlotBooking, SlotEntry, SlotFilter, TaskRecord,
};
use orc_server::domain::reason::Reason;
use orc_server::domain::vocabulary::SlotOutcome;
use orc_server::store::{Conflict, StoreError, Tx};

both!(
    the_same_key_keeps_its_id,
    only_what_can_fire_is_listed,
    a_slot_is_booked_once,
    stretches_do_not_overlap,
    the_ledger_and_the_watermark_move_together,
    a_ledger_that_reaches_into_the_future_is_brought_back,
    pending_is_resolved_once,
    the_ledger_is_listed,
    a_stretch_that_began_before_is_listed_too,
);

async fn task_with(fixture: &Fixture, schedules: &[(&str, u64)]) -> TaskRecord {
    let mut new = definition("a");
    new.schedules = schedules.iter().map(|(key, seconds)| every(key, *seconds)).collect();
    fixture.task(new).await
}

async fn schedules(fixture: &Fixture, task: &TaskRecord) -> Vec<ScheduleRecord> {
    fixture.store.schedule_list(task.key).await.expect("reads").readable
}

async fn the_same_key_keeps_its_id(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60), ("y", 60)]).await;
    let before = schedules(&fixture, &task).await;
    assert_eq!(
        before.iter().map(|row| (row.schedule.key.as_str(), row.watermark_at)).collect::<Vec<_>>(),
        [("x", begin()), ("y", begin())]
    );
    let mut changed = task.definition.clone();
    changed.schedules = vec![every("y", 60), every("x", 90), every("z", 10)];
    let task = fixture.update(&task, changed, at(100)).await.expect("updates");
    let after = schedules(&fixture, &task).await;
    let of = |key: &str, rows: &[ScheduleRecord]| {
        rows.iter().find(|row| row.schedule.key == key).map(|row| (row.id, row.watermark_at))
    };
    assert_eq!(of("x", &after), of("x", &before).map(|(id, _)| (id, at(100))), "changed: it watches from then on");
    assert_eq!(of("y", &after), of("y", &before), "not changed");
    assert_eq!(of("z", &after).map(|(_, mark)| mark), Some(at(100)));

    let mut fewer = task.definition.clone();
    fewer.schedules = vec![every("x", 90)];
    let task = fixture.update(&task, fewer.clone(), at(200)).await.expect("updates");
    fewer.schedules.push(every("y", 60));
    fewer.enabled = false;
    let task = fixture.update(&task, fewer, at(300)).await.expect("updates");
    let again = schedules(&fixture, &task).await;
    assert_eq!(again.len(), 2);
    assert_ne!(of("y", &again).map(|y| y.0), of("y", &before).map(|y| y.0), "removed and made anew");
    assert_eq!(of("x", &again).map(|x| x.1), Some(at(300)), "the task was disabled: the past is closed");
}

async fn only_what_can_fire_is_listed(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60), ("off", 60)]).await;
    let mut changed = task.definition.clone();
    changed.schedules[1].enabled = false;
    let task = fixture.update(&task, changed.clone(), at(1)).await.expect("updates");
    let keys = async || {
        let found = fixture.store.schedule_list_enabled_next(Key::NONE, 100).await.expect("reads");
        let found = found.map(|(_, found)| found.readable).unwrap_or_default();
        found.into_iter().map(|row| format!("{}/{}", row.task_name, row.schedule.key)).collect::<Vec<_>>()
    };
    assert_eq!(keys().await, ["a/x"]);
    changed.enabled = false;
    let task = fixture.update(&task, changed.clone(), at(2)).await.expect("updates");
    assert_eq!(keys().await, [""; 0]);
    changed.enabled = true;
    let task = fixture.update(&task, changed, at(3)).await.expect("updates");
    assert_eq!(keys().await, ["a/x"]);
    fixture.store.write(async move |tx: &Tx| tx.task_delete(&task, at(4)).await).await.expect("deletes");
    assert_eq!(keys().await, [""; 0]);
}

fn single(when: DateTime<Utc>, outcome: SlotOutcome) -> SlotEntry {
    let run = (outcome == SlotOutcome::Run).then(RunId::generate);
    SlotEntry { first_at: when, last_at: when, count: 1, outcome, reason: None, run }
}

fn stretch(first: i64, last: i64, count: u64) -> SlotEntry {
    let reason = Some(Reason::CatchUpOff {});
    SlotEntry { first_at: at(first), last_at: at(last), count, outcome: SlotOutcome::Missed, reason, run: None }
}

/// Keys in the database: of a schedule and of its task.
type Keys = (Key<Schedule>, Key<Task>);

fn keys(record: &ScheduleRecord) -> Keys {
    (record.row, record.task_key)
}

async fn book(
    fixture: &Fixture,
    (schedule_row, task_key): Keys,
    mark: i64,
    entries: Vec<SlotEntry>,
) -> Result<Vec<bool>, StoreError> {
    let booking = SlotBooking { schedule_row, task_key, watermark_at: at(mark), entries, watched: false };
    let work = async move |tx: &Tx| tx.slots_book(std::slice::from_ref(&booking), at(1)).await;
    fixture.store.write(work).await.map(|answers| answers.into_iter().next().expect("one booking"))
}

async fn a_slot_is_booked_once(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60), ("y", 60)]).await;
    let rows = schedules(&fixture, &task).await;
    let (x, y) = (keys(&rows[0]), keys(&rows[1]));
    let jobs: Vec<_> = (0..8)
        .map(|_| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let bookings: Vec<_> = [x, y]
                    .map(|(schedule_row, task_key)| {
                        let entries = vec![single(at(60), SlotOutcome::Run), single(at(120), SlotOutcome::Run)];
                        SlotBooking { schedule_row, task_key, watermark_at: at(120), entries, watched: false }
                    })
                    .into();
                store.write(async move |tx: &Tx| tx.slots_book(&bookings, at(120)).await).await
            })
        })
        .collect();
    let mut new = 0;
    for job in jobs {
        let answers = job.await.expect("joins").expect("books");
        assert_eq!(answers.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        new += answers.iter().flatten().filter(|new| **new).count();
    }
    assert_eq!(new, 4, "each of four slots was new to exactly one");
    let page = fixture.store.slot_list(&SlotFilter::default(), &PageRequest::first(50)).await.expect("reads");
    assert_eq!(page.items.len(), 4);
}

async fn stretches_do_not_overlap(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60)]).await;
    let x = keys(&schedules(&fixture, &task).await[0]);
    assert_eq!(book(&fixture, x, 600, vec![stretch(60, 600, 10)]).await.expect("books"), [true]);
    for (first, last) in [(120, 240), (540, 700), (0, 60), (0, 900), (600, 660)] {
        let refused = book(&fixture, x, 1, vec![stretch(first, last, 2)]).await;
        let overlap = matches!(refused, Err(StoreError::Conflict { what: Conflict::SlotOverlap }));
        assert!(overlap, "{first}..{last}: {refused:?}");
    }
    let inside = book(&fixture, x, 1, vec![single(at(300), SlotOutcome::Skipped)]).await;
    assert!(matches!(inside, Err(StoreError::Conflict { what: Conflict::SlotOverlap })), "{inside:?}");
    let twice = book(&fixture, x, 1, vec![stretch(700, 800, 2), stretch(800, 900, 2)]).await;
    assert!(matches!(twice, Err(StoreError::Conflict { what: Conflict::SlotOverlap })), "{twice:?}");
    assert_eq!(book(&fixture, x, 1, vec![stretch(60, 600, 10)]).await.expect("the same"), [false]);
    assert_eq!(book(&fixture, x, 1, vec![stretch(-60, 0, 2)]).await.expect("before"), [true]);
    assert_eq!(book(&fixture, x, 1, vec![stretch(660, 720, 2)]).await.expect("after"), [true]);
}

async fn the_ledger_and_the_watermark_move_together(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60)]).await;
    let row = schedules(&fixture, &task).await.remove(0);
    let (x, schedule) = (keys(&row), row.id);
    let mark = async || schedules(&fixture, &task).await[0].watermark_at;
    book(&fixture, x, 90, vec![single(at(60), SlotOutcome::Run)]).await.expect("books");
    assert_eq!(mark().await, at(90));
    book(&fixture, x, 30, vec![]).await.expect("books nothing");
    assert_eq!(mark().await, at(90), "never backwards");
    let entries = vec![single(at(120), SlotOutcome::Run)];
    let booking = SlotBooking { schedule_row: x.0, task_key: x.1, watermark_at: at(200), entries, watched: false };
    let failed = fixture
        .store
        .write(async move |tx: &Tx| -> Result<(), StoreError> {
            tx.slots_book(std::slice::from_ref(&booking), at(1)).await?;
            Err(StoreError::Other("on purpose".into()))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(mark().await, at(90), "neither moved");
    let page = fixture.store.slot_list(&SlotFilter::default(), &PageRequest::first(50)).await.expect("reads");
    assert_eq!(page.items.len(), 1);
    let reset = async move |tx: &Tx| tx.schedule_watermark_reset(schedule, at(10)).await;
    assert_eq!(fixture.store.write(reset).await.expect("resets"), 0, "what was run stays");
    assert_eq!(mark().await, at(10));
    assert_eq!(book(&fixture, x, 61, vec![single(at(60), SlotOutcome::Run)]).await.expect("books"), [false]);
    let gone = book(&fixture, (Key::new(x.0.number() + 1_000), x.1), 1, vec![]).await;
    assert!(matches!(gone, Err(StoreError::Conflict { what: Conflict::Gone(_) })), "{gone:?}");
}

async fn a_ledger_that_reaches_into_the_future_is_brought_back(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60)]).await;
    let row = schedules(&fixture, &task).await.remove(0);
    let (x, schedule) = (keys(&row), row.id);
    let ahead = async |now| fixture.store.slots_ahead(x.0, at(now)).await.expect("reads");
    let entries = vec![
        single(at(60), SlotOutcome::Run),
        stretch(120, 600, 9),
        single(at(660), SlotOutcome::Run),
        single(at(720), SlotOutcome::Skipped),
        single(at(780), SlotOutcome::Pending),
        stretch(840, 900, 2),
    ];
    book(&fixture, x, 900, entries).await.expect("books");
    assert!(ahead(300).await && ahead(660).await && !ahead(900).await);
    let back = async move |tx: &Tx| {
        let removed = tx.schedule_watermark_reset(schedule, at(300)).await?;
        let across = tx.slot_across(x.0, at(300)).await?;
        let kept = SlotAcross { stretch: Covered { first_at: at(120), last_at: at(300) }, count: 4 };
        tx.slot_shorten(x.0, kept).await?;
        Ok::<_, StoreError>((removed, across))
    };
    let (removed, across) = fixture.store.write(back).await.expect("goes back");
    assert_eq!(
        (removed, across),
        (4, Some(SlotAcross { stretch: Covered { first_at: at(120), last_at: at(600) }, count: 9 }))
    );
    let page = fixture.store.slot_list(&SlotFilter::default(), &PageRequest::first(50)).await.expect("reads");
    let shown: Vec<_> = page.items.iter().map(|slot| (slot.first_at, slot.last_at, slot.count)).collect();
    assert_eq!(shown, [(at(660), at(660), 1), (at(120), at(300), 4), (at(60), at(60), 1)]);
    assert!(!ahead(300).await, "what was run stays");
    assert_eq!(schedules(&fixture, &task).await[0].watermark_at, at(300));
}

async fn pending_is_resolved_once(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60)]).await;
    let row = schedules(&fixture, &task).await.remove(0);
    book(&fixture, keys(&row), 60, vec![single(at(60), SlotOutcome::Pending)]).await.expect("books");
    let entry = single(at(60), SlotOutcome::Run);
    let run = entry.run;
    let resolve = async move |tx: &Tx| tx.slot_resolve(row.id, &entry).await;
    assert!(fixture.store.write(resolve.clone()).await.expect("resolves"));
    assert!(!fixture.store.write(resolve).await.expect("was resolved"));
    let page = fixture.store.slot_list(&SlotFilter::default(), &PageRequest::first(1)).await.expect("reads");
    assert_eq!((page.items[0].outcome, page.items[0].run), (SlotOutcome::Run, run));
}

async fn the_ledger_is_listed(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60), ("y", 60)]).await;
    let rows = schedules(&fixture, &task).await;
    for (index, row) in rows.iter().enumerate() {
        let outcome = if index == 0 { SlotOutcome::Run } else { SlotOutcome::Skipped };
        let entries = (1..=5).map(|minute| single(at(60 * minute), outcome)).collect();
        book(&fixture, keys(row), 300, entries).await.expect("books");
    }
    let list =
        async |filter: SlotFilter, page: PageRequest| fixture.store.slot_list(&filter, &page).await.expect("reads");
    let mut seen = Vec::new();
    let mut page = PageRequest::first(3);
    loop {
        let part = list(SlotFilter::default(), page.clone()).await;
        seen.extend(part.items.iter().map(|slot| (slot.first_at, slot.key)));
        book(&fixture, keys(&rows[0]), 900, vec![single(at(600 + seen.len() as i64), SlotOutcome::Run)])
            .await
            .expect("newer");
        match part.next {
            Some(cursor) => page.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(seen.len(), 10, "newer entries do not move the pages");
    let mut sorted = seen.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(seen, sorted, "newest first");
    let skipped = SlotFilter { outcome: Some(SlotOutcome::Skipped), ..SlotFilter::default() };
    assert_eq!(list(skipped, PageRequest::first(50)).await.items.len(), 5);
    let of_y = SlotFilter { schedule: Some(rows[1].id), ..SlotFilter::default() };
    let page = list(of_y, PageRequest::first(50)).await;
    let first = &page.items[0];
    let facts = (first.schedule_key.as_str(), first.timezone.as_str(), first.task_name.as_str(), first.task);
    assert_eq!(facts, ("y", "UTC", "a", task.id));
    let range = SlotFilter {
        task_key: Some(task.key),
        from_at: Some(at(120)),
        until_at: Some(at(240)),
        ..SlotFilter::default()
    };
    assert_eq!(list(range, PageRequest::first(50)).await.items.len(), 4);
}

async fn a_stretch_that_began_before_is_listed_too(fixture: Fixture) {
    let task = task_with(&fixture, &[("x", 60), ("y", 60)]).await;
    let rows = schedules(&fixture, &task).await;
    let runs = (1..=3).map(|minute| single(at(720 + 60 * minute), SlotOutcome::Run));
    let entries = [stretch(60, 120, 2), stretch(180, 720, 10)].into_iter().chain(runs).collect();
    book(&fixture, keys(&rows[0]), 900, entries).await.expect("books");
    book(&fixture, keys(&rows[1]), 900, vec![stretch(300, 600, 6)]).await.expect("books");
    let list = async |filter: SlotFilter| {
        let (mut seen, mut page) = (Vec::new(), PageRequest::first(2));
        loop {
            let part = fixture.store.slot_list(&filter, &page).await.expect("reads");
            seen.extend(part.items.iter().map(|slot| (slot.first_at - begin()).num_seconds()));
            match part.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => return seen,
            }
        }
    };
    let within = |from, until, outcome| SlotFilter {
        from_at: Some(at(from)),
        until_at: until,
        outcome,
        ..SlotFilter::default()
    };
    assert_eq!(list(within(400, None, None)).await, [900, 840, 780, 300, 180]);
    assert_eq!(list(within(600, Some(at(800)), None)).await, [780, 300, 180]);
    assert_eq!(list(within(601, None, Some(SlotOutcome::Missed))).await, [180]);
    assert_eq!(list(within(720, None, Some(SlotOutcome::Run))).await, [900, 840, 780]);
    assert_eq!(list(within(721, None, Some(SlotOutcome::Missed))).await, [0; 0]);
    let missed = async |edges: &[i64]| {
        let edges: Vec<_> = edges.iter().map(|edge| at(*edge)).collect();
        fixture.store.slots_without_run(SlotOutcome::Missed, &edges).await.expect("counts")
    };
    assert_eq!(missed(&[0, 900]).await, [18]);
    assert_eq!(missed(&[-900, 0, 300, 360, 900]).await, [0, 4, 2, 12]);
    assert_eq!(missed(&[900, 1800]).await, [0]);
}
