//! Params that a run takes from the run that triggered it, `${trigger.result.day}` and `${trigger.params.day}`, or from a
//! run that it waited for, `${dependency.result.day}` and `${dependency.params.day}`.
//!
//! A template that is one place alone keeps the type of the value; a template with more text is text. Pure. Start
//! reading at `problems` and `fill`.

use crate::domain::core::problem::Problem;
use crate::domain::runs::params::{ParamRule, ParamSpec, checked, text};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Which run the values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The run whose end triggered this one.
    Trigger,
    /// The run of the task on which this one depends.
    Dependency,
}

impl Origin {
    /// The word with which a place begins.
    const fn word(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Dependency => "dependency",
        }
    }
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Place(Place<'a>),
}

/// Where a value stands in the other run.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place<'a> {
    /// A member of its result, by dotted names; the whole result if there are none.
    Result(Vec<&'a str>),
    /// One of its params.
    Param(&'a str),
}

/// What the other run has to give.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What it wrote as its result.
    pub result: Option<&'a Value>,
    /// Its params.
    pub params: &'a Map<String, Value>,
}

/// A param that cannot be taken from the other run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled {
    /// Name of the param.
    pub param: String,
    /// Its template.
    pub template: String,
    /// Why the param does not accept the value; none: there is no value.
    pub problem: Option<String>,
}

/// What is wrong with the templates of a trigger or a dependency. Pointers begin with `params/`.
pub fn problems(origin: Origin, specs: &[ParamSpec], templates: &BTreeMap<String, String>) -> Vec<Problem> {
    let mut found = Vec::new();
    for (name, template) in templates {
        let at =
            |message: String| Problem::at(format!("params/{}", name.replace('~', "~0").replace('/', "~1")), message);
        let Some(spec) = specs.iter().find(|spec| spec.name == *name) else {
            found.push(at(format!("the task has no param \"{name}\"")));
            continue;
        };
        match parts(origin, template) {
            Err(message) => found.push(at(message)),
            Ok(parts) if matches!(parts.as_slice(), [Part::Place(_)]) => {}
            Ok(parts) if parts.iter().all(|part| matches!(part, Part::Text(_))) => {
                found.extend(constant(&spec.rule, template).err().map(at));
            }
            Ok(_) if takes_text(&spec.rule) => {}
            Ok(_) => found.push(at(format!(
                "must be one place alone, such as ${{{}.result.NAME}}: the param takes no text",
                origin.word()
            ))),
        }
    }
    found
}

/// Takes the params of a run from the other run. Fails with the param that cannot be taken.
pub fn fill(
    origin: Origin,
    specs: &[ParamSpec],
    templates: &BTreeMap<String, String>,
    source: Source<'_>,
) -> Result<Map<String, Value>, Unfilled> {
    let mut filled = Map::new();
    for (name, template) in templates {
        let Some(spec) = specs.iter().find(|spec| spec.name == *name) else { continue };
        let unfilled = |problem| Unfilled { param: name.clone(), template: template.clone(), problem };
        let refused = |problem: String| unfilled(Some(problem));
        let parts = parts(origin, template).map_err(refused)?;
        let value = value(&parts, &spec.rule, template, source).ok_or_else(|| unfilled(None))?;
        filled.insert(name.clone(), checked(&spec.rule, &value).map_err(refused)?);
    }
    Ok(filled)
}

fn value(parts: &[Part<'_>], rule: &ParamRule, template: &str, source: Source<'_>) -> Option<Value> {
    match parts {
        [Part::Place(place)] => found(place, source).cloned(),
        [] | [Part::Text(_)] => Some(constant(rule, template).unwrap_or_else(|_| template.into())),
        mixed => {
            let text = |part: &Part<'_>| match part {
                Part::Text(text) => Some((*text).to_owned()),
                Part::Place(place) => found(place, source).map(text),
            };
            Some(mixed.iter().map(text).collect::<Option<String>>()?.into())
        }
    }
}

/// A value that is null is missing.
fn found<'a>(place: &Place<'_>, source: Source<'a>) -> Option<&'a Value> {
    let value = match place {
        Place::Param(name) => source.params.get(*name),
        Place::Result(names) => names.iter().try_fold(source.result?, |value, name| value.get(*name)),
    };
    value.filter(|value| !value.is_null())
}

/// The value of a template without places: text, or what JSON makes of it.
fn constant(rule: &ParamRule, template: &str) -> Result<Value, String> {
    checked(rule, &Value::from(template)).or_else(|problem| {
        let parsed = serde_json::from_str(template).ok();
        parsed.and_then(|value| checked(rule, &value).ok()).ok_or(problem)
    })
}

const fn takes_text(rule: &ParamRule) -> bool {
    match rule {
        ParamRule::String { .. } | ParamRule::Choice { .. } | ParamRule::Date | ParamRule::Json => true,
        ParamRule::Integer { .. } | ParamRule::Number { .. } | ParamRule::Boolean => false,
    }
}

fn parts(origin: Origin, template: &str) -> Result<Vec<Part<'_>>, String> {
    let (mut found, mut rest) = (Vec::new(), template);
    while let Some(begin) = rest.find("${") {
        let (before, place) = rest.split_at(begin);
        if !before.is_empty() {
            found.push(Part::Text(before));
        }
        let inner = place.strip_prefix("${").and_then(|inner| inner.strip_prefix(origin.word()));
        let inner = inner.and_then(|inner| inner.strip_prefix('.')).and_then(|inner| inner.split_once('}'));
        let (inner, after) = inner.ok_or_else(|| unknown(origin, place))?;
        found.push(Part::Place(self::place(inner).ok_or_else(|| unknown(origin, place))?));
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Part::Text(rest));
    }
    Ok(found)
}

