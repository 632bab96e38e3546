//! Writes a value as YAML with every digit of its numbers.

use serde::{Serialize, Serializer};
use serde_json::{Number, Value};
use std::cell::RefCell;

/// A value as YAML.
pub fn text(value: &Value) -> Result<String, String> {
    let exact = Exact { mark: mark(value), numbers: RefCell::default() };
    let mut text = serde_saphyr::to_string(&Written { value, exact: &exact }).map_err(|error| error.to_string())?;
    for (index, number) in exact.numbers.into_inner().iter().enumerate().rev() {
        text = text.replace(&format!("{}{index}z", exact.mark), &number.to_string());
    }
    Ok(text)
}

/// The numbers of a value, which the writer of YAML would round. Words stand for them until everything is written.
struct Exact {
    mark: String,
    numbers: RefCell<Vec<Number>>,
}

/// The beginning of words that do not occur in the value.
fn mark(value: &Value) -> String {
    let all = value.to_string();
    let mut mark = "number".to_owned();
    while all.contains(&mark) {
        mark.push('x');
    }
    mark
}

struct Written<'a> {
    value: &'a Value,
    exact: &'a Exact,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, exact } = self;
        match value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items.iter().map(|value| Written { value, exact })),
            Value::Object(map) => {
                serializer.collect_map(map.iter().map(|(key, value)| (key, Written { value, exact })))
            }
            Value::Number(number) => {
                let mut numbers = exact.numbers.borrow_mut();
                numbers.push(number.clone());
                serializer.serialize_str(&format!("{}{}z", exact.mark, numbers.len() - 1))
            }
        }
    }
}
