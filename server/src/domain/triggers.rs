//! Triggers: which of them make sense, whether tasks trigger each other in a circle, and how the end of a run that
//! started another one is written. Pure.

pub mod call;
pub mod files;
pub mod heartbeat;
pub mod senders;
pub mod webhook;
pub mod words;

use self::webhook::WebhookRule;
use super::core::problem::Problem;
use super::ids::RunId;
use super::runs::bindings;
use super::runs::params::ParamSpec;
use super::vocabulary::{FileChange, RunState};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// Something other than a schedule that starts a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Key within the task. A trigger that keeps its key keeps its address and secret across edits.
    pub key: String,
    /// Whether the trigger is enabled.
    pub enabled: bool,
    /// What the trigger waits for.
    #[serde(flatten)]
    pub rule: TriggerRule,
}

/// What a trigger waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TriggerRule {
    /// A call over HTTP.
    Webhook(WebhookRule),
    /// A file that appears or changes.
    File {
        /// Absolute path; `*`, `?`, `[...]` and `**` stand for parts of it.
        pattern: String,
        /// What must happen to the file.
        change: FileChange,
        /// With `settled`: seconds without a change.
        settle_seconds: f64,
    },
    /// The end of a run of another task.
    Task {
        /// Names of the tasks. The end of a run of any of them counts.
        tasks: Vec<String>,
        /// Final states that count.
        states: Vec<RunState>,
        /// Templates of params, by name: `${trigger.result.NAME}`, `${trigger.params.NAME}`, or text.
        #[serde(default)]
        params: BTreeMap<String, String>,
    },
}

impl TriggerRule {
    /// Name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::File { .. } => "file",
            Self::Task { .. } => "task",
        }
    }
}

/// The end of a run that started another one. Its text is stored with the run that it started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEnd {
    /// Name of the task.
    pub task: String,
    /// State in which its run ended.
    pub state: RunState,
    /// Id of the run.
    pub run: RunId,
}

impl fmt::Display for TaskEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { task, state, run } = self;
        write!(f, "{task} {state} (run {run})")
    }
}

impl TaskEnd {
    /// Parses the text.
    pub fn parse(text: &str) -> Option<Self> {
        let (what, run) = text.strip_suffix(')')?.rsplit_once(" (run ")?;
        let (task, state) = what.rsplit_once(' ')?;
        Some(Self { task: task.to_owned(), state: state.parse().ok()?, run: run.parse().ok()? })
    }
}

/// Everything that makes no sense in the triggers of a definition.
pub fn problems(task: &str, params: &[ParamSpec], triggers: &[Trigger], found: &mut Vec<Problem>) {
    for (index, trigger) in triggers.iter().enumerate() {
        let at = |field: &str, message: String| Problem::at(format!("/triggers/{index}/{field}"), message);
        if triggers[..index].iter().any(|other| other.key == trigger.key) {
            found.push(at("key", format!("key \"{}\" is used twice", trigger.key)));
        }
        match &trigger.rule {
            TriggerRule::Webhook(rule) => {
                found.extend(rule.problems(params).into_iter().map(|problem| at(&problem.pointer, problem.message)));
            }
            TriggerRule::File { pattern, settle_seconds, .. } => {
                found.extend(pattern_problem(pattern).map(|message| at("pattern", message)));
                if !(0.1..=86_400.0).contains(settle_seconds) {
                    found.push(at("settle_seconds", "must be between 0.1 and 86400 seconds".to_owned()));
                }
            }
            TriggerRule::Task { tasks, states, params: templates } => {
                let wrong = bindings::problems(bindings::Origin::Trigger, params, templates).into_iter();
                found.extend(wrong.map(|problem| at(&problem.pointer, problem.message)));
                if tasks.iter().any(|source| source == task) {
                    found.push(at("tasks", "a task cannot wait for its own end".to_owned()));
                }
                let open: Vec<&str> =
                    states.iter().filter(|state| !state.is_final()).map(|state| state.as_str()).collect();
                if !open.is_empty() {
                    found.push(at("states", format!("{} is not a final state", open.join(", "))));
                }
            }
        }
    }
}

