//! Commands that run as another account. They need root, and an account that is made for them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use orc_runner::{Inject, Outcome, PlanFile, PlanScript, PlanSecret, SecretValue, SpawnFailure};

use crate::{Done, Place, alive, eventually};

/// Name of the account that the tests use.
const NAME: &str = "nobody";

/// Whether commands can run as another account here.
fn root() -> bool {
    let root = orc_runner::abilities().root;
    if !root {
        eprintln!("skipped: only root can run commands as another user");
    }
    root
}

/// A folder that every account can enter.
fn open_folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        folder
    });
    folder.path()
}

/// What prepares a plan.
type Prepare<'a> = &'a dyn Fn(&mut orc_runner::Plan);

fn run(line: &str, prepare: Prepare<'_>) -> Done {
    let place = Place::new();
    // The folder of the logs is closed to others, as in real life.
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut plan = place.plan(&["-c", line]);
    plan.program = "/bin/sh".to_owned();
    plan.run_as = Some(NAME.to_owned());
    plan.working_directory = open_folder().to_owned();
    prepare(&mut plan);
    place.start(plan).end()
}

/// Number of folders with private files of an attempt.
fn left_of(attempt: &str) -> usize {
    let all = ["/dev/shm", "/tmp"].into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    all.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(attempt)).count()
}

fn refused(done: &Done, reason: SpawnFailure, words: &str) {
    let Outcome::SpawnFailed { reason: given, message } = &done.record.outcome else { panic!("{:?}", done.record) };
    assert!(*given == reason && message.contains(words), "{given:?} {message}");
}

fn id(of: &str) -> String {
    String::from_utf8(Command::new("id").args([of, NAME]).output().unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn the_command_has_the_ids_and_variables_of_the_account_and_nothing_of_root() {
    if !root() {
        return;
    }
    let line = "grep -E '^(Uid|Gid|Groups|CapEff|CapPrm|CapInh|CapAmb)' /proc/self/status | tr -s '\\t ' ' '; echo $HOME $USER $LOGNAME; pwd";
    let done = run(line, &|_| {});
    let (uid, gid, groups) = (id("-u"), id("-g"), id("-G"));
    let none = "0000000000000000";
    let wanted = format!(
        "Uid: {uid} {uid} {uid} {uid}\nGid: {gid} {gid} {gid} {gid}\nGroups: {groups} \nCapInh: {none}\nCapPrm: {none}\n\
         CapEff: {none}\nCapAmb: {none}\n/nonexistent {NAME} {NAME}\n{}\n",
        open_folder().display()
    );
    assert_eq!(done.text(), wanted);
}

#[test]
fn there_is_no_way_back() {
    if !root() {
        return;
    }
    let program = "import os\nfor step in (lambda: os.setuid(0), lambda: os.seteuid(0), lambda: os.setresuid(0, 0, 0), \
                   lambda: os.setgid(0), lambda: os.setgroups([0])):\n  try:\n    step(); print('back')\n  except PermissionError: print('refused')";
    let done = run("", &|plan| {
        plan.program = "/usr/bin/python3".to_owned();
        plan.arguments = vec!["-c".to_owned(), program.to_owned()];
    });
    assert_eq!(done.text(), "refused\n".repeat(5));
}

#[test]
fn variables_of_the_task_come_before_those_of_the_account() {
    if !root() {
        return;
    }
    let done = run("echo $HOME $USER", &|plan| drop(plan.environment.insert("HOME".to_owned(), "/own".to_owned())));
    assert_eq!(done.text(), format!("/own {NAME}\n"));
}

#[test]
fn script_files_credentials_and_result_are_its_own_and_nobody_elses() {
    if !root() {
        return;
    }
    let done = run("", &|plan| {
        plan.arguments = Vec::new();
        plan.script = Some(PlanScript {
            text: "stat -c '%U %a' \"$0\" \"$A_FILE\" \"$KEY_FILE\" \"$(dirname \"$0\")\"; cat \"$A_FILE\"; wc -c < \"$KEY_FILE\"; \
                   echo '{\"by\": 7}' > \"$ORC_RESULT_FILE\"; ls \"$(dirname \"$0\")\" | wc -l"
                .to_owned(),
            suffix: ".sh".to_owned(),
            arguments: Vec::new(),
        });
        plan.files = vec![PlanFile { variable: "A_FILE".into(), suffix: ".json".into(), base64: "aGVsbG8K".into() }];
        plan.secrets = vec![PlanSecret {
            name: "key".into(),
            field: None,
            value: SecretValue::from("sesame-open"),
            inject: Inject::File { variable: "KEY_FILE".into() },
            masked: true,
        }];
    });
    let rights = [("700"), ("600"), ("600"), ("700")].map(|rights| format!("{NAME} {rights}\n")).concat();
    assert_eq!(done.text(), format!("{rights}hello\n11\n4\n"));
    assert_eq!(done.record.result, Some(serde_json::json!({"by": 7})));
    assert_eq!(left_of(&done.place.attempt), 0, "nothing is left of its files");
}

#[test]
fn a_result_that_is_a_link_to_a_file_of_root_shows_nothing() {
    if !root() {
        return;
    }
    let secret = open_folder().join("of-root");
    std::fs::write(&secret, "{\"secret\": 1}").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o666)).unwrap();
    for link in ["ln -s", "ln"] {
        let done = run(&format!("{link} {} $ORC_RESULT_FILE 2>&1; true", secret.display()), &|_| {});
        assert_eq!(done.record.result, None, "{link}: {:?}", done.record);
        assert!(done.record.result_error.is_some() || link == "ln", "{:?}", done.record);
    }
}