fn place(inner: &str) -> Option<Place<'_>> {
    let mut names = inner.split('.');
    let kind = names.next()?;
    let names: Vec<&str> = names.collect();
    let plain = names.iter().all(|name| !name.is_empty() && !name.contains(['$', '{']));
    match (kind, names.as_slice()) {
        ("result", _) if plain => Some(Place::Result(names)),
        ("params", [name]) if plain => Some(Place::Param(name)),
        _ => None,
    }
}

fn unknown(origin: Origin, place: &str) -> String {
    let word = origin.word();
    let shown: String = place.split_inclusive('}').next().unwrap_or(place).chars().take(60).collect();
    format!("does not understand {shown}; write ${{{word}.result.NAME}} or ${{{word}.params.NAME}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(rule: ParamRule) -> Vec<ParamSpec> {
        vec![ParamSpec { name: "p".into(), description: String::new(), rule, required: false, default: None }]
    }

    fn templates(template: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("p".to_owned(), template.to_owned())])
    }

    const TEXT: ParamRule = ParamRule::String { max_length: None };
    const INTEGER: ParamRule = ParamRule::Integer { minimum: None, maximum: None };

    /// A failure is true if there is a value that the param does not accept.
    #[track_caller]
    fn check(rule: ParamRule, template: &str, expected: Result<Value, bool>) {
        let (result, params) =
            (json!({"day": "2026-11-30", "n": 3, "deep": {"er": 1}, "gone": null}), json!({"x": "y"}));
        let source = Source { result: Some(&result), params: params.as_object().expect("an object") };
        assert_eq!(problems(Origin::Trigger, &spec(rule.clone()), &templates(template)), [], "{template}");
        let filled = fill(Origin::Trigger, &spec(rule), &templates(template), source);
        assert_eq!(
            filled.map(|map| map["p"].clone()).map_err(|unfilled| unfilled.problem.is_some()),
            expected,
            "{template}"
        );
    }

    #[test]
    fn values_keep_their_type_and_are_checked() {
        check(ParamRule::Date, "${trigger.result.day}", Ok(json!("2026-11-30")));
        check(INTEGER, "${trigger.result.n}", Ok(json!(3)));
        check(INTEGER, "${trigger.result.deep.er}", Ok(json!(1)));
        check(INTEGER, "${trigger.result.day}", Err(true));
        check(TEXT, "${trigger.result.n}", Err(true));
        check(TEXT, "n is ${trigger.result.n}, x is ${trigger.params.x}", Ok(json!("n is 3, x is y")));
        check(TEXT, "costs 5 $ {}", Ok(json!("costs 5 $ {}")));
        check(INTEGER, "7", Ok(json!(7)));
        check(ParamRule::Json, "${trigger.result.deep}", Ok(json!({"er": 1})));
    }

    #[test]
    fn what_is_not_there_is_missing() {
        for template in [
            "${trigger.result.none}",
            "${trigger.result.gone}",
            "${trigger.result.day.deeper}",
            "${trigger.params.day}",
        ] {
            check(TEXT, template, Err(false));
        }
        let nothing = Source { result: None, params: &Map::new() };
        let missing =
            fill(Origin::Trigger, &spec(TEXT), &templates("a ${trigger.result}"), nothing).expect_err("missing");
        assert_eq!(
            (missing.param.as_str(), missing.template.as_str(), missing.problem),
            ("p", "a ${trigger.result}", None)
        );
    }

    #[test]
    fn what_cannot_work_is_refused_when_it_is_saved() {
        let refused =
            |rule: ParamRule, template: &str| problems(Origin::Trigger, &spec(rule), &templates(template)).len() == 1;
        for template in
            ["${trigger.day}", "${trigger.result.day", "${params.day}", "${trigger.params}", "${trigger.result..a}"]
        {
            assert!(refused(TEXT, template), "{template}");
        }
        assert!(refused(INTEGER, "n${trigger.result.n}"));
        assert!(refused(INTEGER, "seven"));
        let unknown = problems(Origin::Trigger, &[], &templates("${trigger.result.a}"));
        assert_eq!((unknown.len(), unknown[0].pointer.as_str()), (1, "params/p"));
    }

    #[test]
    fn each_origin_has_its_own_word() {
        let (trigger, dependency) = (templates("${trigger.params.x}"), templates("${dependency.params.x}"));
        let wrong = problems(Origin::Dependency, &spec(TEXT), &trigger);
        assert_eq!(
            wrong[0].message,
            "does not understand ${trigger.params.x}; write ${dependency.result.NAME} or ${dependency.params.NAME}"
        );
        assert_eq!(problems(Origin::Trigger, &spec(TEXT), &dependency).len(), 1);
        let params = Map::from_iter([("x".to_owned(), json!("y"))]);
        let source = Source { result: None, params: &params };
        let filled = fill(Origin::Dependency, &spec(TEXT), &dependency, source).expect("there is a value");
        assert_eq!(filled["p"], json!("y"));
    }
}
