//! Credentials: how a command gets them, what is refused, and that nothing of them is left.

use std::fs;
use std::path::{Path, PathBuf};

use orc_runner::{
    Inject, Link, Outcome, Plan, PlanSecret, PrivateFolder, RunnerMessage, SecretValue, ServerMessage, SpawnFailure,
};

use crate::{Done, Place, Running};

/// A key as OpenSSH needs it: with a line end after the last line.
const KEY: &str = "-----BEGIN TEST KEY-----\nc29tZSB0aGluZ3MgYXJlIHNlY3JldA==\n-----END TEST KEY-----\n";

pub(crate) fn secret(name: &str, value: impl Into<SecretValue>, inject: Inject) -> PlanSecret {
    PlanSecret { name: name.to_owned(), field: None, value: value.into(), inject }
}

pub(crate) fn env(variable: &str) -> Inject {
    Inject::Env { variable: variable.to_owned() }
}

fn file(variable: &str) -> Inject {
    Inject::File { variable: variable.to_owned() }
}

pub(crate) fn shell(place: &Place, line: &str, secrets: Vec<PlanSecret>) -> Plan {
    let mut plan = place.plan(&["-c", line, &crate::test_child()]);
    plan.program = "/bin/bash".to_owned();
    plan.secrets = secrets;
    plan
}

fn run(line: &str, secrets: Vec<PlanSecret>) -> Done {
    let place = Place::new();
    let plan = shell(&place, line, secrets);
    let done = place.start(plan).end();
    assert_eq!(PrivateFolder::list(done.place.path()).unwrap(), [], "no private file is left");
    done
}

fn copy(done: &Done, name: &str) -> Vec<u8> {
    fs::read(done.place.path().join(name)).unwrap()
}

#[test]
fn a_variable_holds_every_byte() {
    let value = b"hush \xff\n \"'$x` end".to_vec();
    let done = run("printf %s \"$KEY\" >copy", vec![secret("key", value.clone(), env("KEY"))]);
    done.exited(0);
    assert_eq!(copy(&done, "copy"), value);
}

#[test]
fn a_file_is_private_exact_and_gone_at_the_end() {
    let line = "cp \"$KEY\" copy; stat -c %a \"$KEY\" \"$(dirname \"$KEY\")\"; stat -f -c %T \"$KEY\"; echo \"$KEY\"";
    let done = run(line, vec![secret("deploy key/1", KEY, file("KEY")), secret("other", "otherwise", file("OTHER"))]);
    done.exited(0);
    assert_eq!(copy(&done, "copy"), KEY.as_bytes());
    let text = done.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["600", "700"], "{text}");
    assert!(lines[3].ends_with("/1-deploy_key_1") && !Path::new(lines[3]).exists(), "{text}");
    let in_memory = lines[3].starts_with("/dev/shm/") || lines[3].starts_with("/run/user/");
    assert_eq!(in_memory, lines[2] == "tmpfs", "{text}");
    assert!(!Path::new(lines[3]).parent().unwrap().exists());
    assert_eq!(done.names(), [format!("{}.log", done.place.attempt), "copy".to_owned()]);
}

#[test]
fn a_folder_that_somebody_else_made_is_not_used() {
    let first = run("dirname \"$KEY\"", vec![secret("key", KEY, file("KEY"))]);
    let folder = first.text().trim().to_owned();
    if !folder.starts_with("/dev/shm/") {
        eprintln!("this machine has no file system in memory: nothing to test");
        return;
    }
    let place = Place::new();
    let probe = PathBuf::from(folder.replace(&first.place.attempt, &place.attempt));
    // Another log folder has another name, so the name is taken from a plan that ran in the new place.
    let plan = shell(&place, "dirname \"$KEY\"", vec![secret("key", KEY, file("KEY"))]);
    let metadata = fs::metadata(place.path()).unwrap();
    let id = {
        use std::os::unix::fs::MetadataExt;
        format!("orc-{:x}-{:x}-{}", metadata.dev(), metadata.ino(), place.attempt)
    };
    let taken = probe.parent().unwrap().join(id);
    fs::create_dir(&taken).unwrap();
    let done = place.start(plan).end();
    let used = done.text().trim().to_owned();
    let left = fs::read_dir(&taken).unwrap().count();
    fs::remove_dir_all(&taken).unwrap();
    assert_ne!(used, taken.display().to_string());
    assert!(left == 0 && !Path::new(&used).exists(), "{used}");
    done.exited(0);
}

