//! What triggered runs know about their trigger, where file triggers may look, and triggers of tasks applied
//! together.

use super::bench::{Bench, child_task};
use orc_server::api::tasks::definition::TaskDefinition;
use orc_server::app::tasks::sets::{Applied, Apply};
use orc_server::app::{Caller, Error};
use orc_server::domain::core::problem::Problem;
use orc_server::domain::ids::RunId;
use orc_server::domain::model::{AuditFilter, PageRequest, RunFilter, TaskFilter};
use orc_server::domain::reason::Reason;
use orc_server::domain::tasks::Definition;
use orc_server::domain::vocabulary::TaskSort;
use serde_json::{Value, json};
use std::time::Duration;

const SAYS: &str = "echo \"$ORC_TRIGGER|${ORC_TRIGGER_FILE-none}|${ORC_TRIGGER_TASK-none}|${ORC_TRIGGER_STATE-none}\
                    |${ORC_TRIGGER_RUN-none}\"";

/// The only run of a task, as soon as it exists.
async fn only_run(bench: &Bench, task: &str) -> RunId {
    loop {
        let mut live = bench.app.events().subscribe(None).live;
        let page = PageRequest::first(5);
        let found = bench.app.run_list(&Caller::local(), Some(task), RunFilter::default(), &page).await.expect("runs");
        if let [run] = found.items.as_slice() {
            return run.id;
        }
        let _changed = tokio::time::timeout(Duration::from_secs(30), live.recv()).await.expect("it changes");
    }
}

async fn said(bench: &Bench, run: RunId) -> String {
    let (_, attempts) = bench.ended(run).await;
    bench.log(&attempts[0]).trim_end().to_owned()
}

