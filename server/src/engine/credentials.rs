//! Gives the values of credentials to an attempt: to the runner's plan, or to the request of an http task.
//!
//! Deliberately absent: opening credentials and recording their use, which `app::credentials` does. Start reading at
//! `open`.

use crate::app::credentials::using::{OpenCredential, OpenCredentials};
use crate::app::{App, Error};
use crate::domain::credentials::{self, Inject as Wanted};
use crate::domain::model::ClaimedRun;
use crate::domain::reason::Reason;
use crate::domain::tasks::{Definition, RunSpec};
use crate::domain::vocabulary::CredentialKind;
use crate::security::secret::Secret;
use orc_runner::{Inject, PlanSecret};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Characters of a value that are encoded inside an address: all but the unreserved ones of RFC 3986.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why an attempt does not get its credentials.
#[derive(Debug)]
pub enum Unopened {
    /// Another attempt would fail in the same way.
    Hopeless(Reason),
    /// The vault or the database cannot be used at the moment. Nothing was started.
    Later(Reason),
}

/// What an attempt gets. It cannot be printed, because the request has values in it.
pub struct Opened {
    /// The run, with the values in its http request.
    pub claimed: ClaimedRun,
    /// The values for the plan. For an http task, they are only masked.
    pub secrets: Vec<PlanSecret>,
}

/// Opens the credentials that the attempt's task names, just before it starts, so that a run that waited gets the
/// newest values.
pub async fn open(app: &App, claimed: &ClaimedRun) -> Result<Opened, Unopened> {
    let opened = match app.credentials_open(claimed).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(reason)) => return Err(Unopened::Hopeless(reason)),
        Err(error) => return Err(Unopened::Later(later(app, &error))),
    };
    if opened.is_empty() {
        return Ok(Opened { claimed: claimed.clone(), secrets: Vec::new() });
    }
    let (definition, secrets) = (&claimed.definition, given(&claimed.definition, &opened));
    let filled = filled(definition, &opened)
        .map_err(|credential| Unopened::Hopeless(Reason::CredentialMissing { credential }))?;
    Ok(Opened { claimed: ClaimedRun { definition: Arc::new(filled), ..claimed.clone() }, secrets })
}

fn later(app: &App, error: &Error) -> Reason {
    app.vault_closed().unwrap_or_else(|| Reason::RunnerFailed { problem: error.to_string() })
}

/// The values for the plan.
fn given(definition: &Definition, opened: &OpenCredentials) -> Vec<PlanSecret> {
    let mut all = Vec::new();
    for used in &definition.credentials {
        let Some(credential) = opened.get(&used.name) else { continue };
        let field = used.field.as_deref().unwrap_or(credential.record.kind.main_field());
        let inject = match &used.inject {
            Wanted::Env { variable } => Inject::Env { variable: variable.clone() },
            Wanted::File { variable } => Inject::File { variable: variable.clone() },
            Wanted::Stdin => Inject::Stdin,
        };
        all.extend(plan_secret(credential, field, inject));
    }
    // Whatever the attempt could find out of a credential is masked, also what its request mentions.
    for credential in opened.values() {
        let secret = credential.values.keys().filter(|field| credential.record.kind.is_secret(field));
        all.extend(secret.filter_map(|field| plan_secret(credential, field, Inject::None)));
        all.extend(inner_password(credential));
    }
    all
}

fn plan_secret(credential: &OpenCredential, field: &str, inject: Inject) -> Option<PlanSecret> {
    let OpenCredential { record, values } = credential;
    let value: &Secret = values.get(field)?;
    let named = (record.kind.fields().len() > 1).then(|| field.to_owned());
    let text = value.expose();
    // An SSH key without its last line end is refused by ssh.
    let ends = record.kind != CredentialKind::SshKey || text.ends_with('\n') || inject == Inject::None;
    let value = if ends { text.into() } else { [text.as_bytes(), b"\n"].concat().into() };
    Some(PlanSecret { name: record.name.clone(), field: named, value, inject, masked: record.kind.is_secret(field) })
}

