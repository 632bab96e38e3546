//! What the cases showed: a line for the terminal, JSON for programs, and the page `server/docs/trust.md`.

use super::case::{Outcome, Setting, Size};
use crate::command::{self, Answer};
use serde_json::{Value, json};
use std::fmt::{self, Write as _};
use std::fs;
use std::process::Command;
use std::time::Duration;

/// The promises that the cases hold the server to.
const PROMISES: [&str; 6] = [
    "T1 No lost firing: each slot of a schedule has exactly one entry in the ledger, with its reason.",
    "T2 No doubled start: an attempt begins at most once. A second attempt is visible and has a higher number.",
    "T3 No lie: no run is shown as running when its process is dead, and none as ended while its process lives.",
    "T4 No orphan: after the end of a run none of its processes is left.",
    "T5 No acknowledged row is lost: what the server said it had saved is there after kill -9.",
    "T8 A secret leaves through one door only: the environment, file or standard input of the process that needs it.",
];

/// What the cases cannot show.
const LIMITS: [&str; 7] = [
    "Effects of a task outside Orc happen at least once: if a runner is killed, nobody can know how far its command came.",
    "kill -9 does not test a power cut. The database syncs each commit (`synchronous=FULL`); exit records in logs are not synced.",
    "Processes of the same account can read a variable of a task's environment. A private file is safer.",
    "Masking protects from accidents. A command that wants to tell a secret can write it in a form that nobody searches for.",
    "A caller who can administrate the machine (root with CAP_SYS_PTRACE) can read every process's memory.",
    "The cases run on SQLite. PostgreSQL is tested by the suites of the engine and of HTTP, not by killing.",
    "Nothing here has run on Windows or macOS.",
];

/// One case and how it ended.
pub(super) struct Line {
    pub id: &'static str,
    pub title: &'static str,
    pub outcome: Outcome,
    pub seconds: f64,
}

impl Line {
    fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Held(_) => "held",
            Outcome::Broken(_) => "BROKEN",
            Outcome::Unable(_) => "cannot run",
        }
    }

    fn figures(&self) -> String {
        match &self.outcome {
            Outcome::Held(text) | Outcome::Unable(text) => text.clone(),
            Outcome::Broken(faults) => faults.iter().map(String::as_str).collect::<Vec<_>>().join("; "),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, figures) = (self.word(), self.figures());
        write!(f, "{:<4} {word:<10} {:>6.1} s  {}: {figures}", self.id, self.seconds, self.title)
    }
}

/// Writes `target/xtask/trust.json` and `.md`, and the published page if `publish`.
pub(super) fn write(setting: &Setting<'_>, lines: &[Line], took: Duration, publish: bool) -> Answer<()> {
    let own = setting.place.own();
    fs::create_dir_all(&own).map_err(|error| format!("{} could not be made: {error}", own.display()))?;
    let put = |path: std::path::PathBuf, text: String| {
        fs::write(&path, text).map_err(|error| format!("{} could not be written: {error}", path.display()))
    };
    let machine = machine();
    let page = page(setting, lines, took, &machine);
    put(own.join("trust.json"), format!("{:#}\n", json(setting, lines, took, &machine)))?;
    put(own.join("trust.md"), page.clone())?;
    if publish {
        put(setting.place.root.join("server/docs/trust.md"), page)?;
    }
    let [held, broken, unable] = counts(lines);
    println!("{held} held, {broken} broken, {unable} cannot run here; {:.1} minutes", took.as_secs_f64() / 60.0);
    Ok(())
}

fn counts(lines: &[Line]) -> [usize; 3] {
    let count = |word: &str| lines.iter().filter(|line| line.word() == word).count();
    [count("held"), count("BROKEN"), count("cannot run")]
}

fn json(setting: &Setting<'_>, lines: &[Line], took: Duration, machine: &[(&str, String)]) -> Value {
    let case = |line: &Line| json!({"id": line.id, "title": line.title, "outcome": line.word(), "figures": line.figures(), "seconds": line.seconds});
    let [held, broken, unable] = counts(lines);
    json!({
        "size": form(setting.size), "profile": setting.profile, "seconds": took.as_secs_f64(),
        "machine": machine.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>(),
        "held": held, "broken": broken, "cannot_run": unable,
        "cases": lines.iter().map(case).collect::<Vec<_>>(),
    })
}

fn page(setting: &Setting<'_>, lines: &[Line], took: Duration, machine: &[(&str, String)]) -> String {
    let mut text = String::from("# Trust\n\nMade by `cargo xtask trust --full --publish`. Do not edit.\n\n");
    text += "Each case breaks the real server on purpose and compares its books with a file that the tasks write themselves.\n\n";
    text += "## What must hold\n\n";
    text += &listed(PROMISES.iter().map(|promise| (*promise).to_owned()));
    text += "\n## When and where\n\n";
    let _ = writeln!(
        text,
        "- form: {}, {} build, {:.1} minutes",
        form(setting.size),
        setting.profile,
        took.as_secs_f64() / 60.0
    );
    text += &listed(machine.iter().map(|(name, value)| format!("{name}: {value}")));
    let [held, broken, unable] = counts(lines);
    let _ = writeln!(
        text,
        "\n## Cases\n\n{held} held, {broken} broken, {unable} cannot run here and are not counted as passed.\n"
    );
    text += "| case | what is done, what must hold | outcome | figures | seconds |\n|---|---|---|---|---|\n";
    for line in lines {
        let figures = line.figures().replace('|', "\\|").replace('\n', " ");
        let _ = writeln!(text, "| {} | {} | {} | {figures} | {:.1} |", line.id, line.title, line.word(), line.seconds);
    }
    text += "\n## Limits\n\n";
    text += &listed(LIMITS.iter().map(|limit| (*limit).to_owned()));
    text
}

fn listed(items: impl Iterator<Item = String>) -> String {
    items.map(|item| format!("- {item}\n")).collect()
}

fn form(size: Size) -> String {
    match size {
        Size::Quick => "quick".to_owned(),
        Size::Full(100) => "full".to_owned(),
        Size::Full(share) => format!("{share} % of the numbers of the full form"),
    }
}

/// Facts about the machine, as far as they can be found out.
fn machine() -> Vec<(&'static str, String)> {
    let said = |program: &str, args: &[&str]| {
        command::read(Command::new(program).args(args))
            .map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
    };
    let line = |file: &str, key: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let found = text.lines().find(|line| line.starts_with(key)).and_then(|line| line.split_once([':', '=']));
        found.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    vec![
        ("date", said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
        ("system", format!("{}, Linux {}", line("/etc/os-release", "PRETTY_NAME"), said("uname", &["-r"]))),
        ("processor", format!("{}, {cores} cores", line("/proc/cpuinfo", "model name"))),
        ("memory", line("/proc/meminfo", "MemTotal")),
        ("load before the report", fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()),
        ("commit", said("git", &["rev-parse", "--short", "HEAD"])),
    ]
}
