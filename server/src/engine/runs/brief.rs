//! Turns a task's definition into a plan for the runner: program, arguments, environment.
//!
//! A process gets its params in the file `ORC_PARAMS_FILE`, as `ORC_PARAM_*` variables as far as they fit, and as
//! `${params.x}` inside one argument. Shell and script text is never substituted into. The environment begins with the
//! account's variables, never with the server's own.

use crate::domain::ids::{AttemptId, RunId};
use crate::domain::model::{ClaimedRun, RunOrigin, Surroundings, TriggerRecord};
use crate::domain::reason::Reason;
use crate::domain::runs::{line_ends, params};
use crate::domain::tasks::start_limits::{self, LeftOut, Variables};
use crate::domain::tasks::{Definition, RunSpec};
use crate::domain::triggers::TaskEnd;
use crate::domain::vocabulary::TriggerKind;
use crate::engine::core::limits::plan_limits;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use orc_runner::plan::{LogLimits, Plan, PlanFile, PlanScript};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is needed for an attempt in addition to the definition.
#[derive(Debug, Clone)]
pub struct AttemptFacts {
    /// Id of the run.
    pub run_id: RunId,
    /// Id of the attempt.
    pub attempt_id: AttemptId,
    /// Number of the attempt, from 1.
    pub number: u32,
    /// Secret for connections to the runner.
    pub token: String,
    /// Why the run exists.
    pub trigger: TriggerRecord,
    /// The trigger of the first run in a chain of reruns, or of the run itself. None if it is no longer known.
    pub origin: Option<RunOrigin>,
    /// The slot for which the run was made.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// Values of the params.
    pub params: Map<String, Value>,
    /// Body of the call that started the run.
    pub body: Option<Vec<u8>>,
    /// Seconds until the deadline of the whole run.
    pub run_deadline_seconds: Option<f64>,
}

/// Where attempts keep files, and what they inherit.
#[derive(Debug, Clone)]
pub struct PlanContext {
    /// Private folder for scripts and results.
    pub scratch_folder: PathBuf,
    /// The environment of every process.
    pub surroundings: Surroundings,
    /// Below this share of free disk space, in percent, logs are not written.
    pub min_free_percent: f64,
}

/// Builds the plan of an attempt, without credentials. Returns none for kinds that need no process.
pub fn build(definition: &Definition, facts: &AttemptFacts, context: &PlanContext) -> Option<Plan> {
    let Start { program, arguments, script } = lower(&definition.run, &facts.params)?;
    let Variables { kept, left_out } = start_limits::variables(definition, &facts.params, context.surroundings.limits);
    let abilities = &context.surroundings.abilities;
    let run_as = definition.run_as.clone().or_else(|| abilities.task_user.clone());
    Some(Plan {
        attempt: facts.attempt_id.to_string(),
        token: facts.token.clone(),
        program,
        arguments,
        script,
        working_directory: match &definition.working_directory {
            Some(folder) => PathBuf::from(folder),
            // The runner puts the home folder of the user in place of an empty path.
            None if run_as.is_some() => PathBuf::new(),
            None => context.scratch_folder.clone(),
        },
        environment: environment(definition, facts, context, run_as.is_some(), kept),
        secrets: Vec::new(),
        files: files(facts),
        notes: left_out.into_iter().map(|param| only_in_file(param).words()).collect(),
        scratch_folder: context.scratch_folder.clone(),
        success_codes: definition.success_codes.clone(),
        attempt_timeout_seconds: definition.attempt_timeout_seconds,
        run_deadline_seconds: facts.run_deadline_seconds,
        grace_seconds: definition.grace_seconds,
        leak_grace_seconds: 2.0,
        umask: definition.umask.map_or(context.surroundings.umask, |umask| umask.0),
        leave_behind: definition.leave_behind,
        stop_with_server: false,
        limits: plan_limits(definition.limits),
        run_as,
        cgroup: abilities.cgroup.clone(),
        log: LogLimits {
            cap_bytes: definition.log.max_bytes,
            min_free_percent: context.min_free_percent,
            ..LogLimits::default()
        },
    })
}

/// What the runner starts.
struct Start {
    program: String,
    arguments: Vec<String>,
    script: Option<PlanScript>,
}

/// How an interpreter takes a script.
struct Interpreter {
    program: String,
    /// Arguments before the path of the script.
    before: Vec<String>,
    /// End of the script's file name.
    suffix: &'static str,
}

fn lower(run: &RunSpec, values: &Map<String, Value>) -> Option<Start> {
    match run {
        RunSpec::Command { program, arguments } => {
            let arguments = arguments.iter().map(|argument| params::substitute(argument, values)).collect();
            Some(Start { program: program.clone(), arguments, script: None })
        }
        RunSpec::Shell { line, shell } => {
            Some(shell_command(&line_ends::for_shell(shell.as_deref(), line).text, shell.as_deref()))
        }
        RunSpec::Script { interpreter, text, arguments } => {
            let Interpreter { program, before, suffix } = interpreter_of(interpreter);
            let arguments = arguments.iter().map(|argument| params::substitute(argument, values)).collect();
            // A version of the task from the time before line ends were checked on saving.
            let text = line_ends::for_interpreter(interpreter, text).text.into_owned();
            let script = PlanScript { text, suffix: suffix.to_owned(), arguments };
            Some(Start { program, arguments: before, script: Some(script) })
        }
        RunSpec::Http { .. } | RunSpec::Heartbeat {} => None,
    }
}

