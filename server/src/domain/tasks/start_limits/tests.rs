//! Sizes at the limit and one byte beyond it.

use super::*;
use crate::domain::core::json;
use proptest::prelude::*;
use serde_json::json;

const LIMITS: StartLimits = StartLimits::of_linux(4096, Some(8 * 1024 * 1024));

fn definition(run: Value, environment: &[(&str, &str)], params: Value) -> Definition {
    let environment: Map<String, Value> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let whole = json!({
        "name": "a", "title": "", "description": "", "folder": "", "tags": [], "enabled": true, "run": run,
        "working_directory": null, "environment": environment, "params": params, "schedules": [], "triggers": [],
        "overlap": {"kind": "skip"}, "timeout_seconds": null, "attempt_timeout_seconds": null, "grace_seconds": 10.0,
        "success_codes": [0], "log": {"max_bytes": 65536}, "retention": {"days": 1, "runs": 1},
        "retry": {"max_attempts": 1, "delay_seconds": 1.0, "backoff": {"kind": "fixed"}, "jitter": true, "retry_on": [],
            "exit_codes": [], "never_exit_codes": []},
        "on_server_stop": "keep"
    });
    json::read(&whole.to_string()).expect("a definition")
}

fn command(arguments: &[&str]) -> Value {
    json!({"kind": "command", "program": "true", "arguments": arguments})
}

fn param(name: &str, default: &Value) -> Value {
    json!({"name": name, "description": "", "rule": {"kind": "json"}, "required": false, "default": default})
}

fn pointers(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.pointer.as_str()).collect()
}

#[test]
fn linux_counts_as_its_kernel_does() {
    assert_eq!(LIMITS, StartLimits { one: 131_072, all: 2 * 1024 * 1024 - OWN });
    assert_eq!(StartLimits::of_linux(4096, None).all, 6 * 1024 * 1024 - OWN);
    assert_eq!(StartLimits::of_linux(4096, Some(64 * 1024)).all, 128 * 1024 - OWN);
    assert_eq!(StartLimits::of_linux(65_536, Some(0)).one, 2 * 1024 * 1024);
}

#[test]
fn a_variable_is_refused_by_its_name_from_the_first_byte_beyond_the_limit() {
    // `BIG=` and the zero byte take five of the 131,072 bytes.
    let (fits, large) = ("x".repeat(131_067), "x".repeat(131_068));
    assert_eq!(problems(&definition(command(&[]), &[("BIG", &fits)], json!([])), LIMITS), []);
    let found = problems(&definition(command(&[]), &[("A", "1"), ("BIG", &large)], json!([])), LIMITS);
    let message = "the variable BIG has 131,073 bytes, and this system takes 131,072 bytes in one; put the value into a \
                   file, and pass the path of the file";
    assert_eq!(found, [Problem::at("/environment/BIG", message)]);
}

#[test]
fn a_script_may_be_larger_than_a_line_for_a_shell() {
    let text = "é".repeat(70_000);
    let line = definition(json!({"kind": "shell", "line": text, "shell": null}), &[], json!([]));
    assert_eq!(pointers(&problems(&line, LIMITS)), ["/run/line"]);
    let script = json!({"kind": "script", "interpreter": "sh", "text": text, "arguments": []});
    assert_eq!(problems(&definition(script, &[], json!([])), LIMITS), []);
}

#[test]
fn a_default_must_fit_into_its_variable_and_into_each_argument() {
    let default = |length: usize| json!([param("p", &json!("x".repeat(length)))]);
    // `ORC_PARAM_P=` and the zero byte take 13 bytes.
    assert_eq!(problems(&definition(command(&[]), &[], default(131_059)), LIMITS), []);
    assert_eq!(pointers(&problems(&definition(command(&[]), &[], default(131_060)), LIMITS)), ["/params/0/default"]);
    let used = definition(command(&["--all=${params.p}${params.p}"]), &[], default(100_000));
    assert_eq!(pointers(&problems(&used, LIMITS)), ["/run/arguments/0"]);
    let request = json!({"kind": "http", "method": "GET", "url": "http://a", "headers": {}, "body": null,
        "expected_codes": [], "body_contains": null});
    let (http, large) = (default(200_000), "x".repeat(200_000));
    assert_eq!(problems(&definition(request, &[("BIG", &large)], http), LIMITS), [], "an http task starts no process");
}

