//! Which dependencies make no sense, each with the place and what to do.
//!
//! Deliberately absent: what only the database knows, such as tasks that do not exist and circles, which `app` checks.

use super::{CommandRule, Dependency, DependencyRule, FileRule, HostRule, UrlRule};
use crate::domain::core::problem::Problem;
use crate::domain::core::time::zone_parse;
use crate::domain::credentials::{Forbidden, forbidden_problem};
use crate::domain::runs::bindings::{self, Origin};
use crate::domain::runs::params::ParamSpec;
use crate::domain::triggers::pattern_problem;
use std::collections::BTreeMap;

/// Everything that makes no sense in the dependencies of a definition.
pub fn problems(task: &str, specs: &[ParamSpec], dependencies: &[Dependency], found: &mut Vec<Problem>) {
    for (index, dependency) in dependencies.iter().enumerate() {
        let place = format!("/dependencies/{index}");
        if dependencies[..index].iter().any(|other| other.key == dependency.key) {
            found.push(Problem::at(format!("{place}/key"), format!("key \"{}\" is used twice", dependency.key)));
        }
        let at = |field: &str, message: &str| Problem::at(format!("{place}/{field}"), message);
        match &dependency.rule {
            DependencyRule::Task { task: source, states, timezone, params, .. } => {
                let wrong = bindings::problems(Origin::Dependency, specs, params);
                found.extend(wrong.iter().map(|problem| at(&problem.pointer, &problem.message)));
                found.extend(twice(&dependencies[..index], params).map(|(name, message)| at(&name, &message)));
                if source == task {
                    found.push(at("task", &format!("a task cannot depend on itself: {task} -> {task}")));
                }
                let open: Vec<&str> =
                    states.iter().filter(|state| !state.is_final()).map(|state| state.as_str()).collect();
                if !open.is_empty() {
                    found.push(at("states", &format!("{} is not a final state", open.join(", "))));
                }
                found.extend(zone_parse(timezone).err().map(|error| at("timezone", &error.to_string())));
            }
            DependencyRule::File(rule) => file_problems(rule, &at, found),
            DependencyRule::Url(rule) => url_problems(rule, &place, found),
            DependencyRule::Command(rule) => command_problems(rule, &place, found),
            DependencyRule::Tcp(rule) => {
                let wrong = |char: char| char.is_whitespace() || char.is_control() || char == '/' || char == '@';
                if rule.host.is_empty() || rule.host.contains(wrong) {
                    found.push(at("host", "must be the name or the address of a host, such as db.example or 10.0.0.5"));
                }
            }
            DependencyRule::Host(rule) => host_problems(rule, &at, found),
            // Whether there is such a profile, only the database knows.
            DependencyRule::Vpn { .. } => {}
        }
    }
}

/// Params that an earlier dependency gives as well.
fn twice(earlier: &[Dependency], params: &BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    params.keys().filter_map(|name| {
        let other = earlier.iter().find(|other| other.rule.params().is_some_and(|given| given.contains_key(name)))?;
        let message = format!("the param is taken from dependency \"{}\" already", other.key);
        Some((format!("params/{}", name.replace('~', "~0").replace('/', "~1")), message))
    })
}

fn file_problems(rule: &FileRule, at: &dyn Fn(&str, &str) -> Problem, found: &mut Vec<Problem>) {
    found.extend(pattern_problem(&rule.path).map(|message| at("path", &message)));
    let meaningless = [
        ("min_age_seconds", rule.min_age_seconds.is_some()),
        ("min_bytes", rule.min_bytes.is_some()),
        ("unchanged_seconds", rule.unchanged_seconds.is_some()),
    ];
    for (field, _) in meaningless.into_iter().filter(|(_, set)| rule.absent && *set) {
        found.push(at(field, "says something about a file that must not exist; leave it out, or set absent to false"));
    }
}

fn url_problems(UrlRule { url, method, body_contains, .. }: &UrlRule, place: &str, found: &mut Vec<Problem>) {
    let at = |field: &str, message: &str| Problem::at(format!("{place}/{field}"), message);
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let host = host.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match host {
        None => found.push(at("url", "must begin with http:// or https://")),
        Some("") => found.push(at("url", "must have a host, such as https://intranet.example/health")),
        Some(host) if host.contains('@') => {
            found.push(at("url", "must not contain a login, because everybody who may read the task would see it"));
        }
        Some(_) => {}
    }
    if method == "HEAD" && body_contains.is_some() {
        found.push(at("body_contains", "a HEAD request has no answer to search; use GET"));
    }
    found.extend(forbidden_problem(&format!("{place}/url"), url, Forbidden::Dependency));
}

fn command_problems(rule: &CommandRule, place: &str, found: &mut Vec<Problem>) {
    let arguments = rule.arguments.iter().enumerate();
    let texts = arguments.map(|(index, text)| (format!("{place}/arguments/{index}"), text));
    for (pointer, text) in std::iter::once((format!("{place}/program"), &rule.program)).chain(texts) {
        found.extend(forbidden_problem(&pointer, text, Forbidden::Dependency));
        if text.contains('\0') {
            found.push(Problem::at(pointer, "must not contain a NUL character"));
        }
    }
    if rule.program.trim().is_empty() {
        found.push(Problem::at(format!("{place}/program"), "must not be empty"));
    }
}

fn host_problems(rule: &HostRule, at: &dyn Fn(&str, &str) -> Problem, found: &mut Vec<Problem>) {
    if *rule == HostRule::default() {
        found.push(at(
            "kind",
            "asks for nothing; set disk_free_bytes, memory_free_bytes, load_max, on_ac_power or \
             idle_seconds",
        ));
    }
    match (&rule.disk_path, rule.disk_free_bytes) {
        (None, Some(_)) => found.push(at("disk_path", "is needed with disk_free_bytes: a path on the disk, such as /")),
        (Some(_), None) => found.push(at("disk_free_bytes", "is needed with disk_path: the least free space in bytes")),
        (Some(path), Some(_)) if !std::path::Path::new(path).is_absolute() => {
            found.push(at("disk_path", "must be an absolute path, such as /srv"));
        }
        _ => {}
    }
}