/// What is wrong with the pattern of a file trigger.
pub(in crate::domain) fn pattern_problem(pattern: &str) -> Option<String> {
    if !std::path::Path::new(pattern).is_absolute() {
        return Some("must be an absolute path, such as /srv/inbox/*.csv".to_owned());
    }
    if std::path::Path::new(pattern).components().any(|part| part == std::path::Component::ParentDir) {
        return Some("must not contain ..".to_owned());
    }
    let system = ["/proc", "/sys", "/dev"].iter().find(|folder| std::path::Path::new(pattern).starts_with(folder));
    if let Some(folder) = system {
        return Some(format!("{folder} belongs to the system; nothing there can be watched"));
    }
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    glob.err().map(|error| format!("is not a pattern: {}", error.kind()))
}

/// The circle that tasks would form if `listener` listened to `sources` in addition to the known edges (listener,
/// source).
pub fn circle(listener: &str, sources: &[String], edges: &[(String, String)]) -> Option<Vec<String>> {
    let mut above: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges.iter().filter(|(from, _)| from != listener) {
        above.entry(from).or_default().push(to);
    }
    let (mut stack, mut seen): (Vec<Vec<&str>>, BTreeSet<&str>) =
        (sources.iter().map(|source| vec![listener, source.as_str()]).collect(), BTreeSet::new());
    while let Some(path) = stack.pop() {
        let last = path[path.len() - 1];
        if last == listener {
            return Some(path.into_iter().map(str::to_owned).collect());
        }
        if seen.insert(last) {
            let next = above.get(last).into_iter().flatten();
            stack.extend(next.map(|source| [path.as_slice(), &[*source]].concat()));
        }
    }
    None
}

/// Indexes of tasks, ordered so that sources come before their listeners, by edges (listener, source). Also the
/// indexes of tasks that have no such place, because they are part of a circle or wait for one.
pub fn sources_first(tasks: &[&str], edges: &[(String, String)]) -> (Vec<usize>, Vec<usize>) {
    let places: HashMap<&str, usize> = tasks.iter().enumerate().map(|(index, task)| (*task, index)).collect();
    let (mut waits, mut listeners) = (vec![0_usize; tasks.len()], vec![Vec::new(); tasks.len()]);
    for (listener, source) in edges {
        if let (Some(&listener), Some(&source)) = (places.get(listener.as_str()), places.get(source.as_str())) {
            waits[listener] += 1;
            listeners[source].push(listener);
        }
    }
    let mut ready: BTreeSet<usize> = (0..tasks.len()).filter(|index| waits[*index] == 0).collect();
    let mut order = Vec::with_capacity(tasks.len());
    while let Some(index) = ready.pop_first() {
        order.push(index);
        for &listener in &listeners[index] {
            waits[listener] -= 1;
            if waits[listener] == 0 {
                ready.insert(listener);
            }
        }
    }
    let stuck = (0..tasks.len()).filter(|index| waits[*index] > 0).collect();
    (order, stuck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_run_reads_back() {
        let end = TaskEnd { task: "a succeeded (run 1)".to_owned(), state: RunState::TimedOut, run: RunId::generate() };
        assert_eq!(TaskEnd::parse(&end.to_string()), Some(end));
        assert_eq!(TaskEnd::parse("webhook x"), None);
    }

    #[test]
    fn sources_come_before_listeners() {
        let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let edges = [edge("c", "b"), edge("b", "a"), edge("b", "elsewhere"), edge("c", "a")];
        assert_eq!(sources_first(&["c", "b", "x", "a"], &edges), (vec![2, 3, 1, 0], vec![]));
        let edges = [edge("a", "b"), edge("b", "a"), edge("c", "a")];
        assert_eq!(sources_first(&["a", "b", "c", "d"], &edges), (vec![3], vec![0, 1, 2]));
    }

    #[test]
    fn circles_are_found_with_their_path() {
        let edge = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let edges = [edge("b", "a"), edge("c", "b"), edge("d", "c"), edge("x", "y")];
        let found = circle("a", &["d".to_owned()], &edges).expect("a circle");
        assert_eq!(found, ["a", "d", "c", "b", "a"]);
        assert_eq!(circle("d", &["a".to_owned(), "x".to_owned()], &edges), None);
        assert_eq!(circle("b", &["y".to_owned()], &edges), None, "its old edges do not count");
    }
}