#[test]
fn what_the_account_may_not_reach_is_said_before_anything_runs() {
    if !root() {
        return;
    }
    let closed = open_folder().join("closed");
    std::fs::create_dir_all(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    let done = run("echo never", &|plan| plan.working_directory = closed.clone());
    refused(
        &done,
        SpawnFailure::WorkingDirectoryMissing,
        &format!("{} may not be entered by user \"{NAME}\"", closed.display()),
    );
    let program = closed.join("program");
    std::fs::copy("/bin/true", &program).unwrap();
    let done = run("", &|plan| plan.program = program.display().to_string());
    refused(&done, SpawnFailure::NotExecutable, &format!("may not be executed by user \"{NAME}\""));
    let done = run("echo never", &|plan| plan.run_as = Some("no-such-account".to_owned()));
    refused(&done, SpawnFailure::InvalidInput, "this machine has no user \"no-such-account\"");
    let done = run("echo never", &|plan| plan.working_directory = std::path::PathBuf::new());
    refused(&done, SpawnFailure::WorkingDirectoryMissing, "/nonexistent is missing");
    std::fs::remove_dir_all(&closed).unwrap();
}

#[test]
fn the_own_account_needs_no_root_and_changes_nothing() {
    let own = orc_runner::account().unwrap();
    let done = run("id -un; echo $HOME; echo '1' > $ORC_RESULT_FILE", &|plan| {
        plan.run_as = Some(own.name.clone());
        plan.working_directory = std::path::PathBuf::from("/");
    });
    assert_eq!(done.text(), format!("{}\n{}\n", own.name, own.home));
    assert_eq!(done.record.result, Some(serde_json::json!(1)));
}

#[test]
fn it_dies_with_its_runner_and_obeys_a_stop() {
    if !root() {
        return;
    }
    for killed in [true, false] {
        let place = Place::new();
        let mut plan = place.plan(&["-c", "echo $$; echo ready; exec sleep 600"]);
        (plan.program, plan.run_as) = ("/bin/sh".to_owned(), Some(NAME.to_owned()));
        plan.working_directory = "/".into();
        let mut running = place.start(plan);
        running.until_logged("ready");
        let pid: u32 = crate::text(&running.place.log()).lines().next().unwrap().parse().unwrap();
        assert!(alive(pid));
        if killed {
            running.runner.kill().unwrap();
            running.runner.wait().unwrap();
            eventually("the kernel has ended it", || !alive(pid));
            let link = orc_runner::Link::new(running.place.log());
            assert_eq!(left_of(&running.place.attempt), 1, "its folder outlives a killed runner");
            link.remove_private().unwrap();
            assert_eq!(left_of(&running.place.attempt), 0);
        } else {
            running.say(&orc_runner::ServerMessage::Cancel { grace_seconds: None });
            running.end();
            assert!(!alive(pid));
        }
    }
}
