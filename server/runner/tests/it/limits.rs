//! Limits of processes: what the kernel holds for each of them, and what the runner watches.

use std::path::PathBuf;

use orc_runner::{AppliedLimit, LimitKind, LimitMeans, Outcome, PlanLimits, ServerMessage, SpawnFailure};

use crate::escapes::cgroup;
use crate::{Done, Place};

fn shell(line: &str, limits: PlanLimits, cgroup: Option<PathBuf>) -> Done {
    let place = Place::new();
    let mut plan = place.plan(&["-c", line]);
    (plan.program, plan.limits, plan.cgroup) = ("/bin/sh".to_owned(), limits, cgroup);
    place.start(plan).end()
}

fn applied(kind: LimitKind, value: i64, means: LimitMeans, passed: bool) -> AppliedLimit {
    AppliedLimit { kind, value, means, passed }
}

#[test]
fn open_files_and_niceness_are_those_of_the_plan() {
    let limits = PlanLimits { open_files: Some(37), niceness: Some(7), ..PlanLimits::default() };
    let done = shell("ulimit -n; ulimit -Hn; nice; sh -c 'ulimit -n; nice'", limits, None);
    assert_eq!(done.text(), "37\n37\n7\n37\n7\n");
    let wanted = [
        applied(LimitKind::OpenFiles, 37, LimitMeans::Process, false),
        applied(LimitKind::Niceness, 7, LimitMeans::Process, false),
    ];
    assert_eq!(done.record.limits, wanted);
}

#[test]
fn too_many_processes_are_stopped_with_all_their_children() {
    let limits = PlanLimits { processes: Some(5), ..PlanLimits::default() };
    let done = shell("for i in 1 2 3 4 5 6 7 8; do setsid sleep 600 & done; wait", limits, None);
    assert_eq!(done.record.outcome, Outcome::LimitPassed { limit: LimitKind::Processes, value: 5 });
    assert_eq!(done.record.limits, [applied(LimitKind::Processes, 5, LimitMeans::Watched, true)]);
    assert!(done.record.swept >= 8 && done.text().contains("stopping: more than 5 processes"), "{}", done.text());
}

#[test]
fn too_much_memory_of_several_processes_is_stopped() {
    let limits = PlanLimits { memory_bytes: Some(60 << 20), ..PlanLimits::default() };
    // Each of the three has 30 MB, which only together is too much.
    let one = "head -c 30000000 /dev/zero | tail | sleep 600";
    let done = shell(&format!("{one} & {one} & {one} & wait"), limits, None);
    assert_eq!(done.record.outcome, Outcome::LimitPassed { limit: LimitKind::Memory, value: 60 << 20 });
    let peak = done.record.peak_memory_bytes;
    assert!((80_000_000..200_000_000).contains(&peak), "the sum of all, {peak}");
}

#[test]
fn what_stays_within_its_limits_is_left_alone() {
    let limits = PlanLimits { memory_bytes: Some(1 << 30), processes: Some(100), ..PlanLimits::default() };
    let done = shell("sleep 1.2; echo done", limits, None);
    done.exited(0);
    assert!(done.record.limits.iter().all(|limit| !limit.passed && limit.means == LimitMeans::Watched));
}

#[test]
fn a_share_of_the_processor_needs_a_cgroup() {
    let limits = PlanLimits { cpu_percent: Some(20), ..PlanLimits::default() };
    let done = shell("echo never", limits, None);
    let Outcome::SpawnFailed { reason: SpawnFailure::InvalidInput, message } = &done.record.outcome else {
        panic!("{:?}", done.record)
    };
    assert!(message.contains("controller \"cpu\"") && !done.text().contains("never"), "{message}");
}

#[test]
fn disks_and_processors_are_accounted_for() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let file = folder.path().join("data").display().to_string();
    let line = format!(
        "dd if=/dev/zero of={file} bs=65536 count=64 conv=fsync 2>/dev/null; i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done"
    );
    for way in [None, cgroup()] {
        let done = shell(&line, PlanLimits::default(), way);
        assert!((4_194_304..16_000_000).contains(&done.record.disk_written_bytes), "{:?}", done.record);
        assert!(done.record.cpu_seconds > 0.005 && done.record.peak_memory_bytes > 500_000, "{:?}", done.record);
    }
}

#[test]
fn a_cgroup_counts_what_nobody_waits_for() {
    let Some(folder) = cgroup() else { return };
    // Nobody collects the children of a shell that ignores their ends, so only the cgroup knows their time.
    let work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    let line = format!(
        "python3 -c 'import signal,os,time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nif os.fork()==0:\n  os.execv(\"/bin/sh\",[\"sh\",\"-c\",\"{work}\"])\ntry: os.wait()\nexcept ChildProcessError: pass'"
    );
    let (with, without) =
        (shell(&line, PlanLimits::default(), Some(folder)), shell(&line, PlanLimits::default(), None));
    with.exited(0);
    assert!(with.record.cpu_seconds > without.record.cpu_seconds * 1.2, "{:?} {:?}", with.record, without.record);
}

#[test]
fn a_stopped_attempt_keeps_the_figures_of_its_cgroup() {
    let Some(folder) = cgroup() else { return };
    // The work is done by a grandchild that nobody collects, so only the cgroup knows its time.
    let line = "import signal, os, time\n\
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
        if os.fork() == 0:\n \
        while time.process_time() < 0.4: pass\n \
        os._exit(0)\n\
        try: os.wait()\n\
        except ChildProcessError: pass\n\
        print('ready', flush=True)\n\
        time.sleep(600)";
    let place = Place::new();
    let own = folder.join(format!("orc-{}", place.attempt));
    let mut plan = place.plan(&["-c", line]);
    (plan.program, plan.cgroup) = ("python3".to_owned(), Some(folder));
    let mut running = place.start(plan);
    running.until_logged("ready");
    running.say(&ServerMessage::Kill);
    let done = running.end();
    assert!(matches!(done.record.outcome, Outcome::Cancelled { .. }), "{:?}", done.record);
    assert!(done.record.cpu_seconds >= 0.4, "{:?}", done.record);
    assert!(!own.exists(), "the cgroup is gone when its figures are read");
}

#[test]
fn an_attempt_that_is_refused_leaves_no_cgroup() {
    let Some(folder) = cgroup() else { return };
    let abilities = orc_runner::abilities();
    if abilities.in_cgroup.contains(&LimitKind::Cpu) {
        eprintln!("skipped: this machine refuses no limit");
        return;
    }
    let limits = PlanLimits { cpu_percent: Some(20), ..PlanLimits::default() };
    let done = shell("echo never", limits, Some(folder.clone()));
    assert!(matches!(done.record.outcome, Outcome::SpawnFailed { .. }), "{:?}", done.record);
    assert!(!folder.join(format!("orc-{}", done.place.attempt)).exists());
}

#[test]
fn an_unusable_cgroup_is_no_reason_not_to_run() {
    let done = shell("echo ran", PlanLimits::default(), Some("/proc/nowhere".into()));
    done.exited(0);
    assert!(done.text().contains("ran") && done.text().contains("the attempt has no cgroup"), "{}", done.text());
}
