//! Using credentials: whether a definition may name them, and giving their values to an attempt.
//!
//! Each use has an audit entry, which is committed before the attempt gets the value. Deliberately absent: how a
//! process gets a value, which the runner does. Start reading at `credentials_open`.

use super::vault::{place, sealed_of};
use crate::app::core::write::{Moment, silent};
use crate::app::{App, Caller, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::model::{ClaimedRun, CredentialRecord, CredentialUsed, RunRecord};
use crate::domain::reason::Reason;
use crate::domain::tasks::Definition;
use crate::domain::vocabulary::{Permission, RunState};
use crate::security::secret::Secret;
use crate::store::Tx;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A credential, opened for one attempt.
#[derive(Debug, Clone)]
pub struct OpenCredential {
    /// The credential.
    pub record: CredentialRecord,
    /// Its values by name of the field.
    pub values: BTreeMap<String, Secret>,
}

/// The credentials of one attempt, by name.
pub type OpenCredentials = BTreeMap<String, OpenCredential>;

impl App {
    /// Opens the credentials that a claimed run uses, in their newest versions, and records the use.
    ///
    /// # Errors
    /// The inner error says why the run cannot start at all, such as a credential that does not exist.
    pub async fn credentials_open(&self, claimed: &ClaimedRun) -> Result<std::result::Result<OpenCredentials, Reason>> {
        let open = match self.credentials_read(claimed.definition.credential_names()).await? {
            Ok(open) if open.is_empty() => return Ok(Ok(open)),
            Ok(open) => open,
            Err(reason) => return Ok(Err(reason)),
        };
        if let Some(reason) = field_missing(&claimed.definition, &open) {
            return Ok(Err(reason));
        }
        self.credentials_used(claimed, &open).await?;
        Ok(Ok(open))
    }

    /// Opens credentials in their newest versions, without recording a use.
    ///
    /// # Errors
    /// The inner error says which credential cannot be opened.
    pub(in crate::app) async fn credentials_read(
        &self,
        names: BTreeSet<String>,
    ) -> Result<std::result::Result<OpenCredentials, Reason>> {
        if names.is_empty() {
            return Ok(Ok(OpenCredentials::new()));
        }
        let key = self.vault_key().await?;
        let mut open = OpenCredentials::new();
        for name in names {
            let Some(record) = self.store().credential_find(&name).await?.filter(|found| found.name == name) else {
                return Ok(Err(Reason::CredentialMissing { credential: name }));
            };
            let text = key.open(&sealed_of(&record.sealed), &place(record.id, &record.name, record.value_version));
            let read = text.and_then(|text: Zeroizing<Vec<u8>>| serde_json::from_slice(&text).ok());
            let Some(values) = read else {
                return Ok(Err(Reason::CredentialUnreadable { credential: name }));
            };
            open.insert(name, OpenCredential { record, values });
        }
        Ok(Ok(open))
    }

    /// Records which values an attempt gets.
    async fn credentials_used(&self, claimed: &ClaimedRun, open: &OpenCredentials) -> Result<()> {
        let records: Vec<CredentialRecord> = open.values().map(|opened| opened.record.clone()).collect();
        let (run, attempt, task) = (claimed.run.id, claimed.attempt.id, claimed.run.task_name.clone());
        let used = Arc::new(records.iter().map(used).collect::<Vec<_>>());
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            for record in &records {
                tx.credential_touch(record, &task, now).await?;
                let detail = json!({"run": run, "task": task, "value_version": record.value_version});
                let target = ("credential", record.name.clone());
                tx.audit_append(&Caller::system().audit(now, "credential_use", target, detail)).await?;
            }
            Ok(tx.attempt_credentials(attempt, &used).await?)
        };
        self.write(write, silent).await
    }

    /// Says of queued runs that need the closed vault why they do not start.
    pub(in crate::app) fn explain_sealed(&self, runs: &mut [RunRecord]) {
        let Some(reason) = self.vault_closed() else { return };
        for run in runs.iter_mut().filter(|run| run.state == RunState::Queued && run.needs_vault) {
            run.reason = Some(reason.clone());
        }
    }

    /// What is wrong with the credentials that a definition names.
    pub(in crate::app) async fn credential_problems(&self, definition: &Definition) -> Result<Vec<Problem>> {
        let mut found = Vec::new();
        for need in definition.credential_needs() {
            let record = self.store().credential_find(&need.name).await?;
            found.extend(need_problem(&need, record.as_ref()));
        }
        Ok(found)
    }
}

/// Refuses a definition that names credentials that do not exist, and a caller that may not use them. `before` is the
/// definition that is replaced: whoever changes what a task does with a credential, uses the credential.
pub(in crate::app) async fn credentials_known(
    tx: &Tx,
    caller: &Caller,
    definition: &Definition,
    before: Option<&Definition>,
) -> Result<()> {
    let needs = definition.credential_needs();
    let used_before = before.is_some_and(|before| !before.credential_needs().is_empty());
    if needs.is_empty() && !used_before || before.is_some_and(|before| differs_in_place_only(definition, before)) {
        return Ok(());
    }
    caller.require(Permission::CredentialsUse)?;
    let mut problems = Vec::new();
    for need in needs {
        let record = tx.credential_find(&need.name).await?;
        problems.extend(need_problem(&need, record.as_ref()));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Whether a change moves, describes or switches a task without touching what it does.
pub(in crate::app) fn differs_in_place_only(definition: &Definition, before: &Definition) -> bool {
    let Definition { title, description, folder, tags, enabled, .. } = before.clone();
    *before == Definition { title, description, folder, tags, enabled, ..definition.clone() }
}

fn need_problem(need: &crate::domain::credentials::Need, record: Option<&CredentialRecord>) -> Option<Problem> {
    let name = &need.name;
    let Some(record) = record.filter(|record| record.name == *name) else {
        let meant = need.meant().map(|meant| format!(", or write {meant} for a field")).unwrap_or_default();
        return Some(Problem::at(&need.pointer, format!("there is no credential \"{name}\"; create it first{meant}")));
    };
    let field = need.field.as_deref()?;
    let known: Vec<_> = record.kind.fields().iter().map(|field| field.name).collect();
    (!known.contains(&field)).then(|| {
        let message = format!("credential \"{name}\" has no field \"{field}\"; it has {}", known.join(", "));
        Problem::at(&need.pointer, message)
    })
}

/// A field that the kind has, but that was left empty.
fn field_missing(definition: &Definition, open: &OpenCredentials) -> Option<Reason> {
    definition.credential_needs().into_iter().find_map(|need| {
        let opened = open.get(&need.name)?;
        let field = need.field.unwrap_or_else(|| opened.record.kind.main_field().to_owned());
        let missing = !opened.values.contains_key(&field);
        missing.then_some(Reason::CredentialFieldMissing { credential: need.name, field })
    })
}

fn used(record: &CredentialRecord) -> CredentialUsed {
    CredentialUsed { name: record.name.clone(), value_version: record.value_version }
}
