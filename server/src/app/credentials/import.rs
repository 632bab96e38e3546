//! Importing the credentials of Task Python Orchestrator.
//!
//! Everything is read and opened before anything is written, and one transaction writes all of it, so a wrong password
//! leaves nothing half imported. The answer names credentials and never a value. Deliberately absent: the format of
//! sealed values (`security::fernet`) and of files. Start reading at `credential_import`.

use super::vault::blocking;
use super::{Values, fields_of, key_is_current, problems_of, sealed};
use crate::app::core::write::Moment;
use crate::app::{App, Caller, Error, Result};
use crate::domain::core::phrases::first_ten;
use crate::domain::core::problem::Problem;
use crate::domain::credentials::export::{self, Stored};
use crate::domain::ids::CredentialId;
use crate::domain::model::{CredentialNew, SealedValue};
use crate::domain::names::{name_problem, name_proposal};
use crate::domain::vocabulary::{CredentialKind, ImportOutcome, Permission};
use crate::security::fernet::{FernetKey, is_token};
use crate::security::secret::Secret;
use crate::store::Tx;
use crate::store::credentials::original::original_credentials;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Largest number of credentials of one import.
const IMPORT_MAX: usize = 1000;

/// What an imported credential is for, until somebody says it better.
const DESCRIPTION: &str = "Imported from Task Python Orchestrator";

/// Where the credentials of the original are.
pub enum ImportSource {
    /// Its database, a path on the server.
    Database(PathBuf),
    /// A text: JSON or CSV.
    Export(Secret),
}

/// What to import.
pub struct CredentialImport {
    /// Where the credentials are.
    pub source: ImportSource,
    /// Name of the machine on which the original sealed them.
    pub host_name: Option<String>,
    /// Master password of the original.
    pub password: Option<Secret>,
    /// Names in Orc by names in the original, for those that differ.
    pub names: BTreeMap<String, String>,
    /// Whether nothing is saved.
    pub dry_run: bool,
}

/// What became of one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedCredential {
    /// Name in the original.
    pub original: String,
    /// Name in Orc.
    pub name: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// Why it was not imported, and what to do.
    pub problem: Option<String>,
}

/// A credential that can be imported.
struct Ready {
    at: usize,
    id: CredentialId,
    name: String,
    fields: Vec<String>,
    sealed: SealedValue,
}

