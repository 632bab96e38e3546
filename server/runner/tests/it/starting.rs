//! Starting: what reaches the command, and every way a start can fail, typed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use orc_runner::{Exit, Outcome, PlanFile, PlanScript, RunnerMessage, ServerMessage, SpawnFailure};
use serde_json::json;

use crate::{Done, Place};

fn failed(done: &Done) -> SpawnFailure {
    let Outcome::SpawnFailed { reason, message } = &done.record.outcome else { panic!("{:?}", done.record) };
    assert!(!done.record.success && done.record.exit.is_none());
    assert!(done.text().contains(message), "the log says it, too");
    *reason
}

#[test]
fn exit_codes_and_success_codes() {
    Place::new().run(&["exit", "0"]).exited(0);
    let done = Place::new().run(&["exit", "3"]);
    done.exited(3);
    assert!(!done.record.success);
    let place = Place::new();
    let mut plan = place.plan(&["exit", "3"]);
    plan.success_codes = vec![0, 3];
    assert!(place.start(plan).end().record.success);
}

#[test]
fn an_ordinary_attempt_leaves_one_file() {
    let done = Place::new().run(&["exit", "0"]);
    assert_eq!(done.names(), [format!("{}.log", done.place.attempt)]);
    assert!(done.record.cpu_seconds > 0.0 && done.record.peak_memory_bytes > 100_000, "{:?}", done.record);
    let mode = fs::metadata(done.log()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_signal_that_is_not_ours() {
    let done = Place::new().run(&["abort"]);
    assert_eq!(done.record.outcome, Outcome::Signalled { signal: libc::SIGABRT });
    assert_eq!(done.record.exit, Some(Exit::Signal { signal: libc::SIGABRT }));
}

#[test]
fn arguments_arrive_byte_for_byte() {
    let given = ["args", "", " ", "a b", "\"", "'", "%PATH%", "^", "$HOME", "*", "\n", "\\", "ü€😀", "--", "-x"];
    let done = Place::new().run(&given);
    let arrived: Vec<String> = serde_json::from_str(&done.text()).unwrap();
    assert_eq!(arrived, given[1..]);
}

#[test]
fn the_environment_is_the_plans_and_nothing_else() {
    let place = Place::new();
    let mut plan = place.plan(&["env-all"]);
    plan.environment.insert("GREETING".to_owned(), "grüß = dich\nzwei".to_owned());
    let done = place.start(plan).end();
    let seen: serde_json::Value = serde_json::from_str(&done.text()).unwrap();
    let result = done.place.path().join(format!("{}.result.json", done.place.attempt));
    let wanted = json!({
        "PATH": "/usr/bin:/bin", "GREETING": "grüß = dich\nzwei",
        "ORC_ATTEMPT_ID": done.place.attempt, "ORC_RESULT_FILE": result,
    });
    assert_eq!(seen, wanted);
}

#[test]
fn the_working_directory() {
    let place = Place::new();
    let folder = place.path().join("a folder");
    fs::create_dir(&folder).unwrap();
    let mut plan = place.plan(&["cwd"]);
    plan.working_directory.clone_from(&folder);
    let done = place.start(plan).end();
    assert_eq!(done.text().trim_end(), folder.canonicalize().unwrap().display().to_string());

    for bad in ["/no/such/folder", "/etc/hostname", "relative"] {
        let place = Place::new();
        let mut plan = place.plan(&["cwd"]);
        plan.working_directory = bad.into();
        assert_eq!(failed(&place.start(plan).end()), SpawnFailure::WorkingDirectoryMissing, "{bad}");
    }
}

#[test]
fn programs_that_cannot_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path.display().to_string()
    };
    let cases = [
        ("no-such-program".to_owned(), SpawnFailure::ProgramNotFound),
        ("/no/such/program".to_owned(), SpawnFailure::ProgramNotFound),
        (String::new(), SpawnFailure::ProgramNotFound),
        (file("plain", "#!/bin/sh\n", 0o644), SpawnFailure::NotExecutable),
        (folder.path().display().to_string(), SpawnFailure::NotExecutable),
        (file("noise", "\u{1}\u{2}\u{3}", 0o755), SpawnFailure::ExecFormat),
        (file("bare", "echo hello\n", 0o755), SpawnFailure::ExecFormat),
        (file("lost", "#!/no/such/interpreter\n", 0o755), SpawnFailure::ProgramNotFound),
        ("with\0nul".to_owned(), SpawnFailure::InvalidInput),
    ];
    for (program, wanted) in cases {
        let place = Place::new();
        let mut plan = place.plan(&[]);
        plan.program.clone_from(&program);
        assert_eq!(failed(&place.start(plan).end()), wanted, "{program:?}");
    }
}

