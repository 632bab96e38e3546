//! The file watcher: looks at the files of file triggers every few seconds.
//!
//! It asks the file system and waits for no word of it, so a folder that appears later, a network share that says nothing, and
//! files that came while the server was down are all the same to it.

use super::worker::{RoundResult, Worker};
use crate::app::{App, Signal};
use crate::store::FileState;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Time between two looks while there are file triggers.
const LOOK: Duration = Duration::from_secs(2);

/// Files of one pattern that are looked at.
const FILES_MAX: usize = 10_000;

/// Names in folders that one look goes through.
const NAMES_MAX: usize = 200_000;

/// The worker.
#[derive(Debug)]
pub struct FileWatcher {
    app: App,
    any: std::sync::atomic::AtomicBool,
}

impl FileWatcher {
    /// A watcher.
    pub fn new(app: App) -> Self {
        Self { app, any: std::sync::atomic::AtomicBool::new(false) }
    }

    async fn round(&self) -> RoundResult {
        let triggers = self.app.file_triggers().await?;
        self.any.store(!triggers.is_empty(), std::sync::atomic::Ordering::Relaxed);
        if triggers.is_empty() || self.app.hold().await?.is_some() {
            return Ok(None);
        }
        let mut made = 0;
        for trigger in triggers {
            let (pattern, own) = (trigger.pattern.clone(), self.app.settings().data_dir.clone());
            let looked = tokio::task::spawn_blocking(move || look(&pattern, &own)).await;
            match looked.map_err(|error| super::RoundError(error.to_string()))? {
                Ok(files) => made += self.app.files_compare(&trigger, files).await?,
                Err(problem) => {
                    let (task, key) = (&trigger.task.definition.name, &trigger.record.key);
                    tracing::warn!(task, key, "file trigger: {problem}");
                }
            }
        }
        Ok((made > 0).then(|| format!("{made} runs for files")))
    }
}

impl Worker for FileWatcher {
    fn name(&self) -> &'static str {
        "file_watcher"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn wakes(&self) -> &'static [Signal] {
        &[Signal::Schedules]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        self.any.load(std::sync::atomic::Ordering::Relaxed).then_some(LOOK)
    }
}

/// The files that match a pattern, without those in the server's own folder.
fn look(pattern: &str, own: &Path) -> Result<BTreeMap<String, FileState>, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.to_string())?;
    let mut search = Search {
        matcher: glob.compile_matcher(),
        own: own.to_path_buf(),
        deep: pattern.contains("**"),
        depth: Path::new(pattern).components().count(),
        names: 0,
        found: BTreeMap::new(),
    };
    search.visit(&fixed_part(pattern))?;
    Ok(search.found)
}

/// The folders of a pattern before its first wildcard.
fn fixed_part(pattern: &str) -> PathBuf {
    let wild = |part: &Component| part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    Path::new(pattern).components().take_while(|part| !wild(part)).collect()
}

struct Search {
    matcher: GlobMatcher,
    own: PathBuf,
    deep: bool,
    depth: usize,
    names: usize,
    found: BTreeMap<String, FileState>,
}

impl Search {
    /// What is not there, or may not be read, has no files: it may come later. Links to folders are not followed.
    fn visit(&mut self, path: &Path) -> Result<(), String> {
        self.names += 1;
        if self.names > NAMES_MAX || self.found.len() > FILES_MAX {
            return Err(format!(
                "more than {FILES_MAX} files match, or too many folders lie below: choose a narrower pattern"
            ));
        }
        let Ok(about) = std::fs::symlink_metadata(path) else { return Ok(()) };
        if path.starts_with(&self.own) {
            return Ok(());
        }
        if about.is_dir() {
            if !self.deep && path.components().count() >= self.depth {
                return Ok(());
            }
            let Ok(entries) = std::fs::read_dir(path) else { return Ok(()) };
            for entry in entries.filter_map(Result::ok) {
                self.visit(&entry.path())?;
            }
            return Ok(());
        }
        let (Ok(about), Some(name)) = (std::fs::metadata(path), path.to_str()) else { return Ok(()) };
        if about.is_file() && self.matcher.is_match(path) {
            let changed_at = about.modified().map_or(DateTime::UNIX_EPOCH, DateTime::<Utc>::from);
            let changed_at = DateTime::from_timestamp_micros(changed_at.timestamp_micros()).unwrap_or(changed_at);
            self.found.insert(name.to_owned(), (about.len(), changed_at));
        }
        Ok(())
    }
}
