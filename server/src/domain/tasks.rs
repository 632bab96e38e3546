//! A task: the definition of what to run, when, and under which rules.
//!
//! `Definition` is the versioned part. It is stored whole, as JSON, with every version. The API decides what a body
//! may contain; `problems` here decides what makes sense together.

mod heartbeat;
pub mod limits;
mod secrets;
pub mod start_limits;

pub use super::runs::retry::{Backoff, Retry, RetryOn};

use super::core::limits::Limits;
use super::core::overlap::Overlap;
use super::core::problem::{Problem, SECONDS_MAX};
use super::credentials::CredentialUse;
use super::dependencies::Dependency;
use super::ledger::Expect;
use super::runs::params::ParamSpec;
use super::runs::travel::Travel;
use super::schedules::Schedule;
use super::triggers::Trigger;
use super::vocabulary::OnServerStop;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Everything a person defines about a task. Each change makes a new version of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Unique name, by which people call the task.
    pub name: String,
    /// Title for people; empty means the name.
    pub title: String,
    /// What the task is for.
    pub description: String,
    /// Folder path, `/`-separated, without leading or trailing slash; empty is the root.
    pub folder: String,
    /// Labels for filters.
    pub tags: Vec<String>,
    /// Whether anything can start the task.
    pub enabled: bool,
    /// What the task runs.
    pub run: RunSpec,
    /// Working directory; none: a scratch folder of the attempt.
    pub working_directory: Option<String>,
    /// Environment variables in addition to those of the account.
    pub environment: BTreeMap<String, String>,
    /// Permissions that new files of the process do not get; none: the server's setting.
    #[serde(default)]
    pub umask: Option<Umask>,
    /// Whether processes that continue after the command has ended are left alone, instead of stopped.
    #[serde(default)]
    pub leave_behind: bool,
    /// Limits of its processes.
    #[serde(default)]
    pub limits: Limits,
    /// Name of the account that its process runs as; none: the server's setting.
    #[serde(default)]
    pub run_as: Option<String>,
    /// Credentials that its process gets.
    #[serde(default)]
    pub credentials: Vec<CredentialUse>,
    /// Typed inputs of a run.
    pub params: Vec<ParamSpec>,
    /// Rules by which the task becomes due.
    pub schedules: Vec<Schedule>,
    /// Other things that start the task.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// Conditions that must hold before a run may start.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// What happens when the task is due while one of its runs is open.
    pub overlap: Overlap,
    /// Name of the pool in which its runs take places.
    #[serde(default)]
    pub pool: Option<String>,
    /// Number of places that a run takes in its pool.
    #[serde(default = "one")]
    pub pool_weight: u32,
    /// Runs with a higher priority start first, 0 to 100.
    #[serde(default = "middle")]
    pub priority: i32,
    /// Maximum duration of a whole run in seconds, from the start of its first attempt, including back-off.
    pub timeout_seconds: Option<f64>,
    /// Maximum duration of each attempt in seconds.
    pub attempt_timeout_seconds: Option<f64>,
    /// Seconds between asking a process to stop and killing its tree.
    pub grace_seconds: f64,
    /// Exit codes that mean success.
    pub success_codes: Vec<i32>,
    /// Rule for further attempts.
    pub retry: Retry,
    /// Limits of the log.
    pub log: LogRules,
    /// How long runs are kept.
    pub retention: Retention,
    /// What happens to its runs when the server stops.
    pub on_server_stop: OnServerStop,
    /// Whether runs that succeed and still look unusual are marked as suspicious.
    #[serde(default = "yes")]
    pub mark_suspicious: bool,
    /// When its slots have run at the latest, and how often it succeeds.
    #[serde(default)]
    pub expect: Expect,
}

/// Permissions that new files do not get, as for umask(2): at most 0o777.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Umask(pub u32);

impl Umask {
    /// Parses octal digits such as `022`. Returns none if the text is not a umask.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = (1..=4).contains(&text.len());
        u32::from_str_radix(text, 8).ok().filter(|umask| digits && *umask <= 0o777).map(Self)
    }
}

impl std::fmt::Display for Umask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