#[test]
fn plans_that_no_system_can_express() {
    let (nul, long, name) = (Place::new(), Place::new(), Place::new());
    let plan = nul.plan(&["args", "a\0b"]);
    assert_eq!(failed(&nul.start(plan).end()), SpawnFailure::InvalidInput);
    let plan = long.plan(&["args", &"x".repeat(5_000_000)]);
    assert_eq!(failed(&long.start(plan).end()), SpawnFailure::InvalidInput);
    let mut plan = name.plan(&["exit", "0"]);
    plan.environment.insert("A=B".to_owned(), String::new());
    assert_eq!(failed(&name.start(plan).end()), SpawnFailure::InvalidInput);
}

#[test]
fn a_script_is_private_and_gone_at_the_end() {
    let place = Place::new();
    let mut plan = place.plan(&["-u"]);
    plan.program = "sh".to_owned();
    let text = "stat -c %a \"$0\"; echo \"$0\"; echo \"$1|$2\"; exit 4".to_owned();
    plan.script =
        Some(PlanScript { text, suffix: ".sh".to_owned(), arguments: vec!["a b".to_owned(), "c".to_owned()] });
    let done = place.start(plan).end();
    done.exited(4);
    let attempt = &done.place.attempt;
    let path = done.place.path().join(format!("{attempt}.script.sh"));
    assert_eq!(done.text(), format!("700\n{}\na b|c\n", path.display()));
    assert_eq!(done.names(), [format!("{attempt}.log")]);
}

#[test]
fn files_are_private_and_gone_at_the_end() {
    let place = Place::new();
    let mut plan = place.plan(&["-c", "stat -c %a $A_FILE; cat $A_FILE; echo; echo $A_FILE"]);
    plan.program = "sh".to_owned();
    // `é` and a byte that is no text.
    plan.files =
        vec![PlanFile { variable: "A_FILE".to_owned(), suffix: ".a.json".to_owned(), base64: "w6n/".to_owned() }];
    plan.notes = vec!["a note".to_owned()];
    let done = place.start(plan).end();
    done.exited(0);
    let attempt = &done.place.attempt;
    let path = done.place.path().join(format!("{attempt}.a.json"));
    let text = done.text();
    assert!(text.contains("[orc] a note\n"), "{text}");
    assert!(text.contains("600\n\u{e9}\u{fffd}\n") && text.contains(&format!("{}\n", path.display())), "{text}");
    assert_eq!(done.names(), [format!("{attempt}.log")]);
}

#[test]
fn a_file_that_cannot_be_written_starts_nothing_and_leaves_nothing() {
    let place = Place::new();
    let mut plan = place.plan(&["exit", "0"]);
    let file = |suffix: &str, base64: &str| PlanFile {
        variable: "A_FILE".to_owned(),
        suffix: suffix.to_owned(),
        base64: base64.to_owned(),
    };
    plan.files = vec![file(".a", "YQ=="), file(".b", "no base64")];
    let done = place.start(plan).end();
    assert!(matches!(done.record.outcome, Outcome::SpawnFailed { reason: SpawnFailure::InvalidInput, .. }));
    assert_eq!(done.names(), [format!("{}.log", done.place.attempt)]);
    let place = Place::new();
    let mut plan = place.plan(&["exit", "0"]);
    plan.files = vec![file("/../a", "YQ==")];
    let done = place.start(plan).end();
    assert!(matches!(done.record.outcome, Outcome::SpawnFailed { reason: SpawnFailure::InvalidInput, .. }));
}

