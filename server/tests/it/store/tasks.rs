//! Tasks: versions, names, lists.

use super::both;
use super::fixture::{Fixture, at, begin, change, definition, new_run};
use orc_server::domain::model::{BadCursor, Cursor, PageRequest, TaskChange, TaskFilter, TaskRef};
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::{RunState, TaskSort};
use orc_server::store::{Conflict, StoreError, Tx};

both!(
    versions,
    a_stale_change_is_refused,
    a_deleted_name_is_free,
    filters,
    pages_are_stable_under_inserts,
    sorted_by_change_and_by_newest_run,
    owners,
    a_walk_meets_every_task_once,
);

async fn a_walk_meets_every_task_once(fixture: Fixture) {
    let names: Vec<String> = (0..501).map(|number| format!("task-{number:03}")).collect();
    let wanted = names.clone();
    let write = async move |tx: &Tx| {
        for name in &wanted {
            tx.task_insert(&definition(name), &change(begin())).await?;
        }
        let off = Definition { enabled: false, ..definition("off") };
        tx.task_insert(&off, &change(begin())).await.map(drop)
    };
    fixture.store.write::<_, StoreError, _>(write).await.expect("writes");
    let mut walk = fixture.store.task_walk(TaskFilter { enabled: Some(true), ..TaskFilter::default() });
    let (mut met, mut counts) = (Vec::new(), Vec::new());
    while let Some(tasks) = walk.next().await.expect("reads") {
        counts.push(tasks.len());
        met.extend(tasks.into_iter().map(|task| task.definition.name));
    }
    assert_eq!((met, counts), (names, vec![500, 1]));
    assert_eq!(walk.next().await.expect("reads"), None, "a complete walk does not begin anew");
}

async fn versions(fixture: Fixture) {
    let first = fixture.task(definition("backup")).await;
    assert_eq!((first.version, first.created_at, first.run_count), (1, begin(), 0));
    let mut changed = first.definition.clone();
    changed.title = "Nightly".into();
    let note = TaskChange { note: "clearer".into(), by: "bob".into(), ..change(at(60)) };
    let (read, new) = (first.clone(), changed.clone());
    let second =
        fixture.store.write(async move |tx: &Tx| tx.task_update(&read, &new, &note).await).await.expect("updates");
    assert_eq!((second.id, second.version, second.updated_at), (first.id, 2, at(60)));
    assert_eq!(second.definition, changed);

    let store = &fixture.store;
    assert_eq!(store.task_find(&TaskRef::from("backup")).await.expect("reads").as_ref(), Some(&second));
    assert_eq!(store.task_find(&TaskRef::from(first.id)).await.expect("reads"), Some(second));
    let page = store.task_version_list(first.key, &PageRequest::first(1)).await.expect("reads");
    assert_eq!((page.items[0].version, page.items[0].created_by.as_str()), (2, "bob"));
    assert_eq!(page.items[0].note, "clearer");
    let page = store.task_version_list(first.key, &PageRequest { limit: 1, cursor: page.next }).await.expect("reads");
    assert_eq!((page.items[0].version, page.next), (1, None));
    let found = store.task_version_find(first.key, 1).await.expect("reads").expect("there is one");
    assert_eq!(found.definition, first.definition);
    assert_eq!(store.task_version_find(first.key, 3).await.expect("reads"), None);
}

async fn a_stale_change_is_refused(fixture: Fixture) {
    let first = fixture.task(definition("a")).await;
    fixture.task(definition("b")).await;
    fixture.update(&first, first.definition.clone(), at(1)).await.expect("updates");
    let stale = fixture.update(&first, first.definition.clone(), at(2)).await;
    assert!(matches!(stale, Err(StoreError::Conflict { what: Conflict::Stale { current: 2 } })), "{stale:?}");
    let found = fixture.store.task_find(&TaskRef::from("a")).await.expect("reads").expect("a task");
    let taken = fixture.update(&found, definition("b"), at(3)).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Conflict::NameTaken })), "{taken:?}");
    let found = fixture.store.task_find(&TaskRef::from("a")).await.expect("reads").expect("a task");
    assert_eq!(found.version, 2, "a refused change leaves no version");
    assert_eq!(fixture.store.task_version_find(found.key, 3).await.expect("reads"), None);
}

async fn a_deleted_name_is_free(fixture: Fixture) {
    let old = fixture.task(definition("same")).await;
    let taken = fixture.task_at(definition("same"), at(1)).await;
    assert!(matches!(taken, Err(StoreError::Conflict { what: Conflict::NameTaken })), "{taken:?}");
    let read = old.clone();
    let delete = async move |tx: &Tx| tx.task_delete(&read, at(2)).await;
    assert!(fixture.store.write(delete.clone()).await.expect("deletes"));
    assert!(!fixture.store.write(delete).await.expect("was deleted before"));
    assert_eq!(fixture.store.task_find(&TaskRef::from("same")).await.expect("reads"), None);
    let gone = fixture.update(&old, old.definition.clone(), at(3)).await;
    assert!(matches!(gone, Err(StoreError::Conflict { what: Conflict::Gone(_) })), "{gone:?}");
    let new = fixture.task_at(definition("same"), at(4)).await.expect("the name is free");
    assert_ne!(new.id, old.id);
    let tombstone = fixture.store.task_find(&TaskRef::from(old.id)).await.expect("reads").expect("a tombstone");
    assert_eq!(tombstone.deleted_at, Some(at(2)));
    let page = fixture.store.task_list(&TaskFilter::default(), TaskSort::Name, &PageRequest::first(10)).await;
    assert_eq!(page.expect("reads").items.into_iter().map(|task| task.id).collect::<Vec<_>>(), [new.id]);
}

