//! Converts definitions between the wire and the domain. Each conversion destructures fully, so that a new field does
//! not compile until somebody decides about it.

use super::limits::{limits_in, limits_out};
use crate::api::credentials::wire::{use_in, use_out};
use crate::api::dependencies::convert::{dependencies_in, dependency_out};
use crate::api::ledger::expect::{expect_in, expect_out};
use crate::api::schedules::convert::{schedule_in, schedule_out};
use crate::api::triggers::convert::{trigger_out, triggers_in};
use crate::api::wire;
use crate::domain::core::overlap::Overlap;
use crate::domain::runs::line_ends::{self, Mended};
use crate::domain::runs::params::{ParamRule, ParamSpec};
use crate::domain::runs::travel::Travel;
use crate::domain::vocabulary::TaskMend;
use crate::domain::{schedules, tasks};
use serde_json::{Value, json};

impl wire::TaskDefinition {
    /// Converts a definition to the domain. Schedules without a time zone get `timezone`.
    pub fn into_domain(self, timezone: &str) -> tasks::Definition {
        let Self {
            name,
            title,
            description,
            folder,
            tags,
            enabled,
            run,
            working_directory,
            environment,
            umask,
            leave_behind,
            limits,
            run_as,
            credentials,
            params,
            schedules,
            triggers,
            dependencies,
            overlap,
            pool,
            pool_weight,
            priority,
            timeout_seconds,
            attempt_timeout_seconds,
            grace_seconds,
            success_codes,
            retry,
            log,
            retention,
            on_server_stop,
            mark_suspicious,
            expect,
        } = self;
        let schedules = schedules_in(schedules, timezone);
        let day_zone = schedules.first().map_or(timezone, |first| first.timezone.as_str()).to_owned();
        tasks::Definition {
            name,
            title,
            description,
            folder,
            tags: each_once(tags),
            enabled,
            run: run_in(run),
            working_directory: working_directory.filter(|path| !path.is_empty()),
            environment,
            umask: umask.as_deref().and_then(tasks::Umask::parse),
            leave_behind,
            limits: limits_in(limits),
            run_as: run_as.filter(|name| !name.is_empty()),
            credentials: credentials.into_iter().map(use_in).collect(),
            params: params.into_iter().map(param_in).collect(),
            schedules,
            triggers: triggers_in(triggers),
            dependencies: dependencies_in(dependencies, &day_zone),
            overlap: overlap_in(overlap),
            pool: pool.filter(|pool| !pool.is_empty()),
            pool_weight,
            priority,
            timeout_seconds,
            attempt_timeout_seconds,
            grace_seconds,
            success_codes,
            retry: retry_in(retry),
            log: log_in(log),
            retention: retention_in(retention),
            on_server_stop,
            mark_suspicious,
            expect: expect_in(expect),
        }
    }
}

fn schedules_in(wanted: Vec<crate::api::schedules::wire::Schedule>, timezone: &str) -> Vec<schedules::Schedule> {
    let mut schedules: Vec<_> = wanted.into_iter().map(|schedule| schedule_in(schedule, timezone)).collect();
    schedules::fill_keys(&mut schedules);
    schedules
}

fn each_once(mut tags: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    tags
}

fn log_in(wire::LogRules { max_bytes }: wire::LogRules) -> tasks::LogRules {
    tasks::LogRules { max_bytes }
}

fn retention_in(wire::Retention { days, runs }: wire::Retention) -> tasks::Retention {
    tasks::Retention { days, runs }
}