#[test]
fn standard_input_is_the_value_and_its_end() {
    let large = "0123456789abcde\n".repeat(4000);
    let done = run("cat >copy", vec![secret("key", large.as_str(), Inject::Stdin)]);
    done.exited(0);
    assert_eq!(copy(&done, "copy"), large.as_bytes());
    let empty = run("cat >copy", vec![secret("key", "hush", Inject::None)]);
    assert_eq!(copy(&empty, "copy"), b"");
}

#[test]
fn a_command_that_does_not_read_its_input_disturbs_nobody() {
    let large = "0123456789abcdef".repeat(4096);
    run("exit 3", vec![secret("key", large.as_str(), Inject::Stdin)]).exited(3);
    run("exec <&-; echo closed", vec![secret("key", large.as_str(), Inject::Stdin)]).exited(0);
    let place = Place::new();
    // Two megabytes of log pass while the input waits.
    let line = "\"$0\" flood 2000000; \"$0\" until-file go; cat >copy";
    let plan = shell(&place, line, vec![secret("key", large.as_str(), Inject::Stdin)]);
    let running = place.start(plan);
    running.until_logged("ready");
    fs::write(running.place.path().join("go"), "").unwrap();
    let done = running.end();
    done.exited(0);
    assert_eq!(copy(&done, "copy"), large.as_bytes());
}

#[test]
fn what_cannot_be_given_is_refused_by_name_and_without_the_value() {
    let check = |secrets: Vec<PlanSecret>, words: &str| {
        let done = run("echo ran anyway", secrets);
        let Outcome::SpawnFailed { reason, message } = &done.record.outcome else { panic!("{:?}", done.record) };
        assert_eq!(*reason, SpawnFailure::InvalidInput);
        assert!(message.contains(words) && message.contains("\"key\""), "{message}");
        assert!(
            done.text().contains(words) && !done.text().contains("hush") && !done.text().contains("ran anyway"),
            "{}",
            done.text()
        );
    };
    let hush = |inject| secret("key", "hush-hush", inject);
    check(vec![secret("other", "quiet", env("KEY")), hush(file("KEY"))], "another credential");
    check(vec![hush(env("PATH"))], "the variable PATH already");
    check(vec![hush(env("ORC_RESULT_FILE"))], "the variable ORC_RESULT_FILE already");
    check(vec![hush(env("A=B"))], "cannot be the name");
    check(vec![hush(env(""))], "cannot be the name");
    check(vec![secret("key", "hush\0hush", env("KEY"))], "NUL byte");
    check(vec![secret("other", "quiet", Inject::Stdin), hush(Inject::Stdin)], "standard input already");
    check(vec![secret("key", "h".repeat(65_537).as_str(), Inject::None)], "larger than 65536 bytes");
    let value = |number: usize| format!("{number}{}", "h".repeat(65_000));
    let many = (0..5).map(|number| secret(&format!("key {number}"), value(number).as_str(), Inject::None));
    let done = run("echo ran anyway", many.collect());
    assert!(matches!(&done.record.outcome, Outcome::SpawnFailed { message, .. } if message.contains("262144 bytes")));
    let same = (0..5).map(|number| secret(&format!("key {number}"), value(0).as_str(), Inject::None));
    run("exit 3", same.collect()).exited(3);
}

/// A running command that has a key in a file.
fn with_file() -> (Running, String) {
    let place = Place::new();
    let line = "dirname \"$KEY\"; \"$0\" sleep 60";
    let plan = shell(&place, line, vec![secret("key", KEY, file("KEY"))]);
    let running = place.start(plan);
    running.until_logged("ready");
    let folder = crate::text(&running.place.log()).lines().next().unwrap().to_owned();
    (running, folder)
}