/// What a task runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunSpec {
    /// A program and its arguments, without a shell.
    Command {
        /// Program: a path, or a name searched in PATH.
        program: String,
        /// Arguments, passed on byte for byte; `${params.x}` is replaced inside an argument.
        arguments: Vec<String>,
    },
    /// One line for a shell.
    Shell {
        /// The line, passed to the shell unchanged.
        line: String,
        /// The shell; none: `/bin/sh -c`, or `cmd /d /s /c` on Windows.
        shell: Option<String>,
    },
    /// A text for an interpreter.
    Script {
        /// Interpreter: bash, sh, python, node, pwsh, powershell, cmd, or a path.
        interpreter: String,
        /// The text.
        text: String,
        /// Arguments after the script's path.
        arguments: Vec<String>,
    },
    /// An HTTP request that the server makes.
    Http {
        /// HTTP method, in upper case.
        method: String,
        /// Address, `http://` or `https://`.
        url: String,
        /// Headers of the request.
        headers: BTreeMap<String, String>,
        /// Body of the request, sent unchanged.
        body: Option<String>,
        /// Status codes that mean success; empty: 200 to 299.
        expected_codes: Vec<u16>,
        /// Text that the answer must contain.
        body_contains: Option<String>,
        /// How the request travels.
        #[serde(default)]
        travel: Travel,
    },
    /// Nothing: a job elsewhere calls Orc when it begins and ends.
    Heartbeat {},
}

impl RunSpec {
    /// Whether Orc never starts it, and only hears of it.
    pub const fn is_heartbeat(&self) -> bool {
        matches!(self, Self::Heartbeat {})
    }

    /// Name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Command { .. } => "command",
            Self::Shell { .. } => "shell",
            Self::Script { .. } => "script",
            Self::Http { .. } => "http",
            Self::Heartbeat {} => "heartbeat",
        }
    }
}

const fn yes() -> bool {
    true
}

const fn one() -> u32 {
    1
}

/// Priority of runs whose task sets none.
const fn middle() -> i32 {
    50
}

/// Limits of one attempt's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRules {
    /// Maximum number of bytes kept. The middle of a longer log is dropped.
    pub max_bytes: u64,
}

/// How long finished runs and their logs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Days after the end.
    pub days: u32,
    /// Maximum number of runs kept per task.
    pub runs: u32,
}

impl Definition {
    /// The params as a new run must give them: one that comes from a dependency may be left out, and its default counts
    /// only once nothing comes.
    pub fn params_admitted(&self) -> Cow<'_, [ParamSpec]> {
        let taken = |name: &str| {
            let mut given = self.dependencies.iter().filter_map(|dependency| dependency.rule.params());
            given.any(|params| params.contains_key(name))
        };
        if !self.params.iter().any(|spec| taken(&spec.name)) {
            return Cow::Borrowed(&self.params);
        }
        let admitted = |spec: &ParamSpec| match taken(&spec.name) {
            true => ParamSpec { required: false, default: None, ..spec.clone() },
            false => spec.clone(),
        };
        Cow::Owned(self.params.iter().map(admitted).collect())
    }

    /// Everything that makes no sense in the definition, all at once; empty if it may be saved.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if let Some(message) = super::names::name_problem(&self.name) {
            found.push(Problem::at("/name", message));
        }
        folder_problem(&self.folder, &mut found);
        self.zero_problems(&mut found);
        self.run.problems(&mut found);
        environment_problems(&self.environment, &mut found);
        self.credential_problems(&mut found);
        super::runs::params::spec_problems(&self.params, &mut found);
        self.placeholder_problems(&mut found);
        self.schedule_problems(&mut found);
        super::triggers::problems(&self.name, &self.params, &self.triggers, &mut found);
        super::dependencies::problems::problems(&self.name, &self.params, &self.dependencies, &mut found);
        self.time_problems(&mut found);
        self.expect.problems(&mut found);
        self.heartbeat_problems(&mut found);
        found
    }

    /// No program and no database takes a NUL character in these texts.
    fn zero_problems(&self, found: &mut Vec<Problem>) {
        let folder = self.working_directory.as_deref().unwrap_or_default();
        let texts =
            [("/title", self.title.as_str()), ("/description", &self.description), ("/working_directory", folder)];
        let texts = texts.map(|(pointer, text)| (pointer.to_owned(), text)).into_iter();
        let tags = self.tags.iter().enumerate().map(|(index, tag)| (format!("/tags/{index}"), tag.as_str()));
        for (pointer, _) in texts.chain(tags).filter(|(_, text)| text.contains('\0')) {
            found.push(Problem::at(pointer, "must not contain a NUL character"));
        }
    }

    fn schedule_problems(&self, found: &mut Vec<Problem>) {
        for (index, schedule) in self.schedules.iter().enumerate() {
            let at = format!("/schedules/{index}");
            if self.schedules[..index].iter().any(|other| other.key == schedule.key) {
                found.push(Problem::at(format!("{at}/key"), format!("key \"{}\" is used twice", schedule.key)));
            }
            for fault in super::schedules::faults(schedule) {
                found.push(Problem::at(format!("{at}/{}", fault.field), fault.to_string()));
            }
        }
    }

    fn time_problems(&self, found: &mut Vec<Problem>) {
        let bounded = [
            ("/timeout_seconds", self.timeout_seconds, 0.001),
            ("/attempt_timeout_seconds", self.attempt_timeout_seconds, 0.001),
            ("/grace_seconds", Some(self.grace_seconds), 0.0),
            ("/retry/delay_seconds", Some(self.retry.delay_seconds), 0.0),
        ];
        for (pointer, value, least) in bounded {
            if value.is_some_and(|v| !(least..=SECONDS_MAX).contains(&v)) {
                found.push(Problem::at(pointer, format!("must be between {least} and {SECONDS_MAX} seconds")));
            }
        }
        if let Backoff::Exponential { factor, max_delay_seconds } = self.retry.backoff {
            if !(1.0..=100.0).contains(&factor) {
                found.push(Problem::at("/retry/backoff/factor", "must be between 1 and 100"));
            }
            if !(0.0..=SECONDS_MAX).contains(&max_delay_seconds) {
                let message = format!("must be between 0 and {SECONDS_MAX} seconds");
                found.push(Problem::at("/retry/backoff/max_delay_seconds", message));
            }
        }
    }

    fn placeholder_problems(&self, found: &mut Vec<Problem>) {
        let RunSpec::Command { arguments, .. } = &self.run else { return };
        for (index, argument) in arguments.iter().enumerate() {
            for name in super::runs::params::placeholders(argument) {
                if !self.params.iter().any(|param| param.name == name) {
                    let message = format!("uses ${{params.{name}}}, but the task has no param \"{name}\"");
                    found.push(Problem::at(format!("/run/arguments/{index}"), message));
                }
            }
        }
    }
}

