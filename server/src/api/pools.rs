//! Pools over HTTP.

use super::contract::names::Name;
use super::core::answer;
use super::core::body::{Body, IfMatch, Path, Query, page_request};
use super::core::error::ApiResult;
use super::core::page::page;
use super::core::page::{DryRunQuery, NamedPageQuery};
use super::core::state::ApiState;
use crate::app::Caller;
use crate::app::core::write::Write;
use crate::app::pools::{PoolDefinition as Wanted, PoolView};
use crate::domain::model::PageRequest;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Operations on pools.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(pool_list, pool_create)).routes(routes!(pool_view, pool_update, pool_delete))
}

macro_rules! pool {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Unique name, by which tasks refer to the pool.
            #[schema(value_type = Name)]
            pub name: String,
            /// What the pool stands for.
            #[serde(default)]
            #[schema(max_length = 2000, default = "")]
            pub description: String,
            /// Number of places: the weights of all simultaneous runs add up to at most this. 0 closes the pool; runs
            /// in progress continue.
            #[schema(minimum = 0, maximum = 100_000, example = 4)]
            pub capacity: u32,
        }
    };
}

pool! {
    /// Everything a person defines about a pool.
    PoolDefinition {}
}
pool! {
    /// A named limit of simultaneous runs.
    Pool {
        /// UUID of the pool.
        #[schema(read_only)]
        pub id: Uuid,
        /// Version of the definition. It grows by one with each change.
        #[schema(read_only)]
        pub version: u32,
        /// When the pool was created.
        #[schema(read_only)]
        pub created_at: DateTime<Utc>,
        /// When its definition last changed.
        #[schema(read_only)]
        pub updated_at: DateTime<Utc>,
        /// Number of places taken now.
        #[schema(read_only)]
        pub used: u32,
        /// Number of runs that wait for a place, or for an earlier run of their task.
        #[schema(read_only)]
        pub waiting_count: u32,
        /// Names of the tasks that use the pool.
        #[schema(read_only)]
        pub used_by: Vec<String>,
    }
}
page!(
    /// A page of pools, by name.
    PoolPage,
    Pool
);

/// List pools.
#[utoipa::path(get, path = "/pools", tag = "pool", params(NamedPageQuery),
    responses((status = 200, description = "A page of pools", body = PoolPage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn pool_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<NamedPageQuery>,
) -> ApiResult<Json<PoolPage>> {
    let page: PageRequest = page_request(query.limit, query.cursor.as_deref())?;
    let listed = state.app.pool_list(&caller, query.text.as_deref(), &page).await?;
    Ok(Json(listed.map(pool_out).into()))
}

/// Create a pool.
#[utoipa::path(post, path = "/pools", tag = "pool", params(DryRunQuery), request_body = PoolDefinition,
    responses(
        (status = 200, description = "Dry run: what would be created", body = Pool),
        (status = 201, description = "Created", body = Pool, headers(("Location" = String, description = "Path of the pool"), ("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn pool_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<PoolDefinition>,
) -> ApiResult<Response> {
    let dry_run = query.dry_run.unwrap_or_default();
    let view = state.app.pool_create(&caller, wanted(body), dry_run).await?;
    if dry_run {
        return Ok(Json(pool_out(view)).into_response());
    }
    let name = view.record.name.clone();
    Ok(answer::created(tagged(view), "pools", name))
}

/// View a pool and how much of it is in use.
#[utoipa::path(get, path = "/pools/{pool}", tag = "pool", params(("pool" = String, Path, description = "Name or id of the pool")),
    responses((status = 200, description = "The pool", body = Pool, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("read"))))]
pub async fn pool_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(pool): Path<String>,
) -> ApiResult<Response> {
    Ok(tagged(state.app.pool_view(&caller, &pool).await?))
}

/// Replace a pool's definition. Runs in progress keep their places.
#[utoipa::path(put, path = "/pools/{pool}", tag = "pool",
    params(("pool" = String, Path, description = "Name or id of the pool"), DryRunQuery, ("If-Match" = Option<String>, Header, description = "Version on which the change is based")),
    request_body = PoolDefinition,
    responses((status = 200, description = "The pool; after a dry run, as it would be", body = Pool, headers(("ETag" = String, description = "Version")))),
    extensions(("x-permission" = json!("define"))))]
pub async fn pool_update(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(pool): Path<String>,
    Query(query): Query<DryRunQuery>,
    IfMatch(base): IfMatch,
    Body(body): Body<PoolDefinition>,
) -> ApiResult<Response> {
    let write = Write { base, dry_run: query.dry_run.unwrap_or_default() };
    Ok(tagged(state.app.pool_update(&caller, &pool, wanted(body), write).await?))
}

/// Delete a pool that no task uses.
#[utoipa::path(delete, path = "/pools/{pool}", tag = "pool",
    params(("pool" = String, Path, description = "Name or id of the pool"), ("If-Match" = Option<String>, Header, description = "Version on which the deletion is based")),
    responses((status = 204, description = "Deleted")),
    extensions(("x-permission" = json!("define"))))]
pub async fn pool_delete(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(pool): Path<String>,
    IfMatch(base): IfMatch,
) -> ApiResult<StatusCode> {
    state.app.pool_delete(&caller, &pool, base).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn wanted(body: PoolDefinition) -> Wanted {
    let PoolDefinition { name, description, capacity } = body;
    Wanted { name, description, capacity }
}

fn tagged(view: PoolView) -> Response {
    let version = view.record.version;
    answer::versioned(pool_out(view), version)
}

fn pool_out(view: PoolView) -> Pool {
    let PoolView { record, now, tasks } = view;
    Pool {
        id: record.id.0,
        version: record.version,
        created_at: record.created_at,
        updated_at: record.updated_at,
        used: now.used,
        waiting_count: now.waiting,
        used_by: tasks,
        name: record.name,
        description: record.description,
        capacity: record.capacity,
    }
}