/// Converts a definition to the wire. The `words` of schedules stay empty, because only the caller can compile
/// schedules.
pub fn definition_out(definition: tasks::Definition) -> wire::TaskDefinition {
    let tasks::Definition {
        name,
        title,
        description,
        folder,
        tags,
        enabled,
        run,
        working_directory,
        environment,
        umask,
        leave_behind,
        limits,
        run_as,
        credentials,
        params,
        schedules,
        triggers,
        dependencies,
        overlap,
        pool,
        pool_weight,
        priority,
        timeout_seconds,
        attempt_timeout_seconds,
        grace_seconds,
        success_codes,
        retry,
        log: tasks::LogRules { max_bytes },
        retention: tasks::Retention { days, runs },
        on_server_stop,
        mark_suspicious,
        expect,
    } = definition;
    wire::TaskDefinition {
        name,
        title,
        description,
        folder,
        tags,
        enabled,
        run: run_out(run),
        working_directory,
        environment,
        umask: umask.map(|umask| umask.to_string()),
        leave_behind,
        limits: limits_out(limits),
        run_as,
        credentials: credentials.into_iter().map(use_out).collect(),
        params: params.into_iter().map(param_out).collect(),
        schedules: schedules.into_iter().map(schedule_out).collect(),
        triggers: triggers.into_iter().map(trigger_out).collect(),
        dependencies: dependencies.into_iter().map(dependency_out).collect(),
        overlap: overlap_out(overlap),
        pool,
        pool_weight,
        priority,
        timeout_seconds,
        attempt_timeout_seconds,
        grace_seconds,
        success_codes,
        retry: retry_out(retry),
        log: wire::LogRules { max_bytes },
        retention: wire::Retention { days, runs },
        on_server_stop,
        mark_suspicious,
        expect: expect_out(expect),
    }
}

fn mended(text: Mended<'_>) -> String {
    text.text.into_owned()
}

impl wire::TaskDefinition {
    /// What saving it changes, so that it can run.
    pub fn mends(&self) -> Vec<TaskMend> {
        let changed = match &self.run {
            wire::RunSpec::Command(run) => vec![line_ends::for_name(&run.program)],
            wire::RunSpec::Shell(run) => {
                let shell = run.shell.as_deref().map(line_ends::for_name);
                shell.into_iter().chain([line_ends::for_shell(run.shell.as_deref(), &run.line)]).collect()
            }
            wire::RunSpec::Script(run) => {
                vec![line_ends::for_name(&run.interpreter), line_ends::for_interpreter(&run.interpreter, &run.text)]
            }
            wire::RunSpec::Http(_) | wire::RunSpec::Heartbeat(_) => Vec::new(),
        };
        let mut mends: Vec<TaskMend> = changed.into_iter().flat_map(|text| text.mends).collect();
        mends.sort_unstable();
        mends.dedup();
        mends
    }
}

fn run_in(run: wire::RunSpec) -> tasks::RunSpec {
    match run {
        wire::RunSpec::Command(wire::RunCommand { program, arguments }) => {
            tasks::RunSpec::Command { program: mended(line_ends::for_name(&program)), arguments }
        }
        wire::RunSpec::Shell(wire::RunShell { line, shell }) => {
            let shell = shell.map(|shell| mended(line_ends::for_name(&shell))).filter(|shell| !shell.is_empty());
            tasks::RunSpec::Shell { line: mended(line_ends::for_shell(shell.as_deref(), &line)), shell }
        }
        wire::RunSpec::Script(wire::RunScript { interpreter, text, arguments }) => {
            let interpreter = mended(line_ends::for_name(&interpreter));
            let text = mended(line_ends::for_interpreter(&interpreter, &text));
            tasks::RunSpec::Script { interpreter, text, arguments }
        }
        wire::RunSpec::Http(wire::RunHttp {
            method,
            url,
            headers,
            body,
            expected_codes,
            body_contains,
            proxy,
            no_proxy,
            ca_file,
        }) => {
            let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
            let travel = Travel { proxy: filled(proxy), no_proxy, ca_file: filled(ca_file) };
            tasks::RunSpec::Http { method, url, headers, body, expected_codes, body_contains, travel }
        }
        wire::RunSpec::Heartbeat(wire::RunHeartbeat {}) => tasks::RunSpec::Heartbeat {},
    }
}

