//! Disks, some of which never answer: a call to a network mount whose server is gone blocks its thread for ever.
//!
//! `Disk` is the interface. `Patience` calls it on a thread that may block, and gives up after a time. The blocked
//! thread stays until the disk answers, so at most one thread waits for each place. Deliberately absent: which files
//! matter.

use super::{file_facts, host_facts};
use crate::domain::reason::Reason;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Questions about files. Each call may block for ever.
pub trait Disk: Debug + Send + Sync + 'static {
    /// Facts about the target of a path.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// Facts about a path itself, even if it is a link.
    fn link_metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// The path without links, as far as it exists.
    fn real(&self, path: &Path) -> PathBuf;

    /// The entries of a folder, at most `most` of them.
    fn entries(&self, folder: &Path, most: usize) -> io::Result<Vec<io::Result<PathBuf>>>;

    /// Whether the numbers of files on the file system of a path stay as they are.
    fn keeps_numbers(&self, path: &Path) -> bool;

    /// Free space for this account on the disk of a path.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;

    /// Fingerprint of the first `most` bytes of a file. Calls `tell` after each piece that was read.
    fn content(&self, path: &Path, most: u64, tell: &dyn Fn()) -> io::Result<i64>;
}

/// The disks of this machine.
#[derive(Debug, Clone, Copy)]
pub struct LocalDisk;

impl Disk for LocalDisk {
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        std::fs::metadata(path)
    }

    fn link_metadata(&self, path: &Path) -> io::Result<Metadata> {
        std::fs::symlink_metadata(path)
    }

    fn real(&self, path: &Path) -> PathBuf {
        let known = path.ancestors().find_map(|above| Some((std::fs::canonicalize(above).ok()?, above)));
        match known.map(|(real, above)| (real, path.strip_prefix(above))) {
            Some((real, Ok(rest))) => real.join(rest),
            _ => path.to_path_buf(),
        }
    }

    fn entries(&self, folder: &Path, most: usize) -> io::Result<Vec<io::Result<PathBuf>>> {
        Ok(std::fs::read_dir(folder)?.take(most).map(|entry| entry.map(|entry| entry.path())).collect())
    }

    fn keeps_numbers(&self, path: &Path) -> bool {
        file_facts::keeps_numbers(path)
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        host_facts::disk_free_bytes(path)
    }

    fn content(&self, path: &Path, most: u64, tell: &dyn Fn()) -> io::Result<i64> {
        file_facts::content(path, most, tell)
    }
}

/// Counts the answers of a disk, to tell a slow disk from a silent one.
#[derive(Debug, Clone, Default)]
pub struct Answers(Arc<AtomicU64>);

impl Answers {
    /// Wraps the disk so that each of its answers is counted.
    pub fn counted(&self, disk: Arc<dyn Disk>) -> CountedDisk {
        CountedDisk { disk, answers: self.clone() }
    }

    /// Returns whether the disk has answered since the last call. `seen` is the count at that time.
    fn came_since(&self, seen: &mut u64) -> bool {
        let count = self.0.load(Ordering::Relaxed);
        std::mem::replace(seen, count) != count
    }
}

/// A disk whose answers are counted.
#[derive(Debug)]
pub struct CountedDisk {
    disk: Arc<dyn Disk>,
    answers: Answers,
}

impl CountedDisk {
    fn answered<T>(&self, answer: T) -> T {
        self.answers.0.fetch_add(1, Ordering::Relaxed);
        answer
    }
}

impl Disk for CountedDisk {
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.answered(self.disk.metadata(path))
    }

    fn link_metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.answered(self.disk.link_metadata(path))
    }

    fn real(&self, path: &Path) -> PathBuf {
        self.answered(self.disk.real(path))
    }

    fn entries(&self, folder: &Path, most: usize) -> io::Result<Vec<io::Result<PathBuf>>> {
        self.answered(self.disk.entries(folder, most))
    }

    fn keeps_numbers(&self, path: &Path) -> bool {
        self.answered(self.disk.keeps_numbers(path))
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        self.answered(self.disk.free_bytes(path))
    }

    fn content(&self, path: &Path, most: u64, tell: &dyn Fn()) -> io::Result<i64> {
        self.answered(self.disk.content(path, most, &|| {
            self.answered(());
            tell();
        }))
    }
}

/// A fake for tests: the disks of this machine, of which one place is silent until it is mended.
#[derive(Debug)]
pub struct HungDisk {
    place: PathBuf,
    hung: Mutex<Hung>,
    mended: Condvar,
}

#[derive(Debug)]
struct Hung {
    silent: bool,
    asked: usize,
}

