//! Tables of what a trigger does about a file.

use super::*;
use crate::domain::model::FileMarks;
use FileChange::{Changed, Created, Settled};
use Verdict::{Compare, Leave, Remember, Take};
use chrono::{DateTime, TimeDelta};

const S: Duration = Duration::from_secs(1);

fn state() -> FileState {
    let at = DateTime::UNIX_EPOCH + TimeDelta::days(1000);
    FileState {
        bytes: 5,
        changed_at: at,
        marks: Some(FileMarks { device: 1, number: Some(7), altered_at: at, rights: 3 }),
    }
}

fn with(change: impl FnOnce(&mut FileState, &mut FileMarks)) -> FileState {
    let (mut state, mut marks) = (state(), state().marks.expect("it has marks"));
    change(&mut state, &mut marks);
    state.marks = Some(marks);
    state
}

fn later(at: &mut DateTime<chrono::Utc>) {
    *at += TimeDelta::seconds(1);
}

/// Verdicts for `created`, `changed`, and `settled`.
fn verdicts(known: KnownFile, state: FileState) -> [Verdict; 3] {
    [Created, Changed, Settled].map(|change| judge(change, Some(&known), &state))
}

#[test]
fn what_differs_decides_what_happens() {
    let there = KnownFile { state: state(), content: None, gone: false };
    let read = KnownFile { content: Some(9), ..there };
    let altered = |_: &mut FileState, marks: &mut FileMarks| later(&mut marks.altered_at);
    let chmod = |_: &mut FileState, marks: &mut FileMarks| {
        later(&mut marks.altered_at);
        marks.rights += 1;
    };
    for change in [Created, Changed, Settled] {
        assert_eq!(judge(change, None, &state()), Take, "nobody knows it");
    }
    assert_eq!(verdicts(there, state()), [Leave, Leave, Leave]);
    assert_eq!(verdicts(there, with(|state, _| state.bytes += 1)), [Remember, Take, Take]);
    assert_eq!(verdicts(there, with(|state, _| later(&mut state.changed_at))), [Remember, Take, Take]);
    assert_eq!(verdicts(there, with(|_, marks| marks.number = Some(8))), [Take, Take, Take], "replaced by rename");
    assert_eq!(verdicts(there, with(altered)), [Remember, Take, Take], "size and date were kept");
    assert_eq!(verdicts(read, with(altered)), [Remember, Compare, Compare], "only its content can tell");
    assert_eq!(verdicts(there, with(chmod)), [Remember, Remember, Remember], "only its rights");
    assert_eq!(verdicts(read, with(chmod)), [Remember, Compare, Compare]);
    let elsewhere =
        with(|_, marks| (marks.device, marks.number, marks.altered_at) = (2, Some(1), DateTime::UNIX_EPOCH));
    assert_eq!(verdicts(there, elsewhere), [Remember, Remember, Remember], "the share was mounted anew");
    let numberless = with(|_, marks| marks.number = None);
    assert_eq!(verdicts(there, numberless), [Remember, Remember, Remember]);
}

#[test]
fn what_was_known_before_there_were_marks_starts_nothing() {
    let old = KnownFile { state: FileState { marks: None, ..state() }, content: None, gone: false };
    assert_eq!(verdicts(old, state()), [Remember, Remember, Remember]);
    assert_eq!(verdicts(old, with(|state, _| state.bytes += 1)), [Remember, Take, Take]);
    assert_eq!(verdicts(old, old.state), [Leave, Leave, Leave], "a system without marks");
}

#[test]
fn a_file_that_returns_as_it_was_is_not_new() {
    let gone = KnownFile { state: state(), content: Some(9), gone: true };
    assert_eq!(verdicts(gone, state()), [Remember, Remember, Remember]);
    assert_eq!(verdicts(gone, with(|_, marks| later(&mut marks.altered_at))), [Take, Take, Take], "it was made again");
    assert_eq!(verdicts(gone, with(|state, _| state.bytes += 1)), [Take, Take, Take]);
}

#[test]
fn a_file_settles_by_the_watchers_clock_alone() {
    let mut watch = Watch::default();
    let future = with(|state, _| state.changed_at += TimeDelta::days(400));
    let mut look = |seconds: u32, state: FileState| {
        watch.look(1, S * seconds, S * 2, [("a".to_owned(), state)].into_iter());
        watch.settles_in("a", S * 2)
    };
    assert_eq!(look(1000, future), Some(S * 2));
    assert_eq!(look(1001, future), Some(S));
    let grown = with(|state, _| state.bytes += 1);
    assert_eq!(look(1002, grown), Some(S * 2), "it has changed, whatever its date says");
    let altered = with(|state, marks| {
        state.bytes += 1;
        later(&mut marks.altered_at);
    });
    assert_eq!(look(1003, altered), Some(S * 2));
    assert_eq!(look(1004, altered), Some(S));
    assert_eq!(look(1005, altered), None);
    assert_eq!(watch.settles_in("b", S), Some(S), "nobody has seen it");
    watch.look(2, S * 1006, S * 2, [("a".to_owned(), altered)].into_iter());
    assert_eq!(watch.settles_in("a", S * 2), Some(S * 2), "another pattern");
}

#[test]
fn sleep_settles_nothing_and_slow_looks_do() {
    let mut watch = Watch::default();
    let mut look = |seconds: u32| {
        watch.look(1, S * seconds, S * 10, [("a".to_owned(), state())].into_iter());
        watch.settles_in("a", S * 10)
    };
    assert_eq!(look(1), Some(S * 10));
    assert_eq!(look(2), Some(S * 9));
    assert_eq!(look(30_000), Some(S * 4), "the machine slept, and so may who writes");
    assert_eq!(look(30_100), None, "the second look with the same state");
}
