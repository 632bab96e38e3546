//! Gives the values of credentials to an attempt: to the runner's plan, or to the request of an http task.
//!
//! Deliberately absent: opening credentials and recording their use, which `app::credentials` does. Start reading at
//! `open`.

use crate::app::credentials::filling::{Written, fill, masked, plan_secret};
use crate::app::credentials::using::OpenCredentials;
use crate::app::{App, Error};
use crate::domain::credentials::Inject as Wanted;
use crate::domain::model::ClaimedRun;
use crate::domain::reason::Reason;
use crate::domain::tasks::{Definition, RunSpec};
use orc_runner::{Inject, PlanSecret};
use std::collections::BTreeMap;
use std::sync::Arc;

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
    match app.run_params_clear(claimed.run.id, &claimed.run.params, &secrets).await {
        Ok(None) => {}
        Ok(Some(reason)) => return Err(Unopened::Hopeless(reason)),
        Err(error) => return Err(Unopened::Later(later(app, &error))),
    }
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
    all.extend(masked(opened));
    all
}

/// The definition with the values in its http request. Fails with the name of a credential that has no value.
fn filled(definition: &Definition, opened: &OpenCredentials) -> Result<Definition, String> {
    let RunSpec::Http { method, url, headers, body, expected_codes, body_contains, travel } = &definition.run else {
        return Ok(definition.clone());
    };
    let fill = |text: &str, written: Written| fill(text, opened, written);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_decides_how_a_value_is_written() {
        let of = |kind: &str| body_writing(&BTreeMap::from([("Content-Type".to_owned(), kind.to_owned())]));
        assert_eq!(of("application/json; charset=utf-8"), Written::Json);
        assert_eq!(of("application/x-www-form-urlencoded"), Written::Address);
        assert_eq!(of("text/plain"), Written::Plain);
    }
}
