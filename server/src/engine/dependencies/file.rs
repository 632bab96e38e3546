//! Looks at files of a dependency, as file triggers do: in the same places, and with the same patience for disks.
//!
//! Whether a file has been unchanged for long enough is known from what was seen here, never from the date of the file,
//! because programs set that as they like.

use super::tools::Tools;
use crate::app::triggers::file_roots::fixed_part;
use crate::domain::dependencies::{FileRule, Look, Sight};
use crate::domain::model::FileState;
use crate::domain::reason::Reason;
use crate::engine::triggers::file_look;
use crate::integrations::disk::Answers;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Number of files that are followed for `unchanged_seconds`.
const FOLLOWED: usize = 100;

/// A file as it was first seen in its present state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Followed {
    /// Distinguishes states of the file.
    state: String,
    /// Since when the file has been in this state.
    since: DateTime<Utc>,
}

/// Looks at the files of a rule.
pub(super) async fn look(tools: &Tools, rule: &FileRule, memory: Option<&str>) -> Look {
    let now = tools.app.clock().now();
    let roots = tools.app.file_roots(&tools.disks).await;
    let (pattern, own) = (rule.path.clone(), tools.app.settings().data_dir.clone());
    let disk = Arc::clone(&tools.disks.disk);
    let question = move |answers: &Answers| file_look::look(&pattern, &roots, own, &answers.counted(disk));
    let asked = tools.disks.patience.ask(&fixed_part(&rule.path), now, question).await;
    let found = match asked.and_then(|looked| looked) {
        Ok(found) => found,
        Err(problem) => return unreadable(&problem),
    };
    let (files, others) = (found.found.files, found.others);
    let nothing = files.is_empty() && others.is_empty();
    if let Some(problem) = found.found.incomplete.filter(|_| nothing || rule.absent) {
        return unreadable(&problem);
    }
    judge(rule, &files, &others, memory, now)
}

fn unreadable(problem: &Reason) -> Look {
    Look::troubled(Sight::FileUnreadable { problem: problem.words() })
}

/// Decides about what matches. Of several files, the first by name that meets the rule counts. Everything else that matches
/// (`besides`: folders, sockets, pipes) exists, but has neither a size nor an age that counts.
fn judge(
    rule: &FileRule,
    files: &BTreeMap<String, FileState>,
    besides: &BTreeSet<String>,
    memory: Option<&str>,
    now: DateTime<Utc>,
) -> Look {
    let Some(first) = files.keys().chain(besides).min() else {
        return Look::of(rule.absent, Sight::FileAbsent { path: rule.path.clone() });
    };
    let others = files.len() + besides.len() - 1;
    let path = first.clone();
    if rule.absent {
        return Look::of(false, Sight::FileStillThere { path, others });
    }
    let FileRule { min_age_seconds, min_bytes, unchanged_seconds, path: _, absent: _ } = rule;
    let any = min_age_seconds.is_none() && min_bytes.is_none() && unchanged_seconds.is_none();
    match files.is_empty() {
        true if any => return Look::of(true, Sight::PathThere { path, others }),
        true => return Look::of(false, Sight::PathNoFile { path, others }),
        false => {}
    }
    let followed = follow(rule, files, memory, now);
    let judged = files.iter().map(|(path, state)| one(rule, path, state, followed.get(path), others, now));
    // Of files that do not meet the rule yet, the one that may do so soonest is shown.
    let look = judged.min_by_key(|look| (!look.met, look.again_milliseconds.unwrap_or(u64::MAX)));
    let memory = (!followed.is_empty()).then(|| serde_json::json!(followed).to_string());
    Look { memory, ..look.expect("there is a first file") }
}

