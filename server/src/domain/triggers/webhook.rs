//! The rule of a webhook, and what makes no sense in it. Pure.
//!
//! A place says where a value of a call stands: a JSON pointer (RFC 6901) into the body, `header:NAME` or
//! `query:NAME`. Deliberately absent: reading calls, which `call` does.

use super::senders::{SecretOrigin, sender};
use crate::domain::core::problem::Problem;
use crate::domain::runs::params::ParamSpec;
use crate::domain::triggers::words::{HmacAlgorithm, SignatureEncoding, SignedParts, WebhookSender};
use crate::domain::vocabulary::WebhookProof;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Headers that prove who calls. They never become params, because params are shown.
const SECRET_HEADERS: &[&str] = &["authorization", "cookie", "proxy-authorization", "x-gitlab-token"];

/// The rule of a webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebhookRule {
    /// How the caller proves that it is allowed to call.
    pub proof: WebhookProof,
    /// Who calls.
    #[serde(default = "orc")]
    pub sender: WebhookSender,
    /// How the sender `generic` signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignatureRule>,
    /// Places of the values of params, by name of the param. Empty: members of the body with the names of the params.
    pub params: BTreeMap<String, String>,
    /// Conditions that must all hold for a call to start the task.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
}

fn orc() -> WebhookSender {
    WebhookSender::Orc
}

/// How a sender signs that is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureRule {
    /// Hash function.
    pub algorithm: HmacAlgorithm,
    /// Header that has the signature.
    pub header: String,
    /// Text before the signature in that header.
    pub prefix: String,
    /// How the signature is written.
    pub encoding: SignatureEncoding,
    /// What is signed.
    pub signed: SignedParts,
    /// Header that has the time, in seconds since 1970; none: calls have no time.
    pub timestamp_header: Option<String>,
    /// Longest time between the signature and its arrival, in seconds.
    pub tolerance_seconds: u32,
}

/// A condition on a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Place of the value.
    pub at: String,
    /// What must hold for it; none: the definition names no condition, or more than one.
    pub test: Option<FilterTest>,
}

/// What must hold for a value. Values that are no text are compared as JSON writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterTest {
    /// It is this text.
    Is(String),
    /// It is absent, or another text.
    IsNot(String),
    /// It is one of these texts.
    OneOf(Vec<String>),
    /// It matches this pattern, in which `*` stands for any text and `?` for one character.
    Matches(String),
}

impl FilterTest {
    /// Returns whether the condition holds for the value at its place.
    pub fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Self::Is(wanted) => value == Some(wanted),
            Self::IsNot(unwanted) => value != Some(unwanted),
            Self::OneOf(wanted) => value.is_some_and(|value| wanted.iter().any(|one| one == value)),
            Self::Matches(pattern) => {
                let matcher = globset::Glob::new(pattern).ok().map(|glob| glob.compile_matcher());
                value.zip(matcher).is_some_and(|(value, matcher)| matcher.is_match(value))
            }
        }
    }

    fn problem(&self) -> Option<String> {
        match self {
            Self::Matches(pattern) => {
                let error = globset::Glob::new(pattern).err()?;
                Some(format!("\"{pattern}\" is not a pattern: {}", error.kind()))
            }
            Self::OneOf(values) if values.is_empty() => Some("one_of must list at least one text".to_owned()),
            Self::Is(_) | Self::IsNot(_) | Self::OneOf(_) => None,
        }
    }
}

