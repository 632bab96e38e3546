//! Stopping: the same steps for cancels, time limits and signals, and no process is left.

use std::time::{Duration, Instant};

use orc_runner::{CancelledBy, Exit, Outcome, RunnerMessage, ServerMessage, StopReason, TimeLimit};

use crate::{Done, Place, Running, alive, eventually};

const BY_SERVER: Outcome = Outcome::Cancelled { by: CancelledBy::Server };
const TERM: Option<Exit> = Some(Exit::Signal { signal: libc::SIGTERM });
const KILL: Option<Exit> = Some(Exit::Signal { signal: libc::SIGKILL });

fn running(arguments: &[&str]) -> Running {
    let place = Place::new();
    let plan = place.plan(arguments);
    let running = place.start(plan);
    running.until_logged("ready");
    running
}

fn cancel(grace_seconds: Option<f64>) -> ServerMessage {
    ServerMessage::Cancel { grace_seconds }
}

/// The process ids a helper printed, one a line.
fn printed(text: &str) -> Vec<u32> {
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

#[test]
fn cancel_asks_first() {
    let mut running = running(&["sleep", "60"]);
    running.say(&cancel(None));
    let begun = Instant::now();
    let done = running.end();
    assert!(begun.elapsed() < Duration::from_secs(5), "no grace is waited for");
    assert_eq!((done.record.outcome, done.record.exit), (BY_SERVER, TERM));
    assert!(!done.record.success && !done.record.leaked_output);
}

#[test]
fn cancel_is_told_and_noted() {
    let mut running = running(&["sleep", "60"]);
    running.say(&cancel(None));
    loop {
        match running.message() {
            RunnerMessage::Stopping { reason } => {
                assert_eq!(reason, StopReason::Cancel { by: CancelledBy::Server });
                break;
            }
            RunnerMessage::Exited { .. } => panic!("the end before the stop"),
            _ => {}
        }
    }
    assert!(running.end().text().contains("[orc] stopping: cancelled"));
}

#[test]
fn a_command_that_ignores_the_request_is_killed_after_the_grace() {
    let mut running = running(&["ignore-term", "60"]);
    let begun = Instant::now();
    running.say(&cancel(Some(0.3)));
    let done = running.end();
    assert!(begun.elapsed() >= Duration::from_millis(300), "the grace was given");
    assert_eq!((done.record.outcome, done.record.exit), (BY_SERVER, KILL));
}

#[test]
fn a_second_cancel_does_not_wait() {
    let mut running = running(&["ignore-term", "60"]);
    running.say(&cancel(Some(3600.0)));
    running.until_logged("stopping");
    running.say(&cancel(Some(3600.0)));
    assert_eq!(running.end().record.exit, KILL);
}

#[test]
fn kill_kills() {
    let mut running = running(&["ignore-term", "60"]);
    running.say(&ServerMessage::Kill);
    let done = running.end();
    assert_eq!((done.record.outcome, done.record.exit), (BY_SERVER, KILL));
}

#[test]
fn a_stopped_command_is_stopped_too() {
    let mut running = running(&["sleep", "60"]);
    let pid = started(&mut running);
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid as i32).unwrap(), rustix::process::Signal::STOP)
        .unwrap();
    running.say(&cancel(None));
    assert_eq!(running.end().record.exit, TERM);
}

fn started(running: &mut Running) -> u32 {
    loop {
        if let RunnerMessage::Started { child } = running.message() {
            return child.pid;
        }
    }
}

#[test]
fn time_limits() {
    for (attempt, run, wanted) in [(Some(0.2), Some(60.0), TimeLimit::Attempt), (Some(60.0), Some(0.2), TimeLimit::Run)]
    {
        let place = Place::new();
        let mut plan = place.plan(&["sleep", "60"]);
        (plan.attempt_timeout_seconds, plan.run_deadline_seconds) = (attempt, run);
        let done = place.start(plan).end();
        assert_eq!(done.record.outcome, Outcome::TimedOut { limit: wanted, seconds: 0.2 });
        let took = done.record.finished_at_micros - done.record.started_at_micros;
        assert!((200_000..10_000_000).contains(&took), "{took}");
        assert!(done.text().contains("timeout"));
    }
}