#[test]
fn a_cancelled_command_leaves_no_file() {
    let (mut running, folder) = with_file();
    assert!(Path::new(&folder).exists());
    running.say(&ServerMessage::Kill);
    running.end();
    assert!(!Path::new(&folder).exists());
}

#[test]
fn the_server_finds_and_removes_what_a_killed_runner_left() {
    let (mut running, folder) = with_file();
    running.runner.kill().unwrap();
    running.runner.wait().unwrap();
    let link = Link::new(running.place.log());
    link.sweep().unwrap();
    assert!(Path::new(&folder).exists());
    if folder.starts_with(running.place.path().to_str().unwrap()) {
        return; // It goes with the scratch folder.
    }
    let found = PrivateFolder::list(running.place.path()).unwrap();
    let wanted = PrivateFolder { attempt: running.place.attempt.clone(), path: PathBuf::from(&folder) };
    assert_eq!(found, [wanted]);
    assert_eq!(PrivateFolder::list(Path::new("/tmp")).unwrap(), [], "another server's folders are not its own");
    link.remove_private().unwrap();
    assert!(!Path::new(&folder).exists());
    link.remove_private().unwrap();
}

#[test]
fn a_runner_keeps_its_secrets_to_itself() {
    let place = Place::new();
    let secrets = vec![
        secret("variable", "canary-in-a-variable", env("ONE")),
        secret("file", "canary-in-a-file\n", file("TWO")),
        secret("input", "canary-on-the-input", Inject::Stdin),
        // So long that what comes later does not write over all of it by chance.
        secret("masked", "canary-not-given ".repeat(1000).as_str(), Inject::None),
    ];
    let plan = shell(&place, "read -r line; echo \"$ONE $line\"; exec \"$0\" sleep 60", secrets);
    let mut running = place.start(plan);
    running.until_logged("ready");
    let pid = running.runner.id();
    let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    for name in ["cmdline", "environ"] {
        assert!(find(&read(name), b"canary").is_none(), "{name}");
    }
    let limits = String::from_utf8(read("limits")).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().nth(4), Some("0"), "{cores}");
    match memory(pid) {
        Some(memory) => {
            let token = memory.iter().any(|(_, bytes)| find(bytes, b"open sesame").is_some());
            assert!(token, "what the runner still needs is found");
            let hits: Vec<String> = memory.iter().flat_map(|(place, bytes)| hits(place, bytes)).collect();
            assert_eq!(hits, [] as [String; 0], "the plan is wiped once the command runs");
        }
        None => assert!(!rustix::process::getuid().is_root(), "only root may look"),
    }
    running.say(&ServerMessage::Kill);
    running.end();
}

/// All writable memory of a process, if this account may read it.
fn memory(pid: u32) -> Option<Vec<(String, Vec<u8>)>> {
    use std::os::unix::fs::FileExt;
    let file = fs::File::open(format!("/proc/{pid}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut all = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, until) = line.split(' ').next()?.split_once('-')?;
        let (from, until) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(until, 16).ok()?);
        let mut bytes = vec![0; (until - from) as usize];
        if file.read_exact_at(&mut bytes, from).is_ok() {
            all.push((line.to_owned(), bytes));
        }
    }
    assert!(!all.is_empty());
    Some(all)
}

fn hits(place: &str, bytes: &[u8]) -> Vec<String> {
    ["canary-in-a-file", "canary-not-given"]
        .iter()
        .filter(|canary| find(bytes, canary.as_bytes()).is_some())
        .map(|canary| format!("{canary} in {place}"))
        .collect()
}

pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[test]
fn a_plan_with_a_value_of_the_wrong_shape_is_not_quoted() {
    use std::io::Write;
    let mut running = Place::new().runner();
    running.message();
    let line = b"{\"kind\":\"start\",\"plan\":{\"attempt\":\"a\",\"secrets\":[{\"name\":\"k\",\"value\":1,\"inject\":\"hush\"}]}}\n";
    running.stdin.as_mut().unwrap().write_all(line).unwrap();
    let RunnerMessage::Refused { message } = running.message() else { panic!("not refused") };
    assert!(!message.contains("hush"), "{message}");
    assert_eq!(running.runner.wait().unwrap().code(), Some(3));
    assert!(!running.complaint().contains("hush"));
}
