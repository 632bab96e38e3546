//! File triggers with real files whose dates, names, and kinds are as people's programs leave them.

use super::bench::Bench;
use super::triggers::{look_with, runs, watched};
use chrono::TimeDelta;
use orc_server::app::Caller;
use orc_server::app::triggers::file_roots::{Disks, PATIENCE};
use orc_server::app::triggers::files::Looked;
use orc_server::clock::Clock;
use orc_server::domain::model::FileState;
use orc_server::domain::reason::Reason;
use orc_server::domain::triggers::files::{FileFlaw, Watch};
use orc_server::engine::{FileWatcher, Worker as _};
use orc_server::integrations::disk::LocalDisk;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A bench whose clock stands still, with an empty folder, a task that waits there, and its watcher after a first look.
struct Inbox {
    bench: Bench,
    place: tempfile::TempDir,
    watcher: FileWatcher,
}

impl Inbox {
    async fn of(trigger: serde_json::Value) -> Self {
        let bench = Bench::at(Clock::manual(chrono::DateTime::UNIX_EPOCH + TimeDelta::days(20_000))).await;
        let place = tempfile::tempdir().expect("a folder");
        watched(&bench, &place.path().join("*"), trigger).await;
        let watcher = FileWatcher::new(bench.app.clone());
        let inbox = Self { bench, place, watcher };
        assert_eq!(inbox.look().await, [""; 0]);
        inbox
    }

    async fn settling() -> Self {
        Self::of(json!({"change": "settled", "settle_seconds": 2})).await
    }

    /// The files for which runs were made, after another look.
    async fn look(&self) -> Vec<String> {
        look_with(&self.bench, &self.watcher).await
    }

    async fn look_after(&self, seconds: i64) -> Vec<String> {
        self.bench.clock.advance(TimeDelta::seconds(seconds));
        self.look().await
    }

    async fn restarted(self) -> Self {
        let bench = self.bench.restarted().await;
        let watcher = FileWatcher::new(bench.app.clone());
        Self { bench, watcher, ..self }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.place.path().join(name)
    }

    async fn problem(&self) -> Option<Reason> {
        self.look().await;
        let shown = self.bench.app.trigger_list(&Caller::local(), "it").await.expect("shown");
        shown[0].problem.clone()
    }
}

fn dated(path: &Path, days: i64) {
    let at = SystemTime::now();
    let by = Duration::from_secs(86_400 * days.unsigned_abs());
    let at = if days < 0 { at - by } else { at + by };
    std::fs::File::options().append(true).open(path).expect("opens").set_modified(at).expect("set");
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::File::options().create(true).append(true).open(path).expect("opens");
    file.write_all(text.as_bytes()).expect("written");
}

/// The input of a report: a program copies a file and sets its old date first.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_with_an_old_date_makes_one_run_when_it_has_settled() {
    let inbox = Inbox::settling().await;
    let grow = inbox.path("grow.dat");
    for _ in 0..8 {
        append(&grow, &"0".repeat(1000));
        dated(&grow, -2500);
        assert_eq!(inbox.look_after(1).await, [""; 0], "somebody still writes to it");
    }
    assert_eq!(inbox.look_after(1).await, [""; 0]);
    assert_eq!(inbox.look_after(1).await, ["grow.dat"]);
    assert_eq!(inbox.look_after(60).await, ["grow.dat"]);
    append(&grow, "more");
    assert_eq!(inbox.look_after(1).await, ["grow.dat"]);
    assert_eq!(inbox.look_after(2).await, ["grow.dat", "grow.dat"], "it has changed and settled again");
}

