//! Credentials: which fields their kinds have, and how a task uses them.
//!
//! A task gets a credential only if its definition names it: as a variable, a private file or standard input of its
//! process, or inside the request of an http task. A secret never becomes part of a command line, because every
//! account of the machine can read those. Deliberately absent: the values themselves. Start reading at `CredentialUse`.

pub mod export;

use super::core::problem::Problem;
use super::vocabulary::CredentialKind;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Largest value of one field, in bytes. Every value fits into a variable of a process on every system.
pub const VALUE_MAX: usize = 30_000;

/// Values shorter than this, in bytes, are not masked in logs: they would hide ordinary text.
pub const MASKED_MIN: usize = 4;

/// Variables that every process gets from its account. They cannot hold a credential.
const OF_ACCOUNT: [&str; 7] = ["HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "TZ"];

/// One field of a kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Name of the field.
    pub name: &'static str,
    /// Whether a value must be given.
    pub required: bool,
    /// Whether the value is masked in logs, results and reasons.
    pub secret: bool,
}

const fn field(name: &'static str, required: bool, secret: bool) -> FieldSpec {
    FieldSpec { name, required, secret }
}

impl CredentialKind {
    /// Fields of the kind. The first secret one is used where a task names none.
    pub const fn fields(self) -> &'static [FieldSpec] {
        match self {
            Self::Generic | Self::Token | Self::SshKey | Self::DatabaseUrl => const { &[field("value", true, true)] },
            Self::Login => const { &[field("username", true, false), field("password", true, true)] },
            Self::Smtp => {
                const {
                    &[
                        field("username", true, false),
                        field("password", true, true),
                        field("host", false, false),
                        field("port", false, false),
                    ]
                }
            }
        }
    }

    /// The field that is used where a task names none.
    pub const fn main_field(self) -> &'static str {
        match self {
            Self::Generic | Self::Token | Self::SshKey | Self::DatabaseUrl => "value",
            Self::Login | Self::Smtp => "password",
        }
    }

    /// Whether the values of a field are masked. Fields that the kind does not have are.
    pub fn is_secret(self, name: &str) -> bool {
        self.fields().iter().find(|field| field.name == name).is_none_or(|field| field.secret)
    }
}

/// How a task uses a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialUse {
    /// Name of the credential.
    pub name: String,
    /// Field of the credential; none: its main field.
    #[serde(default)]
    pub field: Option<String>,
    /// How the process gets the value.
    pub inject: Inject,
}

/// How a process gets a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inject {
    /// In a variable of its environment.
    Env {
        /// Name of the variable.
        variable: String,
    },
    /// In a private file that is removed at the end of the attempt.
    File {
        /// Name of the variable that holds the path of the file.
        variable: String,
    },
    /// On its standard input.
    Stdin,
}

impl Inject {
    /// The variable that the injection sets.
    pub fn variable(&self) -> Option<&str> {
        match self {
            Self::Env { variable } | Self::File { variable } => Some(variable),
            Self::Stdin => None,
        }
    }
}

/// A place of a definition that needs a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// JSON pointer to the place.
    pub pointer: String,
    /// Name of the credential.
    pub name: String,
    /// Field of the credential; none: its main field.
    pub field: Option<String>,
}

impl Need {
    /// The mention that was probably meant, if the name ends with a dot and a field.
    pub fn meant(&self) -> Option<String> {
        let (name, field) = self.name.rsplit_once('.').filter(|_| self.field.is_none())?;
        let known = CredentialKind::ALL.iter().flat_map(|kind| kind.fields()).any(|known| known.name == field);
        (known && self.pointer.starts_with("/run/")).then(|| format!("${{credential.{name}:{field}}}"))
    }
}

/// Everything that is wrong with the values of a credential. Pointers begin with `/values`, or name `/value` for kinds
/// of one value.
pub fn value_problems(kind: CredentialKind, values: &BTreeMap<&str, &str>) -> Vec<Problem> {
    let single = kind.fields().len() == 1;
    let at = |name: &str| if single { "/value".to_owned() } else { format!("/values/{name}") };
    let mut found = Vec::new();
    for name in values.keys().filter(|name| !kind.fields().iter().any(|field| field.name == **name)) {
        let known: Vec<_> = kind.fields().iter().map(|field| field.name).collect();
        let message = format!("a credential of kind {kind} has no field \"{name}\"; it has {}", known.join(", "));
        found.push(Problem::at(format!("/values/{name}"), message));
    }
    for field in kind.fields() {
        let message = match values.get(field.name) {
            None | Some(&"") if field.required => "must not be empty".to_owned(),
            Some(value) if value.len() > VALUE_MAX => {
                format!("has {} bytes; at most {VALUE_MAX} are allowed", value.len())
            }
            Some(value) if value.contains('\0') => "must not contain a NUL character".to_owned(),
            Some(value) if field.name == "port" && value.parse::<u16>().is_ok_and(|port| port > 0) => continue,
            Some(value) if field.name == "port" && !value.is_empty() => "must be a port, 1 to 65535".to_owned(),
            Some(_) | None => continue,
        };
        found.push(Problem::at(at(field.name), message));
    }
    let value = values.get("value").filter(|value| !value.is_empty());
    let message = value.and_then(|value| match kind {
        CredentialKind::SshKey => ssh_key_problem(value),
        CredentialKind::DatabaseUrl => database_url_problem(value),
        _ => None,
    });
    found.extend(message.map(|message| Problem::at("/value", message)));
    found
}