impl RunSpec {
    fn problems(&self, found: &mut Vec<Problem>) {
        let mut text = |pointer: &str, value: &str, may_be_empty: bool| {
            if value.contains('\0') {
                found.push(Problem::at(pointer, "must not contain a NUL character"));
            } else if !may_be_empty && value.trim().is_empty() {
                found.push(Problem::at(pointer, "must not be empty"));
            }
        };
        match self {
            Self::Command { program, arguments } => {
                text("/run/program", program, false);
                arguments.iter().enumerate().for_each(|(i, a)| text(&format!("/run/arguments/{i}"), a, true));
            }
            Self::Shell { line, shell } => {
                text("/run/line", line, false);
                if let Some(shell) = shell {
                    text("/run/shell", shell, false);
                }
            }
            Self::Script { interpreter, text: script, arguments } => {
                text("/run/interpreter", interpreter, false);
                text("/run/text", script, false);
                arguments.iter().enumerate().for_each(|(i, a)| text(&format!("/run/arguments/{i}"), a, true));
            }
            Self::Http { url, travel, .. } => {
                travel.problems(found);
                if !(url.starts_with("http://") || url.starts_with("https://")) {
                    found.push(Problem::at("/run/url", "must begin with http:// or https://"));
                }
            }
            Self::Heartbeat {} => {}
        }
    }
}

fn folder_problem(folder: &str, found: &mut Vec<Problem>) {
    let bad = !folder.is_empty()
        && folder.split('/').any(|part| part.trim().is_empty() || part == "." || part == ".." || part.contains('\0'));
    if bad {
        found.push(Problem::at("/folder", "must be names separated by single slashes, such as finance/daily"));
    }
}

/// JSON pointer (RFC 6901) to a member.
fn member(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn environment_problems(environment: &BTreeMap<String, String>, found: &mut Vec<Problem>) {
    for (name, value) in environment {
        let at = member("/environment", name);
        if name.is_empty() || name.contains(['=', '\0']) {
            found.push(Problem::at(at, "the name of a variable must not be empty or contain '=' or NUL"));
        } else if name.to_ascii_uppercase().starts_with("ORC_") {
            found.push(Problem::at(at, "names that begin with ORC_ are set by Orc itself"));
        } else if value.contains('\0') {
            found.push(Problem::at(at, "must not contain a NUL character"));
        }
    }
}