impl App {
    /// Imports credentials. Those that exist already stay as they are.
    pub async fn credential_import(
        &self,
        caller: &Caller,
        import: CredentialImport,
    ) -> Result<Vec<ImportedCredential>> {
        caller.require(Permission::Admin)?;
        let CredentialImport { source, host_name, password, names, dry_run } = import;
        let stored = self.original_read(source).await?;
        unknown_names(&names, &stored)?;
        let opened = opened(&stored, host_name, password).await?;
        let (mut found, mut ready, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
        let key = if dry_run { None } else { Some(self.vault_key().await?) };
        for (at, (stored, value)) in stored.iter().zip(opened).enumerate() {
            let name = names.get(&stored.name).unwrap_or(&stored.name).clone();
            let mut outcome = ImportOutcome::Imported;
            let problem = match (naming_problem(&name, &taken), value) {
                (Some(problem), _) => Some((ImportOutcome::NameRefused, problem)),
                (None, Err(problem)) => Some((ImportOutcome::Unreadable, problem)),
                (None, Ok(value)) => {
                    let values = Values::from([(CredentialKind::Generic.main_field().to_owned(), value)]);
                    let wrong = problems_of(CredentialKind::Generic, &values).into_iter().next();
                    if wrong.is_none() {
                        taken.insert(name.clone());
                        let (id, none) = (
                            CredentialId::generate(),
                            SealedValue { key_id: String::new(), wrapped_key: Vec::new(), value: Vec::new() },
                        );
                        let sealed = key.as_ref().map_or(none, |key| sealed(key, id, &name, 1, &values));
                        ready.push(Ready { at, id, name: name.clone(), fields: fields_of(&values), sealed });
                    }
                    wrong.map(|wrong| (ImportOutcome::Unreadable, format!("its value {}", wrong.message)))
                }
            };
            let problem = problem.map(|(other, problem)| {
                outcome = other;
                problem
            });
            found.push(ImportedCredential { original: stored.name.clone(), name, outcome, problem });
        }
        self.imported_save(caller, ready, found, dry_run).await
    }

    async fn original_read(&self, source: ImportSource) -> Result<Vec<Stored>> {
        let (at, stored) = match source {
            ImportSource::Export(text) => ("/export", export::read(text.expose())),
            ImportSource::Database(path) if !path.is_absolute() => {
                ("/database", Err("give the whole path of the file on the server, from the root on".to_owned()))
            }
            ImportSource::Database(path) => {
                let read = original_credentials(&path, &self.settings().data_dir, IMPORT_MAX + 1).await;
                ("/database", read.map_err(|error| error.to_string()))
            }
        };
        match stored {
            Err(problem) => Err(Error::invalid(at, problem)),
            Ok(none) if none.is_empty() => Err(Error::invalid(at, "there are no credentials in it")),
            Ok(stored) if stored.len() > IMPORT_MAX => {
                Err(Error::invalid(at, format!("it has more than {IMPORT_MAX} credentials; import an export in parts")))
            }
            Ok(stored) => Ok(stored),
        }
    }

    async fn imported_save(
        &self,
        caller: &Caller,
        ready: Vec<Ready>,
        found: Vec<ImportedCredential>,
        dry_run: bool,
    ) -> Result<Vec<ImportedCredential>> {
        let by = caller.clone();
        let write = async move |tx: &Tx, Moment { now, .. }: Moment| {
            let mut found = found.clone();
            for Ready { at, id, name, fields, sealed } in &ready {
                if tx.credential_find(name).await?.is_some() {
                    found[*at].outcome = ImportOutcome::Present;
                    continue;
                }
                key_is_current(tx, sealed).await?;
                let new = CredentialNew {
                    id: *id,
                    name: name.clone(),
                    description: DESCRIPTION.to_owned(),
                    kind: CredentialKind::Generic,
                    fields: fields.clone(),
                    sealed: sealed.clone(),
                    expires_at: None,
                    by: by.name.clone(),
                    at: now,
                };
                tx.credential_insert(&new).await?;
                let detail = json!({"original": found[*at].original});
                tx.audit_append(&by.audit(now, "credential_import", ("credential", name.clone()), detail)).await?;
            }
            Ok(found)
        };
        self.write_or_try(dry_run, write, |app, _| app.announce_credential()).await
    }
}

fn unknown_names(names: &BTreeMap<String, String>, stored: &[Stored]) -> Result<()> {
    let known: BTreeSet<&str> = stored.iter().map(|one| one.name.as_str()).collect();
    let list = first_ten(known.iter().map(|name| format!("\"{name}\"")).collect()).join(", ");
    let unknown = names.keys().filter(|name| !known.contains(name.as_str())).map(|name| {
        let pointer = format!("/names/{}", name.replace('~', "~0").replace('/', "~1"));
        Problem::at(pointer, format!("the original has no credential of this name; it has {list}"))
    });
    let problems: Vec<Problem> = unknown.collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// A value, or why it cannot be read.
type Opened = std::result::Result<Secret, String>;

/// Opens the sealed values, and takes the plain ones as they are.
///
/// # Errors
/// The password or the name of the machine is missing, or opens none of the sealed values.
async fn opened(stored: &[Stored], host_name: Option<String>, password: Option<Secret>) -> Result<Vec<Opened>> {
    let sealed = stored.iter().filter(|one| is_token(&one.value)).count();
    if sealed == 0 {
        return Ok(stored.iter().map(|one| text(&one.value)).collect());
    }
    let (password, host_name) =
        match (password.filter(|one| !one.expose().is_empty()), host_name.filter(|one| !one.is_empty())) {
            (Some(password), Some(host_name)) => (password, host_name),
            (password, host_name) => {
                let missing = |pointer: &str, what: &str| {
                    Problem::at(pointer, format!("{sealed} of the values are sealed; give {what}"))
                };
                let password = password.is_none().then(|| missing("/password", "the master password of the original"));
                let host = host_name
                    .is_none()
                    .then(|| missing("/host_name", "the name of the machine on which the original ran"));
                return Err(Error::Invalid(password.into_iter().chain(host).collect()));
            }
        };
    let key = blocking(move || FernetKey::of_original(&password, &host_name)).await?;
    let unopened = "it is sealed with another password, on another machine, or damaged; enter its value by hand";
    let open = |one: &Stored| match key.open(&one.value) {
        Some(value) => text(&value),
        None if is_token(&one.value) => Err(unopened.to_owned()),
        None => text(&one.value),
    };
    if !stored.iter().any(|one| key.open(&one.value).is_some()) {
        let which = if sealed == 1 {
            "The one sealed value does".to_owned()
        } else {
            format!("None of the {sealed} sealed values")
        };
        let verb = if sealed == 1 { "not open" } else { "opens" };
        let message = format!(
            "{which} {verb} with this password and host name; both must be those of the original, letter by letter. Nothing was imported"
        );
        return Err(Error::invalid("/password", message));
    }
    Ok(stored.iter().map(open).collect())
}

fn text(value: &[u8]) -> Opened {
    std::str::from_utf8(value).map(Secret::new).map_err(|_| "its value is not text; enter it by hand".to_owned())
}

fn naming_problem(name: &str, taken: &BTreeSet<String>) -> Option<String> {
    if taken.contains(name) {
        return Some("another credential of this import has the same name; give it another one under names".to_owned());
    }
    let problem = name_problem(name)?;
    let proposal = name_proposal(name).map(|proposal| format!(", such as \"{proposal}\"")).unwrap_or_default();
    Some(format!("as a name in Orc, it {problem}; give it another one under names{proposal}"))
}