impl HungDisk {
    /// Creates a disk on which everything below a folder is silent.
    pub fn below(place: PathBuf) -> Self {
        Self { place, hung: Mutex::new(Hung { silent: true, asked: 0 }), mended: Condvar::new() }
    }

    /// Number of questions about the silent place.
    pub fn asked_count(&self) -> usize {
        lock(&self.hung).asked
    }

    /// Answers all waiting and later questions.
    pub fn mend(&self) {
        lock(&self.hung).silent = false;
        self.mended.notify_all();
    }

    fn wait(&self, path: &Path) {
        let mut hung = lock(&self.hung);
        if path.starts_with(&self.place) && hung.silent {
            hung.asked += 1;
            drop(self.mended.wait_while(hung, |hung| hung.silent));
        }
    }
}

impl Disk for HungDisk {
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.wait(path);
        LocalDisk.metadata(path)
    }

    fn link_metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.wait(path);
        LocalDisk.link_metadata(path)
    }

    fn real(&self, path: &Path) -> PathBuf {
        self.wait(path);
        LocalDisk.real(path)
    }

    fn entries(&self, folder: &Path, most: usize) -> io::Result<Vec<io::Result<PathBuf>>> {
        self.wait(folder);
        LocalDisk.entries(folder, most)
    }

    fn keeps_numbers(&self, path: &Path) -> bool {
        self.wait(path);
        LocalDisk.keeps_numbers(path)
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        self.wait(path);
        LocalDisk.free_bytes(path)
    }

    fn content(&self, path: &Path, most: u64, tell: &dyn Fn()) -> io::Result<i64> {
        self.wait(path);
        LocalDisk.content(path, most, tell)
    }
}

/// Maximum number of silent places with a waiting thread: half of the threads that may block. Other places are not
/// asked until one of these answers.
const SILENT_MAX: usize = 256;

/// Asks disks, and waits for each answer at most for a limited time.
#[derive(Debug)]
pub struct Patience {
    limit: Duration,
    silent: Arc<Mutex<BTreeMap<PathBuf, Silence>>>,
}

#[derive(Debug)]
struct Silence {
    since: DateTime<Utc>,
    thread: JoinHandle<()>,
}

impl Patience {
    /// Creates a `Patience` that waits at most `limit` for each answer.
    pub fn new(limit: Duration) -> Self {
        Self { limit, silent: Arc::default() }
    }

    /// Asks a question about a place; `now` is the current time. A question may take long as long as the disk keeps
    /// answering. A silent place is not asked again until it has answered. Fails with a sentence about a silent disk,
    /// which stays the same while the disk is silent.
    pub async fn ask<T: Send + 'static>(
        &self,
        place: &Path,
        now: DateTime<Utc>,
        question: impl FnOnce(&Answers) -> T + Send + 'static,
    ) -> Result<T, Reason> {
        if let Some(since) = self.silent_since(place) {
            return Err(silence(place, since));
        }
        let (sender, mut answer) = tokio::sync::oneshot::channel();
        let answers = Answers::default();
        let counting = answers.clone();
        let thread = tokio::task::spawn_blocking(move || drop(sender.send(question(&counting))));
        let mut seen = 0;
        loop {
            match tokio::time::timeout(self.limit, &mut answer).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(_)) => {
                    return Err(Reason::LookFailed {
                        problem: format!("{} could not be examined: the look panicked", place.display()),
                    });
                }
                Err(_) if answers.came_since(&mut seen) => {}
                Err(_) => {
                    lock(&self.silent).insert(place.to_path_buf(), Silence { since: now, thread });
                    return Err(silence(place, now));
                }
            }
        }
    }

    /// Since when a place has not answered; none if it may be asked.
    fn silent_since(&self, place: &Path) -> Option<DateTime<Utc>> {
        let mut silent = lock(&self.silent);
        silent.retain(|_, silence| !silence.thread.is_finished());
        let full = silent.len() >= SILENT_MAX;
        let oldest = full.then(|| silent.values().map(|silence| silence.since).min()).flatten();
        silent.get(place).map(|silence| silence.since).or(oldest)
    }
}

fn silence(place: &Path, since_at: DateTime<Utc>) -> Reason {
    Reason::DiskSilent { path: place.display().to_string(), since_at }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_goes_on_answering_is_not_silent() {
        let (answers, mut seen) = (Answers::default(), 0);
        let disk = answers.counted(Arc::new(LocalDisk));
        assert!(!answers.came_since(&mut seen));
        disk.metadata(Path::new("/")).expect("there is a root");
        disk.entries(Path::new("/"), 1).expect("there is a root");
        assert!(answers.came_since(&mut seen), "two answers came");
        assert!(!answers.came_since(&mut seen), "and none since");
    }
}
