//! A call of a webhook as it was sent: its headers, query and body, and the values that a rule takes from them. Pure.
//!
//! A body is JSON or a form. A form with the single JSON text `payload`, as GitHub, Slack and Gitea send it, is that
//! JSON. Deliberately absent: whether the call may start anything, which `security::webhook` decides before.

use super::webhook::{Filter, Place, WebhookRule};
use crate::domain::runs::params::{ParamRule, ParamSpec};
use orc_text::Reading;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The headers of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

/// How often a header is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// Not at all.
    Absent,
    /// Once, with this value.
    One(&'a str),
    /// More than once, so nobody can say which value counts.
    Several,
}

impl Headers {
    /// Collects names and values. Names may be written in any way.
    pub fn new(headers: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
    }

    /// Looks a header up.
    pub fn find(&self, name: &str) -> Found<'_> {
        let mut values = self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (None, _) => Found::Absent,
            (Some(value), None) => Found::One(value),
            (Some(_), Some(_)) => Found::Several,
        }
    }

    /// The value of a header that is there once.
    pub fn one(&self, name: &str) -> Option<&str> {
        match self.find(name) {
            Found::One(value) => Some(value),
            Found::Absent | Found::Several => None,
        }
    }
}

/// The content of a body.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    /// The body as JSON; none: it was empty.
    pub value: Option<Value>,
    /// Whether its values are texts of a form, which may stand for numbers.
    pub form: bool,
}

/// Reads a body by its content type. A type that is neither a form nor a form in parts is read as JSON.
pub fn read_body(content_type: Option<&str>, body: &[u8]) -> Result<Content, String> {
    if body.is_empty() {
        return Ok(Content::default());
    }
    let (kind, settings) = content_type.unwrap_or_default().split_once(';').unwrap_or((content_type.unwrap_or(""), ""));
    let kind = kind.trim().to_ascii_lowercase();
    if kind == "multipart/form-data" || kind.starts_with("multipart/") {
        return Err(format!("the body has the type {kind}; send JSON or application/x-www-form-urlencoded"));
    }
    let charset = settings.split(';').filter_map(|setting| setting.split_once('=')).find_map(|(name, value)| {
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    });
    let reading = Reading { encoding: charset.as_deref(), ..Reading::default() };
    let text = orc_text::decode(body, reading).map_err(|fault| format!("the body is not text: {fault}"))?.text;
    let json = serde_json::from_str::<Value>(&text);
    match (json, kind == "application/x-www-form-urlencoded") {
        // `curl -d '{...}'` says that it sends a form.
        (Ok(value), form) if !form || value.is_object() || value.is_array() => {
            Ok(Content { value: Some(value), form: false })
        }
        (_, true) => Ok(read_form(&text)),
        (Err(error), false) => Err(format!("the body is not JSON: {error}")),
        (Ok(value), false) => Ok(Content { value: Some(value), form: false }),
    }
}

