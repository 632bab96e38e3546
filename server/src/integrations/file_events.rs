//! Reports from the operating system that something happened in a folder: inotify, FSEvents, ReadDirectoryChangesW.
//!
//! Reports are best effort: a network share sends none, a queue overruns, a limit of watches is reached. The file
//! watcher therefore also looks at regular intervals, and says at each look which folders matter. Folders are watched
//! one by one, never with all that is below, so the number of watches is limited by what was asked for. Deliberately
//! absent: patterns, and what became of a file.

use chrono::{DateTime, Utc};
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::fmt::{Debug, Formatter};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Called with a path that changed, or with none if changes were missed.
type Tell = Arc<dyn Fn(Option<&Path>) + Send + Sync>;

/// Watches folders.
pub struct FileEvents {
    tell: Tell,
    places: Arc<Mutex<Places>>,
    watcher: Mutex<Option<RecommendedWatcher>>,
}

/// Result of watching some folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listening {
    /// Whether a folder is newly watched. Changes in it until now were not reported.
    pub more: bool,
    /// Why one of the folders cannot be watched.
    pub problem: Option<String>,
}

impl FileEvents {
    /// Creates a watcher without folders. It calls `tell` on its own thread; `tell` must be quick.
    pub fn new(tell: impl Fn(Option<&Path>) + Send + Sync + 'static) -> Self {
        Self { tell: Arc::new(tell), places: Arc::default(), watcher: Mutex::new(None) }
    }

    /// Watches these folders and no others from now on. Reports name paths as the folders were named here. Asks the
    /// disk.
    pub fn listen(&self, folders: &[PathBuf]) -> Listening {
        let mut watcher = lock(&self.watcher);
        let wanted = Places::of(folders);
        if wanted.0.is_empty() {
            (*watcher, *lock(&self.places)) = (None, Places::default());
            return Listening::default();
        }
        let watcher = match watcher.take().map_or_else(|| self.connect(), Ok) {
            Ok(connected) => watcher.insert(connected),
            Err(error) => return Listening { more: false, problem: Some(error.to_string()) },
        };
        // The lock must not be held while calling the watcher, which answers on the thread that calls `tell`.
        let Change { leave, enter, known } = lock(&self.places).become_(wanted);
        let (mut listening, mut paths) = (Listening::default(), watcher.paths_mut());
        for path in &leave {
            let _it_may_have_gone_by_itself = paths.remove(path);
        }
        let mut rest = enter.iter();
        for path in rest.by_ref() {
            let Err(error) = paths.add(path, RecursiveMode::NonRecursive) else {
                listening.more |= !known.contains(path);
                continue;
            };
            lock(&self.places).forget(path);
            listening.problem.get_or_insert_with(|| error.to_string());
            if matches!(error.kind, ErrorKind::MaxFilesWatch) {
                break;
            }
        }
        rest.for_each(|path| lock(&self.places).forget(path));
        if let Err(error) = paths.commit() {
            listening.problem.get_or_insert_with(|| error.to_string());
        }
        listening
    }

    /// The watched folders, with links resolved.
    pub fn folders(&self) -> Vec<PathBuf> {
        lock(&self.places).0.keys().cloned().collect()
    }

    fn connect(&self) -> notify::Result<RecommendedWatcher> {
        let (places, tell) = (Arc::clone(&self.places), Arc::clone(&self.tell));
        RecommendedWatcher::new(move |event| hear(event, &places, &tell), Config::default())
    }
}

impl Debug for FileEvents {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileEvents").field("places", &self.places).finish_non_exhaustive()
    }
}

fn hear(event: notify::Result<Event>, places: &Mutex<Places>, tell: &Tell) {
    let Some(event) = event.ok().filter(|event| !event.need_rescan()) else {
        lock(places).0.values_mut().for_each(|place| place.identity = None);
        return tell(None);
    };
    match event.kind {
        // Reading changes nothing.
        EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write) => return,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
            event.paths.iter().for_each(|path| lock(places).lose(path));
        }
        _ => {}
    }
    for path in &event.paths {
        let named = lock(places).named(path);
        named.iter().for_each(|path| tell(Some(path)));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Folders by their real paths, so that two names of one folder lead to one watch.
#[derive(Debug, Default)]
struct Places(BTreeMap<PathBuf, Place>);

#[derive(Debug, Default)]
struct Place {
    /// The paths by which the folder was requested.
    names: Vec<PathBuf>,
    /// Identity of the folder when the watch was set up; none if the watch is lost.
    identity: Option<Identity>,
}

/// Distinguishes a folder from another one in its place: device, number, and creation time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    number: u64,
    created_at: Option<DateTime<Utc>>,
}

/// What must change so that exactly the wanted folders are watched.
struct Change {
    leave: Vec<PathBuf>,
    enter: Vec<PathBuf>,
    /// Folders of `enter` that are believed to be watched already.
    known: Vec<PathBuf>,
}

impl Places {
    /// The existing ones of some folders.
    fn of(folders: &[PathBuf]) -> Self {
        let mut places = Self::default();
        for folder in folders {
            let Ok(real) = std::fs::canonicalize(folder) else { continue };
            let Some(identity) = identity(&real) else { continue };
            let place = places.0.entry(real).or_default();
            place.identity = Some(identity);
            place.names.push(folder.clone());
        }
        places
    }

    fn become_(&mut self, wanted: Self) -> Change {
        let before = std::mem::replace(self, wanted);
        let stays = |path: &PathBuf| {
            let (old, new) = (before.0.get(path), self.0.get(path));
            old.is_some_and(|old| old.identity.is_some() && new.is_some_and(|new| new.identity == old.identity))
        };
        let leave: Vec<PathBuf> = before.0.keys().filter(|path| !stays(path)).cloned().collect();
        let enter: Vec<PathBuf> = self.0.keys().filter(|path| !stays(path)).cloned().collect();
        let known = enter.iter().filter(|path| before.0.contains_key(*path)).cloned().collect();
        Change { leave, enter, known }
    }

    fn forget(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// Notes that a folder was removed or moved. Its watch and those below are lost, even if the folder comes back
    /// unchanged.
    fn lose(&mut self, path: &Path) {
        let from = (Bound::Included(path), Bound::Unbounded);
        let below = self.0.range_mut::<Path, _>(from).take_while(|(real, _)| real.starts_with(path));
        below.for_each(|(_, place)| place.identity = None);
    }

    /// The names of a path for those who requested its folder or the path itself.
    fn named(&self, path: &Path) -> Vec<PathBuf> {
        let itself = self.0.get(path).into_iter().flat_map(|place| place.names.iter().cloned());
        let inside = path.parent().and_then(|parent| self.0.get(parent)).zip(path.file_name());
        let inside = inside.into_iter().flat_map(|(place, name)| place.names.iter().map(move |it| it.join(name)));
        itself.chain(inside).collect()
    }
}

fn identity(path: &Path) -> Option<Identity> {
    let about = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    let (device, number) = (std::os::unix::fs::MetadataExt::dev(&about), std::os::unix::fs::MetadataExt::ino(&about));
    #[cfg(not(unix))]
    let (device, number) = (0, 0);
    Some(Identity { device, number, created_at: about.created().ok().map(DateTime::from) })
}