fn one(
    rule: &FileRule,
    path: &str,
    state: &FileState,
    followed: Option<&Followed>,
    others: usize,
    now: DateTime<Utc>,
) -> Look {
    let path = path.to_owned();
    if let Some(least_bytes) = rule.min_bytes.filter(|least| state.bytes < *least) {
        return Look::of(false, Sight::FileTooSmall { path, bytes: state.bytes, least_bytes });
    }
    if let Some(least_milliseconds) = rule.min_age_seconds.map(milliseconds) {
        let age_milliseconds = since(state.changed_at, now);
        if age_milliseconds < least_milliseconds {
            let sight = Sight::FileTooYoung { path, age_milliseconds, least_milliseconds };
            return Look { again_milliseconds: Some(least_milliseconds - age_milliseconds), ..Look::of(false, sight) };
        }
    }
    if let Some(least_milliseconds) = rule.unchanged_seconds.map(milliseconds) {
        let unchanged_milliseconds = followed.map_or(0, |followed| since(followed.since, now));
        if unchanged_milliseconds < least_milliseconds {
            let sight = Sight::FileUnsettled { path, unchanged_milliseconds, least_milliseconds };
            let again_milliseconds = Some(least_milliseconds - unchanged_milliseconds);
            return Look { again_milliseconds, ..Look::of(false, sight) };
        }
    }
    Look::of(true, Sight::FileThere { path, bytes: state.bytes, changed_at: state.changed_at, others })
}

/// Since when each file has been in its present state.
fn follow(
    rule: &FileRule,
    files: &BTreeMap<String, FileState>,
    memory: Option<&str>,
    now: DateTime<Utc>,
) -> BTreeMap<String, Followed> {
    if rule.unchanged_seconds.is_none() {
        return BTreeMap::new();
    }
    let before: BTreeMap<String, Followed> =
        memory.and_then(|memory| serde_json::from_str(memory).ok()).unwrap_or_default();
    let large = files.iter().filter(|(_, state)| rule.min_bytes.is_none_or(|least| state.bytes >= least));
    let least = rule.min_age_seconds.map_or(0, milliseconds);
    // Those that lack nothing else come first, so that many others do not keep them out.
    let (old, young): (Vec<_>, Vec<_>) = large.partition(|(_, state)| since(state.changed_at, now) >= least);
    let followed = |(path, state): (&String, &FileState)| {
        let altered_at = state.marks.as_ref().map(|marks| marks.altered_at);
        let state = format!("{} {} {altered_at:?}", state.bytes, state.changed_at);
        let known = before.get(path).filter(|known| known.state == state && known.since <= now);
        (path.clone(), known.cloned().unwrap_or(Followed { state, since: now }))
    };
    old.into_iter().chain(young).take(FOLLOWED).map(followed).collect()
}

