//! The file watcher: looks at the files of file triggers every few seconds.
//!
//! It asks the file system and waits for no word of it, so a folder that appears later, a network share that says nothing, and
//! files that came while the server was down are all the same to it.

use super::worker::{RoundResult, Worker};
use crate::app::file_roots::fixed_part;
use crate::app::files::Looked;
use crate::app::{App, Signal};
use crate::domain::ids::TriggerId;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
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
    problems: Mutex<BTreeMap<TriggerId, String>>,
}

impl FileWatcher {
    /// A watcher.
    pub fn new(app: App) -> Self {
        Self { app, any: std::sync::atomic::AtomicBool::new(false), problems: Mutex::default() }
    }

    /// Problems are shown with their triggers, and logged when they are new.
    fn tell(&self, problems: BTreeMap<TriggerId, String>) {
        let mut before = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, problem) in problems.iter().filter(|(id, problem)| before.get(*id) != Some(*problem)) {
            tracing::warn!(trigger = %id.0, "file trigger: {problem}");
        }
        before.clone_from(&problems);
        self.app.file_problems_found(problems);
    }

    async fn round(&self) -> RoundResult {
        let triggers = self.app.file_triggers().await?;
        self.any.store(!triggers.is_empty(), std::sync::atomic::Ordering::Relaxed);
        if triggers.is_empty() || self.app.hold().await?.is_some() {
            return Ok(None);
        }
        let (mut made, mut problems) = (0, BTreeMap::new());
        for trigger in triggers {
            let (pattern, app) = (trigger.pattern.clone(), self.app.clone());
            let looked = tokio::task::spawn_blocking(move || look(&pattern, &app)).await;
            // Whatever is wrong with one trigger, the others are looked at.
            let looked = looked.unwrap_or_else(|error| Err(error.to_string()));
            let (done, problem) = match looked {
                Ok(looked) => {
                    let incomplete = looked.incomplete.clone();
                    match self.app.files_compare(&trigger, looked).await {
                        Ok(runs) => (runs, incomplete),
                        Err(error) => (0, Some(error.to_string())),
                    }
                }
                Err(problem) => (0, Some(problem)),
            };
            made += done;
            if let Some(problem) = problem {
                problems.insert(trigger.record.id, problem);
            }
        }
        self.tell(problems);
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
fn look(pattern: &str, app: &App) -> Result<Looked, String> {
    if let Some(problem) = app.file_place_problem(pattern) {
        return Err(format!("the pattern {problem}"));
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.to_string())?;
    let mut search = Search {
        matcher: glob.compile_matcher(),
        own: app.settings().data_dir.clone(),
        deep: pattern.contains("**"),
        depth: Path::new(pattern).components().count(),
        names: 0,
        found: Looked::default(),
    };
    let root = fixed_part(pattern);
    // A link on the way to the first wildcard is followed.
    search.visit(&root, std::fs::metadata(&root))?;
    Ok(search.found)
}

struct Search {
    matcher: GlobMatcher,
    own: PathBuf,
    deep: bool,
    depth: usize,
    names: usize,
    found: Looked,
}

impl Search {
    /// What is not there has no files: it may come later. What may not be read is told. Links to folders are not followed.
    fn visit(&mut self, path: &Path, about: io::Result<Metadata>) -> Result<(), String> {
        self.names += 1;
        if self.names > NAMES_MAX || self.found.files.len() > FILES_MAX {
            return Err(format!(
                "more than {FILES_MAX} files match, or too many folders lie below: choose a narrower pattern"
            ));
        }
        let Some(about) = self.readable(path, about) else { return Ok(()) };
        if path.starts_with(&self.own) {
            return Ok(());
        }
        if about.is_dir() {
            if !self.deep && path.components().count() >= self.depth {
                return Ok(());
            }
            let Some(entries) = self.readable(path, std::fs::read_dir(path)) else { return Ok(()) };
            for entry in entries {
                let Some(entry) = self.readable(path, entry) else { continue };
                let below = entry.path();
                let about = std::fs::symlink_metadata(&below);
                self.visit(&below, about)?;
            }
            return Ok(());
        }
        let Some(name) = path.to_str().filter(|_| self.matcher.is_match(path)) else { return Ok(()) };
        let Some(about) = self.readable(path, std::fs::metadata(path)) else { return Ok(()) };
        if about.is_file() {
            let changed_at = about.modified().map_or(DateTime::UNIX_EPOCH, DateTime::<Utc>::from);
            let changed_at = DateTime::from_timestamp_micros(changed_at.timestamp_micros()).unwrap_or(changed_at);
            self.found.files.insert(name.to_owned(), (about.len(), changed_at));
        }
        Ok(())
    }

    fn readable<T>(&mut self, path: &Path, read: io::Result<T>) -> Option<T> {
        let gone = |error: &io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
        match read {
            Ok(read) => Some(read),
            Err(error) if gone(&error) => None,
            Err(error) => {
                self.found.incomplete.get_or_insert_with(|| format!("{} cannot be read: {error}", path.display()));
                None
            }
        }
    }
}
