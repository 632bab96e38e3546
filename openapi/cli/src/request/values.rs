//! Text to values: what a flag or a file holds, checked by the table before anything is sent.

use serde_json::{Map, Value};

use crate::body;
use crate::failure::Failure;
use crate::table::{Field, Kind};

/// Reads one value of a field; the message says what would have been right.
pub fn read(field: &Field, text: &str) -> Result<Value, String> {
    if field.nullable && text == "null" {
        return Ok(Value::Null);
    }
    one(field.kind, text)
}

fn one(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text | Kind::Secret => Ok(Value::String(text.into())),
        Kind::Document => content(text).map(Value::String),
        Kind::Uuid => uuid(text),
        Kind::Instant => instant(text),
        Kind::Boolean => text.parse::<bool>().map(Value::from).map_err(|_| "must be true or false".into()),
        Kind::Integer(low, high) => {
            let number = text.parse::<i64>().ok().filter(|number| (low..=high).contains(number));
            number.map(Value::from).ok_or_else(|| format!("must be {}", bounds(kind)))
        }
        Kind::Number(low, high) => {
            let number = text.parse::<f64>().ok().filter(|number| (low..=high).contains(number));
            number.map(exact).ok_or_else(|| format!("must be {}", bounds(kind)))
        }
        Kind::Union(_) if text.trim_start().starts_with('{') => document(text),
        Kind::Choice(words) | Kind::Union(words) => {
            if words.contains(&text) {
                return Ok(Value::String(text.into()));
            }
            Err(format!("must be one of {}", words.join(", ")))
        }
        Kind::List(inner) => one(*inner, text),
        Kind::Texts => pair(text).map(|(key, value)| object(key, Value::String(value.into()))),
        Kind::Values => pair(text).map(|(key, value)| object(key, loose(value))),
        Kind::Value => document(text),
    }
}

/// Text of the file named by `@FILE` or, for `-`, of stdin; any other text is what is meant.
fn content(text: &str) -> Result<String, String> {
    let Some(file) = text.strip_prefix('@').or((text == "-").then_some(text)) else { return Ok(text.into()) };
    body::read(file).map_err(|failure| match failure {
        Failure::Usage(message) => message,
        other => format!("{file}: cannot be read: {other:?}"),
    })
}

/// What values a number may have, in words.
#[must_use]
pub fn bounds(kind: Kind) -> String {
    let far = |bound: f64| bound.abs() >= 9_007_199_254_740_991.0;
    let (noun, low, high) = match kind {
        Kind::Integer(low, high) => ("a whole number", low as f64, high as f64),
        Kind::Number(low, high) => ("a number", low, high),
        _ => return String::new(),
    };
    match (far(low), far(high)) {
        (true, true) => noun.to_owned(),
        (false, true) => format!("{noun}, at least {low}"),
        (true, false) => format!("{noun}, at most {high}"),
        (false, false) => format!("{noun} from {low} to {high}"),
    }
}

/// A whole number stays one (`10`, not `10.0`).
fn exact(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::from(number as i64) } else { Value::from(number) }
}

fn uuid(text: &str) -> Result<Value, String> {
    let digits = text.chars().filter(char::is_ascii_hexdigit).count();
    let dashes = text.chars().filter(|letter| *letter == '-').count();
    if digits == 32 && digits + dashes == text.len() && (dashes == 0 || dashes == 4) {
        return Ok(Value::String(text.into()));
    }
    Err("must be an id such as 0190b8a4-6a70-7000-8000-000000000000".into())
}

fn instant(text: &str) -> Result<Value, String> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let date = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15].into_iter().all(digit);
    let zone = text.ends_with(['Z', 'z']) || bytes.len() > 6 && matches!(bytes[bytes.len() - 6], b'+' | b'-');
    if date && zone && bytes.len() >= 17 && matches!(bytes[10], b'T' | b't' | b' ') {
        return Ok(Value::String(text.into()));
    }
    Err("must be an instant with a zone, such as 2026-12-01T02:00:00Z".into())
}

