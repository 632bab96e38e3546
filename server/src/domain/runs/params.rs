//! Params: the typed, named inputs of a run.
//!
//! A task declares them and a run brings values. Values are checked before a run is accepted. They reach the process
//! as `ORC_PARAM_NAME` variables and as `${params.name}` inside one argument (never split again).

use super::numbers::{compare, whole};
use crate::domain::core::phrases::{must_be_text, unquoted};
use crate::domain::core::problem::Problem;
use crate::domain::names::NameRule;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;

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
        minimum: Option<Number>,
        /// Maximum value.
        maximum: Option<Number>,
    },
    /// Number.
    Number {
        /// Minimum value.
        minimum: Option<Number>,
        /// Maximum value.
        maximum: Option<Number>,
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
        rule_problems(&spec.rule, &at, found);
        if let Some(message) = spec.default.as_ref().and_then(|value| checked(&spec.rule, value).err()) {
            found.push(Problem::at(format!("{at}/default"), message));
        }
    }
}

fn rule_problems(rule: &ParamRule, at: &str, found: &mut Vec<Problem>) {
    match rule {
        ParamRule::Choice { choices } if choices.is_empty() => {
            found.push(Problem::at(format!("{at}/choices"), "must list at least one choice"));
        }
        ParamRule::Choice { choices } => {
            for (index, _) in choices.iter().enumerate().filter(|(_, choice)| choice.contains('\0')) {
                found.push(Problem::at(format!("{at}/choices/{index}"), "must not contain a NUL character"));
            }
        }
        ParamRule::Integer { minimum, maximum } => {
            for (name, bound) in [("minimum", minimum), ("maximum", maximum)] {
                let fault = bound.as_ref().and_then(|bound| whole(bound).err());
                found.extend(fault.map(|fault| Problem::at(format!("{at}/{name}"), fault.to_string())));
            }
        }
        ParamRule::String { .. }
        | ParamRule::Number { .. }
        | ParamRule::Boolean
        | ParamRule::Date
        | ParamRule::Json => {}
    }
}

/// The defaults of params that have one.
pub fn defaults(specs: &[ParamSpec]) -> Map<String, Value> {
    specs.iter().filter_map(|spec| Some((spec.name.clone(), spec.default.clone()?))).collect()
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
            Some(value) => match checked(&spec.rule, value) {
                Err(message) => found.push(Problem::at(pointer(&spec.name), message)),
                Ok(value) => {
                    resolved.insert(spec.name.clone(), value);
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

/// Names of the params whose values differ, in order.
pub fn edited(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

fn pointer(name: &str) -> String {
    format!("/params/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The value as the process gets it: whole numbers have one spelling, everything else stays as it is written.
pub fn checked(rule: &ParamRule, value: &Value) -> Result<Value, String> {
    if let (ParamRule::Integer { minimum, maximum }, Value::Number(number)) = (rule, value) {
        let number = whole(number).map_err(|fault| fault.to_string())?;
        return match bounds(&number, minimum.as_ref(), maximum.as_ref()) {
            Some(message) => Err(message),
            None => Ok(Value::Number(number)),
        };
    }
    value_problem(rule, value).map_or_else(|| Ok(value.clone()), Err)
}

fn value_problem(rule: &ParamRule, value: &Value) -> Option<String> {
    match rule {
        ParamRule::String { max_length } => match value.as_str() {
            None => Some(must_be_text(value)),
            Some(text) if text.contains('\0') => Some("must not contain a NUL character".into()),
            Some(text) => max_length
                .filter(|max| text.chars().count() > *max as usize)
                .map(|max| format!("is too long; at most {max} characters are allowed")),
        },
        ParamRule::Integer { .. } => Some("must be a whole number".into()),
        ParamRule::Number { minimum, maximum } => match value {
            Value::Number(number) => bounds(number, minimum.as_ref(), maximum.as_ref()),
            _ => Some("must be a number".into()),
        },
        ParamRule::Boolean => (!value.is_boolean()).then(|| "must be true or false".into()),
        ParamRule::Choice { choices } => {
            let known = value.as_str().is_some_and(|text| choices.iter().any(|choice| choice == text));
            let quoted = unquoted(value).filter(|text| choices.contains(text));
            (!known).then(|| match quoted {
                Some(text) => format!("must be one of {}: write \"{text}\" in quotes", choices.join(", ")),
                None => format!("must be one of {}", choices.join(", ")),
            })
        }
        ParamRule::Date => {
            let text = value.as_str().unwrap_or_default();
            let valid = text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
            (!valid).then(|| "must be a date such as 2026-11-23".into())
        }
        ParamRule::Json => None,
    }
}

fn bounds(value: &Number, minimum: Option<&Number>, maximum: Option<&Number>) -> Option<String> {
    let order = |bound: &Number| compare(value, bound);
    if compare(value, value).is_none() {
        return Some("has an exponent that is too large".to_owned());
    }
    if let Some(least) = minimum.filter(|least| order(least) == Some(Ordering::Less)) {
        return Some(format!("must be at least {least}"));
    }
    maximum.filter(|most| order(most) == Some(Ordering::Greater)).map(|most| format!("must be at most {most}"))
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
        let from_1_to_5 = ParamRule::Integer { minimum: Some(1.into()), maximum: Some(5.into()) };
        check(from_1_to_5.clone(), json!(5), true);
        check(from_1_to_5, json!(6), false);
        check(ParamRule::Integer { minimum: None, maximum: None }, json!(1.5), false);
        check(ParamRule::Number { minimum: Some(0.into()), maximum: None }, json!(0.5), true);
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
    fn edited_params_are_those_that_differ() {
        let map = |pairs: &[(&str, Value)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>()
        };
        let before = map(&[("day", json!("2026-11-01")), ("gone", json!(1)), ("same", json!(true))]);
        let after = map(&[("day", json!("2026-11-02")), ("new", json!(null)), ("same", json!(true))]);
        assert_eq!(edited(&before, &after), ["day", "gone", "new"]);
        assert!(edited(&before, &before).is_empty());
    }

    #[test]
    fn placeholders_are_replaced_once() {
        let values = Map::from_iter([("a".to_owned(), json!("${params.b} x")), ("b".to_owned(), json!(2))]);
        assert_eq!(substitute("--d=${params.a}/${params.b}", &values), "--d=${params.b} x/2");
        assert_eq!(substitute("${params.open", &values), "${params.open");
        assert_eq!(placeholders("${params.a}${params.b}"), ["a", "b"]);
    }
}
