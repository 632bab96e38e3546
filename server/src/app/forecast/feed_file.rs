//! Content of a feed's file: the soonest slots of the tasks it shows, and what was left out.
//!
//! The same feed is computed at most once an hour, however many callers ask for it. Callers who come while it is
//! being computed wait for that answer. Files are kept in memory as long as they are few. Start reading at
//! `feed_file_of_this_hour`.

use super::LEARNT_DAYS;
use super::sources::{Coming, Soonest, Sources};
use crate::app::core::compute::Reach;
use crate::app::{App, Result};
use crate::domain::forecast::feed::{FeedSlot, feed_text};
use crate::domain::ids::TaskId;
use crate::domain::keys::{Key, Task};
use crate::domain::model::{TaskFilter, TaskRecord};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Mutex as Turn;

/// Maximum number of events in a file.
const EVENTS_MAX: usize = 5_000;

/// Schedules with more slots a day than this only get a note.
const OFTEN: u64 = 24;

/// Maximum number of lines about what is left out of a file.
const LINES_MAX: usize = 500;

/// Maximum memory for files of this hour, in bytes. If there are more feeds, they are computed more often.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

/// Which tasks a file shows, and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    pub name: String,
    pub only: Option<Key<Task>>,
    pub folder: Option<String>,
    pub days: u32,
}

impl Shown {
    fn is_in_folder(&self, folder: &str) -> bool {
        let Some(wanted) = &self.folder else { return true };
        folder.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A file, and the hour for which it was computed.
#[derive(Debug, Clone)]
struct File {
    hour: DateTime<Utc>,
    text: Arc<str>,
}

/// The files of this hour. Each has a lock: its holder computes the file while the others wait.
#[derive(Debug, Default)]
pub(in crate::app) struct FeedFiles(Mutex<BTreeMap<Shown, Arc<Turn<Option<File>>>>>);

impl FeedFiles {
    fn turn(&self, shown: &Shown) -> Arc<Turn<Option<File>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry(shown.clone()).or_default())
    }

    /// Forgets files of other hours, and then, if the files are too large together, all that nobody is computing.
    fn forget(&self, hour: DateTime<Utc>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        kept.retain(|_, turn| match turn.try_lock() {
            Ok(file) => {
                let size = file.as_ref().filter(|file| file.hour == hour).map(|file| file.text.len());
                bytes += size.unwrap_or_default();
                size.is_some()
            }
            Err(_) => true,
        });
        if bytes > KEPT_BYTES {
            kept.retain(|_, turn| turn.try_lock().is_err());
        }
    }
}

impl App {
    /// The file for this hour. It stays the same within the hour, so that calendar programs need not read it again.
    pub(super) async fn feed_file_of_this_hour(&self, shown: Shown) -> Result<Arc<str>> {
        let hour = hour(self.clock().now());
        self.inner.feed_files.forget(hour);
        let turn = self.inner.feed_files.turn(&shown);
        let mut file = turn.lock().await;
        if let Some(file) = file.as_ref().filter(|file| file.hour == hour) {
            return Ok(Arc::clone(&file.text));
        }
        let text: Arc<str> = self.feed_file(shown).await?.into();
        *file = Some(File { hour, text: Arc::clone(&text) });
        Ok(text)
    }

    /// The file as it is now.
    pub(super) async fn feed_file(&self, shown: Shown) -> Result<String> {
        let now = self.clock().now();
        let reach = if shown.only.is_some() { Reach::OneTask } else { Reach::AllTasks };
        self.compute(reach, async move |app, _| app.feed_file_computed(&shown, now).await).await
    }