#[test]
fn all_together_are_refused_with_the_largest_by_name() {
    let large = "x".repeat(120_000);
    let names: Vec<String> = (0..17).map(|number| format!("V{number}")).collect();
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), large.as_str())).collect();
    assert_eq!(problems(&definition(command(&[]), &variables, json!([])), LIMITS), []);
    let more: Vec<(&str, &str)> = variables.iter().copied().chain([("W", large.as_str())]).collect();
    let found = problems(&definition(command(&[]), &more, json!([])), LIMITS);
    assert_eq!(found.len(), 1);
    assert!(found[0].pointer.starts_with("/environment/V"), "{found:?}");
    assert!(found[0].message.contains("together have 2,160,"), "{found:?}");
    assert!(found[0].message.contains("takes 2,064,384 bytes"), "{found:?}");
}

#[test]
fn a_value_of_a_run_that_makes_an_argument_too_large_is_refused_by_its_param() {
    let task = definition(command(&["-v", "--day=${params.day} --body=${params.body}"]), &[], json!([]));
    let values = |length: usize| {
        Map::from_iter([("day".to_owned(), json!("2026-11-23")), ("body".to_owned(), json!("x".repeat(length)))])
    };
    // `--day=2026-11-23 --body=` and the zero byte take 25 bytes.
    assert_eq!(run_problems(&task, &values(131_047), LIMITS), []);
    let found = run_problems(&task, &values(131_048), LIMITS);
    assert_eq!(pointers(&found), ["/params/body"]);
    let message = "argument 2 has 131,073 bytes with the value of param \"body\", and this system takes 131,072 bytes in \
                   one; let the program read the value from ORC_PARAMS_FILE";
    assert_eq!(found[0].message, message);
}

#[test]
fn a_value_that_fits_into_no_variable_is_left_out() {
    let task = definition(command(&[]), &[], json!([]));
    let values = Map::from_iter([("p".to_owned(), json!("x".repeat(131_060))), ("q".to_owned(), json!({"a": [1.50]}))]);
    let Variables { kept, left_out } = variables(&task, &values, LIMITS);
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), [("ORC_PARAM_Q".to_owned(), r#"{"a":[1.5]}"#.to_owned())]);
    assert_eq!(left_out, [LeftOut { param: "p".to_owned(), size: 131_073, limit: 131_072 }]);
    assert_eq!(run_problems(&task, &values, LIMITS), [], "the run starts all the same");
}

proptest! {
    /// What is kept always fits, and nothing is lost: each param is a variable or told to be left out.
    #[test]
    fn kept_variables_always_fit(lengths in proptest::collection::vec(0_usize..200_000, 0..40)) {
        let task = definition(command(&["a"]), &[("HOME", "/")], json!([]));
        let values: Map<String, Value> =
            lengths.iter().enumerate().map(|(index, length)| (format!("p{index}"), json!("x".repeat(*length)))).collect();
        let Variables { kept, left_out } = variables(&task, &values, LIMITS);
        prop_assert_eq!(kept.len() + left_out.len(), values.len());
        let sizes: Vec<u64> = kept.iter().map(|(name, value)| size_of_variable(name, value)).collect();
        prop_assert!(sizes.iter().all(|size| *size <= LIMITS.one));
        prop_assert!(sum(sizes.into_iter()) + sum([2, 5, 7].into_iter()) <= LIMITS.all);
    }
}
