//! The file watcher: looks at the files of file triggers every 2 s, and at once when the system reports a change.
//!
//! A reported change only makes the look earlier. The regular look also finds folders that appear later, files on
//! network shares that report nothing, and files that came while the server was down. Each look decides anew which
//! folders to watch.

use super::file_look::{Look, Scope, look};
use crate::app::triggers::compare::Compared;
use crate::app::triggers::file_roots::{Disks, FileRoots, PATIENCE, fixed_part};
use crate::app::triggers::files::FileTrigger;
use crate::app::{App, Signal};
use crate::clock::Stopwatch;
use crate::domain::ids::TriggerId;
use crate::domain::reason::Reason;
use crate::domain::triggers::files::Watch;
use crate::engine::core::worker::{RoundResult, Worker};
use crate::integrations::disk::{Answers, Disk, LocalDisk, Patience};
use crate::integrations::file_events::FileEvents;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt as _};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time between two looks while there are file triggers.
const LOOK: Duration = Duration::from_secs(2);

/// Changes within this time lead to one look.
const GATHER: Duration = Duration::from_millis(100);

/// After a look, changes are ignored for this many times its duration, so that a busy folder costs at most a fifth of
/// a core.
const REST: u32 = 4;

/// Number of places looked at in parallel, so that silent places do not delay the others.
const TOGETHER: usize = 8;

/// Maximum number of watched folders. Changes in others are found at the next regular look.
const FOLDERS_MAX: usize = 1_000;

/// The worker for file triggers.
#[derive(Debug)]
pub struct FileWatcher {
    app: App,
    problems: Mutex<BTreeMap<TriggerId, Reason>>,
    /// What was seen of files that have not settled.
    watches: Mutex<BTreeMap<TriggerId, Watch>>,
    pace: Mutex<Pace>,
    disks: Disks,
    listens: Patience,
    events: Arc<FileEvents>,
    scopes: Arc<Mutex<Arc<[Scope]>>>,
    deaf: Mutex<Option<String>>,
}

/// When to look again.
#[derive(Debug, Default, Clone, Copy)]
struct Pace {
    /// Longest time until the next look; none if there are no file triggers.
    next: Option<Duration>,
    /// Duration of the last round.
    took: Duration,
}

/// Result of all looks of one round.
#[derive(Debug, Default)]
struct Round {
    made: usize,
    problems: BTreeMap<TriggerId, Reason>,
    folders: Vec<PathBuf>,
    scopes: Vec<Scope>,
    next: Option<Duration>,
}

impl FileWatcher {
    /// Creates a watcher of this machine's disks.
    pub fn new(app: App) -> Self {
        Self::of(app, Arc::new(LocalDisk), PATIENCE)
    }

    /// Creates a watcher of other disks that waits at most `patience` for each look.
    pub fn of(app: App, disk: Arc<dyn Disk>, patience: Duration) -> Self {
        let scopes: Arc<Mutex<Arc<[Scope]>>> = Arc::default();
        let (signals, judged) = (app.signals().clone(), Arc::clone(&scopes));
        let events = FileEvents::new(move |path: Option<&Path>| {
            // The path may be on a disk that does not answer, so it is judged without holding the lock.
            let scopes = Arc::clone(&judged.lock().unwrap_or_else(PoisonError::into_inner));
            if path.is_none_or(|path| scopes.iter().any(|scope| scope.concerns(path))) {
                signals.raise(Signal::Files);
            }
        });
        let (problems, watches, pace, deaf) = (Mutex::default(), Mutex::default(), Mutex::default(), Mutex::default());
        let (disks, listens) = (Disks::new(disk, patience), Patience::new(patience));
        Self { app, problems, watches, pace, disks, listens, events: Arc::new(events), scopes, deaf }
    }

    /// The watched folders, with links resolved.
    pub fn folders(&self) -> Vec<PathBuf> {
        self.events.folders()
    }

