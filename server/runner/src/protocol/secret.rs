//! The credentials of a plan: what the command gets, and how it gets it.
//!
//! A value is wiped from memory when it is dropped, and nothing here ever prints one. Deliberately absent: where
//! values come from (the server's vault), and masking (`redact`).

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Largest value of one credential, in bytes. Linux accepts up to 128 KiB in one environment variable.
pub const SECRET_MAX: usize = 64 * 1024;
/// Largest sum of the different values of a plan, in bytes.
pub const SECRETS_TOTAL_MAX: usize = 256 * 1024;

/// One credential of a plan.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSecret {
    /// Name of the credential, for messages.
    pub name: String,
    /// Which part of the credential this is (`password`), if it has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The value.
    pub value: SecretValue,
    /// How the command gets the value.
    pub inject: Inject,
}

/// How a command gets a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Inject {
    /// In an environment variable.
    Env {
        /// Name of the variable.
        variable: String,
    },
    /// In a private file that is removed when the attempt ends.
    File {
        /// Name of the variable that holds the file's path.
        variable: String,
    },
    /// As the whole standard input.
    Stdin,
    /// Not at all; the value is only masked.
    None,
}

/// A value, wiped from memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<Vec<u8>>);

impl SecretValue {
    /// The value's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for SecretValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<&str> for SecretValue {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes().to_vec())
    }
}

impl PlanSecret {
    /// The credential as messages name it.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.field {
            Some(field) => format!("\"{}\" ({field})", self.name),
            None => format!("\"{}\"", self.name),
        }
    }
}

/// Checks that the values are not too large, which comes before anything else that is done with them. The error shows
/// no value.
pub fn check_sizes(secrets: &[PlanSecret]) -> Result<(), String> {
    if let Some(secret) = secrets.iter().find(|secret| secret.value.bytes().len() > SECRET_MAX) {
        return Err(format!("credential {} is larger than {SECRET_MAX} bytes", secret.label()));
    }
    let values: BTreeSet<&[u8]> = secrets.iter().map(|secret| secret.value.bytes()).collect();
    if values.iter().map(|value| value.len()).sum::<usize>() > SECRETS_TOTAL_MAX {
        return Err(format!("the credentials together are larger than {SECRETS_TOTAL_MAX} bytes"));
    }
    Ok(())
}

/// Checks that a command with this environment can get all credentials. The error names the credential and shows no
/// value.
pub fn check(secrets: &[PlanSecret], environment: &BTreeMap<String, String>) -> Result<(), String> {
    let mut variables = BTreeSet::new();
    let mut stdin = None;
    for secret in secrets {
        let label = secret.label();
        match &secret.inject {
            Inject::Env { variable } | Inject::File { variable } => {
                check_variable(variable).map_err(|problem| format!("credential {label}: {problem}"))?;
                if environment.contains_key(variable) {
                    return Err(format!(
                        "credential {label}: the task's environment has the variable {variable} already"
                    ));
                }
                if !variables.insert(variable) {
                    return Err(format!(
                        "credential {label}: another credential is in the variable {variable} already"
                    ));
                }
            }
            Inject::Stdin => {
                if let Some(other) = stdin.replace(label.clone()) {
                    return Err(format!("credential {label}: {other} is the standard input already"));
                }
            }
            Inject::None => {}
        }
        if matches!(secret.inject, Inject::Env { .. }) && secret.value.bytes().contains(&0) {
            return Err(format!(
                "credential {label} holds a NUL byte, which no environment variable can; give it as a file"
            ));
        }
    }
    Ok(())
}

fn check_variable(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(format!("{name:?} cannot be the name of an environment variable"));
    }
    Ok(())
}

impl std::fmt::Debug for PlanSecret {
    /// Never shows the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, field, value: _, inject } = self;
        f.debug_struct("PlanSecret").field("name", name).field("field", field).field("inject", inject).finish()
    }
}

impl std::fmt::Debug for SecretValue {
    /// Never shows the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretValue(***)")
    }
}

impl Serialize for SecretValue {
    /// Writes a text as a string, and other bytes as a list of numbers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.collect_seq(self.0.iter()),
        }
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = SecretValue;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a list of bytes")
            }

            fn visit_str<E>(self, text: &str) -> Result<SecretValue, E> {
                Ok(SecretValue::from(text))
            }

            fn visit_string<E>(self, text: String) -> Result<SecretValue, E> {
                Ok(SecretValue::from(text.into_bytes()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<SecretValue, A::Error> {
                let mut bytes = Zeroizing::new(Vec::with_capacity(items.size_hint().unwrap_or(0).min(SECRET_MAX)));
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(SecretValue(bytes))
            }
        }
        deserializer.deserialize_any(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_travels_byte_for_byte_and_is_never_printed() {
        for value in [b"hush\n\"\\".to_vec(), b"\xff\x00hush".to_vec()] {
            let inject = Inject::Env { variable: "KEY".to_owned() };
            let secret = PlanSecret { name: "key".to_owned(), field: None, value: value.into(), inject };
            let text = serde_json::to_string(&secret).expect("plain data");
            assert_eq!(serde_json::from_str::<PlanSecret>(&text).expect("as written"), secret);
            assert!(!format!("{secret:?} {:?}", secret.value).contains("hush"));
        }
    }
}