fn ssh_key_problem(value: &str) -> Option<&'static str> {
    if value.starts_with("ssh-") {
        return Some("this is the public key; must be a private key that begins with -----BEGIN ... PRIVATE KEY-----");
    }
    if !value.contains("PRIVATE KEY") {
        return Some("must be a private key that begins with -----BEGIN ... PRIVATE KEY-----");
    }
    (!value.contains("-----END "))
        .then_some("only the beginning of a private key is here; the -----END line is missing")
}

fn database_url_problem(value: &str) -> Option<&'static str> {
    let complete = value.split_once("://").is_some_and(|(scheme, rest)| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.:_".contains(&byte);
        !scheme.is_empty() && scheme.bytes().all(letters) && !rest.trim().is_empty()
    });
    (!complete).then_some("must be an address such as postgres://user:password@host/database")
}

/// How a mention of a credential inside a text begins.
const OPEN: &str = "${credential.";

/// A part of a text: words, or a mention of a credential as `${credential.NAME}` or `${credential.NAME:FIELD}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// Words that stay as they are.
    Words(&'a str),
    /// A mention of a credential.
    Mention {
        /// Name of the credential.
        name: &'a str,
        /// Field of the credential; none: its main field.
        field: Option<&'a str>,
    },
}

/// Splits a text at its mentions of credentials. A mention without an end is words.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(OPEN) {
        let Some(end) = rest[at..].find('}') else { break };
        if at > 0 {
            found.push(Part::Words(&rest[..at]));
        }
        let inside = &rest[at + OPEN.len()..at + end];
        let (name, field) = inside.split_once(':').map_or((inside, None), |(name, field)| (name, Some(field)));
        found.push(Part::Mention { name, field });
        rest = &rest[at + end + 1..];
    }
    if !rest.is_empty() {
        found.push(Part::Words(rest));
    }
    found
}

/// Puts values in the place of mentions. `value` returns none for a value that is missing.
///
/// # Errors
/// Returns the name of the first credential whose value is missing.
pub fn fill(text: &str, mut value: impl FnMut(&str, Option<&str>) -> Option<String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Words(words) => filled.push_str(words),
            Part::Mention { name, field } => {
                filled.push_str(&value(name, field).ok_or_else(|| name.to_owned())?);
            }
        }
    }
    Ok(filled)
}

/// What is wrong with the mentions of a text. A mention that nobody would fill is refused, because the text would be
/// sent with it.
pub fn mention_problem(pointer: &str, text: &str) -> Option<Problem> {
    let open = parts(text).iter().any(|part| matches!(part, Part::Words(words) if words.contains(OPEN)));
    open.then(|| Problem::at(pointer, "the mention of a credential has no closing brace; write ${credential.NAME}"))
}

/// The places of a text that need values.
pub fn mentioned(pointer: &str, text: &str) -> Vec<Need> {
    let mention = |part: Part<'_>| match part {
        Part::Words(_) => None,
        Part::Mention { name, field } => {
            let (pointer, name, field) = (pointer.to_owned(), name.to_owned(), field.map(str::to_owned));
            Some(Need { pointer, name, field })
        }
    };
    parts(text).into_iter().filter_map(mention).collect()
}

/// The places of a list of uses that need values.
pub fn listed(uses: &[CredentialUse]) -> impl Iterator<Item = Need> {
    uses.iter().enumerate().map(|(index, used)| Need {
        pointer: format!("/credentials/{index}/name"),
        name: used.name.clone(),
        field: used.field.clone(),
    })
}

/// What is wrong with how a process gets values, given the variables that the task sets itself.
pub fn inject_problems(uses: &[CredentialUse], environment: &BTreeMap<String, String>, found: &mut Vec<Problem>) {
    let mut variables = BTreeSet::new();
    for (index, used) in uses.iter().enumerate() {
        let at = |message: String| Problem::at(format!("/credentials/{index}/inject"), message);
        match used.inject.variable() {
            Some(variable) => {
                let message = variable_problem(variable).or_else(|| {
                    let taken = environment.contains_key(variable) || !variables.insert(variable);
                    taken.then(|| format!("the variable {variable} is set twice; choose another name"))
                });
                found.extend(message.map(at));
            }
            None if uses[..index].iter().any(|other| other.inject == Inject::Stdin) => {
                found.push(at("standard input can take one credential only; use a file for the other".to_owned()));
            }
            None => {}
        }
    }
}

/// A text of a definition in which a secret has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    /// A part of a command line, which every account of the machine can read.
    CommandLine,
    /// A script, an environment or another text, which Orc stores.
    StoredText,
    /// A dependency, which is looked at before any credential is opened.
    Dependency,
}

/// Refuses mentions of credentials where a secret has no place.
pub fn forbidden_problem(pointer: &str, text: &str, place: Forbidden) -> Option<Problem> {
    let why = match place {
        Forbidden::CommandLine => {
            "Orc never puts a secret into a command line, because every account of the machine can read it"
        }
        Forbidden::StoredText => "Orc never writes a secret into a text that it stores",
        Forbidden::Dependency => {
            let message = "a dependency gets no credential; look at something that needs none";
            return text.contains(OPEN).then(|| Problem::at(pointer, message));
        }
    };
    let message = format!("{why}; list the credential under credentials, and read its variable or file instead");
    text.contains(OPEN).then(|| Problem::at(pointer, message))
}

fn variable_problem(name: &str) -> Option<String> {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !begins || name.len() > 100 || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Some(
            "the name of a variable has letters, digits and '_', begins with no digit, and has at most 100 \
                     characters"
                .to_owned(),
        );
    }
    let upper = name.to_ascii_uppercase();
    if OF_ACCOUNT.contains(&upper.as_str()) {
        return Some(format!("{name} is set for the account that the process runs as; choose another name"));
    }
    upper.starts_with("ORC_").then(|| "names that begin with ORC_ are set by Orc itself".to_owned())
}

#[cfg(test)]
mod tests;
