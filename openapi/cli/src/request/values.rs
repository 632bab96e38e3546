//! Turns the text of a flag into a value, and checks it against the table before anything is sent.

use serde_json::{Map, Value};

use super::input;
use crate::failure::Failure;
use crate::table::{Field, Kind};
use crate::yaml::document;

/// Reads one value of a field.
///
/// # Errors
/// What is wrong, as the end of a sentence about the value: "must be true or false".
pub fn read(field: &Field, text: &str) -> Result<Value, String> {
    if field.nullable && text == "null" {
        return Ok(Value::Null);
    }
    one(field.kind, text)
}

fn one(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text | Kind::Secret => Ok(Value::String(text.into())),
        Kind::Document => content(text),
        Kind::Bytes => Ok(match file(text) {
            Some(file) => Value::String(input::base64(&bytes(file)?)),
            None => Value::String(text.into()),
        }),
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
        Kind::Values => pair(text).map(|(key, value)| object(key, json_or_text(value))),
        Kind::Value => document(text),
    }
}

/// The text of the file for `@FILE`, the text of stdin for `-`, else the text itself. A file that is not UTF-8 comes as an
/// object of its bytes: who takes them knows how to decode them.
fn content(text: &str) -> Result<Value, String> {
    let Some(file) = file(text) else { return Ok(Value::String(text.into())) };
    Ok(match input::plain(bytes(file)?) {
        Ok(text) => Value::String(text),
        Err(bytes) => object(BASE64, Value::String(input::base64(&bytes))),
    })
}

/// Key of an object that holds the bytes of a file.
pub const BASE64: &str = "base64";

/// The file that a flag names: `@FILE`, or `-` for stdin.
fn file(text: &str) -> Option<&str> {
    text.strip_prefix('@').or((text == "-").then_some(text))
}

fn bytes(file: &str) -> Result<Vec<u8>, String> {
    input::bytes(file).map_err(|failure| match failure {
        Failure::Usage(message) => message,
        other => format!("{file}: cannot be read: {other:?}"),
    })
}

/// The values that a number may have, as the end of a sentence: "a whole number from 1 to 500".
fn bounds(kind: Kind) -> String {
    let noun = if matches!(kind, Kind::Integer(..)) { "a whole number" } else { "a number" };
    range(kind).map_or_else(|| noun.to_owned(), |range| format!("{noun} {range}"))
}

/// The range of a number: "from 1 to 500". None, if there is no number or no bound.
#[must_use]
pub fn range(kind: Kind) -> Option<String> {
    // Bounds that no exact number reaches are those of the type, not of the contract.
    let is_bound = |bound: f64| bound.abs() < 9_007_199_254_740_991.0;
    let (low, high) = match kind {
        Kind::Integer(low, high) => (low as f64, high as f64),
        Kind::Number(low, high) => (low, high),
        _ => return None,
    };
    match (is_bound(low), is_bound(high)) {
        (false, false) => None,
        (true, false) => Some(format!("from {low} upwards")),
        (false, true) => Some(format!("up to {high}")),
        (true, true) => Some(format!("from {low} to {high}")),
    }
}

/// A number without a fraction becomes an integer: `10`, not `10.0`.
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
    Err("must be an instant with a time zone, such as 2026-12-01T02:00:00Z".into())
}

/// Splits `key=value`.
pub fn pair(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| "must be KEY=VALUE".into())
}

fn object(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

/// The JSON value that a text spells, else the text itself.
fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.into()))
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
        check(Kind::Number(0.0, f64::MAX), "-1", Err("must be a number from 0 upwards"));
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
        check(
            Kind::Instant,
            "2026-12-01T02:00",
            Err("must be an instant with a time zone, such as 2026-12-01T02:00:00Z"),
        );
    }
}