fn shell_command(line: &str, shell: Option<&str>) -> Start {
    let default = if cfg!(windows) { "cmd" } else { "/bin/sh" };
    let shell = shell.unwrap_or(default);
    let stem = shell.rsplit(['/', '\\']).next().unwrap_or(shell).trim_end_matches(".exe").to_ascii_lowercase();
    let before: &[&str] = match stem.as_str() {
        "cmd" => &["/d", "/s", "/c"],
        "powershell" | "pwsh" => &["-NoProfile", "-NonInteractive", "-Command"],
        _ => &["-c"],
    };
    let arguments = before.iter().map(|flag| (*flag).to_owned()).chain([line.to_owned()]).collect();
    Start { program: shell.to_owned(), arguments, script: None }
}

fn interpreter_of(interpreter: &str) -> Interpreter {
    let stem = interpreter.rsplit(['/', '\\']).next().unwrap_or(interpreter);
    let stem = stem.trim_end_matches(".exe").to_ascii_lowercase();
    let owned = |flags: &[&str]| flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>();
    let program = match interpreter {
        "python" if cfg!(unix) => "python3",
        other => other,
    };
    let (before, suffix) = match stem.as_str() {
        "python" | "python3" => (owned(&["-u"]), ".py"),
        "node" => (owned(&[]), ".js"),
        "powershell" | "pwsh" => (owned(&["-NoProfile", "-NonInteractive", "-File"]), ".ps1"),
        "cmd" => (owned(&["/d", "/c"]), ".cmd"),
        "sh" | "bash" | "dash" | "zsh" => (owned(&[]), ".sh"),
        _ => (owned(&[]), ""),
    };
    Interpreter { program: program.to_owned(), before, suffix }
}

/// Why a run can never start, whatever its definition says.
pub fn unstarted(claimed: &ClaimedRun) -> Option<Reason> {
    let damaged = claimed.damage.clone().map(|problem| Reason::TaskDamaged { problem });
    damaged.or_else(|| claimed.definition.run.is_heartbeat().then_some(Reason::HeartbeatUnstarted {}))
}

/// Params that the process finds only in its file, as reasons.
pub fn left_out(definition: &Definition, params: &Map<String, Value>, surroundings: &Surroundings) -> Vec<Reason> {
    let Variables { left_out, kept: _ } = start_limits::variables(definition, params, surroundings.limits);
    left_out.into_iter().map(only_in_file).collect()
}

fn only_in_file(LeftOut { param, size, limit }: LeftOut) -> Reason {
    Reason::ParamOnlyInFile { param, size_bytes: size, limit_bytes: limit }
}

/// The private files of a process: its params always, and the body of the call that started the run.
fn files(facts: &AttemptFacts) -> Vec<PlanFile> {
    let file = |variable: &str, suffix: &str, content: &[u8]| PlanFile {
        variable: variable.to_owned(),
        suffix: suffix.to_owned(),
        base64: STANDARD.encode(content),
    };
    let params = Value::Object(facts.params.clone()).to_string() + "\n";
    let body = facts.body.as_ref().map(|body| file("ORC_BODY_FILE", ".body", body));
    [file("ORC_PARAMS_FILE", ".params.json", params.as_bytes())].into_iter().chain(body).collect()
}

fn environment(
    definition: &Definition,
    facts: &AttemptFacts,
    context: &PlanContext,
    as_user: bool,
    params: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut all = context.surroundings.environment.clone();
    if as_user {
        // The runner knows those of the user.
        all.retain(|name, _| !["HOME", "USER", "LOGNAME"].contains(&name.as_str()));
    }
    // As under cron, programs are told which shell runs the line.
    if let RunSpec::Shell { shell: Some(shell), .. } = &definition.run
        && shell.starts_with('/')
    {
        all.insert("SHELL".into(), shell.clone());
    }
    all.extend(definition.environment.clone());
    all.extend(params);
    all.insert("ORC_RUN_ID".into(), facts.run_id.to_string());
    all.insert("ORC_TASK".into(), definition.name.clone());
    all.insert("ORC_ATTEMPT".into(), facts.number.to_string());
    all.insert("ORC_TRIGGER".into(), facts.trigger.kind.as_str().into());
    match facts.origin.as_ref().and_then(|origin| Some((origin.kind, origin.by.as_ref()?))) {
        Some((TriggerKind::File, file)) => {
            all.insert("ORC_TRIGGER_FILE".into(), file.clone());
        }
        Some((TriggerKind::Task, by)) => {
            if let Some(end) = TaskEnd::parse(by) {
                all.insert("ORC_TRIGGER_TASK".into(), end.task);
                all.insert("ORC_TRIGGER_STATE".into(), end.state.to_string());
                all.insert("ORC_TRIGGER_RUN".into(), end.run.to_string());
            }
        }
        _ => {}
    }
    if let Some(at) = facts.scheduled_for {
        all.insert("ORC_SCHEDULED_FOR".into(), at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }
    all
}
