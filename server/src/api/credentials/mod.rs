//! Credentials and the vault over HTTP.
//!
//! Deliberately absent: any way to read a value. Start reading at `wire`.

mod import;
pub mod wire;

use self::wire::{
    Credential, CredentialCreate, CredentialPage, CredentialRotate, CredentialTask, CredentialUpdate, CredentialUsage,
    Vault, VaultRotate, VaultUnseal, use_out,
};
use super::core::answer;
use super::core::body::{Body, IfMatch, Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::{DryRunQuery, NamedPageQuery};
use super::core::state::ApiState;
use crate::app::core::write::Write;
use crate::app::credentials::vault::{NewKey, VaultView};
use crate::app::credentials::{self as app, CredentialDefinition, CredentialView, Values};
use crate::app::{Caller, Error};
use crate::domain::model::CredentialRecord;
use crate::domain::vocabulary::CredentialKind;
use crate::security::secret::Secret;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Operations on credentials and the vault.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(credential_list, credential_create))
        .routes(routes!(import::credential_import))
        .routes(routes!(credential_view, credential_update, credential_delete))
        .routes(routes!(credential_rotate))
        .routes(routes!(credential_usage))
        .routes(routes!(vault_view))
        .routes(routes!(vault_unseal))
        .routes(routes!(vault_rotate))
}

/// List credentials. Their values cannot be read.
#[utoipa::path(get, path = "/credentials", tag = "credential", params(NamedPageQuery),
    responses((status = 200, description = "A page of credentials", body = CredentialPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn credential_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<CredentialPage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.credential_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(credential_out).into()))
}

/// Create a credential.
#[utoipa::path(post, path = "/credentials", tag = "credential", params(DryRunQuery), request_body = CredentialCreate,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Credential),
        (status = 201, description = "Created", body = Credential, headers(("Location" = String, description = "Path of the credential"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("credentials:write"))))]
pub async fn credential_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<CredentialCreate>,
) -> ApiResult<Response> {
    let CredentialCreate { name, kind, description, expires_at, value, values } = body;
    let (dry_run, values) = (query.dry_run.unwrap_or_default(), values_in(kind, value, values)?);
    let definition = CredentialDefinition { name, description, expires_at };
    let view = state.app.credential_create(&caller, definition, kind, values, dry_run).await?;
    if dry_run {
        return Ok(Json(credential_out(view)).into_response());
    }
    let name = view.record.name.clone();
    Ok(answer::created(tagged(view), "credentials", name))
}

/// View a credential. Its values cannot be read.
#[utoipa::path(get, path = "/credentials/{credential}", tag = "credential", params(("credential" = String, Path, description = "Name or id of the credential")),
    responses((status = 200, description = "The credential", body = Credential, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn credential_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(credential): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.credential_view(&caller, &credential).await?))
}

/// Change a credential's name, description or expiry. Its value stays.
#[utoipa::path(put, path = "/credentials/{credential}", tag = "credential",
    params(("credential" = String, Path, description = "Name or id of the credential"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = CredentialUpdate,
    responses((status = 200, description = "The credential; after a dry run, as it would be", body = Credential, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("credentials:write"))))]
pub async fn credential_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(credential): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<CredentialUpdate>,
) -> ApiResult<Response> {
    let CredentialUpdate { name, description, expires_at } = body;
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    let definition = CredentialDefinition { name, description, expires_at };
    Ok(tagged(state.app.credential_update(&caller, &credential, definition, write).await?))
}

/// Give a credential a new value. Runs that start from now on use it.
#[utoipa::path(post, path = "/credentials/{credential}/rotate", tag = "credential",
    params(("credential" = String, Path, description = "Name or id of the credential"), ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = CredentialRotate,
    responses((status = 200, description = "The credential", body = Credential, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("credentials:write"))))]
pub async fn credential_rotate(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(credential): Path<String>,
    IfMatch(base): IfMatch,
    Body(body): Body<CredentialRotate>,
) -> ApiResult<Response> {
    let CredentialRotate { value, values, expires_at } = body;
    let kind = state.app.credential_view(&caller, &credential).await?.record.kind;
    let values = values_in(kind, value, values)?;
    Ok(tagged(state.app.credential_rotate(&caller, &credential, values, expires_at, base).await?))
}

