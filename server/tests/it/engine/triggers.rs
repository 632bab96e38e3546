//! Triggers other than schedules: ends of other runs, and calls over HTTP.

use super::bench::{Bench, child_task};
use orc_server::app::core::write::Write;
use orc_server::app::triggers::call::HookCall;
use orc_server::app::triggers::file_roots::{Disks, PATIENCE};
use orc_server::app::triggers::files::Looked;
use orc_server::app::triggers::hooks::HookAnswer;
use orc_server::app::{App, Caller, Error, Signal};
use orc_server::domain::model::{AuditFilter, FileState, PageRequest, RunFilter, RunRecord};
use orc_server::domain::reason::{Reason, ReasonCode};
use orc_server::domain::tasks::Definition;
use orc_server::domain::triggers::TriggerRule;
use orc_server::domain::triggers::call::Headers;
use orc_server::domain::triggers::files::Watch;
use orc_server::domain::vocabulary::{FileChange, RunState, TriggerKind};
use orc_server::engine::{FileWatcher, Worker as _};
use orc_server::integrations::disk::{Disk, HungDisk, LocalDisk};
use orc_server::integrations::file_events::{FileEvents, Listening};
use orc_server::security::signature::sign;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub(super) async fn runs(bench: &Bench, task: &str) -> Vec<RunRecord> {
    let page = PageRequest::first(500);
    bench.app.run_list(&Caller::local(), Some(task), RunFilter::default(), &page).await.expect("runs").items
}

/// Waits until a task has this many ended runs.
async fn ended(bench: &Bench, task: &str, count: usize) -> Vec<RunRecord> {
    loop {
        let mut live = bench.app.events().subscribe(None).live;
        let found = runs(bench, task).await;
        if found.iter().filter(|run| run.state.is_final()).count() >= count {
            return found;
        }
        let _changed = tokio::time::timeout(Duration::from_secs(30), live.recv()).await.expect("it changes");
    }
}