#[test]
fn what_is_too_large_is_named_with_its_size() {
    let large = "x".repeat(131_072);
    let place = Place::new();
    let mut plan = place.plan(&["exit", "0"]);
    plan.environment.insert("BIG".to_owned(), large.clone());
    let done = place.start(plan).end();
    let Outcome::SpawnFailed { reason: SpawnFailure::InvalidInput, message } = &done.record.outcome else {
        panic!("{:?}", done.record.outcome)
    };
    assert_eq!(message, "the variable BIG has 131077 bytes, and this system takes 131072 bytes in one");
    let done = Place::new().run(&["exit", &large]);
    let Outcome::SpawnFailed { message, .. } = &done.record.outcome else { panic!("{:?}", done.record.outcome) };
    assert_eq!(message, "argument 2 has 131073 bytes, and this system takes 131072 bytes in one");
    let place = Place::new();
    let mut plan = place.plan(&["exit", "0"]);
    plan.environment.extend((0..100).map(|number| (format!("V{number}"), "x".repeat(100_000))));
    let done = place.start(plan).end();
    let Outcome::SpawnFailed { message, .. } = &done.record.outcome else { panic!("{:?}", done.record.outcome) };
    assert!(message.starts_with("all arguments and variables together have 100"), "{message}");
}

#[test]
fn results() {
    let done = Place::new().run(&["result", r#"{"rows": 12, "deep": [1, null]}"#]);
    assert_eq!(done.record.result, Some(json!({"rows": 12, "deep": [1, null]})));
    assert_eq!(done.names().len(), 1, "the file is gone");
    let done = Place::new().run(&["result", "not json"]);
    assert!(done.record.result.is_none() && done.record.result_error.unwrap().contains("not JSON"));
    let large = format!("\"{}\"", "x".repeat(100_000));
    assert_eq!(Place::new().run(&["result", &large]).record.result, serde_json::from_str(&large).unwrap());
    let place = Place::new();
    let mut plan = place.plan(&["-c", "head -c 2000000 /dev/zero > $ORC_RESULT_FILE"]);
    plan.program = "/bin/sh".to_owned();
    let done = place.start(plan).end();
    assert!(done.record.result_error.unwrap().contains("larger than"));
    let place = Place::new();
    let mut plan = place.plan(&["-c", "ln -s /etc/hostname $ORC_RESULT_FILE"]);
    plan.program = "/bin/sh".to_owned();
    let done = place.start(plan).end();
    assert!(done.record.result.is_none() && done.record.result_error.is_some(), "a link is not followed");
    assert_eq!(done.names().len(), 1);
}

#[test]
fn a_plan_that_is_cut_off_starts_nothing() {
    use std::io::Write;
    let place = Place::new();
    let witness = place.path().join("witness");
    let plan = place.plan(&["witness", witness.to_str().unwrap(), "started"]);
    let line = orc_runner::line(&ServerMessage::Start { plan: Box::new(plan) });
    let mut running = place.runner();
    assert!(matches!(running.message(), RunnerMessage::Identity { .. }));
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(&line[..line.len() - 1]).unwrap();
    drop(stdin);
    assert!(matches!(running.message(), RunnerMessage::Refused { .. }));
    assert_eq!(running.runner.wait().unwrap().code(), Some(3));
    assert!(!witness.exists() && !running.place.log().exists());
}

#[test]
fn plans_that_are_none_or_for_somebody_else() {
    use std::io::Write;
    let mut running = Place::new().runner();
    running.message();
    running.stdin.as_mut().unwrap().write_all(b"{\"kind\":\"start\",\"plan\":{\"surprise\":1}}\n").unwrap();
    let RunnerMessage::Refused { message } = running.message() else { panic!("not refused") };
    assert!(message.contains("not a message") && !message.contains("surprise"), "no word of the plan: {message}");
    let other = Place::new().plan(&["exit", "0"]);
    let mut running = Place::new().runner();
    running.message();
    running.say(&ServerMessage::Start { plan: Box::new(other) });
    assert!(matches!(running.message(), RunnerMessage::Refused { .. }));
    assert_eq!(running.runner.wait().unwrap().code(), Some(3));
    assert!(!running.place.log().exists());
}

#[test]
fn an_attempt_starts_once() {
    let place = Place::new();
    let plan = place.plan(&["sleep", "60"]);
    let mut first = place.start(plan);
    first.until_logged("ready");
    let refused = std::process::Command::new(env!("CARGO_BIN_EXE_orc-runner")).arg(first.place.log()).output().unwrap();
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("exists"), "{refused:?}");
    assert!(orc_runner::Link::new(first.place.log()).alive().unwrap(), "the first is unharmed");
    first.say(&ServerMessage::Kill);
    first.end();
}
