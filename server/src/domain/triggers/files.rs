//! Files of file triggers: how a file differs from what is known of it, and when it has settled. Pure.
//!
//! Dates on files are compared with other dates on the same file and with nothing else, because a program that copies a
//! file sets its date as it likes, and another machine's clock may be wrong. Deliberately absent: looking at disks.
//! Start reading at `judge`.

use crate::domain::model::{FileState, KnownFile};
use crate::domain::vocabulary::FileChange;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// If nobody looked for longer than this, for example because the machine slept, the time counts at most for half of what
/// a file must wait, because who writes to it may have slept as well.
const UNSEEN_MAX: Duration = Duration::from_secs(60);

/// What a trigger must do about a file that a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to do.
    Leave,
    /// The file starts no run, but its state must be remembered.
    Remember,
    /// The file starts a run if its content is not the known one.
    Compare,
    /// The file starts a run.
    Take,
}

/// How a file differs from what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// In nothing.
    Nothing,
    /// In nothing that says anything about its content.
    Aside,
    /// It was altered, but only its content can tell how.
    Unclear,
    /// In its content or its date.
    Content,
    /// Another file has taken its place.
    Another,
}

/// Decides what to do about a file. `known` is what the trigger knows of it.
pub fn judge(change: FileChange, known: Option<&KnownFile>, state: &FileState) -> Verdict {
    let Some(known) = known else { return Verdict::Take };
    match (difference(known, state), change) {
        (Difference::Nothing, _) if !known.gone => Verdict::Leave,
        (Difference::Nothing | Difference::Aside, _) => Verdict::Remember,
        (Difference::Another, _) => Verdict::Take,
        (Difference::Content, FileChange::Created) if known.gone => Verdict::Take,
        (Difference::Content | Difference::Unclear, FileChange::Created) => Verdict::Remember,
        (Difference::Unclear, FileChange::Changed | FileChange::Settled) => Verdict::Compare,
        (Difference::Content, FileChange::Changed | FileChange::Settled) => Verdict::Take,
    }
}

fn difference(known: &KnownFile, state: &FileState) -> Difference {
    let same = known.state.bytes == state.bytes && known.state.changed_at == state.changed_at;
    let otherwise = if same { Difference::Aside } else { Difference::Content };
    let (before, now) = match (known.state.marks, state.marks) {
        // What was known before Orc kept marks gets them now. Marks of two disks cannot be compared: the same files are
        // on a share that was mounted anew, or were brought to another disk.
        (Some(before), Some(now)) if before.device == now.device => (before, now),
        (None, None) if same => return Difference::Nothing,
        _ => return otherwise,
    };
    if before.number.zip(now.number).is_some_and(|(before, now)| before != now) {
        return Difference::Another;
    }
    if !same {
        return Difference::Content;
    }
    if before == now {
        return Difference::Nothing;
    }
    if before.altered_at == now.altered_at {
        return Difference::Aside;
    }
    match (known.gone, known.content) {
        (true, _) => Difference::Content,
        (false, Some(_)) => Difference::Unclear,
        (false, None) if before.rights != now.rights => Difference::Aside,
        (false, None) => Difference::Content,
    }
}

/// What a watcher saw of the files of one trigger that have not settled. Its clock only runs forward, and nobody sets
/// it.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    pattern: i64,
    /// When the watcher last looked, on its clock.
    looked: Duration,
    /// How long the watcher has been watching.
    watched: Duration,
    files: BTreeMap<String, Unsettled>,
}

#[derive(Debug, Clone, Copy)]
struct Unsettled {
    state: FileState,
    /// How long the watcher had been watching when it first saw the file in this state.
    since: Duration,
}

impl Watch {
    /// Notes a look: `unsettled` are the files that matter and their states, `now` is the time on the watcher's clock,
    /// and `settle` is how long a file must stay as it is. Another pattern begins a new watch.
    pub fn look(
        &mut self,
        pattern: i64,
        now: Duration,
        settle: Duration,
        unsettled: impl Iterator<Item = (String, FileState)>,
    ) {
        let mut before = std::mem::take(&mut self.files);
        if self.pattern != pattern {
            before.clear();
        }
        let passed = now.saturating_sub(self.looked);
        self.watched += if passed > UNSEEN_MAX { passed.min(settle / 2) } else { passed };
        (self.pattern, self.looked) = (pattern, now);
        let file = |(path, state): (String, FileState)| {
            let same = before.get(&path).filter(|before| before.state == state);
            let since = same.map_or(self.watched, |before| before.since);
            (path, Unsettled { state, since })
        };
        self.files = unsettled.map(file).collect();
    }

    /// How much longer a file must stay as it is until it has settled; none if it has.
    pub fn settles_in(&self, path: &str, settle: Duration) -> Option<Duration> {
        let Some(file) = self.files.get(path) else { return Some(settle) };
        settle.checked_sub(self.watched.saturating_sub(file.since)).filter(|rest| !rest.is_zero())
    }
}

/// Why a file that matches cannot be given to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFlaw {
    /// Its name is not UTF-8.
    NotText,
    /// Its name contains a control character, such as a line break.
    ControlCharacter,
    /// It is a link whose target does not exist or cannot be reached.
    DanglingLink,
    /// It is a pipe, a socket, or a device.
    Special,
}

impl FileFlaw {
    /// The flaw as the end of a sentence about the file.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotText => "its name is not UTF-8; rename it",
            Self::ControlCharacter => "its name contains a control character, such as a line break; rename it",
            Self::DanglingLink => "it is a link that leads nowhere",
            Self::Special => "it is a pipe, a socket, or a device, and only regular files start runs",
        }
    }
}

#[cfg(test)]
mod tests;