fn after(tasks: Value, states: Value) -> Value {
    json!({"triggers": [{"kind": "task", "tasks": tasks, "states": states}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_run_starts_who_listens_to_it() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    bench.task(child_task("extract", &["exit", "0"], json!({}))).await;
    bench.task(child_task("load", &["exit", "7"], after(json!(["extract"]), json!(["succeeded"])))).await;
    bench.task(child_task("report", &["exit", "0"], after(json!(["load"]), json!(["succeeded"])))).await;
    bench
        .task(child_task("mend", &["exit", "0"], after(json!(["extract", "load"]), json!(["failed", "timed_out"]))))
        .await;
    let run = bench.start("extract").await;
    let mended = ended(&bench, "mend", 1).await;
    assert_eq!(mended.len(), 1);
    assert_eq!(mended[0].trigger.kind, TriggerKind::Task);
    assert!(mended[0].trigger.by.as_deref().is_some_and(|by| by.starts_with("load failed")), "{:?}", mended[0].trigger);
    let loaded = runs(&bench, "load").await;
    assert!(loaded.len() == 1 && loaded[0].trigger.by.as_deref().is_some_and(|by| by.contains(&run.to_string())));
    assert!(runs(&bench, "report").await.is_empty(), "load did not succeed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_made_skipped_tells_its_listeners() {
    let bench = Bench::new().await;
    bench.task(child_task("source", &["exit", "0"], json!({}))).await;
    let mut listens = after(json!(["source"]), json!(["cancelled"]));
    listens["params"] = json!([{"kind": "string", "name": "needed", "required": true}]);
    bench.task(child_task("refused", &["exit", "0"], listens)).await;
    bench.task(child_task("alarm", &["exit", "0"], after(json!(["refused"]), json!(["skipped"])))).await;
    let run = bench.start("source").await;
    bench.app.run_cancel(&Caller::local(), run).await.expect("cancelled before it started");
    while bench.app.firings_follow().await.expect("followed") > 0 {}
    let refused = runs(&bench, "refused").await;
    assert_eq!((refused.len(), refused[0].state), (1, RunState::Skipped));
    assert_eq!(refused[0].reason.as_ref().map(Reason::code), Some(ReasonCode::ParamsRefused));
    assert_eq!(runs(&bench, "alarm").await.len(), 1, "nobody was told of the skipped run");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_survives_the_server_and_a_hold() {
    let bench = Bench::new().await;
    bench.task(child_task("a", &["exit", "0"], json!({}))).await;
    bench.task(child_task("b", &["exit", "0"], after(json!(["a"]), json!(["cancelled"])))).await;
    let run = bench.start("a").await;
    bench.app.run_cancel(&Caller::local(), run).await.expect("cancelled before it started");
    bench.app.system_hold(&Caller::local(), "moving house".into()).await.expect("held");
    assert_eq!(bench.app.firings_follow().await.expect("a round"), 0);
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    assert!(runs(&bench, "b").await.is_empty());
    bench.app.system_release(&Caller::local()).await.expect("released");
    assert_eq!(ended(&bench, "b", 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_overlap_refuses_is_a_skipped_run() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    bench.task(child_task("a", &["exit", "0"], json!({}))).await;
    bench.task(child_task("b", &["sleep", "60"], after(json!(["a"]), json!(["succeeded"])))).await;
    let busy = bench.start("b").await;
    bench.until(busy, |run, _| run.state == RunState::Running).await;
    bench.start("a").await;
    let found = ended(&bench, "b", 1).await;
    let skipped = found.iter().find(|run| run.state == RunState::Skipped).expect("a skipped run");
    assert_eq!(skipped.reason, Some(Reason::PreviousRunOpen {}));
    bench.app.run_cancel(&Caller::local(), busy).await.expect("cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn circles_and_unknown_tasks_are_refused() {
    let bench = Bench::new().await;
    bench.task(child_task("a", &["exit", "0"], json!({}))).await;
    bench.task(child_task("b", &["exit", "0"], after(json!(["a"]), json!(["succeeded"])))).await;
    let refused = async |name: &str, more: Value| {
        let body = child_task(name, &["exit", "0"], more);
        let wire: orc_server::api::tasks::definition::TaskDefinition =
            serde_json::from_value(body).expect("a definition");
        let write = orc_server::app::core::write::Write { base: None, dry_run: false };
        match bench.app.task_update(&Caller::local(), name, wire.into_domain("UTC"), write).await {
            Err(Error::Invalid(problems)) => (problems[0].pointer.clone(), problems[0].message.clone()),
            other => panic!("{other:?}"),
        }
    };
    let (place, message) = refused("a", after(json!(["b"]), json!(["succeeded"]))).await;
    assert_eq!(place, "/triggers/0/tasks");
    assert!(message.contains("a <- b <- a"), "{message}");
    assert_eq!(refused("a", after(json!(["none"]), json!(["succeeded"]))).await.0, "/triggers/0/tasks");
    assert_eq!(refused("a", after(json!(["a"]), json!(["succeeded"]))).await.0, "/triggers/0/tasks");
    assert_eq!(refused("b", after(json!(["a"]), json!(["running"]))).await.0, "/triggers/0/states");
    let deleted = bench.app.task_delete(&Caller::local(), "a", None, false).await;
    assert!(matches!(deleted, Err(Error::Conflict { code: "task_in_use", .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_others_listen_to_keeps_its_name() {
    let bench = Bench::new().await;
    let (app, caller) = (&bench.app, Caller::local());
    bench.task(child_task("extract", &["exit", "0"], json!({}))).await;
    bench.task(child_task("load", &["exit", "0"], after(json!(["extract"]), json!(["succeeded"])))).await;
    let present = app.task_view(&caller, "extract").await.expect("a view").record.definition;
    let renamed = Definition { name: "other".into(), ..present };
    for dry_run in [true, false] {
        let refused = app.task_update(&caller, "extract", renamed.clone(), Write { base: None, dry_run }).await;
        let Err(Error::Conflict { code: "task_in_use", detail }) = refused else { panic!("{refused:?}") };
        assert!(detail.contains("cannot be renamed") && detail.contains("task \"load\""), "{detail}");
    }
    app.task_delete(&caller, "load", None, false).await.expect("deleted");
    app.task_update(&caller, "extract", renamed, Write::default()).await.expect("nobody names it any more");
}

async fn hooked(bench: &Bench, proof: &str) {
    let more = json!({
        "triggers": [{"kind": "webhook", "proof": proof, "params": {"day": "/event/day"}}],
        "params": [{"kind": "date", "name": "day", "required": true}],
        "overlap": {"kind": "allow", "max": 100}
    });
    bench.task(child_task("it", &["exit", "0"], more)).await;
}

async fn refusals(bench: &Bench) -> usize {
    let filter = AuditFilter { action: Some("hook_refuse".into()), ..AuditFilter::default() };
    bench.app.store().audit_list(&filter, &PageRequest::first(50)).await.expect("entries").items.len()
}

fn call(path: &str, body: &str) -> HookCall {
    let address = path.strip_prefix("/hooks/").unwrap_or(path).to_owned();
    HookCall { address, body: body.into(), from: format!("198.51.100.{}", rand::random::<u8>()), ..HookCall::default() }
}

async fn started(bench: &Bench, call: HookCall) -> RunRecord {
    match bench.app.hook_call(call).await.expect("an answer") {
        HookAnswer::Run { run, .. } => *run,
        other => panic!("no run: {other:?}"),
    }
}

const BODY: &str = r#"{"event": {"day": "2026-11-23"}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_address_starts_the_task_until_it_is_rotated() {
    let bench = Bench::new().await;
    hooked(&bench, "secret_url").await;
    let caller = Caller::local();
    let view = bench.app.trigger_list(&caller, "it").await.expect("triggers").remove(0);
    let bare = format!("/hooks/{}", view.record.id.0.simple());
    for path in [bare.as_str(), "/hooks/nothing", "/hooks/", &format!("{bare}."), &format!("{bare}.AAAA")] {
        let refused = bench.app.hook_call(call(path, BODY)).await.expect_err(path);
        assert!(matches!(&refused, Error::Unauthenticated(text) if !text.contains("it")), "{path}: {refused}");
    }
    assert_eq!(refusals(&bench).await, 5, "one entry for each");
    let first = bench.app.trigger_rotate(&caller, "it", "webhook", None).await.expect("an address").path;
    let run = started(&bench, call(first.expose(), BODY)).await;
    assert_eq!((run.trigger.kind, &run.params["day"]), (TriggerKind::Webhook, &json!("2026-11-23")));
    let missing = bench.app.hook_call(call(first.expose(), "{}")).await;
    assert!(matches!(missing, Err(Error::Invalid(problems)) if problems[0].pointer == "/params/day"));
    assert!(matches!(bench.app.hook_call(call(first.expose(), "{")).await, Err(Error::Invalid(_))));
    let second = bench.app.trigger_rotate(&caller, "it", "webhook", None).await.expect("an address").path;
    assert!(matches!(bench.app.hook_call(call(first.expose(), BODY)).await, Err(Error::Unauthenticated(_))));
    let keyed = |body| HookCall { idempotency_key: Some("delivery-1".into()), ..call(second.expose(), body) };
    let run = started(&bench, keyed(BODY)).await;
    assert_eq!(started(&bench, keyed(BODY)).await.id, run.id, "delivered twice");
    let reused = bench.app.hook_call(keyed(r#"{"event": {"day": "2026-11-24"}}"#)).await;
    assert!(matches!(reused, Err(Error::Conflict { code: "idempotency_key_reused", .. })));
    bench.app.task_switch(&caller, "it", false).await.expect("disabled");
    let disabled = bench.app.hook_call(call(second.expose(), BODY)).await;
    assert!(matches!(disabled, Err(Error::Conflict { code: "task_disabled", .. })));
    if bench.on_postgres() {
        return; // Whose files are not ours to look into.
    }
    let contains = |text: &str| {
        ["orc.db", "orc.db-wal"].into_iter().any(|file| {
            let bytes = std::fs::read(bench.folder.path().join(file)).expect("the database");
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    };
    let secret = second.expose().rsplit('.').next().expect("a secret");
    assert!(contains("2026-11-23") && !contains(secret), "only its hash is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_counts_once_and_not_for_long() {
    let bench = Bench::new().await;
    hooked(&bench, "signature").await;
    let made = bench.app.trigger_rotate(&Caller::local(), "it", "webhook", None).await.expect("a secret");
    let secret = made.secret.expect("a shared secret");
    let with_headers = |headers: &[(&str, &str)], body: &str| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        HookCall { headers: Headers::new(headers), ..call(made.path.expose(), body) }
    };
    let signed = |seconds: i64, body: &str| {
        let timestamp = (bench.app.clock().now().timestamp() + seconds).to_string();
        let signature = sign(&secret, &timestamp, body.as_bytes());
        with_headers(&[("X-Orc-Timestamp", &timestamp), ("X-Orc-Signature", &signature)], body)
    };
    let good = signed(0, BODY);
    let proof = good.headers.one("x-orc-signature").expect("a signature").to_owned();
    started(&bench, good.clone()).await;
    let wrong = [
        good.clone(),
        signed(-301, BODY),
        signed(330, BODY),
        HookCall { body: b"{}".to_vec(), ..signed(1, BODY) },
        with_headers(&[("X-Orc-Timestamp", "soon"), ("X-Orc-Signature", &proof)], BODY),
        with_headers(&[("X-Orc-Timestamp", &bench.app.clock().now().timestamp().to_string())], BODY),
        call(made.path.expose(), BODY),
    ];
    let count = wrong.len();
    for call in wrong {
        assert!(matches!(bench.app.hook_call(call.clone()).await, Err(Error::Unauthenticated(_))), "{call:?}");
    }
    assert_eq!(refusals(&bench).await, count);
    assert_eq!(runs(&bench, "it").await.len(), 1);
    let bench = bench.restarted().await;
    assert!(matches!(bench.app.hook_call(good).await, Err(Error::Unauthenticated(_))), "remembered over a restart");
}

pub(super) async fn watched(bench: &Bench, pattern: &std::path::Path, more: Value) {
    let trigger = json!({"kind": "file", "pattern": pattern.to_str().expect("text"), "settle_seconds": 0.1});
    let mut trigger = trigger.as_object().cloned().expect("an object");
    trigger.extend(more.as_object().cloned().expect("an object"));
    let params = json!([{"kind": "string", "name": "file", "required": true}]);
    let body = json!({"triggers": [trigger], "params": params, "overlap": {"kind": "allow", "max": 100}});
    bench.task(child_task("it", &["exit", "0"], body)).await;
}

/// One look at all files, like that of a watcher that has just started.
async fn look(bench: &Bench) -> Vec<String> {
    look_with(bench, &FileWatcher::new(bench.app.clone())).await
}

pub(super) async fn look_with(bench: &Bench, watcher: &FileWatcher) -> Vec<String> {
    watcher.run_once().await.expect("a look");
    let mut files: Vec<String> = runs(bench, "it")
        .await
        .into_iter()
        .map(|run| run.params["file"].as_str().expect("a path").to_owned())
        .collect();
    files.sort();
    files.into_iter().map(|path| path.rsplit('/').next().expect("a name").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_come_start_one_run_each() {
    let bench = Bench::new().await;
    let place = tempfile::tempdir().expect("a folder");
    let inbox = place.path().join("inbox");
    watched(&bench, &inbox.join("*.csv"), json!({"change": "created"})).await;
    assert_eq!(look(&bench).await, [""; 0], "the folder is not there yet");
    std::fs::create_dir(&inbox).expect("a folder");
    std::fs::write(inbox.join("a.csv"), "1").expect("written");
    std::fs::write(inbox.join("a.txt"), "1").expect("written");
    assert_eq!(look(&bench).await, ["a.csv"]);
    std::fs::write(inbox.join("a.csv"), "12").expect("written");
    assert_eq!(look(&bench).await, ["a.csv"], "changed is not created");
    let bench = bench.restarted().await;
    std::fs::write(inbox.join("b.csv"), "1").expect("written while nobody looked");
    assert_eq!(look(&bench).await, ["a.csv", "b.csv"]);
    assert_eq!(look(&bench).await, ["a.csv", "b.csv"], "none twice");
    std::fs::remove_file(inbox.join("a.csv")).expect("removed");
    look(&bench).await;
    std::fs::write(inbox.join("a.csv"), "1").expect("written");
    assert_eq!(look(&bench).await, ["a.csv", "a.csv", "b.csv"], "it came again");
    bench.app.task_switch(&Caller::local(), "it", false).await.expect("disabled");
    std::fs::write(inbox.join("c.csv"), "1").expect("written");
    assert_eq!(look(&bench).await, ["a.csv", "a.csv", "b.csv"], "nothing starts a disabled task");
    bench.app.task_switch(&Caller::local(), "it", true).await.expect("enabled");
    assert_eq!(look(&bench).await, ["a.csv", "a.csv", "b.csv", "c.csv"], "what came meanwhile is not lost");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_out_of_sight_do_not_start_runs_again() {
    let bench = Bench::new().await;
    let place = tempfile::tempdir().expect("a folder");
    let (inbox, aside, link) = (place.path().join("inbox"), place.path().join("aside"), place.path().join("link"));
    std::fs::create_dir(&inbox).expect("a folder");
    std::os::unix::fs::symlink(&inbox, &link).expect("a link");
    watched(&bench, &link.join("*.csv"), json!({"change": "created"})).await;
    look(&bench).await;
    std::fs::write(inbox.join("a.csv"), "1").expect("written");
    assert_eq!(look(&bench).await, ["a.csv"], "a link before the first wildcard is followed");
    std::fs::write(inbox.join("a.csv"), "12").expect("written");
    assert_eq!(look(&bench).await, ["a.csv"]);
    // A share is not mounted: the folder is empty, and later has the same files again.
    std::fs::rename(&inbox, &aside).expect("moved");
    std::fs::create_dir(&inbox).expect("a folder");
    assert_eq!(look(&bench).await, ["a.csv"]);
    std::fs::remove_dir(&inbox).expect("removed");
    std::fs::rename(&aside, &inbox).expect("moved");
    assert_eq!(look(&bench).await, ["a.csv"], "it came back as it was");
    // A share cannot be read: no file counts as gone, and the trigger says what is wrong.
    std::fs::rename(&inbox, &aside).expect("moved");
    std::os::unix::fs::symlink(&inbox, &inbox).expect("a link to itself");
    assert_eq!(look(&bench).await, ["a.csv"]);
    let shown = bench.app.trigger_list(&Caller::local(), "it").await.expect("shown");
    assert!(matches!(shown[0].problem, Some(Reason::FileUnreadable { .. })), "{:?}", shown[0].problem);
    std::fs::remove_file(&inbox).expect("removed");
    std::fs::rename(&aside, &inbox).expect("moved");
    std::fs::write(inbox.join("b.csv"), "1").expect("written");
    assert_eq!(look(&bench).await, ["a.csv", "b.csv"]);
    assert_eq!(bench.app.trigger_list(&Caller::local(), "it").await.expect("shown")[0].problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_pattern_starts_nothing_for_what_is_there_and_one_bad_trigger_stops_no_other() {
    let bench = Bench::new().await;
    let place = tempfile::tempdir().expect("a folder");
    std::fs::write(place.path().join("old.txt"), "1").expect("written");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let outside = json!({"kind": "file", "pattern": elsewhere.path().join("*").to_str().expect("text")});
    bench.task(child_task("a-bad", &["exit", "0"], json!({"triggers": [outside]}))).await;
    let bench = bench.looking_into(vec![place.path().to_path_buf()]).await;
    watched(&bench, &place.path().join("*.csv"), json!({"change": "created"})).await;
    look(&bench).await;
    let mut definition = bench.app.task_view(&Caller::local(), "it").await.expect("there").record.definition;
    let pattern = place.path().join("*.txt").to_str().expect("text").to_owned();
    definition.triggers[0].rule = TriggerRule::File { pattern, change: FileChange::Created, settle_seconds: 0.1 };
    let write = orc_server::app::core::write::Write { base: None, dry_run: false };
    bench.app.task_update(&Caller::local(), "it", definition, write).await.expect("saved");
    assert_eq!(look(&bench).await, [""; 0], "what is there when the pattern comes is known");
    std::fs::write(place.path().join("new.txt"), "1").expect("written");
    assert_eq!(look(&bench).await, ["new.txt"]);
    let shown = bench.app.trigger_list(&Caller::local(), "a-bad").await.expect("shown");
    assert!(matches!(shown[0].problem, Some(Reason::PatternOutside { .. })), "{:?}", shown[0].problem);
}

/// Changes files, and returns when the watcher has heard of the change.
async fn heard(bench: &Bench, something: impl FnOnce()) {
    let seen = bench.app.signals().raised_count(Signal::Files);
    something();
    let heard = bench.app.signals().heard(Signal::Files, seen);
    tokio::time::timeout(Duration::from_secs(30), heard).await.expect("the watcher heard of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_heard_also_in_folders_that_come_later() {
    let bench = Bench::new().await;
    let place = tempfile::tempdir().expect("a folder");
    let (late, inbox) = (place.path().join("late"), place.path().join("late").join("inbox"));
    watched(&bench, &inbox.join("**").join("*.csv"), json!({"change": "created"})).await;
    let watcher = FileWatcher::new(bench.app.clone());
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    heard(&bench, || std::fs::create_dir(&late).expect("a folder")).await;
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    heard(&bench, || std::fs::create_dir(&inbox).expect("a folder")).await;
    let listening = bench.app.signals().raised_count(Signal::Files);
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    assert_ne!(
        bench.app.signals().raised_count(Signal::Files),
        listening,
        "what came before it listened is looked for"
    );
    heard(&bench, || std::fs::write(inbox.join("a.csv"), "1").expect("written")).await;
    assert_eq!(look_with(&bench, &watcher).await, ["a.csv"]);
    let below = inbox.join("below");
    heard(&bench, || std::fs::create_dir(&below).expect("a folder")).await;
    look_with(&bench, &watcher).await;
    heard(&bench, || std::fs::rename(inbox.join("a.csv"), below.join("b.csv")).expect("moved")).await;
    assert_eq!(look_with(&bench, &watcher).await, ["a.csv", "b.csv"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_never_answers_stops_no_other_trigger() {
    let bench = Bench::new().await;
    let (gone, place) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let pattern = |folder: &tempfile::TempDir| folder.path().join("*.csv");
    for (name, change) in [("a-hung", "created"), ("b-hung", "changed")] {
        let trigger = json!({"kind": "file", "pattern": pattern(&gone).to_str().expect("text"), "change": change});
        bench.task(child_task(name, &["exit", "0"], json!({"triggers": [trigger]}))).await;
    }
    watched(&bench, &pattern(&place), json!({"change": "created"})).await;
    let disk = Arc::new(HungDisk::below(gone.path().to_path_buf()));
    let watcher = FileWatcher::of(bench.app.clone(), Arc::clone(&disk) as Arc<dyn Disk>, Duration::from_secs(2));
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    std::fs::write(place.path().join("a.csv"), "1").expect("written");
    assert_eq!(look_with(&bench, &watcher).await, ["a.csv"], "the other disk answers");
    let problem = async |task| {
        bench
            .app
            .trigger_list(&Caller::local(), task)
            .await
            .expect("triggers")
            .remove(0)
            .problem
            .map(|problem| problem.code())
    };
    for task in ["a-hung", "b-hung"] {
        assert_eq!(problem(task).await, Some(ReasonCode::DiskSilent));
    }
    assert_eq!(disk.asked_count(), 1, "one thread waits for it");
    assert_eq!(problem("it").await, None);
    disk.mend();
    while problem("a-hung").await.is_some() || problem("b-hung").await.is_some() {
        watcher.run_once().await.expect("a look");
    }
    std::fs::write(gone.path().join("b.csv"), "1").expect("written");
    watcher.run_once().await.expect("a look");
    assert_eq!((runs(&bench, "a-hung").await.len(), runs(&bench, "b-hung").await.len()), (1, 1));
}

/// One of the folders that triggers may look into lies on a disk that never answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_root_stops_no_trigger_of_another() {
    let (gone, place) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (gone, place) = (gone.path(), place.path());
    let bench = Bench::new().await.looking_into(vec![gone.to_path_buf(), place.to_path_buf()]).await;
    let pattern = gone.join("in").join("*.csv");
    let trigger = json!({"kind": "file", "pattern": pattern.to_str().expect("text"), "change": "created"});
    bench.task(child_task("hung", &["exit", "0"], json!({"triggers": [trigger]}))).await;
    watched(&bench, &place.join("*.csv"), json!({"change": "created"})).await;
    let disk = Arc::new(HungDisk::below(gone.to_path_buf()));
    let watcher = FileWatcher::of(bench.app.clone(), Arc::clone(&disk) as Arc<dyn Disk>, Duration::from_millis(500));
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    std::fs::write(place.join("a.csv"), "1").expect("written");
    assert_eq!(look_with(&bench, &watcher).await, ["a.csv"], "the other root answers");
    let problem =
        async |task| bench.app.trigger_list(&Caller::local(), task).await.expect("triggers").remove(0).problem;
    let silent = problem("hung").await;
    assert!(
        matches!(&silent, Some(Reason::DiskSilent { path, .. }) if Path::new(path).starts_with(gone)),
        "{silent:?}"
    );
    assert_eq!(problem("it").await, None);
    disk.mend();
}

/// Whoever saves a task that looks into a silent folder is told so, again and again, and one thread waits for the folder.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_looks_into_a_silent_folder_is_refused_in_time() {
    let (gone, place) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let bench = Bench::new().await;
    let disk = Arc::new(HungDisk::below(gone.path().to_path_buf()));
    let disks = Disks::new(Arc::clone(&disk) as Arc<dyn Disk>, Duration::from_millis(500));
    let (clock, mut settings) = (bench.app.clock().clone(), bench.app.settings().clone());
    settings.file_roots = vec![gone.path().to_path_buf(), place.path().to_path_buf()];
    let app = App::on(disks, bench.app.store().clone(), clock, settings);
    let definition = |name: &str, folder: &tempfile::TempDir| -> Definition {
        let pattern = folder.path().join("*.csv");
        let trigger = json!({"kind": "file", "pattern": pattern.to_str().expect("text")});
        let wire: orc_server::api::tasks::definition::TaskDefinition =
            serde_json::from_value(child_task(name, &["exit", "0"], json!({"triggers": [trigger]})))
                .expect("a definition");
        wire.into_domain("UTC")
    };
    for _ in 0..3 {
        let refused = app.task_create(&Caller::local(), definition("hung", &gone), false).await;
        assert!(
            matches!(&refused, Err(Error::Invalid(problems)) if problems[0].pointer == "/triggers/0/pattern"),
            "{refused:?}"
        );
    }
    assert_eq!(disk.asked_count(), 1, "one thread waits for it");
    app.task_create(&Caller::local(), definition("it", &place), false).await.expect("the other root answers");
    disk.mend();
}

/// Between a look and the runs for what it found the trigger may be wanted no more.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_for_a_trigger_that_is_wanted_no_more_starts_nothing() {
    let bench = Bench::new().await;
    let (app, caller, place) = (&bench.app, Caller::local(), tempfile::tempdir().expect("a folder"));
    watched(&bench, &place.path().join("*.csv"), json!({"change": "created"})).await;
    assert_eq!(look(&bench).await, [""; 0]);
    let file = place.path().join("a.csv");
    std::fs::write(&file, "1").expect("written");
    let before = app.file_triggers().await.expect("triggers").remove(0);
    let found = || Looked {
        files: BTreeMap::from([(
            file.to_str().expect("text").to_owned(),
            FileState { bytes: 1, changed_at: app.clock().now(), marks: None },
        )]),
        ..Looked::default()
    };
    let disks = Disks::new(Arc::new(LocalDisk), PATIENCE);
    let compared = async || {
        let mut watch = Watch::default();
        app.files_compare(&disks, &before, found(), &mut watch).await.expect("compared").made
    };

    app.task_switch(&caller, "it", false).await.expect("disabled");
    assert_eq!(compared().await, 0, "the task is disabled");
    app.task_switch(&caller, "it", true).await.expect("enabled");
    app.system_hold(&caller, "moving house".into()).await.expect("held");
    assert_eq!(compared().await, 0, "everything is on hold");
    app.system_release(&caller).await.expect("released");
    let mut definition = app.task_view(&caller, "it").await.expect("there").record.definition;
    definition.triggers[0].enabled = false;
    app.task_update(&caller, "it", definition.clone(), Write::default()).await.expect("saved");
    assert_eq!(compared().await, 0, "the trigger is disabled");
    definition.triggers[0].enabled = true;
    app.task_update(&caller, "it", definition, Write::default()).await.expect("saved");
    assert_eq!(look(&bench).await, ["a.csv"], "nothing was lost");

    app.task_delete(&caller, "it", None, true).await.expect("deleted");
    assert_eq!(compared().await, 0, "the task is deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_when_there_is_nothing_to_look_for() {
    let bench = Bench::new().await;
    let place = tempfile::tempdir().expect("a folder");
    let real = std::fs::canonicalize(place.path()).expect("there");
    watched(&bench, &place.path().join("*.csv"), json!({"change": "changed"})).await;
    let watcher = FileWatcher::new(bench.app.clone());
    look_with(&bench, &watcher).await;
    assert_eq!(watcher.folders().first(), Some(&real));
    bench.app.system_hold(&Caller::local(), "moving house".into()).await.expect("held");
    look_with(&bench, &watcher).await;
    assert!(watcher.folders().is_empty());
    bench.app.system_release(&Caller::local()).await.expect("released");
    look_with(&bench, &watcher).await;
    assert_eq!(watcher.folders(), [real]);
    bench.app.task_delete(&Caller::local(), "it", None, false).await.expect("deleted");
    watcher.run_once().await.expect("a look");
    assert!(watcher.folders().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_took_the_place_of_another_is_heard() {
    let place = tempfile::tempdir().expect("a folder");
    let (inbox, aside) = (place.path().join("inbox"), place.path().join("aside"));
    let (told, hears) = std::sync::mpsc::channel();
    let events = FileEvents::new(move |path| drop(told.send(path.map(std::path::Path::to_path_buf))));
    let listen = || events.listen(&[place.path().to_path_buf(), inbox.clone(), place.path().join("none")]);
    let write = |name: &str| {
        let path = inbox.join(name);
        std::fs::write(&path, "1").expect("written");
        while hears.recv_timeout(Duration::from_secs(30)).expect("told") != Some(path.clone()) {}
    };
    std::fs::create_dir(&inbox).expect("a folder");
    assert_eq!(listen(), Listening { more: true, problem: None });
    assert_eq!(events.folders().len(), 2);
    assert_eq!(listen(), Listening { more: false, problem: None });
    write("a");
    std::fs::rename(&inbox, &aside).expect("moved");
    std::fs::create_dir(&inbox).expect("a folder");
    listen();
    write("b");
    // Moved away and back unchanged while nobody looked: the system's watch is lost, although the folder is the same.
    std::fs::rename(&inbox, place.path().join("elsewhere")).expect("moved");
    std::fs::rename(place.path().join("elsewhere"), &inbox).expect("moved");
    while hears.recv_timeout(Duration::from_secs(30)).expect("told") != Some(inbox.clone()) {}
    listen();
    write("c");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_patterns_are_refused() {
    let bench = Bench::new().await;
    for pattern in ["inbox/*.csv", "/srv/../etc/*", "/proc/*", "/srv/[a"] {
        let body = child_task("it", &["exit", "0"], json!({"triggers": [{"kind": "file", "pattern": pattern}]}));
        let wire: orc_server::api::tasks::definition::TaskDefinition =
            serde_json::from_value(body).expect("a definition");
        let refused = bench.app.task_create(&Caller::local(), wire.into_domain("UTC"), false).await;
        assert!(
            matches!(refused, Err(Error::Invalid(problems)) if problems[0].pointer == "/triggers/0/pattern"),
            "{pattern}"
        );
    }
}