    async fn feed_file_computed(&self, shown: &Shown, now: DateTime<Utc>) -> Result<String> {
        let from = hour(now);
        let mut file = Drafting::new(from, from + TimeDelta::days(shown.days.into()));
        let book = self.calendar_book().await?;
        if let Some(key) = shown.only {
            let tasks: Vec<TaskRecord> = self.store().tasks_find(&[key]).await?.into_values().collect();
            let shown = |task: &TaskRecord| task.definition.enabled && shown.is_in_folder(&task.definition.folder);
            let sources = self.sources_of(&book, &[key]).await?;
            file.look(tasks.into_iter().filter(shown).collect(), sources);
        } else {
            let filter = TaskFilter { enabled: Some(true), folder: shown.folder.clone(), ..TaskFilter::default() };
            let mut walk = self.store().task_walk(filter);
            while let Some(tasks) = walk.next().await? {
                let keys: Vec<_> = tasks.iter().map(|task| task.key).collect();
                let sources = self.sources_of(&book, &keys).await?;
                file.look(tasks, sources);
            }
        }
        let slots = file.soonest.into_sorted();
        let keys: Vec<_> = slots.iter().map(|it| it.source.task_key).collect();
        let durations = self.store().run_durations(now - LEARNT_DAYS, &keys).await?;
        Ok(written(shown, from, &slots, &file.titles, &durations, file.left_out))
    }
}

/// A file while it is being computed.
struct Drafting {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    soonest: Soonest,
    /// Ids and titles of the tasks with a schedule that may be shown, by key in the database.
    titles: HashMap<Key<Task>, (TaskId, String)>,
    left_out: LeftOut,
}

/// Lines about what is not in the file: the first ones, and how many more there would be.
#[derive(Default)]
struct LeftOut {
    lines: Vec<String>,
    more: usize,
}

impl LeftOut {
    fn say(&mut self, line: String) {
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }
}

impl Drafting {
    fn new(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let soonest = Soonest::new(EVENTS_MAX + 1);
        Self { from, until, soonest, titles: HashMap::new(), left_out: LeftOut::default() }
    }

    /// Examines some tasks and their schedules.
    fn look(&mut self, tasks: Vec<TaskRecord>, sources: Sources) {
        let Sources { fire, faults } = sources;
        let mut titles = HashMap::new();
        let mut damaged = Vec::new();
        for task in tasks {
            if let Some(damage) = &task.damage.rest {
                damaged.push(format!("{}: {damage}", task.definition.name));
                continue;
            }
            let title = task.definition.title.trim();
            let title = if title.is_empty() { task.definition.name.clone() } else { title.to_owned() };
            titles.insert(task.key, (task.id, title));
        }
        let week = self.from + TimeDelta::days(7);
        for source in fire.iter().filter(|source| titles.contains_key(&source.task_key)) {
            if source.compiled.count_between(self.from, week) > OFTEN * 7 {
                self.left_out.say(format!("{}: {}", source.task, source.compiled.words()));
            } else {
                self.soonest.look(source, (self.from, self.until), |slot| !slot.skipped);
                if let Some(title) = titles.get(&source.task_key) {
                    self.titles.entry(source.task_key).or_insert_with(|| title.clone());
                }
            }
        }
        faults.into_iter().chain(damaged).for_each(|line| self.left_out.say(line));
    }
}

fn written(
    shown: &Shown,
    from: DateTime<Utc>,
    slots: &[Coming],
    titles: &HashMap<Key<Task>, (TaskId, String)>,
    durations: &HashMap<Key<Task>, f64>,
    LeftOut { lines: mut left_out, more }: LeftOut,
) -> String {
    if more > 0 {
        left_out.push(format!("and {more} more"));
    }
    if let Some(first) = slots.get(EVENTS_MAX) {
        left_out.push(format!("everything after {}", first.slot.scheduled_for.format("%Y-%m-%d %H:%M UTC")));
    }
    let event = |Coming { slot, source }: &Coming| {
        let (id, title) = titles.get(&source.task_key)?;
        Some(FeedSlot {
            uid: format!("{id}-{}-{}@orc", source.schedule_key, slot.scheduled_for.timestamp()),
            at: slot.scheduled_for,
            seconds: durations.get(&source.task_key).copied(),
            summary: title.clone(),
            description: format!("{}\n{} / {}", source.compiled.words(), source.task, source.schedule_key),
        })
    };
    let events: Vec<FeedSlot> = slots.iter().take(EVENTS_MAX).filter_map(event).collect();
    feed_text(&shown.name, from, &events, &left_out)
}

fn hour(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}