fn run_out(run: tasks::RunSpec) -> wire::RunSpec {
    match run {
        tasks::RunSpec::Heartbeat {} => wire::RunSpec::Heartbeat(wire::RunHeartbeat {}),
        tasks::RunSpec::Command { program, arguments } => {
            wire::RunSpec::Command(wire::RunCommand { program, arguments })
        }
        tasks::RunSpec::Shell { line, shell } => wire::RunSpec::Shell(wire::RunShell { line, shell }),
        tasks::RunSpec::Script { interpreter, text, arguments } => {
            wire::RunSpec::Script(wire::RunScript { interpreter, text, arguments })
        }
        tasks::RunSpec::Http { method, url, headers, body, expected_codes, body_contains, travel } => {
            let Travel { proxy, no_proxy, ca_file } = travel;
            wire::RunSpec::Http(wire::RunHttp {
                method,
                url,
                headers,
                body,
                expected_codes,
                body_contains,
                proxy,
                no_proxy,
                ca_file,
            })
        }
    }
}

macro_rules! param_wire {
    ($it:expr, $variant:ident, $type:ident, $default:expr $(, $own:ident)*) => {
        wire::ParamSpec::$variant(wire::$type {
            name: $it.name,
            description: $it.description,
            required: $it.required,
            default: $it.default.and_then($default),
            $($own,)*
        })
    };
}

fn param_in(param: wire::ParamSpec) -> ParamSpec {
    macro_rules! spec {
        ($it:expr, $rule:expr) => {{
            let (name, description, required) = ($it.name, $it.description, $it.required);
            ParamSpec { name, description, rule: $rule, required, default: $it.default.map(|value| json!(value)) }
        }};
    }
    match param {
        wire::ParamSpec::String(it) => spec!(it, ParamRule::String { max_length: it.max_length }),
        wire::ParamSpec::Integer(it) => spec!(it, ParamRule::Integer { minimum: it.minimum, maximum: it.maximum }),
        wire::ParamSpec::Number(it) => spec!(it, ParamRule::Number { minimum: it.minimum, maximum: it.maximum }),
        wire::ParamSpec::Boolean(it) => spec!(it, ParamRule::Boolean),
        wire::ParamSpec::Choice(it) => spec!(it, ParamRule::Choice { choices: it.choices }),
        wire::ParamSpec::Date(it) => spec!(it, ParamRule::Date),
        wire::ParamSpec::Json(it) => spec!(it, ParamRule::Json),
    }
}

fn param_out(it: ParamSpec) -> wire::ParamSpec {
    let text = |value: Value| value.as_str().map(str::to_owned);
    let number = |value: Value| value.as_number().cloned();
    match it.rule {
        ParamRule::String { max_length } => param_wire!(it, String, ParamString, text, max_length),
        ParamRule::Integer { minimum, maximum } => {
            param_wire!(it, Integer, ParamInteger, number, minimum, maximum)
        }
        ParamRule::Number { minimum, maximum } => {
            param_wire!(it, Number, ParamNumber, number, minimum, maximum)
        }
        ParamRule::Boolean => param_wire!(it, Boolean, ParamBoolean, |value: Value| value.as_bool()),
        ParamRule::Choice { choices } => param_wire!(it, Choice, ParamChoice, text, choices),
        ParamRule::Date => param_wire!(it, Date, ParamDate, text),
        ParamRule::Json => param_wire!(it, Json, ParamJson, Some),
    }
}

const fn overlap_in(overlap: wire::Overlap) -> Overlap {
    match overlap {
        wire::Overlap::Skip => Overlap::Skip,
        wire::Overlap::Queue(wire::OverlapQueue { max_waiting }) => Overlap::Queue { max_waiting },
        wire::Overlap::QueueLatest => Overlap::QueueLatest,
        wire::Overlap::Replace => Overlap::Replace,
        wire::Overlap::Allow(wire::OverlapAllow { max }) => Overlap::Allow { max },
    }
}

const fn overlap_out(overlap: Overlap) -> wire::Overlap {
    match overlap {
        Overlap::Skip => wire::Overlap::Skip,
        Overlap::Queue { max_waiting } => wire::Overlap::Queue(wire::OverlapQueue { max_waiting }),
        Overlap::QueueLatest => wire::Overlap::QueueLatest,
        Overlap::Replace => wire::Overlap::Replace,
        Overlap::Allow { max } => wire::Overlap::Allow(wire::OverlapAllow { max }),
    }
}

