//! Compares the files on disk with those that a file trigger knows. Each new state of a file starts one run.
//!
//! The known files are in the database. A file that came while the server was down therefore starts its run later,
//! and no file starts two. Files that exist when a trigger is created, or gets another pattern, are known from the
//! start. A file that disappears and returns unchanged (a share that was not mounted) is not a new file. What has not
//! settled is only remembered by the watcher, so after a restart it settles anew.

use super::file_roots::{Disks, fixed_part};
use super::files::{FileTrigger, Looked};
use super::held;
use crate::app::core::write::Moment;
use crate::app::runs::admit;
use crate::app::runs::admit::{Inserted, Wanted};
use crate::app::{App, Result};
use crate::domain::model::{FileState, FilesLearned, PresentFile, TaskRef};
use crate::domain::reason::Reason;
use crate::domain::runs::params;
use crate::domain::triggers::files::{Verdict, Watch, judge};
use crate::domain::vocabulary::{FileChange, TriggerKind};
use crate::integrations::disk::{Answers, Disk as _};
use crate::store::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

/// Maximum number of runs that one look at a trigger's files makes.
const ROUND: usize = 100;

/// The content of larger files is not read. If only their last alteration differs, they count as changed.
const CONTENT_MAX: u64 = 16 << 20;

/// Maximum number of bytes that one look at a trigger's files reads, so that others get their turn.
const READ_MAX: u64 = 64 << 20;

/// A file that has been gone for this long is forgotten, and would be new if it returned.
const FORGET_AFTER: TimeDelta = TimeDelta::days(30);

/// Name of the param that takes the path of the file.
const PARAM: &str = "file";

/// Result of comparing the files of a trigger with those it knows.
#[derive(Debug, Default)]
pub struct Compared {
    /// How many runs were made.
    pub made: usize,
    /// When there will be more to do, if nothing changes.
    pub next: Option<Duration>,
    /// Why some of the files cannot start a run.
    pub problem: Option<Reason>,
}

/// A file that may start a run.
#[derive(Debug, Clone)]
struct Candidate {
    path: String,
    state: FileState,
    /// The content for which it starts no run.
    unless: Option<i64>,
}

/// What reading a candidate found.
#[derive(Debug, Clone, Copy)]
enum Content {
    /// Fingerprint of the content; none if it is too large or cannot be read.
    Is(Option<i64>),
    /// The file has gone.
    Gone,
}

impl App {
    /// Compares the files of a trigger with those it knows, and makes the runs. `watch` is what the watcher saw of the
    /// trigger's files before. If a look was incomplete, only the files that it saw count.
    pub async fn files_compare(
        &self,
        disks: &Disks,
        trigger: &FileTrigger,
        looked: Looked,
        watch: &mut Watch,
    ) -> Result<Compared> {
        let now = self.clock().now();
        let mut compared = Compared { problem: flawed(&looked), ..Compared::default() };
        let mut learned = FilesLearned { forget_before: now - FORGET_AFTER, ..FilesLearned::default() };
        let mut ripe = Vec::new();
        if trigger.known.pattern == Some(trigger.fingerprint()) {
            let candidates = sort(trigger, looked, &mut learned);
            let candidates = fitting(trigger, candidates, &mut compared.problem);
            let candidates = settled(trigger, candidates, watch, self.clock().running(), &mut compared.next);
            let candidates = in_turn(trigger, candidates, &mut compared.next);
            match self.read(disks, trigger, candidates).await {
                Ok(files) => ripe = files.into_iter().filter_map(|file| taken(file, &mut learned)).collect(),
                Err(silence) => compared.problem = Some(silence),
            }
        } else if looked.incomplete.is_none() {
            learned.pattern = Some(trigger.fingerprint());
            let file = |(path, state)| PresentFile { path, state, content: None };
            learned.present = looked.files.into_iter().map(file).collect();
        }
        if learned.pattern.is_none() && learned.present.is_empty() && learned.gone.is_empty() {
            return Ok(compared);
        }
        let looked = trigger.clone();
        let write = async move |tx: &Tx, _: Moment| {
            // What was looked for may be wanted no more. Nothing is learned then, so that no file is lost should it be wanted again.
            let Some(present) = still(tx, &looked).await? else { return Ok(Inserted::default()) };
            tx.files_know(present.record.row, &learned, now).await?;
            if ripe.is_empty() { Ok(Inserted::default()) } else { start(tx, &present, &ripe, now).await }
        };
        compared.made = self.write(write, Self::announce_inserted).await?.made.len();
        Ok(compared)
    }

    /// Reads the content of the candidates, as far as it matters. Fails with the reason if the disk does not answer.
    async fn read(
        &self,
        disks: &Disks,
        trigger: &FileTrigger,
        candidates: Vec<Candidate>,
    ) -> std::result::Result<Vec<(Candidate, Content)>, Reason> {
        if trigger.change == FileChange::Created || candidates.is_empty() {
            return Ok(candidates.into_iter().map(|file| (file, Content::Is(None))).collect());
        }
        let disk = Arc::clone(&disks.disk);
        let question = move |answers: &Answers| {
            let disk = answers.counted(disk);
            let read = |file: Candidate| {
                if file.state.bytes > CONTENT_MAX {
                    return (file, Content::Is(None));
                }
                let content = match disk.content(file.path.as_ref(), CONTENT_MAX, &|| {}) {
                    Ok(content) => Content::Is(Some(content)),
                    Err(error) if error.kind() == ErrorKind::NotFound => Content::Gone,
                    // The command of the task may run as somebody who can read it.
                    Err(_) => Content::Is(None),
                };
                (file, content)
            };
            candidates.into_iter().map(read).collect()
        };
        disks.patience.ask(&fixed_part(&trigger.pattern), self.clock().now(), question).await
    }
}

