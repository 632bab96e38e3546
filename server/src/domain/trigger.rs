//! Triggers: what makes sense in them, and that tasks do not trigger each other in a circle. Pure.

use super::task::{Definition, Problem, TriggerRule};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that makes no sense in the triggers of a definition.
pub fn problems(definition: &Definition, found: &mut Vec<Problem>) {
    for (index, trigger) in definition.triggers.iter().enumerate() {
        let at = |field: &str, message: String| Problem::at(format!("/triggers/{index}/{field}"), message);
        if definition.triggers[..index].iter().any(|other| other.key == trigger.key) {
            found.push(at("key", format!("key \"{}\" is used twice", trigger.key)));
        }
        match &trigger.rule {
            TriggerRule::Webhook { params, .. } => {
                for (param, pointer) in params {
                    if !definition.params.iter().any(|spec| spec.name == *param) {
                        found.push(at("params", format!("the task has no param \"{param}\"")));
                    }
                    if !pointer.is_empty() && !pointer.starts_with('/') {
                        let message =
                            format!("\"{pointer}\" is not a JSON pointer: it must begin with /, like /event/day");
                        found.push(at("params", message));
                    }
                }
            }
            TriggerRule::File { pattern, settle_seconds, .. } => {
                found.extend(pattern_problem(pattern).map(|message| at("pattern", message)));
                if !(0.1..=86_400.0).contains(settle_seconds) {
                    found.push(at("settle_seconds", "must be between 0.1 and 86400 seconds".to_owned()));
                }
            }
            TriggerRule::Task { tasks, states } => {
                if tasks.contains(&definition.name) {
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

/// What is wrong with the pattern of a file.
fn pattern_problem(pattern: &str) -> Option<String> {
    if !std::path::Path::new(pattern).is_absolute() {
        return Some("must be an absolute path, such as /srv/inbox/*.csv".to_owned());
    }
    if std::path::Path::new(pattern).components().any(|part| part == std::path::Component::ParentDir) {
        return Some("must not contain ..".to_owned());
    }
    let system = ["/proc", "/sys", "/dev"].iter().find(|folder| std::path::Path::new(pattern).starts_with(folder));
    if let Some(folder) = system {
        return Some(format!("{folder} belongs to the system: nothing there is watched"));
    }
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    glob.err().map(|error| format!("is not a pattern: {}", error.kind()))
}

/// The circle that tasks would form, if `listener` listened to `sources` beside the known edges (listener, source).
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

#[cfg(test)]
mod tests {
    use super::*;

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
