//! Importing the credentials of Task Python Orchestrator, over HTTP.

use crate::api::core::body::{Body, Query};
use crate::api::core::error::ApiResult;
use crate::api::core::page::DryRunQuery;
use crate::api::core::state::ApiState;
use crate::app::credentials::import as app;
use crate::app::{Caller, Error};
use crate::domain::vocabulary::ImportOutcome;
use crate::security::secret::Secret;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Credentials of Task Python Orchestrator to import.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialImport {
    /// Path of the original's database on the server, usually `data/orchestrator.db` in its folder. The file is only
    /// read. Either this or `export` must be given.
    #[serde(default)]
    #[schema(max_length = 4096, example = "/opt/orchestrator/data/orchestrator.db")]
    pub database: Option<String>,
    /// The credentials as text: JSON with a value for each name, a JSON list of objects with `name` and `value`, or
    /// CSV with a first line that names these columns.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only, max_length = 1_000_000)]
    pub export: Option<Secret>,
    /// Name of the machine on which the original ran, as the command `hostname` prints it there. Sealed values need it.
    #[serde(default)]
    #[schema(max_length = 255, example = "reports-01")]
    pub host_name: Option<String>,
    /// Master password of the original. Sealed values need it.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only, max_length = 1000, format = Password)]
    pub password: Option<Secret>,
    /// Names in Orc by names in the original, for those that are to differ.
    #[serde(default)]
    #[schema(default = json!({}), example = json!({"DB Password": "db-password"}))]
    pub names: BTreeMap<String, String>,
}

/// Result of importing credentials. It names them, and never a value.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialImportResult {
    /// Whether credentials were saved.
    pub saved: bool,
    /// The credentials of the original, by their names.
    pub credentials: Vec<CredentialImported>,
}

/// What became of one credential.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialImported {
    /// Name in the original.
    #[schema(example = "DB Password")]
    pub original: String,
    /// Name in Orc.
    #[schema(example = "db-password")]
    pub name: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// Why it was not imported, and what to do; null: it was, or it was there already.
    pub problem: Option<String>,
}

/// Import credentials of Task Python Orchestrator.
#[utoipa::path(post, path = "/credentials/import", tag = "credential", params(DryRunQuery), request_body = CredentialImport,
    responses((status = 200, description = "What became of each credential; after a dry run, what would", body = CredentialImportResult)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn credential_import(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<CredentialImport>,
) -> ApiResult<Json<CredentialImportResult>> {
    let CredentialImport { database, export, host_name, password, names } = body;
    let (source, dry_run) = (source(database, export)?, query.dry_run.unwrap_or_default());
    let import = app::CredentialImport { source, host_name, password, names, dry_run };
    let found = state.app.credential_import(&caller, import).await?;
    let saved = !dry_run && found.iter().any(|one| one.outcome == ImportOutcome::Imported);
    Ok(Json(CredentialImportResult { saved, credentials: found.into_iter().map(imported_out).collect() }))
}

fn source(database: Option<String>, export: Option<Secret>) -> Result<app::ImportSource, Error> {
    match (database.filter(|path| !path.is_empty()), export.filter(|text| !text.expose().is_empty())) {
        (Some(path), None) => Ok(app::ImportSource::Database(path.into())),
        (None, Some(text)) => Ok(app::ImportSource::Export(text)),
        (Some(_), Some(_)) => Err(Error::invalid("/export", "the database is given too; leave out one of them")),
        (None, None) => Err(Error::invalid("/database", "give the path of the original's database, or an export")),
    }
}

fn imported_out(one: app::ImportedCredential) -> CredentialImported {
    let app::ImportedCredential { original, name, outcome, problem } = one;
    CredentialImported { original, name, outcome, problem }
}