/// Tells what cannot be given to a run.
fn flawed(looked: &Looked) -> Option<Reason> {
    let (path, flaw) = looked.flawed.first()?.clone();
    Some(Reason::FileNotTaken { path, flaw, others: looked.flawed.len() - 1 })
}

/// Sorts the files of a look into what is learned and what may start a run.
fn sort(trigger: &FileTrigger, looked: Looked, learned: &mut FilesLearned) -> Vec<Candidate> {
    let known = &trigger.known.files;
    if looked.incomplete.is_none() {
        let there = known.iter().filter(|(path, file)| !file.gone && !looked.files.contains_key(*path));
        learned.gone = there.map(|(path, _)| path.clone()).collect();
    }
    let mut candidates = Vec::new();
    for (path, state) in looked.files {
        let before = known.get(&path);
        let content = before.and_then(|file| file.content);
        match judge(trigger.change, before, &state) {
            Verdict::Leave => {}
            Verdict::Remember => learned.present.push(PresentFile { path, state, content }),
            Verdict::Compare => candidates.push(Candidate { path, state, unless: content }),
            Verdict::Take => candidates.push(Candidate { path, state, unless: None }),
        }
    }
    candidates
}

/// Leaves out the files whose paths the task's param does not accept.
fn fitting(trigger: &FileTrigger, candidates: Vec<Candidate>, problem: &mut Option<Reason>) -> Vec<Candidate> {
    let Some(spec) = trigger.task.definition.params.iter().find(|param| param.name == PARAM) else { return candidates };
    let refusal = |file: &Candidate| {
        let given = Map::from_iter([(PARAM.to_owned(), Value::from(file.path.as_str()))]);
        params::resolve(std::slice::from_ref(spec), &given).err()?.pop()
    };
    let (mut fit, mut refused) = (Vec::with_capacity(candidates.len()), Vec::new());
    for file in candidates {
        match refusal(&file) {
            Some(why) => refused.push((file.path, why.message)),
            None => fit.push(file),
        }
    }
    let others = refused.len().saturating_sub(1);
    let reason = refused.into_iter().next().map(|(path, problem)| Reason::FilePathRefused { path, problem, others });
    *problem = Reason::of_all(problem.take().into_iter().chain(reason).collect());
    fit
}

/// Leaves out the files that have not settled, if the trigger waits for that.
fn settled(
    trigger: &FileTrigger,
    candidates: Vec<Candidate>,
    watch: &mut Watch,
    now: Duration,
    next: &mut Option<Duration>,
) -> Vec<Candidate> {
    if trigger.change != FileChange::Settled {
        return candidates;
    }
    let unsettled = candidates.iter().map(|file| (file.path.clone(), file.state));
    watch.look(trigger.fingerprint(), now, trigger.settle, unsettled);
    let mut ripe = Vec::with_capacity(candidates.len());
    for file in candidates {
        match watch.settles_in(&file.path, trigger.settle) {
            Some(wait) => *next = Some(next.map_or(wait, |next| next.min(wait))),
            None => ripe.push(file),
        }
    }
    ripe
}

/// Leaves out the files for which there is no time in this look.
fn in_turn(trigger: &FileTrigger, mut candidates: Vec<Candidate>, next: &mut Option<Duration>) -> Vec<Candidate> {
    let reads = |file: &Candidate| match file.state.bytes {
        bytes if trigger.change != FileChange::Created && bytes <= CONTENT_MAX => bytes,
        _ => 0,
    };
    let mut bytes = 0;
    let fit = candidates.iter().take(ROUND).take_while(|file| {
        bytes += reads(file);
        bytes <= READ_MAX
    });
    let count = fit.count();
    if count < candidates.len() {
        *next = Some(Duration::ZERO);
        candidates.truncate(count);
    }
    candidates
}

/// Notes what was read. Returns the path of a file that starts a run.
fn taken((file, content): (Candidate, Content), learned: &mut FilesLearned) -> Option<String> {
    let Content::Is(content) = content else { return None };
    let Candidate { path, state, unless } = file;
    let same = unless.is_some() && content == unless;
    learned.present.push(PresentFile { path: path.clone(), state, content });
    (!same).then_some(path)
}

/// The trigger as it is now; none: it looks for nothing any more, or for something else, or everything is on hold.
async fn still(tx: &Tx, looked: &FileTrigger) -> Result<Option<FileTrigger>> {
    if held(tx).await? {
        return Ok(None);
    }
    let Some(task) = tx.task_find(&TaskRef::Id(looked.task.id)).await? else { return Ok(None) };
    let present = FileTrigger::of(looked.record.clone(), task);
    Ok(present.filter(|present| present.fingerprint() == looked.fingerprint()))
}

async fn start(tx: &Tx, trigger: &FileTrigger, files: &[String], now: DateTime<Utc>) -> Result<Inserted> {
    let FileTrigger { task, record, .. } = trigger;
    let takes_file = task.definition.params.iter().any(|param| param.name == PARAM);
    let mut all = Inserted::default();
    for path in files {
        let mut wanted = Wanted::new(task, TriggerKind::File, Some(path.clone()), now);
        wanted.params.extend(takes_file.then(|| (PARAM.to_owned(), Value::from(path.as_str()))));
        all += admit::one_or_skipped(tx, wanted, now).await?;
    }
    tx.trigger_used(record.row, now).await?;
    Ok(all)
}
