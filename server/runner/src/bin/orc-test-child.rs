//! A command for tests that behaves in every way a real one may, good or bad. It is not shipped.
//!
//! Usage: `orc-test-child <what> [values]`; `main` lists what it can do. It prints `ready` (or a process id) as soon
//! as its promise holds and before it waits, so that tests wait for events instead of time.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use serde_json::json;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["exit", code] => return ExitCode::from(number(code) as u8),
        ["sleep", seconds] => wait("ready", seconds),
        ["ignore-term", seconds] => ignore_term(seconds),
        ["setsid-grandchild", seconds] => {
            drop(child(&["escape", seconds]).spawn().and_then(|mut child| child.wait()));
            wait("ready", seconds);
        }
        ["daemon", seconds] => drop(child(&["escape", seconds]).spawn().and_then(|mut child| child.wait())),
        ["escape", seconds] => escape(seconds),
        ["hold-pipe", seconds] => say(&started(&mut child(&["sleep", seconds]))),
        ["spawn-many", count] => {
            (0..number(count)).for_each(|_| drop(child(&["exit", "0"]).spawn().and_then(|mut child| child.wait())));
            say("done");
        }
        ["leave-many", count, seconds] => {
            (0..number(count)).for_each(|_| drop(started(&mut child(&["escape", seconds]))));
            say("done");
        }
        ["flood", bytes] => flood(number(bytes), true),
        ["longline", bytes] => flood(number(bytes), false),
        ["binary"] => {
            let all: Vec<u8> = (0..=255).collect();
            write(&all);
        }
        ["print", text @ ..] => say(&text.join(" ")),
        ["both", out, err] => {
            say(out);
            eprintln!("{err}");
        }
        ["env", name] => say(&std::env::var(name).map_or("(absent)".to_owned(), |value| format!("={value}"))),
        ["env-all"] => say(&json!(std::env::vars().collect::<std::collections::BTreeMap<_, _>>()).to_string()),
        ["args", rest @ ..] => say(&json!(rest).to_string()),
        ["cwd"] => say(&std::env::current_dir().expect("a current folder").display().to_string()),
        ["pieces", file, size] => {
            let all = std::fs::read(file).expect("the file can be read");
            all.chunks(number(size) as usize).for_each(write);
        }
        ["result", text] => {
            let path = std::env::var("ORC_RESULT_FILE").expect("ORC_RESULT_FILE is set");
            std::fs::write(path, text).expect("the result can be written");
        }
        ["witness", file, text] => witness(file, text),
        ["witness-exit", file, text, code] => {
            witness(file, text);
            return ExitCode::from(number(code) as u8);
        }
        ["abort"] => std::process::abort(),
        ["until-file", file] => {
            say("ready");
            while !Path::new(file).exists() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        _ => {
            eprintln!("orc-test-child: unknown: {words:?}");
            return ExitCode::from(64);
        }
    }
    ExitCode::SUCCESS
}

fn number(text: &str) -> u64 {
    text.parse().expect("a whole number")
}

fn write(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    // A closed pipe is no reason to panic, because the reader wants no more.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

fn say(line: &str) {
    write(format!("{line}\n").as_bytes());
}

fn wait(line: &str, seconds: &str) {
    say(line);
    std::thread::sleep(Duration::from_secs_f64(seconds.parse().expect("seconds")));
}

fn child(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("own path"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn started(command: &mut Command) -> String {
    command.spawn().as_ref().map_or_else(|error| format!("failed: {error}"), |child: &Child| child.id().to_string())
}

/// Starts a second child in its own session and prints its id. The child's parent is gone, so a signal to the group
/// does not reach the child.
fn escape(seconds: &str) {
    #[cfg(unix)]
    rustix::process::setsid().expect("a child leads no group");
    say(&started(child(&["sleep", seconds]).stdout(Stdio::null()).stderr(Stdio::null())));
}

#[cfg(unix)]
fn ignore_term(seconds: &str) {
    // A shell is the only way to ignore a signal without unsafe code: its child inherits the ignored signal.
    use std::os::unix::process::CommandExt;
    let own = std::env::current_exe().expect("own path");
    let line = format!("trap '' TERM; exec '{}' sleep {seconds}", own.display());
    let error = Command::new("/bin/sh").args(["-c", &line]).exec();
    panic!("no shell: {error}");
}

#[cfg(not(unix))]
fn ignore_term(seconds: &str) {
    wait("ready", seconds);
}

/// Writes lines of 80 bytes, or one endless line.
fn flood(mut bytes: u64, lines: bool) {
    let mut block = vec![b'x'; 64 * 80 * 10];
    if lines {
        block.iter_mut().skip(79).step_by(80).for_each(|byte| *byte = b'\n');
    }
    while bytes > 0 {
        let length = block.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
        write(&block[..length]);
        bytes -= length as u64;
    }
}

fn witness(file: &str, text: &str) {
    let mut file = OpenOptions::new().append(true).create(true).open(file).expect("the witness file opens");
    file.write_all(format!("{text}\n").as_bytes()).expect("the witness file takes a line");
    file.sync_all().expect("the witness file syncs");
}
