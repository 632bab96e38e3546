//! Masks secrets in everything that leaves a runner, and in texts of the server.
//!
//! [`Secrets`] is the compiled list of what must not be shown: each value of at least four bytes, in the encodings of
//! `forms`. [`Redactor`] masks them in a stream, [`redact_text`] in one text, [`redact_json`] in a value.
//! A secret that is interrupted by escape sequences of a terminal is masked together with these sequences.
//! Deliberately absent: encodings beyond those of `forms`. A command can always write a secret in a form that nobody
//! searches for, so this protects from accidents and not from a command that wants to tell.

mod automaton;
mod encode;
mod escapes;
mod forms;
mod record;
mod stream;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::protocol::secret::PlanSecret;
use automaton::Automaton;

pub use forms::MASKED_FROM;
pub(crate) use record::redact_record;
pub use stream::{MASK, Redactor};

/// What must not be shown. Copies share the list.
#[derive(Clone, Default)]
pub struct Secrets {
    /// None if there is nothing to mask.
    texts: Option<Arc<Automaton>>,
    /// The values that are numbers, because JSON may write them in another way.
    numbers: Arc<[f64]>,
}

impl std::fmt::Debug for Secrets {
    /// Shows only whether there is anything to mask.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("any", &!self.is_empty()).finish_non_exhaustive()
    }
}

impl Secrets {
    /// Compiles the list of values that a plan carries.
    #[must_use]
    pub fn new(secrets: &[PlanSecret]) -> Self {
        Self::of_values(secrets.iter().map(|secret| secret.value.bytes()))
    }

    /// Compiles a list of values.
    pub fn of_values<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let values: BTreeSet<&[u8]> = values.into_iter().filter(|value| value.len() >= MASKED_FROM).collect();
        let mut texts: Vec<Vec<u8>> = values.iter().flat_map(|value| forms::of(value)).collect();
        texts.sort_unstable();
        texts.dedup();
        let numbers = values.iter().filter_map(|value| number(std::str::from_utf8(value).ok()?)).collect();
        let texts = (!texts.is_empty()).then(|| Arc::new(Automaton::new(&texts)));
        Self { texts, numbers }
    }

    /// Whether there is nothing to mask.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.texts.is_none()
    }

    /// A redactor for one stream; none if there is nothing to mask.
    #[must_use]
    pub fn redactor(&self) -> Option<Redactor> {
        self.texts.clone().map(Redactor::new)
    }

    fn has_number(&self, text: &str) -> bool {
        // A short number is an ordinary one, although the secret 0000 equals 0.
        !self.numbers.is_empty()
            && text.len() >= MASKED_FROM
            && number(text).is_some_and(|number| self.numbers.contains(&number))
    }
}

/// The finite number that a text writes.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let writes_digits = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    text.parse().ok().filter(|number: &f64| writes_digits && number.is_finite())
}

/// Masks secrets in bytes.
#[must_use]
pub fn redact_bytes<'a>(secrets: &Secrets, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let Some(mut redactor) = secrets.redactor() else { return Cow::Borrowed(bytes) };
    let mut clear = Vec::with_capacity(bytes.len());
    redactor.take(bytes, &mut clear);
    redactor.finish(&mut clear);
    if clear == bytes { Cow::Borrowed(bytes) } else { Cow::Owned(clear) }
}

/// Masks secrets in a text.
#[must_use]
pub fn redact_text<'a>(secrets: &Secrets, text: &'a str) -> Cow<'a, str> {
    match redact_bytes(secrets, text.as_bytes()) {
        Cow::Borrowed(_) => Cow::Borrowed(text),
        Cow::Owned(clear) => Cow::Owned(String::from_utf8_lossy(&clear).into_owned()),
    }
}

/// Masks secrets in each string, each name of a field, and each number of a JSON value. Fields whose names become
/// equal are told apart by a number. Returns false if the value gives a secret away all the same, as a whole.
#[must_use]
pub fn redact_json(secrets: &Secrets, value: &mut Value) -> bool {
    if secrets.is_empty() {
        return true;
    }
    mask(secrets, value);
    let text = value.to_string();
    matches!(redact_text(secrets, &text), Cow::Borrowed(_))
}

fn mask(secrets: &Secrets, value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            let text = number.to_string();
            if secrets.has_number(&text) || matches!(redact_text(secrets, &text), Cow::Owned(_)) {
                *value = Value::String(MASK.to_owned());
            }
        }
        Value::String(text) => {
            if let Cow::Owned(clear) = redact_text(secrets, text) {
                *text = clear;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(secrets, item)),
        Value::Object(fields) => {
            let mut clear = Map::with_capacity(fields.len());
            for (name, mut value) in std::mem::take(fields) {
                mask(secrets, &mut value);
                let name = unused(&clear, redact_text(secrets, &name).into_owned());
                clear.insert(name, value);
            }
            *fields = clear;
        }
    }
}

fn unused(fields: &Map<String, Value>, name: String) -> String {
    if !fields.contains_key(&name) {
        return name;
    }
    let numbered = (2..).map(|number| format!("{name} {number}"));
    numbered.into_iter().find(|name| !fields.contains_key(name)).expect("there are more numbers than fields")
}

#[cfg(test)]
mod tests;
