//! The pruner: removes runs and logs beyond their task's retention, a few hundred at a time, and leftovers.
//!
//! Rows go before files: a file without a row is found again by its name, a row without its file would be a lie.

use crate::app::App;
use crate::domain::ids::AttemptId;
use crate::domain::keys::Key;
use crate::domain::model::Leftovers;
use crate::domain::reason::Reason;
use crate::engine::core::worker::{RoundError, RoundResult, Worker};
use chrono::TimeDelta;
use futures::FutureExt;
use futures::future::BoxFuture;
use orc_runner::PrivateFolder;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

/// Runs removed in one round.
const RUNS: u32 = 300;

/// Rows of each other kind removed in one round.
const LEFTOVERS: u32 = 2000;

/// How long ledger entries are kept.
const SLOTS_KEPT: TimeDelta = TimeDelta::days(400);

/// How long it is recorded who was told what.
const DELIVERIES_KEPT: TimeDelta = TimeDelta::days(90);

/// How long ended sessions and used idempotency keys are kept.
const KEYS_KEPT: TimeDelta = TimeDelta::days(2);

/// How long a file that belongs to nothing is left alone, because its row may be about to be written.
const UNTOUCHED: Duration = Duration::from_secs(3600);

/// Files checked in one round.
const FILES: usize = 5000;

/// The worker for retention.
#[derive(Debug)]
pub struct Pruner {
    app: App,
    /// Key of the last task that was checked.
    after: AtomicI64,
    /// Whether the walk over the tasks is incomplete.
    more: AtomicBool,
    /// Old files checked so far in this walk over the folders.
    looked: AtomicUsize,
}

impl Pruner {
    /// Creates the worker, at the start of its walk.
    pub const fn new(app: App) -> Self {
        Self { app, after: AtomicI64::new(0), more: AtomicBool::new(false), looked: AtomicUsize::new(0) }
    }

    async fn round(&self) -> RoundResult {
        let now = self.app.deletion_time().await?;
        let after = Key::new(self.after.load(Ordering::Relaxed));
        let step = self.app.prune_list(after, RUNS, now).await?;
        let runs: Vec<_> = step.candidates.iter().map(|candidate| candidate.run).collect();
        let removed = self.app.runs_prune(runs).await?;
        self.app.logs_delete(step.candidates.into_iter().flat_map(|candidate| candidate.attempts).collect()).await;
        self.after.store(step.next.unwrap_or(Key::NONE).number(), Ordering::Relaxed);
        self.more.store(step.next.is_some(), Ordering::Relaxed);
        let (mut leftovers, mut files) = (0, 0);
        if step.next.is_none() {
            let what = Leftovers {
                slots_before: now - SLOTS_KEPT,
                sessions_before: now - KEYS_KEPT,
                keys_before: now - KEYS_KEPT,
                deliveries_before: now - DELIVERIES_KEPT,
                limit: LEFTOVERS,
            };
            leftovers = self.app.leftovers_delete(what).await?;
            files = self.orphans().await? + self.private_leftovers().await?;
        }
        let any = removed + leftovers > 0 || files > 0;
        Ok(any.then_some(Reason::HistoryRemoved { runs: removed, leftovers, files: files as u64 }))
    }

    /// Removes files with values of credentials whose attempts have ended. The list of folders comes first: an attempt
    /// that begins meanwhile is not in it.
    async fn private_leftovers(&self) -> Result<usize, RoundError> {
        let log_folder = self.app.log_folder();
        let found = tokio::task::spawn_blocking(move || PrivateFolder::list(&log_folder)).await?;
        let Ok(mut found) = found else { return Ok(0) };
        if found.is_empty() {
            return Ok(0);
        }
        let running = self.app.attempts_running().await?;
        let running: HashSet<String> = running.iter().map(|claimed| claimed.attempt.id.to_string()).collect();
        found.retain(|folder| !running.contains(&folder.attempt));
        let removing = move || found.iter().filter(|folder| folder.remove().is_ok()).count();
        Ok(tokio::task::spawn_blocking(removing).await?)
    }

    /// Removes logs and scratch folders of attempts that do not exist.
    async fn orphans(&self) -> Result<usize, RoundError> {
        let (logs, scratch) = (self.app.log_folder(), self.app.settings().data_dir.join("scratch"));
        let from = self.looked.load(Ordering::Relaxed);
        let found = tokio::task::spawn_blocking(move || (old_entries(&logs, from), old_entries(&scratch, 0))).await?;
        let (logs, scratch) = found;
        // Folders may hold more files than one round checks. The next round continues where this one stops.
        let more = logs.len() == FILES;
        let named: Vec<(AttemptId, PathBuf)> =
            logs.into_iter().chain(scratch).filter_map(|path| Some((attempt_of(&path)?, path))).collect();
        let attempts: Vec<AttemptId> = named.iter().map(|(attempt, _)| *attempt).collect();
        let stored = self.app.attempts_stored(&attempts).await?;
        let orphans = named.into_iter().filter(|(attempt, _)| !stored.contains(attempt)).map(|(_, path)| path);
        let orphans: Vec<PathBuf> = orphans.collect();
        let removed = tokio::task::spawn_blocking(move || orphans.iter().filter(|path| remove(path).is_ok()).count());
        let removed = removed.await?;
        self.looked.store(if more { from + FILES - removed.min(FILES) } else { 0 }, Ordering::Relaxed);
        Ok(removed)
    }
}

/// The attempt after which a file or folder is named.
fn attempt_of(path: &Path) -> Option<AttemptId> {
    path.file_name()?.to_str()?.split('.').next()?.parse().ok()
}

fn remove(path: &Path) -> std::io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(facts) if facts.is_dir() => std::fs::remove_dir_all(path),
        _ => std::fs::remove_file(path),
    }
}

fn old_entries(folder: &Path, from: usize) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let old = |path: &PathBuf| {
        let changed = std::fs::symlink_metadata(path).and_then(|facts| facts.modified());
        changed.is_ok_and(|at| crate::clock::age(at) > UNTOUCHED)
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(old).skip(from).take(FILES).collect()
}

impl Worker for Pruner {
    fn name(&self) -> &'static str {
        "pruner"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(600)
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        self.more.load(Ordering::Relaxed).then_some(Duration::from_secs(1))
    }
}
