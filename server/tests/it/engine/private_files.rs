//! Files with values of credentials that a killed runner left in memory: the server removes its own, and no others.

use super::bench::Bench;
use orc_runner::PrivateFolder;
use orc_server::domain::vocabulary::RunState;
use serde_json::json;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder as a runner makes it, removed with the test.
struct Folder(PathBuf);

impl Folder {
    /// The path for an attempt with its log in this folder.
    fn path(log_folder: &Path, attempt: &str) -> PathBuf {
        fs::create_dir_all(log_folder).expect("a folder");
        let facts = fs::metadata(log_folder).expect("it exists");
        Path::new("/dev/shm").join(format!("orc-{:x}-{:x}-{attempt}", facts.dev(), facts.ino()))
    }

    fn create(log_folder: &Path, attempt: &str) -> Self {
        let folder = Self(Self::path(log_folder, attempt));
        fs::create_dir(&folder.0).and_then(|()| fs::write(folder.0.join("1-key"), "hush")).expect("room in memory");
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone_already = fs::remove_dir_all(&self.0);
    }
}

async fn gone(path: &Path) {
    tokio::time::timeout(Duration::from_secs(60), async {
        while path.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the server removes the folder");
}

#[tokio::test(flavor = "multi_thread")]
async fn they_go_when_the_run_is_booked_as_lost() {
    let bench = Bench::new().await;
    let _engine = bench.engine().await;
    let pattern = Folder::path(&bench.app.log_folder(), "$ORC_ATTEMPT_ID").display().to_string();
    let witness = bench.folder.path().join("witness");
    let line = format!(
        "mkdir \"{pattern}\" && echo hush >\"{pattern}/1-key\" && touch '{}'; kill -9 $PPID; sleep 60",
        witness.display()
    );
    bench.task(json!({"name": "killed", "run": {"kind": "shell", "line": line}})).await;
    let (ended, attempts) = bench.ended(bench.start("killed").await).await;
    assert_eq!((ended.state, witness.exists()), (RunState::Lost, true));
    gone(&Folder::path(&bench.app.log_folder(), &attempts[0].id.to_string())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_removes_those_of_attempts_that_do_not_run() {
    let bench = Bench::new().await;
    let engine = bench.engine().await;
    bench.task(json!({"name": "lasting", "run": {"kind": "shell", "line": "echo ready; sleep 60"}})).await;
    let run = bench.start("lasting").await;
    let (_, attempts) = bench.logged(run, "ready").await;
    engine.shutdown().await;
    let (logs, other) = (bench.app.log_folder(), tempfile::tempdir().expect("a folder"));
    let running = Folder::create(&logs, &attempts[0].id.to_string());
    let left = Folder::create(&logs, &uuid::Uuid::now_v7().to_string());
    let foreign = Folder::create(other.path(), &uuid::Uuid::now_v7().to_string());
    assert_eq!(PrivateFolder::list(&logs).expect("a list").len(), 2, "both look like those of runners");
    let bench = bench.restarted().await;
    let _engine = bench.engine().await;
    gone(&left.0).await;
    assert!(running.0.exists() && foreign.0.exists(), "an attempt that runs needs its own");
    bench.app.run_cancel(&orc_server::app::Caller::local(), run).await.expect("told");
    bench.ended(run).await;
    gone(&running.0).await;
    assert!(foreign.0.exists());
}
