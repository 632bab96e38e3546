//! Params: the typed, named inputs of a run.
//!
//! A task declares them and a run brings values. Values are checked before a run is accepted. They reach the process
//! as `ORC_PARAM_NAME` variables and as `${params.name}` inside one argument (never split again).

use crate::domain::core::problem::Problem;
use crate::domain::names::NameRule;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Declaration of one param.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamSpec {
    /// Name, which follows `NameRule::PARAM`.
    pub name: String,
    /// What the param means.
    pub description: String,
    /// Type and bounds.
    pub rule: ParamRule,
    /// Whether a value must be given when there is no default.
    pub required: bool,
    /// Value used when none is given.
    pub default: Option<Value>,
}

/// Type and bounds of a param.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ParamRule {
    /// Text.
    String {
        /// Maximum number of characters.
        max_length: Option<u32>,
    },
    /// Whole number.
    Integer {
        /// Minimum value.
        minimum: Option<i64>,
        /// Maximum value.
        maximum: Option<i64>,
    },
    /// Number.
    Number {
        /// Minimum value.
        minimum: Option<f64>,
        /// Maximum value.
        maximum: Option<f64>,
    },
    /// true or false.
    Boolean,
    /// One value of a list.
    Choice {
        /// The allowed values.
        choices: Vec<String>,
    },
    /// A date, YYYY-MM-DD.
    Date,
    /// Any JSON value.
    Json,
}

/// What is wrong with the declarations themselves.
pub fn spec_problems(specs: &[ParamSpec], found: &mut Vec<Problem>) {
    for (index, spec) in specs.iter().enumerate() {
        let at = format!("/params/{index}");
        found.extend(NameRule::PARAM.problem(&spec.name).map(|problem| Problem::at(format!("{at}/name"), problem)));
        if specs[..index].iter().any(|other| other.name == spec.name) {
            found.push(Problem::at(format!("{at}/name"), format!("param \"{}\" is declared twice", spec.name)));
        }
        if matches!(&spec.rule, ParamRule::Choice { choices } if choices.is_empty()) {
            found.push(Problem::at(format!("{at}/choices"), "must list at least one choice"));
        }
        if let Some(message) = spec.default.as_ref().and_then(|value| value_problem(&spec.rule, value)) {
            found.push(Problem::at(format!("{at}/default"), message));
        }
    }
}