/// `key=value`.
pub fn pair(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| "must be KEY=VALUE".into())
}

fn object(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

/// JSON where the text is JSON, else the text itself.
#[must_use]
pub fn loose(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.into()))
}

/// One YAML 1.2 or JSON document.
pub fn document(text: &str) -> Result<Value, String> {
    let mut all = documents(text)?;
    match all.len() {
        1 => Ok(all.remove(0)),
        0 => Err("is empty".into()),
        count => Err(format!("holds {count} documents where one is expected")),
    }
}

/// All YAML 1.2 documents of a text, or its one JSON value.
pub fn documents(text: &str) -> Result<Vec<Value>, String> {
    if let Some(value) = text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten() {
        return Ok(vec![value]);
    }
    let options = serde_saphyr::options! { strict_booleans: true, underscored_numbers_as_strings: true };
    let all: Result<Vec<Value>, _> = serde_saphyr::from_multiple_with_options(text, options);
    let all = all.map_err(|error| format!("is not YAML: {error}"))?;
    Ok(all.into_iter().filter(|value| !value.is_null()).collect())
}

/// A value as YAML.
pub fn yaml(value: &Value) -> Result<String, String> {
    serde_saphyr::to_string(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(kind: Kind, text: &str, expected: Result<Value, &str>) {
        assert_eq!(one(kind, text), expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn values_are_checked_before_sending() {
        check(Kind::Integer(1, 500), "500", Ok(json!(500)));
        check(Kind::Integer(1, 500), "501", Err("must be a whole number from 1 to 500"));
        check(Kind::Integer(1, 500), "1.5", Err("must be a whole number from 1 to 500"));
        check(Kind::Number(0.0, f64::MAX), "-1", Err("must be a number, at least 0"));
        check(Kind::Number(0.001, 10.0), "NaN", Err("must be a number from 0.001 to 10"));
        check(Kind::Number(0.0, 10.0), "10", Ok(json!(10)));
        check(Kind::Choice(&["skip", "queue"]), "allow", Err("must be one of skip, queue"));
        check(Kind::Union(&["skip", "allow"]), "allow", Ok(json!("allow")));
        check(Kind::Union(&["skip", "allow"]), "{kind: allow, max: 2}", Ok(json!({"kind": "allow", "max": 2})));
        check(Kind::Union(&["skip", "allow"]), "none", Err("must be one of skip, allow"));
        check(Kind::Texts, "a=b=c", Ok(json!({"a": "b=c"})));
        check(Kind::Texts, "=b", Err("must be KEY=VALUE"));
        check(Kind::Values, "n=12", Ok(json!({"n": 12})));
        check(Kind::Values, "n=mon", Ok(json!({"n": "mon"})));
        check(
            Kind::Value,
            "{kind: cron, expression: \"0 2 * * *\"}",
            Ok(json!({"kind": "cron", "expression": "0 2 * * *"})),
        );
        check(Kind::Uuid, "backup", Err("must be an id such as 0190b8a4-6a70-7000-8000-000000000000"));
        check(Kind::Instant, "2026-12-01T02:00:00Z", Ok(json!("2026-12-01T02:00:00Z")));
        check(Kind::Instant, "2026-12-01T02:00", Err("must be an instant with a zone, such as 2026-12-01T02:00:00Z"));
    }

    #[test]
    fn yaml_is_version_1_2() {
        let value = document("a: yes\nb: 0o17\nc: 017\nd: 12:30\ne: ~\nf: on\ng: 1e3\n").unwrap();
        assert_eq!(value["a"], "yes");
        assert_eq!(value["b"], 15);
        assert_eq!(value["d"], "12:30");
        assert_eq!(value["e"], Value::Null);
        assert_eq!(value["f"], "on");
    }

    #[test]
    fn many_documents_are_read() {
        assert_eq!(documents("a: 1\n---\na: 2\n").unwrap(), [json!({"a": 1}), json!({"a": 2})]);
        assert!(document("a: 1\n---\na: 2\n").unwrap_err().contains("2 documents"));
    }
}