fn read_form(text: &str) -> Content {
    let mut members: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let value = Value::from(value.into_owned());
        match members.get_mut(name.as_ref()) {
            None => drop(members.insert(name.into_owned(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    let payload = members.get("payload").and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
    match payload {
        Some(value @ (Value::Object(_) | Value::Array(_))) => Content { value: Some(value), form: false },
        Some(_) | None => Content { value: Some(Value::Object(members)), form: true },
    }
}

/// What a rule may take values from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The headers.
    pub headers: &'a Headers,
    /// Names and values of the query.
    pub query: &'a [(String, String)],
    /// The body.
    pub content: &'a Content,
}

impl<'a> Sources<'a> {
    /// The value at a place, and whether it is a text that may stand for something else.
    fn find(&self, place: &str) -> Option<(Cow<'a, Value>, bool)> {
        let text = |value: &str| (Cow::Owned(Value::from(value)), true);
        match Place::parse(place).ok()? {
            Place::Body(pointer) => {
                let found = self.content.value.as_ref()?.pointer(pointer)?;
                Some((Cow::Borrowed(found), self.content.form))
            }
            Place::Header(name) => self.headers.one(name).map(text),
            Place::Query(name) => self.query.iter().find(|(known, _)| known == name).map(|(_, value)| text(value)),
        }
    }

    /// The first filter that does not hold.
    pub fn kept_out<'f>(&self, filters: &'f [Filter]) -> Option<&'f Filter> {
        filters.iter().find(|Filter { at, test }| {
            let value = self.find(at).map(|(value, _)| match value.as_ref() {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            !test.as_ref().is_some_and(|test| test.holds(value.as_deref()))
        })
    }

    /// The params that the call brings.
    pub fn params(&self, rule: &WebhookRule, specs: &[ParamSpec]) -> Map<String, Value> {
        let mut found = Map::new();
        for spec in specs {
            let own = format!("/{}", spec.name);
            let place = match rule.params.get(&spec.name) {
                Some(place) => place,
                None if rule.params.is_empty() => &own,
                None => continue,
            };
            if let Some((value, text)) = self.find(place) {
                let value = value.into_owned();
                found.insert(spec.name.clone(), if text { typed(spec, value) } else { value });
            }
        }
        found
    }
}

/// A text as the type of its param. What does not read as that type stays text, so that the check of params names it.
fn typed(spec: &ParamSpec, value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    match spec.rule {
        ParamRule::Integer { .. } | ParamRule::Number { .. } | ParamRule::Boolean | ParamRule::Json => {
            serde_json::from_str(text).unwrap_or(value)
        }
        ParamRule::String { .. } | ParamRule::Choice { .. } | ParamRule::Date => value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::webhook::FilterTest;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_form_with_json_in_payload_is_that_json() {
        let read = |kind: &str, body: &[u8]| read_body(Some(kind), body).expect(kind);
        let form = "application/x-www-form-urlencoded";
        assert_eq!(read(form, b"payload=%7B%22a%22%3A1%7D").value, Some(json!({"a": 1})));
        assert_eq!(read(form, b"payload=text&a=1&a=2").value, Some(json!({"payload": "text", "a": ["1", "2"]})));
        assert_eq!(read("Application/JSON ; Charset=\"UTF-8\"", b"[1]").value, Some(json!([1])));
        assert_eq!(read("anything/else", b""), Content::default());
        // A form may be a word that JSON knows too.
        assert_eq!(read(form, b"1").value, Some(json!({"1": ""})));
        let refused = read_body(Some("multipart/form-data; boundary=x"), b"--x").expect_err("in parts");
        assert!(refused.contains("application/x-www-form-urlencoded"), "{refused}");
    }

    #[test]
    fn filters_compare_texts_numbers_and_what_is_absent() {
        let headers = Headers::new([("X-Event".to_owned(), "push".to_owned())]);
        let content = Content { value: Some(json!({"a": {"b/c": "x"}, "n": 7, "no": null})), form: false };
        let sources = Sources { headers: &headers, query: &[("q".to_owned(), String::new())], content: &content };
        let holds =
            |at: &str, test: FilterTest| sources.kept_out(&[Filter { at: at.to_owned(), test: Some(test) }]).is_none();
        let is = |text: &str| FilterTest::Is(text.to_owned());
        assert!(holds("/a/b~1c", is("x")) && holds("/n", is("7")) && holds("/no", is("null")));
        assert!(holds("header:x-EVENT", is("push")) && holds("query:q", is("")) && !holds("query:r", is("")));
        assert!(holds("/gone", FilterTest::IsNot("x".to_owned())) && !holds("/gone", is("null")));
        let matches = |pattern: &str| FilterTest::Matches(pattern.to_owned());
        assert!(holds("/a/b~1c", matches("?")) && !holds("/gone", matches("*")) && !holds("/n", matches("[")));
        assert!(holds("/n", FilterTest::OneOf(vec!["6".to_owned(), "7".to_owned()])));
        assert!(sources.kept_out(&[Filter { at: "/n".to_owned(), test: None }]).is_some(), "no test never holds");
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_or_refused(kind in ".{0,60}|application/(json|x-www-form-urlencoded)(; charset=.{0,9})?",
            body in proptest::collection::vec(any::<u8>(), 0..200), place in ".{0,30}|/.{0,20}|(header|query):.{0,9}") {
            let content = read_body(Some(&kind), &body).unwrap_or_default();
            let sources = Sources { headers: &Headers::default(), query: &[], content: &content };
            let test = Some(FilterTest::Is(place.clone()));
            let _held_or_not = sources.kept_out(&[Filter { at: place, test }]);
        }
    }
}