/// Checks values against the declarations and fills in defaults. Problems point into `/params`.
pub fn resolve(specs: &[ParamSpec], given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Problem>> {
    let mut found = Vec::new();
    let mut resolved = Map::new();
    for name in given.keys() {
        if !specs.iter().any(|spec| spec.name == *name) {
            let known: Vec<_> = specs.iter().map(|spec| spec.name.as_str()).collect();
            let hint = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            found.push(Problem::at(pointer(name), format!("the task has no param \"{name}\"; {hint}")));
        }
    }
    for spec in specs {
        match given.get(&spec.name).filter(|value| !value.is_null()).or(spec.default.as_ref()) {
            Some(value) => match value_problem(&spec.rule, value) {
                Some(message) => found.push(Problem::at(pointer(&spec.name), message)),
                None => {
                    resolved.insert(spec.name.clone(), value.clone());
                }
            },
            None if spec.required => {
                found.push(Problem::at(pointer(&spec.name), format!("param \"{}\" is required", spec.name)));
            }
            None => {}
        }
    }
    if found.is_empty() { Ok(resolved) } else { Err(found) }
}

fn pointer(name: &str) -> String {
    format!("/params/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn value_problem(rule: &ParamRule, value: &Value) -> Option<String> {
    match rule {
        ParamRule::String { max_length } => match value.as_str() {
            None => Some("must be text".into()),
            Some(text) if text.contains('\0') => Some("must not contain a NUL character".into()),
            Some(text) => max_length
                .filter(|max| text.chars().count() > *max as usize)
                .map(|max| format!("is too long; at most {max} characters are allowed")),
        },
        ParamRule::Integer { minimum, maximum } => match value.as_i64() {
            None => Some("must be a whole number".into()),
            Some(n) => bounds(n, *minimum, *maximum),
        },
        ParamRule::Number { minimum, maximum } => match value.as_f64() {
            None => Some("must be a number".into()),
            Some(n) => bounds(n, *minimum, *maximum),
        },
        ParamRule::Boolean => (!value.is_boolean()).then(|| "must be true or false".into()),
        ParamRule::Choice { choices } => {
            let known = value.as_str().is_some_and(|text| choices.iter().any(|choice| choice == text));
            (!known).then(|| format!("must be one of {}", choices.join(", ")))
        }
        ParamRule::Date => {
            let text = value.as_str().unwrap_or_default();
            let valid = text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
            (!valid).then(|| "must be a date such as 2026-11-23".into())
        }
        ParamRule::Json => None,
    }
}

fn bounds<T: PartialOrd + std::fmt::Display>(value: T, minimum: Option<T>, maximum: Option<T>) -> Option<String> {
    if let Some(least) = minimum.filter(|least| value < *least) {
        return Some(format!("must be at least {least}"));
    }
    maximum.filter(|most| value > *most).map(|most| format!("must be at most {most}"))
}

/// The text of a value, as the process receives it.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Names used as `${params.name}` in an argument.
pub fn placeholders(argument: &str) -> Vec<&str> {
    argument.split("${params.").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// Replaces each `${params.name}` by its value. Placeholders inside values are not replaced.
pub fn substitute(argument: &str, values: &Map<String, Value>) -> String {
    let mut parts = argument.split("${params.");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) => {
                out.push_str(&values.get(name).map(text).unwrap_or_default());
                out.push_str(rest);
            }
            None => {
                out.push_str("${params.");
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(name: &str, rule: ParamRule, required: bool, default: Option<Value>) -> ParamSpec {
        ParamSpec { name: name.into(), description: String::new(), rule, required, default }
    }

    fn check(rule: ParamRule, value: Value, ok: bool) {
        let given = Map::from_iter([("p".to_owned(), value.clone())]);
        assert_eq!(resolve(&[spec("p", rule.clone(), true, None)], &given).is_ok(), ok, "{rule:?} {value}");
    }

    #[test]
    fn values_are_checked_by_type_and_bounds() {
        check(ParamRule::String { max_length: Some(3) }, json!("abc"), true);
        check(ParamRule::String { max_length: Some(3) }, json!("abcd"), false);
        check(ParamRule::String { max_length: None }, json!(1), false);
        check(ParamRule::Integer { minimum: Some(1), maximum: Some(5) }, json!(5), true);
        check(ParamRule::Integer { minimum: Some(1), maximum: Some(5) }, json!(6), false);
        check(ParamRule::Integer { minimum: None, maximum: None }, json!(1.5), false);
        check(ParamRule::Number { minimum: Some(0.0), maximum: None }, json!(0.5), true);
        check(ParamRule::Boolean, json!("true"), false);
        check(ParamRule::Choice { choices: vec!["a".into()] }, json!("b"), false);
        check(ParamRule::Date, json!("2026-02-29"), false);
        check(ParamRule::Date, json!("2026-11-23"), true);
        check(ParamRule::Json, json!({"any": [1]}), true);
    }

    #[test]
    fn missing_unknown_and_default() {
        let specs = [
            spec("day", ParamRule::Date, true, None),
            spec("n", ParamRule::Integer { minimum: None, maximum: None }, false, Some(json!(7))),
        ];
        let given = Map::from_iter([("x".to_owned(), json!(1))]);
        let problems = resolve(&specs, &given).expect_err("two problems");
        assert_eq!(problems.iter().map(|p| p.pointer.as_str()).collect::<Vec<_>>(), ["/params/x", "/params/day"]);
        let given = Map::from_iter([("day".to_owned(), json!("2026-11-23"))]);
        assert_eq!(resolve(&specs, &given).expect("fine").get("n"), Some(&json!(7)));
    }

    #[test]
    fn placeholders_are_replaced_once() {
        let values = Map::from_iter([("a".to_owned(), json!("${params.b} x")), ("b".to_owned(), json!(2))]);
        assert_eq!(substitute("--d=${params.a}/${params.b}", &values), "--d=${params.b} x/2");
        assert_eq!(substitute("${params.open", &values), "${params.open");
        assert_eq!(placeholders("${params.a}${params.b}"), ["a", "b"]);
    }
}