/// The input of a report: the file comes from a machine whose clock is ahead.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_date_in_the_future_settles_like_any_other() {
    let inbox = Inbox::settling().await;
    append(&inbox.path("future.dat"), "ready");
    dated(&inbox.path("future.dat"), 400);
    assert_eq!(inbox.look().await, [""; 0]);
    assert_eq!(inbox.watcher.next_in(), Some(Duration::from_secs(2)), "when it will have settled");
    assert_eq!(inbox.look_after(2).await, ["future.dat"]);
    assert_eq!(inbox.problem().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_nothing_is_lost_and_nothing_comes_twice() {
    let inbox = Inbox::settling().await;
    append(&inbox.path("taken"), "1");
    inbox.look().await;
    assert_eq!(inbox.look_after(2).await, ["taken"]);
    append(&inbox.path("waiting"), "1");
    assert_eq!(inbox.look().await, ["taken"]);
    let inbox = inbox.restarted().await;
    assert_eq!(inbox.look_after(2).await, ["taken"], "a new watcher has not seen it settle");
    assert_eq!(inbox.look_after(2).await, ["taken", "waiting"]);
    let inbox = inbox.restarted().await;
    inbox.look().await;
    assert_eq!(inbox.look_after(2).await, ["taken", "waiting"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_when_the_trigger_is_made_is_known() {
    let bench = Bench::at(Clock::manual(chrono::DateTime::UNIX_EPOCH + TimeDelta::days(20_000))).await;
    let place = tempfile::tempdir().expect("a folder");
    std::fs::write(place.path().join("old"), "1").expect("written");
    watched(&bench, &place.path().join("**").join("*"), json!({"change": "settled", "settle_seconds": 30})).await;
    let watcher = FileWatcher::new(bench.app.clone());
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    std::fs::create_dir(place.path().join("below")).expect("a folder");
    std::fs::write(place.path().join("below").join("new"), "1").expect("written");
    assert_eq!(look_with(&bench, &watcher).await, [""; 0], "somebody may still write to it");
    bench.clock.advance(TimeDelta::seconds(30));
    assert_eq!(look_with(&bench, &watcher).await, ["new"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_its_size_and_date_is_seen_all_the_same() {
    for (change, replaced) in [("created", 1), ("changed", 2), ("settled", 2)] {
        let inbox = Inbox::of(json!({"change": change, "settle_seconds": 2})).await;
        let (file, other) = (inbox.path("a"), inbox.path("b"));
        let look = async || {
            inbox.look().await;
            inbox.look_after(2).await.len()
        };
        append(&file, "one");
        assert_eq!(look().await, 1);
        let date = file.metadata().expect("there").modified().expect("a date");
        let keep = |path: &Path| {
            std::fs::File::options().append(true).open(path).expect("opens").set_modified(date).expect("set");
        };
        std::fs::write(&file, "two").expect("written");
        keep(&file);
        assert_eq!(look().await, replaced, "{change}: other content");
        assert_eq!(look().await, replaced);
        // The new file is written elsewhere, so that only the rename is seen.
        let aside = tempfile::tempdir_in(inbox.place.path()).expect("a folder");
        let new = aside.path().join("a");
        append(&new, "two");
        keep(&new);
        std::fs::rename(&new, &file).expect("renamed");
        assert_eq!(look().await, replaced + 1, "{change}: replaced by rename");
        assert!(!other.exists());
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn other_rights_are_no_change_whoever_gives_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let inbox = Inbox::of(json!({"change": "changed"})).await;
    let file = inbox.path("a");
    append(&file, "1");
    assert_eq!(inbox.look().await, ["a"]);
    let mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("set");
    for bits in [0o600, 0o600, 0o640] {
        mode(bits);
        assert_eq!(inbox.look().await, ["a"], "the run may set the rights of its own file");
    }
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("old");
    append(&file, "1");
    let bench = Bench::new().await;
    watched(&bench, &place.path().join("*"), json!({"change": "changed"})).await;
    let watcher = FileWatcher::new(bench.app.clone());
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("set");
    assert_eq!(look_with(&bench, &watcher).await, [""; 0], "nobody has read its content before");
}

/// A server that was upgraded knows files without marks.
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_starts_no_run_for_files_that_are_known() {
    let bench = Bench::new().await;
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("old");
    std::fs::write(&file, "1").expect("written");
    watched(&bench, &place.path().join("*"), json!({"change": "changed"})).await;
    let trigger = bench.app.file_triggers().await.expect("triggers").remove(0);
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let keep = || std::fs::File::options().append(true).open(&file).expect("opens").set_modified(date).expect("set");
    keep();
    let state = FileState { bytes: 1, changed_at: date.into(), marks: None };
    let looked =
        Looked { files: BTreeMap::from([(file.to_str().expect("text").to_owned(), state)]), ..Looked::default() };
    let disks = Disks::new(Arc::new(LocalDisk), PATIENCE);
    bench.app.files_compare(&disks, &trigger, looked, &mut Watch::default()).await.expect("compared");
    let known = async || bench.app.file_triggers().await.expect("triggers").remove(0).known.files;
    assert!(known().await.values().all(|file| file.state.marks.is_none()));
    let watcher = FileWatcher::new(bench.app.clone());
    assert_eq!(look_with(&bench, &watcher).await, [""; 0]);
    assert!(known().await.values().all(|file| file.state.marks.is_some()), "from now on they have marks");
    std::fs::write(&file, "2").expect("written");
    keep();
    assert_eq!(look_with(&bench, &watcher).await, ["old"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_taken_are_told_until_they_are_gone() {
    use std::os::unix::ffi::OsStrExt as _;
    let inbox = Inbox::of(json!({"change": "created"})).await;
    let place = inbox.place.path();
    let latin = place.join(std::ffi::OsStr::from_bytes(b"Gr\xf6sse.csv"));
    let broken = place.join("two\nlines.csv");
    let (link, pipe, socket) = (place.join("link"), place.join("pipe"), place.join("socket"));
    let told = |shown: &str, flaw| {
        let path = place.join(shown).to_str().expect("text").to_owned();
        Some(Reason::FileNotTaken { path, flaw, others: 0 })
    };
    std::fs::write(&latin, "1").expect("written");
    assert_eq!(inbox.problem().await, told("Gr\u{fffd}sse.csv", FileFlaw::NotText));
    std::fs::remove_file(&latin).expect("removed");
    assert_eq!(inbox.problem().await, None);
    std::fs::write(&broken, "1").expect("written");
    assert_eq!(inbox.problem().await, told("two\\nlines.csv", FileFlaw::ControlCharacter));
    std::fs::remove_file(&broken).expect("removed");
    std::os::unix::fs::symlink(place.join("none"), &link).expect("a link");
    assert_eq!(inbox.problem().await, told("link", FileFlaw::DanglingLink));
    std::fs::remove_file(&link).expect("removed");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a pipe");
    assert_eq!(inbox.problem().await, told("pipe", FileFlaw::Special));
    let _bound = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    std::fs::write(place.join("good.csv"), "1").expect("written");
    let both = inbox.problem().await;
    assert!(matches!(both, Some(Reason::FileNotTaken { others: 1, .. })), "{both:?}");
    assert_eq!(inbox.look().await, ["good.csv"], "others start their runs");
    std::fs::remove_file(&pipe).expect("removed");
    std::fs::remove_file(&socket).expect("removed");
    assert_eq!(inbox.problem().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_the_param_refuses_is_told_and_taken_when_it_fits() {
    let inbox = Inbox::of(json!({"change": "created"})).await;
    let limited = async |max_length: usize| {
        let caller = Caller::local();
        let mut definition = inbox.bench.app.task_view(&caller, "it").await.expect("there").record.definition;
        definition.params[0].rule =
            orc_server::domain::runs::params::ParamRule::String { max_length: u32::try_from(max_length).ok() };
        inbox.bench.app.task_update(&caller, "it", definition, Default::default()).await.expect("saved");
    };
    let long = inbox.path(&"x".repeat(60));
    limited(long.as_os_str().len() - 1).await;
    append(&long, "1");
    let told = inbox.problem().await;
    assert!(
        matches!(&told, Some(Reason::FilePathRefused { path, others: 0, .. }) if Path::new(path) == long),
        "{told:?}"
    );
    assert_eq!(inbox.look().await, [""; 0]);
    limited(long.as_os_str().len()).await;
    assert_eq!(inbox.look().await.len(), 1);
    assert_eq!(inbox.problem().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_files_at_once_start_one_run_each_in_quick_rounds() {
    let inbox = Inbox::of(json!({"change": "changed"})).await;
    for number in 0..250 {
        std::fs::write(inbox.path(&format!("{number:03}")), "1").expect("written");
    }
    let mut rounds = 0;
    while inbox.watcher.next_in() != Some(Duration::from_secs(2)) || rounds == 0 {
        inbox.watcher.run_once().await.expect("a look");
        rounds += 1;
    }
    assert_eq!(rounds, 3);
    let mut files: Vec<_> = runs(&inbox.bench, "it").await.into_iter().filter_map(|run| run.trigger.by).collect();
    files.sort();
    files.dedup();
    assert_eq!(files.len(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_vanishes_between_the_look_and_the_run_starts_nothing() {
    let inbox = Inbox::of(json!({"change": "changed"})).await;
    let path = inbox.path("a").to_str().expect("text").to_owned();
    let trigger = inbox.bench.app.file_triggers().await.expect("triggers").remove(0);
    let state = FileState { bytes: 1, changed_at: inbox.bench.clock.now(), marks: None };
    let looked = Looked { files: BTreeMap::from([(path, state)]), ..Looked::default() };
    let disks = Disks::new(Arc::new(LocalDisk), PATIENCE);
    let compared = inbox.bench.app.files_compare(&disks, &trigger, looked, &mut Watch::default()).await;
    assert_eq!(compared.expect("compared").made, 0);
    append(&inbox.path("a"), "1");
    assert_eq!(inbox.look().await, ["a"], "nothing was learned of it");
}