/// Delete a credential that no task and no channel uses.
#[utoipa::path(delete, path = "/credentials/{credential}", tag = "credential",
    params(("credential" = String, Path, description = "Name or id of the credential"), ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("credentials:write"))))]
pub async fn credential_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(credential): Path<String>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.credential_delete(&caller, &credential, base).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show which tasks and channels use a credential.
#[utoipa::path(get, path = "/credentials/{credential}/usage", tag = "credential", params(("credential" = String, Path, description = "Name or id of the credential")),
    responses((status = 200, description = "Who uses the credential", body = CredentialUsage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn credential_usage(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(credential): Path<String>,
) -> ApiResult<Json<CredentialUsage>> {
    let app::CredentialUsage { record, tasks, channels } = state.app.credential_usage(&caller, &credential).await?;
    let task_out =
        |app::CredentialTask { task, uses }| CredentialTask { task, uses: uses.into_iter().map(use_out).collect() };
    Ok(Json(CredentialUsage {
        tasks: tasks.into_iter().map(task_out).collect(),
        channels,
        last_used_at: record.last_used_at,
        last_used_by: record.last_used_by,
        changed_by: record.changed_by,
        updated_at: record.updated_at,
    }))
}

/// Show whether credentials can be used, and where the vault's key comes from.
#[utoipa::path(get, path = "/vault", tag = "credential",
    responses((status = 200, description = "The vault", body = Vault)),
    extensions(("x-permission" = json!("read"))))]
pub async fn vault_view(State(state): State<ApiState>, Extension(caller): Extension<Caller>) -> ApiResult<Json<Vault>> {
    Ok(Json(vault_out(state.app.vault_view(&caller).await?)))
}

/// Open the vault with its passphrase, so that runs that wait for it start.
#[utoipa::path(post, path = "/vault/unseal", tag = "credential", request_body = VaultUnseal,
    responses((status = 200, description = "The vault", body = Vault)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn vault_unseal(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<VaultUnseal>,
) -> ApiResult<Json<Vault>> {
    Ok(Json(vault_out(state.app.vault_unseal(&caller, body.passphrase).await?)))
}

/// Give the vault a new key: made from a passphrase, or a new key file.
#[utoipa::path(post, path = "/vault/rotate", tag = "credential", request_body = VaultRotate,
    responses((status = 200, description = "The vault", body = Vault)),
    extensions(("x-permission" = json!("admin"))))]
pub async fn vault_rotate(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<VaultRotate>,
) -> ApiResult<Json<Vault>> {
    let VaultRotate { passphrase, forget_values } = body;
    Ok(Json(vault_out(state.app.vault_rotate(&caller, NewKey { passphrase, forget_values }).await?)))
}

/// Joins the two ways to give values: one value, or several by name.
fn values_in(kind: CredentialKind, value: Option<Secret>, mut values: Values) -> Result<Values, Error> {
    let main = kind.main_field();
    if let Some(value) = value
        && values.insert(main.to_owned(), value).is_some()
    {
        return Err(Error::invalid("/value", format!("is given twice: also as values, {main}")));
    }
    Ok(values)
}

fn tagged(view: CredentialView) -> Response {
    let version = view.record.version;
    answer::versioned(credential_out(view), version)
}

fn credential_out(view: CredentialView) -> Credential {
    let CredentialView { record, actions, warnings } = view;
    let CredentialRecord {
        id,
        key: _,
        name,
        description,
        kind,
        fields,
        sealed: _,
        version,
        value_version,
        expires_at,
        created_at,
        updated_at,
        changed_by,
        rotated_at,
        last_used_at,
        last_used_by,
    } = record;
    Credential {
        id: id.0,
        name,
        kind,
        description,
        fields,
        version,
        value_version,
        expires_at,
        created_at,
        updated_at,
        changed_by,
        rotated_at,
        last_used_at,
        last_used_by,
        warnings: warnings.into_iter().map(Into::into).collect(),
        actions,
    }
}

fn vault_out(view: VaultView) -> Vault {
    let VaultView { state, problem, record, key_file } = view;
    Vault {
        state,
        problem: problem.map(Into::into),
        key_kind: record.as_ref().map(|record| record.key_kind),
        key_file: key_file.map(|path| path.display().to_string()),
        created_at: record.map(|record| record.created_at),
    }
}