/// The password inside a database's address, which programs like to print alone.
fn inner_password(credential: &OpenCredential) -> Vec<PlanSecret> {
    let OpenCredential { record, values } = credential;
    if record.kind != CredentialKind::DatabaseUrl {
        return Vec::new();
    }
    let Some(url) = values.get("value").and_then(|value| password_of(value.expose())) else {
        return Vec::new();
    };
    let decoded: Vec<u8> = percent_decode_str(&url).collect();
    let masked = |value: Vec<u8>| PlanSecret {
        name: record.name.clone(),
        field: Some("password".to_owned()),
        value: value.into(),
        inject: Inject::None,
        masked: true,
    };
    vec![masked(url.into_bytes()), masked(decoded)]
}

/// The password of an address, as it is written there: what stands between the first ':' after the scheme and the last
/// '@' before the path.
fn password_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then(|| password.to_owned())
}

/// How a value is written inside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As it is.
    Plain,
    /// As a part of an address or a form.
    Address,
    /// Inside a string of JSON.
    Json,
}

/// The definition with the values in its http request. Fails with the name of a credential that has no value.
fn filled(definition: &Definition, opened: &OpenCredentials) -> Result<Definition, String> {
    let RunSpec::Http { method, url, headers, body, expected_codes, body_contains, travel } = &definition.run else {
        return Ok(definition.clone());
    };
    let fill = |text: &str, written: Written| {
        credentials::fill(text, |name, field| value(opened, name, field).map(|value| write(value, written)))
    };
    let in_body = body_writing(headers);
    let run = RunSpec::Http {
        method: method.clone(),
        url: fill(url, Written::Address)?,
        headers: headers
            .iter()
            .map(|(name, value)| Ok((name.clone(), fill(value, Written::Plain)?)))
            .collect::<Result<_, String>>()?,
        body: body.as_deref().map(|body| fill(body, in_body)).transpose()?,
        expected_codes: expected_codes.clone(),
        body_contains: body_contains.clone(),
        travel: travel.clone(),
    };
    Ok(Definition { run, ..definition.clone() })
}

fn value<'a>(opened: &'a OpenCredentials, name: &str, field: Option<&str>) -> Option<&'a str> {
    let credential = opened.get(name)?;
    let field = field.unwrap_or(credential.record.kind.main_field());
    credential.values.get(field).map(Secret::expose)
}

/// The content type decides how a value is written into the body, so that no quote or '&' of it breaks the body.
fn body_writing(headers: &BTreeMap<String, String>) -> Written {
    let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = kind.map(|(_, kind)| kind.to_ascii_lowercase()).unwrap_or_default();
    if kind.contains("json") {
        Written::Json
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        Written::Address
    } else {
        Written::Plain
    }
}

fn write(value: &str, written: Written) -> String {
    match written {
        Written::Plain => value.to_owned(),
        Written::Address => utf8_percent_encode(value, IN_ADDRESS).to_string(),
        Written::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_so_that_nothing_breaks() {
        assert_eq!(write("a\"b\\", Written::Json), "a\\\"b\\\\");
        assert_eq!(write("a@b/c d", Written::Address), "a%40b%2Fc%20d");
        assert_eq!(write("a&b", Written::Plain), "a&b");
        let of = |kind: &str| body_writing(&BTreeMap::from([("Content-Type".to_owned(), kind.to_owned())]));
        assert_eq!(of("application/json; charset=utf-8"), Written::Json);
        assert_eq!(of("application/x-www-form-urlencoded"), Written::Address);
        assert_eq!(of("text/plain"), Written::Plain);
    }

    #[test]
    fn the_password_of_an_address_is_found() {
        assert_eq!(password_of("postgres://ada:h%40sh@db/shop").as_deref(), Some("h%40sh"));
        assert_eq!(password_of("postgres://ada:a:b@db").as_deref(), Some("a:b"));
        for without in ["postgres://ada@db/shop", "postgres://db", "no address", "x://a:@b"] {
            assert_eq!(password_of(without), None, "{without}");
        }
    }
}
