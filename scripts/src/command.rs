//! Runs other programs, shows and keeps their output, and says in one clear sentence if a tool is missing.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

/// Result of a step of this tool: the error is a sentence for a person.
pub type Answer<T> = Result<T, String>;

/// Result of a finished program.
pub struct Ran {
    /// Whether it exited with 0.
    pub ok: bool,
    /// Standard output and standard error as they came, without colours.
    pub text: String,
}

/// Runs a program, shows its output at once and keeps it.
///
/// # Errors
/// Fails with a sentence that names the program if it cannot be started.
pub fn run(command: &mut Command) -> Answer<Ran> {
    let name = name_of(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{name}` could not be started: {error}"))?;
    let kept = Arc::new(Mutex::new(String::new()));
    let out = child.stdout.take().map(|pipe| follow(pipe, Arc::clone(&kept)));
    let err = child.stderr.take().map(|pipe| follow(pipe, Arc::clone(&kept)));
    let status = child.wait().map_err(|error| format!("`{name}` could not be waited for: {error}"))?;
    for thread in [out, err].into_iter().flatten() {
        thread.join().map_err(|_| format!("reading the output of `{name}` failed"))?;
    }
    let text = kept.lock().map(|text| text.clone()).unwrap_or_default();
    if !status.success() {
        remember_end(&name, &text);
    }
    Ok(Ran { ok: status.success(), text })
}

/// Lines of a failed program that are shown again at the end.
const LAST_LINES: usize = 60;

/// What the programs that failed printed last.
static ENDS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn remember_end(name: &str, text: &str) {
    let lines: Vec<_> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    if let Ok(mut ends) = ENDS.lock() {
        ends.push(format!("`{name}` failed; its last lines:\n{last}"));
    }
}

/// What the programs that failed since the last call printed last, for a reader who sees only the end of a long output.
#[must_use]
pub fn ends_of_failed() -> Vec<String> {
    ENDS.lock().map(|mut ends| std::mem::take(&mut *ends)).unwrap_or_default()
}

/// Runs a program that must succeed. Its output goes straight to the terminal.
///
/// # Errors
/// Fails with a sentence that names the program if it cannot be started or fails.
pub fn must(command: &mut Command) -> Answer<()> {
    let name = name_of(command);
    let status = command.status().map_err(|error| format!("`{name}` could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` failed ({status})")) }
}

/// Runs a program quietly and returns its standard output. If it fails, its standard error becomes part of the
/// sentence.
///
/// # Errors
/// Fails with a sentence that names the program if it cannot be started or fails.
pub fn read(command: &mut Command) -> Answer<String> {
    let name = name_of(command);
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("`{name}` could not be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let why = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{name}` failed ({}): {}", output.status, why.trim()))
    }
}

/// Finds a program on the path.
#[must_use]
pub fn which(name: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{name}{ending}"))))
        .find(|file| file.is_file())
}

/// Variables that `cargo run` sets for its program. A build script that watches one of them (ring's does) would run
/// again, and everything above its crate would be rebuilt, whenever a build by hand follows one by this tool.
const OF_CARGO_RUN: [&str; 6] =
    ["CARGO_BIN_", "CARGO_CRATE_NAME", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"];

/// The `cargo` that runs this tool, in the given folder.
#[must_use]
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_cargo_run(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

fn is_of_cargo_run(name: &str) -> bool {
    OF_CARGO_RUN.iter().any(|beginning| name.starts_with(beginning))
}

/// `npm` in the given package folder.
#[must_use]
pub fn npm<A: AsRef<OsStr>>(folder: &Path, args: &[A]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(args).current_dir(folder).env("npm_config_update_notifier", "false").env("npm_config_fund", "false");
    command
}

/// `npx --no-install` in the given package folder: runs only what the package has installed.
#[must_use]
pub fn npx<A: AsRef<OsStr>>(folder: &Path, args: &[A]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npx.cmd" } else { "npx" });
    command.arg("--no-install").args(args).current_dir(folder);
    command
}

fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    let args: Vec<_> = command.get_args().take(3).map(OsStr::to_string_lossy).collect();
    format!("{name} {}", args.join(" ")).trim_end().to_owned()
}

fn follow<P: Read + Send + 'static>(pipe: P, kept: Arc<Mutex<String>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let mut out = std::io::stdout().lock();
            // A closed terminal must not end the step, because the text is kept anyway.
            let _shown = out.write_all(&line).and_then(|()| out.flush());
            if let Ok(mut kept) = kept.lock() {
                kept.push_str(&without_colours(&String::from_utf8_lossy(&line)));
            }
            line.clear();
        }
    })
}

/// Removes ANSI colour sequences.
#[must_use]
pub fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            for skipped in rest.by_ref() {
                if skipped.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_removed() {
        assert_eq!(without_colours("\u{1b}[32m5 passed\u{1b}[0m\n"), "5 passed\n");
    }

    #[test]
    fn cargo_is_not_told_what_runs_it() {
        let command = cargo(Path::new("."));
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        assert!(removed.contains(&OsStr::new("CARGO_PKG_NAME")), "{removed:?}");
        assert!(!is_of_cargo_run("CARGO_TARGET_DIR") && !is_of_cargo_run("CARGO_PROFILE_DEV_DEBUG"));
    }

    #[test]
    fn a_missing_program_is_named() {
        let sentence = must(&mut Command::new("no-such-program-here")).expect_err("must not start");
        assert!(sentence.contains("no-such-program-here"), "{sentence}");
    }
}