fn retry_in(retry: wire::Retry) -> tasks::Retry {
    let wire::Retry { max_attempts, delay_seconds, backoff, jitter, retry_on, exit_codes, never_exit_codes } = retry;
    let backoff = match backoff {
        wire::Backoff::Fixed => tasks::Backoff::Fixed,
        wire::Backoff::Exponential(wire::BackoffExponential { factor, max_delay_seconds }) => {
            tasks::Backoff::Exponential { factor, max_delay_seconds }
        }
    };
    tasks::Retry { max_attempts, delay_seconds, backoff, jitter, retry_on, exit_codes, never_exit_codes }
}

fn retry_out(retry: tasks::Retry) -> wire::Retry {
    let tasks::Retry { max_attempts, delay_seconds, backoff, jitter, retry_on, exit_codes, never_exit_codes } = retry;
    let backoff = match backoff {
        tasks::Backoff::Fixed => wire::Backoff::Fixed,
        tasks::Backoff::Exponential { factor, max_delay_seconds } => {
            wire::Backoff::Exponential(wire::BackoffExponential { factor, max_delay_seconds })
        }
    };
    wire::Retry { max_attempts, delay_seconds, backoff, jitter, retry_on, exit_codes, never_exit_codes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::core::body::checked;
    use crate::api::router::contract;

    fn definition(body: Value) -> Result<wire::TaskDefinition, Vec<String>> {
        checked(&contract(), body).map_err(|error| error.fields.into_iter().map(|field| field.pointer).collect())
    }

    fn faults(body: Value, pointers: &[&str]) {
        assert_eq!(definition(body).expect_err("refused"), pointers);
    }

    fn minimal() -> Value {
        json!({"name": "a", "run": {"kind": "command", "program": "true"}})
    }

    #[test]
    fn what_was_read_can_be_written_back() {
        let full = json!({
            "name": "a", "run": {"kind": "script", "interpreter": "python", "text": "x"}, "tags": ["x", "x"],
            "params": [{"kind": "integer", "name": "n", "minimum": 1, "default": 3}, {"kind": "json", "name": "j"}],
            "schedules": [{"kind": "cron", "expression": "* * * * *"}, {"kind": "cron", "expression": "1 * * * *"}],
            "overlap": {"kind": "allow", "max": 2}, "retry": {"backoff": {"kind": "exponential", "factor": 3}}
        });
        let domain = definition(full).expect("accepted").into_domain("Europe/Berlin");
        assert_eq!(domain.schedules[1].key, "cron-2");
        assert_eq!(domain.tags, ["x"]);
        let mut written = serde_json::to_value(definition_out(domain.clone())).expect("json");
        written["id"] = json!("ignored");
        written["next_slots"] = json!([1]);
        written["schedules"][0]["words"] = json!("every minute");
        assert_eq!(definition(written).expect("accepted").into_domain("UTC"), domain);
    }

    #[test]
    fn faults_have_pointers() {
        let mut body = minimal();
        body["nmae"] = json!(1);
        body["run"]["arguments"] = json!([1]);
        body["grace_seconds"] = json!(-1);
        let mut found = definition(body).expect_err("refused");
        found.sort();
        assert_eq!(found, ["/grace_seconds", "/nmae", "/run/arguments/0"]);
        faults(json!({"run": {"kind": "command", "program": "true"}}), &["/name"]);
        faults(json!({"name": "a", "run": {"kind": "comand", "program": "x"}}), &["/run/kind"]);
        faults(json!({"name": "a", "run": {"program": "x"}}), &["/run/kind"]);
        let mut body = minimal();
        body["schedules"] = json!([{"kind": "cron"}]);
        faults(body, &["/schedules/0/expression"]);
        let mut body = minimal();
        body["retry"] = json!({"max_attempts": 0});
        faults(body, &["/retry/max_attempts"]);
        let mut body = minimal();
        body["timeout_seconds"] = Value::Null;
        assert!(definition(body).is_ok());
    }
}