async fn names(fixture: &Fixture, filter: TaskFilter) -> Vec<String> {
    let page = fixture.store.task_list(&filter, TaskSort::Name, &PageRequest::first(50)).await.expect("reads");
    page.items.into_iter().map(|task| task.definition.name).collect()
}

async fn filters(fixture: Fixture) {
    for (name, title, folder, tags, enabled) in [
        ("a", "Ärger 100%", "finance", vec!["x"], true),
        ("b", "plain", "finance/daily", vec!["x", "y"], true),
        ("c", "100 things", "financeother", vec!["xy"], false),
    ] {
        let mut new = definition(name);
        new.title = title.into();
        new.folder = folder.into();
        new.tags = tags.into_iter().map(str::to_owned).collect();
        new.enabled = enabled;
        fixture.task(new).await;
    }
    let task = fixture.store.task_find(&TaskRef::from("b")).await.expect("reads").expect("b");
    fixture.run(new_run(&task, begin())).await;
    let all = TaskFilter::default;
    let text = |text: &str| TaskFilter { text: Some(text.into()), ..all() };
    assert_eq!(names(&fixture, all()).await, ["a", "b", "c"]);
    assert_eq!(names(&fixture, text("äRG")).await, ["a"]);
    assert_eq!(names(&fixture, text("100%")).await, ["a"], "% is no wild card");
    assert_eq!(names(&fixture, text("_")).await, [""; 0], "_ is no wild card");
    assert_eq!(names(&fixture, TaskFilter { folder: Some("finance".into()), ..all() }).await, ["a", "b"]);
    assert_eq!(names(&fixture, TaskFilter { tag: Some("x".into()), ..all() }).await, ["a", "b"]);
    assert_eq!(names(&fixture, TaskFilter { tag: Some("y".into()), ..all() }).await, ["b"]);
    assert_eq!(names(&fixture, TaskFilter { enabled: Some(false), ..all() }).await, ["c"]);
    assert_eq!(names(&fixture, TaskFilter { last_state: Some(RunState::Queued), ..all() }).await, ["b"]);
}

async fn pages_are_stable_under_inserts(fixture: Fixture) {
    for name in ["d", "b", "f", "h"] {
        fixture.task(definition(name)).await;
    }
    let list = async |page: PageRequest| {
        fixture.store.task_list(&TaskFilter::default(), TaskSort::Name, &page).await.expect("reads")
    };
    let first = list(PageRequest::first(2)).await;
    fixture.task(definition("a")).await;
    fixture.task(definition("g")).await;
    let cursor: Cursor = first.next.expect("more").to_string().parse().expect("reads back");
    let second = list(PageRequest { limit: 5, cursor: Some(cursor.clone()) }).await;
    let shown = |page: orc_server::domain::model::Page<orc_server::domain::model::TaskRecord>| {
        page.items.into_iter().map(|task| task.definition.name).collect::<Vec<_>>()
    };
    assert_eq!(first.items.iter().map(|task| task.definition.name.as_str()).collect::<Vec<_>>(), ["b", "d"]);
    assert_eq!(second.next, None);
    assert_eq!(shown(second), ["f", "g", "h"]);
    let other = PageRequest { limit: 2, cursor: Some(cursor) };
    let other = fixture.store.task_list(&TaskFilter::default(), TaskSort::UpdatedAt, &other).await;
    assert!(matches!(other, Err(StoreError::BadCursor)), "{other:?}");
    for garbage in ["", "x", "bm90aGluZw", "W10"] {
        assert!(matches!(garbage.parse::<Cursor>(), Err(BadCursor)), "{garbage}");
    }
}

async fn sorted_by_change_and_by_newest_run(fixture: Fixture) {
    let mut tasks = Vec::new();
    for (index, name) in ["a", "b", "c"].into_iter().enumerate() {
        let when = at(i64::try_from(index).expect("small"));
        tasks.push(fixture.task_at(definition(name), when).await.expect("a task"));
    }
    fixture.run(new_run(&tasks[2], at(10))).await;
    fixture.run(new_run(&tasks[0], at(20))).await;
    for (sort, wanted) in [(TaskSort::UpdatedAt, ["c", "b", "a"]), (TaskSort::LastRunAt, ["a", "c", "b"])] {
        let mut found = Vec::new();
        let mut page = PageRequest::first(1);
        loop {
            let part = fixture.store.task_list(&TaskFilter::default(), sort, &page).await.expect("reads");
            found.extend(part.items.into_iter().map(|task| task.definition.name));
            match part.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(found, wanted, "{sort:?}");
    }
}

async fn owners(fixture: Fixture) {
    let owned = TaskChange { owner: Some("team".into()), ..change(begin()) };
    let new = definition("mine");
    let task = fixture.store.write(async move |tx: &Tx| tx.task_insert(&new, &owned).await).await.expect("a task");
    fixture.task(definition("other")).await;
    fixture.update(&task, task.definition.clone(), at(1)).await.expect("updates, the owner stays");
    let found = fixture.store.write(async |tx: &Tx| tx.tasks_of_owner("team").await).await.expect("reads");
    assert_eq!(found.iter().map(|task| task.definition.name.as_str()).collect::<Vec<_>>(), ["mine"]);
}