/// Where a value of a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// A JSON pointer into the body.
    Body(&'a str),
    /// The header of this name.
    Header(&'a str),
    /// The member of this name in the query.
    Query(&'a str),
}

impl<'a> Place<'a> {
    /// Parses a place. Fails with what is wrong.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("header:") {
            let token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.is_empty() || name.len() > 100 || !name.chars().all(token) {
                return Err(format!("\"{name}\" is not the name of a header, such as X-GitHub-Event"));
            }
            if SECRET_HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header))
                || name.to_ascii_lowercase().contains("signature")
            {
                return Err(format!("header {name} proves who calls; it cannot be used as a value"));
            }
            return Ok(Self::Header(name));
        }
        if let Some(name) = text.strip_prefix("query:") {
            let named = !name.is_empty() && name.len() <= 100;
            return named.then_some(Self::Query(name)).ok_or_else(|| "query: needs the name of a member".to_owned());
        }
        if !text.is_empty() && !text.starts_with('/') {
            let form = "it must begin with /, such as /event/day; header:NAME and query:NAME are possible too";
            return Err(format!("\"{text}\" is not a JSON pointer: {form}"));
        }
        let escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        let wrong = || format!("\"{text}\" is not a JSON pointer: write ~ as ~0 and a / inside a name as ~1");
        escaped.then_some(Self::Body(text)).ok_or_else(wrong)
    }
}

impl WebhookRule {
    /// Whether params or filters take something from the body.
    pub fn reads_body(&self, params: &[ParamSpec]) -> bool {
        let in_body = |place: &str| matches!(Place::parse(place), Ok(Place::Body(_)));
        let mapped = match self.params.is_empty() {
            true => !params.is_empty(),
            false => self.params.values().any(|place| in_body(place)),
        };
        mapped || self.filters.iter().any(|filter| in_body(&filter.at))
    }

    /// Everything that makes no sense in the rule, with pointers below the trigger.
    pub(super) fn problems(&self, specs: &[ParamSpec]) -> Vec<Problem> {
        let mut found = Vec::new();
        for (param, place) in &self.params {
            if !specs.iter().any(|spec| spec.name == *param) {
                found.push(Problem::at("params", format!("the task has no param \"{param}\"")));
            }
            found.extend(Place::parse(place).err().map(|message| Problem::at("params", message)));
        }
        for (index, Filter { at, test }) in self.filters.iter().enumerate() {
            found.extend(Place::parse(at).err().map(|message| Problem::at(format!("filters/{index}/at"), message)));
            let wrong = match test {
                Some(test) => test.problem(),
                None => Some("must have exactly one of is, is_not, one_of and matches".to_owned()),
            };
            found.extend(wrong.map(|message| Problem::at(format!("filters/{index}"), message)));
        }
        found.extend(self.signature_problems());
        found
    }

    fn signature_problems(&self) -> Vec<Problem> {
        let signed = self.proof == WebhookProof::Signature;
        let facts = sender(self.sender);
        let generic = self.sender == WebhookSender::Generic;
        if signed && facts.secret == SecretOrigin::Absent {
            let message = format!("{} does not sign its calls; use the proof secret_url", facts.name);
            return vec![Problem::at("proof", message)];
        }
        match &self.signature {
            None if signed && generic => {
                vec![Problem::at("signature", "the sender generic needs it: say how the sender signs")]
            }
            Some(_) if !generic || !signed => {
                vec![Problem::at("signature", "is only for the sender generic with the proof signature")]
            }
            Some(rule) => rule.problems(),
            None => Vec::new(),
        }
    }
}

impl SignatureRule {
    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let named = |name: &str| {
            let token = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
            !name.is_empty() && name.len() <= 100 && name.bytes().all(token)
        };
        let message = "must be the name of a header: letters, digits and -";
        if !named(&self.header) {
            found.push(Problem::at("signature/header", message));
        }
        if self.timestamp_header.as_ref().is_some_and(|name| !named(name)) {
            found.push(Problem::at("signature/timestamp_header", message));
        }
        if self.signed != SignedParts::Body && self.timestamp_header.is_none() {
            let message = format!("must be given, because the time is signed ({})", self.signed);
            found.push(Problem::at("signature/timestamp_header", message));
        }
        if self.signed == SignedParts::Body && self.timestamp_header.is_some() {
            let message = "must cover the time, because a time that is not signed proves nothing";
            found.push(Problem::at("signature/signed", message));
        }
        found
    }
}