    fn watches(&self) -> MutexGuard<'_, BTreeMap<TriggerId, Watch>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows problems with their triggers, and logs new ones.
    fn tell(&self, problems: BTreeMap<TriggerId, Reason>) {
        let mut before = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, problem) in problems.iter().filter(|(id, problem)| before.get(*id) != Some(*problem)) {
            tracing::warn!(trigger = %id.0, "file trigger: {problem}");
        }
        before.clone_from(&problems);
        self.app.file_problems_found(problems);
    }

    async fn round(&self) -> RoundResult {
        let watch = Stopwatch::start();
        let triggers = self.app.file_triggers().await?;
        let any = !triggers.is_empty();
        let ids: BTreeSet<TriggerId> = triggers.iter().map(|trigger| trigger.record.id).collect();
        self.watches().retain(|id, _| ids.contains(id));
        let mut round = Round::default();
        if self.app.hold().await?.is_none() {
            let mut places: BTreeMap<PathBuf, Vec<FileTrigger>> = BTreeMap::new();
            for trigger in triggers {
                places.entry(fixed_part(&trigger.pattern)).or_default().push(trigger);
            }
            let roots = self.app.file_roots(&self.disks).await;
            let looks = places.into_iter().map(|(place, triggers)| self.looks_at(&roots, place, triggers));
            let mut looks = futures::stream::iter(looks).buffer_unordered(TOGETHER);
            while let Some(looked) = looks.next().await {
                for (trigger, looked) in looked {
                    self.one(&trigger, looked, &mut round).await;
                }
            }
            self.tell(std::mem::take(&mut round.problems));
        }
        self.listen(round.folders, round.scopes).await;
        let next = any.then(|| round.next.map_or(LOOK, |next| next.min(LOOK)));
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner) = Pace { next, took: watch.elapsed() };
        Ok((round.made > 0).then_some(Reason::FileRunsMade { runs: round.made as u64 }))
    }

    /// Looks at the files of the triggers of one place, one after another, so that a silent disk blocks only one
    /// thread.
    async fn looks_at(
        &self,
        roots: &FileRoots,
        place: PathBuf,
        triggers: Vec<FileTrigger>,
    ) -> Vec<(FileTrigger, Result<Look, Reason>)> {
        let mut found = Vec::with_capacity(triggers.len());
        for trigger in triggers {
            let (pattern, disk) = (trigger.pattern.clone(), Arc::clone(&self.disks.disk));
            let (roots, own) = (roots.clone(), self.app.settings().data_dir.clone());
            let question = move |answers: &Answers| look(&pattern, &roots, own, &answers.counted(disk));
            let asked = self.disks.patience.ask(&place, self.app.clock().now(), question);
            let looked = asked.await.and_then(|looked| looked);
            found.push((trigger, looked));
        }
        found
    }

    /// Compares the files of one trigger. A problem with it does not affect the others.
    async fn one(&self, trigger: &FileTrigger, looked: Result<Look, Reason>, round: &mut Round) {
        let id = trigger.record.id;
        let problem = match looked {
            Ok(Look { found, folders, scope, others: _ }) => {
                round.folders.extend(folders);
                round.scopes.push(scope);
                let incomplete = found.incomplete.clone();
                let mut watch = self.watches().remove(&id).unwrap_or_default();
                let compared = self.app.files_compare(&self.disks, trigger, found, &mut watch).await;
                self.watches().insert(id, watch);
                match compared {
                    Ok(Compared { made, next, problem }) => {
                        round.made += made;
                        round.next = [round.next, next].into_iter().flatten().min();
                        Reason::of_all(incomplete.into_iter().chain(problem).collect())
                    }
                    Err(error) => Some(Reason::LookFailed { problem: error.to_string() }),
                }
            }
            Err(problem) => Some(problem),
        };
        round.problems.extend(problem.map(|problem| (id, problem)));
    }

    /// Watches these folders and no others. A folder that cannot be watched is looked at only in regular looks.
    async fn listen(&self, mut folders: Vec<PathBuf>, scopes: Vec<Scope>) {
        folders.truncate(FOLDERS_MAX);
        *self.scopes.lock().unwrap_or_else(PoisonError::into_inner) = scopes.into();
        let (events, all) = (Arc::clone(&self.events), Path::new("the watched folders"));
        let listening = self.listens.ask(all, self.app.clock().now(), move |_| events.listen(&folders)).await;
        let (more, problem) =
            listening.map_or_else(|silence| (false, Some(silence.words())), |it| (it.more, it.problem));
        if more {
            // A change between the look and now would not have been reported.
            self.app.signals().raise(Signal::Files);
        }
        let mut deaf = self.deaf.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(problem) = problem.filter(|problem| deaf.as_ref() != Some(problem)) {
            tracing::warn!("changes of files are seen every {} s, not at once: {problem}", LOOK.as_secs());
            *deaf = Some(problem);
        }
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
        &[Signal::Schedules, Signal::Files]
    }

    fn run_once(&self) -> BoxFuture<'_, RoundResult> {
        self.round().boxed()
    }

    fn next_in(&self) -> Option<Duration> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).next
    }

    fn gathers(&self) -> Option<Duration> {
        let took = self.pace.lock().unwrap_or_else(PoisonError::into_inner).took;
        Some(GATHER.max(took * REST))
    }
}