async fn look(bench: &Bench) {
    let watcher = orc_server::engine::FileWatcher::new(bench.app.clone());
    orc_server::engine::Worker::run_once(&watcher).await.expect("a look");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_triggered_run_knows_what_started_it() {
    let bench = Bench::new().await;
    let place = tempfile::tempdir().expect("a folder");
    let pattern = place.path().join("*.csv").display().to_string();
    let trigger = json!({"kind": "file", "pattern": pattern, "change": "created"});
    bench.task(json!({"name": "on_file", "run": {"kind": "shell", "line": SAYS}, "triggers": [trigger]})).await;
    bench.task(child_task("source", &["exit", "7"], json!({}))).await;
    let trigger = json!({"kind": "task", "tasks": ["source"], "states": ["failed"]});
    bench.task(json!({"name": "on_end", "run": {"kind": "shell", "line": SAYS}, "triggers": [trigger]})).await;
    look(&bench).await;
    let file = place.path().join("a (run 1).csv");
    std::fs::write(&file, "1").expect("written");
    look(&bench).await;
    let _engine = bench.engine().await;
    let source = bench.start("source").await;
    let run = only_run(&bench, "on_file").await;
    assert_eq!(said(&bench, run).await, format!("file|{}|none|none|none", file.display()));
    let run = only_run(&bench, "on_end").await;
    assert_eq!(said(&bench, run).await, format!("task|none|source|failed|{source}"));
    // A rerun of a rerun still knows its origin, and that it is a rerun.
    let again = async |run| bench.app.run_rerun(&Caller::local(), run, None, false, None).await.expect("again").id;
    let second = again(run).await;
    assert_eq!(said(&bench, second).await, format!("rerun|none|source|failed|{source}"));
    let third = again(second).await;
    assert_eq!(said(&bench, third).await, format!("rerun|none|source|failed|{source}"));
    // The same when the runs before it are no longer kept.
    for gone in [run, second] {
        bench.app.run_delete(&Caller::local(), gone).await.expect("deleted");
    }
    let fourth = again(third).await;
    assert_eq!(said(&bench, fourth).await, format!("rerun|none|source|failed|{source}"));
    let by_hand = bench.start("on_end").await;
    assert_eq!(said(&bench, by_hand).await, "manual|none|none|none|none");
}

fn definition(body: Value) -> Definition {
    let wire: TaskDefinition = serde_json::from_value(body).expect("a definition");
    wire.into_domain("UTC")
}

fn listening(name: &str, source: &str) -> Definition {
    let trigger = json!({"kind": "task", "tasks": [source], "states": ["succeeded"]});
    definition(child_task(name, &["exit", "0"], json!({"triggers": [trigger]})))
}

fn plain(name: &str) -> Definition {
    definition(child_task(name, &["exit", "0"], json!({})))
}

fn set(definitions: &[Definition]) -> Apply {
    let owner = Some("files".to_owned());
    Apply { definitions: definitions.to_vec(), owner, prune: true, yes: true, dry_run: false }
}

/// Applies twice: the dry run must report what the real one then does.
async fn apply(bench: &Bench, apply: Apply) -> Result<Vec<String>, Vec<Problem>> {
    let words = |applied: Applied| match applied {
        Applied::Created(name) => format!("+{name}"),
        Applied::Updated(both) => format!("~{}", both.1.name),
        Applied::Unchanged(name) => format!("={name}"),
        Applied::Deleted(name) => format!("-{name}"),
    };
    let mut said = Vec::new();
    for dry_run in [true, false] {
        let result = bench.app.task_apply(&Caller::local(), Apply { dry_run, ..apply.clone() }).await;
        said.push(match result {
            Ok(applied) => Ok(applied.into_iter().map(words).collect()),
            Err(Error::Invalid(problems)) => Err(problems),
            Err(other) => panic!("dry run {dry_run}: {other:?}"),
        });
    }
    let real = said.pop().expect("two");
    assert_eq!(said.pop().expect("one"), real, "the dry run said something else");
    real
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_applied_for_the_first_time_is_born_once() {
    let bench = Bench::new().await;
    let every = json!({"schedules": [{"key": "often", "kind": "interval", "every_seconds": 3600}]});
    let task = definition(child_task("it", &["exit", "0"], every));
    apply(&bench, set(std::slice::from_ref(&task))).await.expect("applied");
    let stored = bench.app.task_view(&Caller::local(), "it").await.expect("the task").record;
    assert_eq!((stored.version, stored.owner.as_deref()), (1, Some("files")));
    let about_it = AuditFilter { target: Some("it".into()), ..AuditFilter::default() };
    let entries = async || {
        let page = bench.app.audit_list(&Caller::local(), &about_it, &PageRequest::first(9)).await.expect("the log");
        page.items.into_iter().map(|entry| entry.entry.action).collect::<Vec<_>>()
    };
    assert_eq!(entries().await, ["task_apply"]);
    apply(&bench, set(&[task])).await.expect("applied");
    assert_eq!(entries().await, ["task_apply"], "nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_applied_together_may_listen_to_each_other_in_any_order() {
    let bench = Bench::new().await;
    let chain = [listening("c", "b"), listening("b", "a"), plain("a")];
    assert_eq!(apply(&bench, set(&chain)).await.expect("applied"), ["+c", "+b", "+a"], "in the order given");
    assert_eq!(apply(&bench, set(&chain)).await.expect("applied"), ["=c", "=b", "=a"]);
    let turned = [plain("c"), listening("b", "c"), listening("a", "b")];
    assert_eq!(apply(&bench, set(&turned)).await.expect("turned round"), ["~c", "~b", "~a"]);
    let said = apply(&bench, set(&[plain("d")])).await.expect("the listeners go first");
    assert_eq!(said, ["+d", "-a", "-b", "-c"]);
    assert_eq!(
        apply(&bench, set(&[listening("f", "d"), plain("d"), listening("e", "f")])).await.expect("more").len(),
        3
    );
    assert_eq!(apply(&bench, set(&[plain("g")])).await.expect("less"), ["+g", "-e", "-f", "-d"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_one_of_many_names_its_index() {
    let bench = Bench::new().await;
    let problems = apply(&bench, set(&[plain("a"), listening("b", "nobody")])).await.expect_err("refused");
    assert_eq!(problems[0].pointer, "/tasks/1/triggers/0/tasks");
    let circle = [plain("x"), listening("a", "b"), listening("b", "a")];
    let problems = apply(&bench, set(&circle)).await.expect_err("a circle");
    assert!(problems[0].pointer.ends_with("/triggers/0/tasks"), "{problems:?}");
    assert!(problems[0].message.contains("circle"), "{problems:?}");
    let unknown = definition(child_task("p", &["exit", "0"], json!({"pool": "none"})));
    let problems = apply(&bench, set(&[plain("a"), unknown])).await.expect_err("no such pool");
    assert_eq!(problems[0].pointer, "/tasks/1/pool");
    let (filter, page) = (TaskFilter::default(), PageRequest::first(5));
    let saved = bench.app.task_list(&Caller::local(), &filter, TaskSort::Name, &page).await.expect("tasks");
    assert!(saved.items.is_empty(), "a dry run, or a part, was saved");
}

fn watching(pattern: &std::path::Path) -> Definition {
    let trigger = json!({"kind": "file", "pattern": pattern, "change": "created"});
    definition(child_task("it", &["exit", "0"], json!({"triggers": [{"kind": "webhook"}, trigger]})))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, String) {
    match result {
        Err(Error::Invalid(problems)) => (problems[0].pointer.clone(), problems[0].message.clone()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn file_triggers_look_only_where_they_may() {
    let (place, caller) = (tempfile::tempdir().expect("a folder"), Caller::local());
    let [inbox, other] = ["inbox", "inbox2"].map(|name| place.path().join(name));
    std::fs::create_dir(&inbox).expect("a folder");
    std::fs::create_dir(&other).expect("a folder");
    let bench = Bench::new().await;
    let own = watching(&bench.folder.path().join("logs").join("*"));
    let (pointer, message) = refusal(bench.app.task_create(&caller, own, true).await);
    assert_eq!(pointer, "/triggers/1/pattern");
    assert!(message.contains("data folder"), "{message}");
    bench.app.task_create(&caller, watching(&other.join("*.csv")), false).await.expect("everywhere else, until now");

    let bench = bench.looking_into(vec![inbox.clone(), "/nowhere/yet".into()]).await;
    let outside = [other.join("*.csv"), place.path().join("inbox*").join("a"), place.path().join("**")];
    for pattern in &outside {
        let wanted = watching(pattern);
        let write = orc_server::app::core::write::Write { base: None, dry_run: false };
        let update =
            bench.app.task_update(&caller, "it", Definition { description: "x".into(), ..wanted.clone() }, write);
        for (pointer, message) in [
            refusal(bench.app.task_create(&caller, wanted.clone(), false).await),
            refusal(update.await),
            refusal(bench.app.task_effect(&caller, "it", &wanted, 1).await),
        ] {
            assert_eq!(pointer, "/triggers/1/pattern");
            assert!(message.contains(inbox.to_str().expect("text")) && message.contains("/nowhere/yet"), "{message}");
        }
        let problems = apply(&bench, set(&[plain("a"), wanted])).await.expect_err("refused");
        assert_eq!(problems[0].pointer, "/tasks/1/triggers/1/pattern");
    }
    look(&bench).await;
    let views = bench.app.trigger_list(&caller, "it").await.expect("triggers");
    assert!(matches!(views[1].problem, Some(Reason::PatternOutside { .. })), "saved before: not watched");
    for inside in [inbox.join("*"), inbox.join("below").join("**"), "/nowhere/yet/*.csv".into()] {
        let wanted = watching(&inside);
        bench.app.task_create(&caller, Definition { name: "fresh".into(), ..wanted }, true).await.expect("allowed");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&other, inbox.join("link")).expect("a link");
        refusal(bench.app.task_create(&caller, watching(&inbox.join("link").join("*")), true).await);
    }
}