#[test]
fn the_runner_passes_a_signal_on() {
    let running = running(&["sleep", "60"]);
    let runner = rustix::process::Pid::from_child(&running.runner);
    rustix::process::kill_process(runner, rustix::process::Signal::TERM).unwrap();
    assert_eq!(running.end().record.outcome, Outcome::Cancelled { by: CancelledBy::Signal });
}

/// Stops a command with a descendant that signals to the group do not reach, and checks that the descendant is gone.
fn escapee_dies(mut running: Running, stop: &ServerMessage) -> Done {
    let escaped = printed(&crate::text(&running.place.log()));
    assert!(!escaped.is_empty() && escaped.iter().all(|pid| alive(*pid)), "{escaped:?}");
    running.say(stop);
    let done = running.end();
    assert!(escaped.iter().all(|pid| !alive(*pid)), "{escaped:?}");
    assert!(done.record.swept as usize >= escaped.len() && done.record.survivors.is_empty());
    done
}

#[test]
fn a_grandchild_in_its_own_session_is_killed_with_the_rest() {
    let begun = Instant::now();
    escapee_dies(running(&["setsid-grandchild", "60"]), &cancel(None));
    assert!(begun.elapsed() < Duration::from_secs(8), "nobody waits a grace for someone who was not asked");
    escapee_dies(running(&["setsid-grandchild", "60"]), &ServerMessage::Kill);
}

#[test]
fn what_a_command_leaves_behind_ends_with_it() {
    let done = Place::new().run(&["daemon", "60"]);
    done.exited(0);
    assert!(done.record.success && !done.record.leaked_output && done.record.swept == 1, "{:?}", done.record);
    assert!(printed(&done.text()).iter().all(|pid| !alive(*pid)));
    let done = Place::new().run(&["leave-many", "40", "60"]);
    done.exited(0);
    let left = printed(&done.text());
    assert!(left.len() >= 30 && left.iter().all(|pid| !alive(*pid)), "{left:?}");
}

#[test]
fn a_held_pipe_is_waited_for_only_so_long() {
    let place = Place::new();
    let mut plan = place.plan(&["hold-pipe", "60"]);
    plan.leak_grace_seconds = 0.3;
    let begun = Instant::now();
    let done = place.start(plan).end();
    assert!(begun.elapsed() < Duration::from_secs(20));
    done.exited(0);
    assert!(done.record.leaked_output && done.record.success && done.record.swept == 1, "{:?}", done.record);
    assert!(done.record.finished_at_micros - done.record.started_at_micros >= 300_000);
}

#[test]
fn late_output_of_a_grandchild_is_kept() {
    let place = Place::new();
    let mut plan = place.plan(&["-c", "(sleep 0.2; echo late) & echo early"]);
    plan.program = "/bin/sh".to_owned();
    let done = place.start(plan).end();
    assert_eq!(done.text(), "early\nlate\n");
    assert!(!done.record.leaked_output, "{:?}", done.record);
}

#[test]
fn a_storm_of_forks_is_ended() {
    let place = Place::new();
    let mut plan =
        place.plan(&["-c", "f() { while :; do setsid sleep 60 & sleep 0.01; done; }; f & f & echo ready; wait"]);
    plan.program = "/bin/sh".to_owned();
    let mut running = place.start(plan);
    running.until_logged("ready");
    eventually("a good many", || orc_runner::Link::new(running.place.log()).marked().unwrap().len() > 10);
    running.say(&cancel(Some(0.1)));
    let done = running.end();
    assert_eq!(done.record.survivors, []);
}

#[test]
fn corpses_are_collected_while_the_command_runs() {
    let place = Place::new();
    let mut plan = place.plan(&["-c", "for i in 1 2 3 4 5 6 7 8 9; do (sleep 0 & ); done; echo ready; sleep 60"]);
    plan.program = "/bin/sh".to_owned();
    let mut running = place.start(plan);
    running.until_logged("ready");
    let runner = running.runner.id();
    let children = || std::fs::read_to_string(format!("/proc/{runner}/task/{runner}/children")).unwrap();
    eventually("only the command is left", || children().split_whitespace().count() == 1);
    running.say(&cancel(None));
    running.end();
}