fn since(at: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    u64::try_from((now - at).num_milliseconds()).unwrap_or(0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be at most a year")]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dependencies::sight::SightCode;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).expect("an instant")
    }

    fn rule() -> FileRule {
        let path = "/in/*.csv".to_owned();
        FileRule { path, absent: false, min_age_seconds: None, min_bytes: None, unchanged_seconds: None }
    }

    fn file(bytes: u64, changed: i64) -> FileState {
        FileState { bytes, changed_at: at(changed), marks: None }
    }

    fn seen(rule: &FileRule, files: &[(&str, FileState)], now: i64) -> (bool, SightCode) {
        let files = files.iter().map(|(path, state)| ((*path).to_owned(), *state)).collect();
        let look = judge(rule, &files, &BTreeSet::new(), None, at(now));
        (look.met, look.sight.code())
    }

    #[test]
    fn folders_and_sockets_exist_and_have_no_size() {
        let seen = |rule: &FileRule, files: &[&str]| {
            let files = files.iter().map(|path| ((*path).to_owned(), file(5, 0))).collect();
            let besides = BTreeSet::from(["/in/b".to_owned(), "/in/c".to_owned()]);
            let look = judge(rule, &files, &besides, None, at(9));
            (look.met, look.sight)
        };
        let path = || "/in/b".to_owned();
        assert_eq!(seen(&rule(), &[]), (true, Sight::PathThere { path: path(), others: 1 }));
        let absent = FileRule { absent: true, ..rule() };
        assert_eq!(seen(&absent, &[]), (false, Sight::FileStillThere { path: path(), others: 1 }));
        let large = FileRule { min_bytes: Some(5), ..rule() };
        assert_eq!(seen(&large, &[]), (false, Sight::PathNoFile { path: path(), others: 1 }));
        let (met, sight) = seen(&large, &["/in/d"]);
        assert_eq!((met, sight.code()), (true, SightCode::FileThere), "a file counts beside them");
    }

    #[test]
    fn a_file_behind_many_that_lack_something_else_becomes_unchanged() {
        let settled =
            FileRule { unchanged_seconds: Some(10.0), min_bytes: Some(5), min_age_seconds: Some(1.0), ..rule() };
        let small = (0..150).map(|number| (format!("/in/a{number:03}"), file(1, 0)));
        let young = (0..150).map(|number| (format!("/in/b{number:03}"), file(5, 1_000)));
        let files: BTreeMap<_, _> = small.chain(young).chain([("/in/c".to_owned(), file(5, 0))]).collect();
        let look = |memory: Option<&str>, now| judge(&settled, &files, &BTreeSet::new(), memory, at(now));
        let first = look(None, 100);
        assert!(!first.met);
        let second = look(first.memory.as_deref(), 110);
        assert!(second.met && second.sight.words().starts_with("/in/c "), "{}", second.sight.words());
    }

    #[test]
    fn files_are_there_or_not() {
        assert_eq!(seen(&rule(), &[], 9), (false, SightCode::FileAbsent));
        assert_eq!(seen(&rule(), &[("/in/a.csv", file(0, 0))], 9), (true, SightCode::FileThere));
        let absent = FileRule { absent: true, ..rule() };
        assert_eq!(seen(&absent, &[], 9), (true, SightCode::FileAbsent));
        assert_eq!(seen(&absent, &[("/in/a.csv", file(0, 0))], 9), (false, SightCode::FileStillThere));
    }

    #[test]
    fn one_file_of_several_must_meet_all_parts_of_the_rule() {
        let strict = FileRule { min_bytes: Some(10), min_age_seconds: Some(5.0), ..rule() };
        let small_and_old = ("/in/a.csv", file(9, 0));
        assert_eq!(seen(&strict, &[small_and_old], 100), (false, SightCode::FileTooSmall));
        assert_eq!(seen(&strict, &[small_and_old, ("/in/b.csv", file(10, 96))], 100), (false, SightCode::FileTooYoung));
        assert_eq!(seen(&strict, &[small_and_old, ("/in/b.csv", file(10, 95))], 100), (true, SightCode::FileThere));
        assert_eq!(
            seen(&strict, &[("/in/b.csv", file(10, 500))], 100),
            (false, SightCode::FileTooYoung),
            "a future date"
        );
    }

    #[test]
    fn a_file_is_unchanged_only_for_as_long_as_it_was_seen_so() {
        let settled = FileRule { unchanged_seconds: Some(10.0), ..rule() };
        let look = |memory: Option<&str>, bytes, now| {
            let files = BTreeMap::from([("/in/a.csv".to_owned(), file(bytes, 0))]);
            judge(&settled, &files, &BTreeSet::new(), memory, at(now))
        };
        let first = look(None, 5, 100);
        assert_eq!((first.met, first.again_milliseconds), (false, Some(10_000)), "its date is long ago");
        let second = look(first.memory.as_deref(), 5, 104);
        assert_eq!((second.met, second.again_milliseconds), (false, Some(6_000)));
        let grown = look(second.memory.as_deref(), 6, 109);
        assert_eq!((grown.met, grown.again_milliseconds), (false, Some(10_000)), "it has grown");
        assert!(!look(grown.memory.as_deref(), 6, 118).met);
        assert!(look(grown.memory.as_deref(), 6, 119).met);
        assert!(!look(grown.memory.as_deref(), 6, 100).met, "the clock was set back");
    }
}
