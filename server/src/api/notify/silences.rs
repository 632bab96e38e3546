//! Silences over HTTP, and who hears of a task: people keep rules from telling about some tasks for a while.
//!
//! Start reading at `silence_list`.

use super::rule_convert::{rule_out, scope_in, scope_out};
use super::rule_wire::{Rule, RuleScope};
use crate::api::core::answer;
use crate::api::core::body::{Body, Path, Query, page_request};
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::core::page::page;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::app::notify::audience::{Audience, Meant};
use crate::app::notify::silences::SilenceView;
use crate::domain::ids::SilenceId;
use crate::domain::model::SilenceRecord;
use crate::domain::notify::rules::silences::SilenceDefinition;
use crate::domain::notify::words::{ScopeMatch, SilenceState};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Which silences to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SilenceListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only silences in these states, separated by commas.
    #[param(max_length = 200, example = "active,planned")]
    pub state: Option<String>,
}

/// A time in which rules tell nothing about some tasks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceNew {
    /// The tasks about which rules tell nothing. Without any name, it is all tasks. What is wrong with the server is told all
    /// the same.
    #[serde(default)]
    #[schema(inline = false)]
    pub what: RuleScope,
    /// When the silence begins; null: now.
    #[serde(default)]
    pub from_at: Option<DateTime<Utc>>,
    /// When it is over, at most 366 days after its begin.
    #[schema(example = "2027-01-02T06:00:00Z")]
    pub until_at: DateTime<Utc>,
    /// Why it is there, for others.
    #[schema(min_length = 1, max_length = 500, example = "upgrade of the database")]
    pub reason: String,
}

/// A time in which rules tell nothing about some tasks. Incidents are opened and shown as always, and what is still wrong
/// at the end of the silence is told then.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Silence {
    /// UUID of the silence.
    pub id: Uuid,
    /// Where the silence stands.
    #[schema(inline = false)]
    pub state: SilenceState,
    /// The tasks about which rules tell nothing.
    #[schema(inline = false)]
    pub what: RuleScope,
    /// When the silence begins.
    pub from_at: DateTime<Utc>,
    /// When it is over.
    pub until_at: DateTime<Utc>,
    /// Why it is there.
    pub reason: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: String,
    /// When somebody ended it before its time; null: nobody did.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who ended it.
    pub ended_by: Option<String>,
}
page!(
    /// A page of silences, those that begin last first.
    SilencePage,
    Silence
);

/// Who hears of a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskAudience {
    /// The rules that mean the task, by name.
    pub rules: Vec<AudienceRule>,
    /// The silences that hold now: until they are over, nobody is told.
    pub silences: Vec<Silence>,
}

/// A rule that means a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AudienceRule {
    /// The rule.
    #[schema(inline = false)]
    pub rule: Rule,
    /// By what it means the task.
    pub because: Vec<AudienceMatch>,
}

/// By what a rule means a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AudienceMatch {
    /// What fits.
    #[schema(inline = false)]
    pub kind: ScopeMatch,
    /// The name that fits; empty: the rule is about all tasks.
    pub name: String,
}

/// Operations on silences.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(silence_list, silence_create))
        .routes(routes!(silence_view))
        .routes(routes!(silence_end))
        .routes(routes!(task_audience))
}

/// List silences, those that begin last first.
#[utoipa::path(get, path = "/silences", tag = "silence", params(SilenceListQuery),
    responses((status = 200, description = "A page of silences", body = SilencePage)),
    extensions(("x-permission" = json!("read"))))]
pub async fn silence_list(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<SilenceListQuery>,
) -> ApiResult<Json<SilencePage>> {
    let page = page_request(query.limit, query.cursor.as_deref())?;
    let states = states_in(query.state.as_deref().unwrap_or_default())?;
    Ok(Json(state.app.silence_list(&caller, &states, &page).await?.map(silence_out).into()))
}

/// Silence tasks: no rule tells about them for some time.
#[utoipa::path(post, path = "/silences", tag = "silence", request_body = SilenceNew,
    responses((status = 201, description = "Created", body = Silence, headers(("Location" = String, description = "Path of the silence")))),
    extensions(("x-permission" = json!("run"))))]
pub async fn silence_create(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Body(body): Body<SilenceNew>,
) -> ApiResult<Response> {
    let made = state.app.silence_create(&caller, |now| silence_in(body, now)).await?;
    let id = made.silence.id.to_string();
    Ok(answer::created(Json(silence_out(made)).into_response(), "silences", id))
}

/// View a silence.
#[utoipa::path(get, path = "/silences/{silence}", tag = "silence", params(("silence" = Uuid, Path, description = "Id of the silence")),
    responses((status = 200, description = "The silence", body = Silence)),
    extensions(("x-permission" = json!("read"))))]
pub async fn silence_view(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(silence): Path<Uuid>,
) -> ApiResult<Json<Silence>> {
    Ok(Json(silence_out(state.app.silence_view(&caller, SilenceId(silence)).await?)))
}

/// End a silence before its time. What is still wrong is told now.
#[utoipa::path(post, path = "/silences/{silence}/end", tag = "silence", params(("silence" = Uuid, Path, description = "Id of the silence")),
    responses((status = 200, description = "The silence", body = Silence)),
    extensions(("x-permission" = json!("run"))))]
pub async fn silence_end(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(silence): Path<Uuid>,
) -> ApiResult<Json<Silence>> {
    Ok(Json(silence_out(state.app.silence_end(&caller, SilenceId(silence)).await?)))
}

/// Show who hears of a task: the rules that mean it, and why, and the silences that hold.
#[utoipa::path(get, path = "/tasks/{task}/audience", tag = "rule", params(("task" = String, Path, description = "Name or id of the task")),
    responses((status = 200, description = "Who hears of it", body = TaskAudience)),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_audience(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(task): Path<String>,
) -> ApiResult<Json<TaskAudience>> {
    Ok(Json(audience_out(state.app.task_audience(&caller, &task).await?)))
}

fn states_in(text: &str) -> ApiResult<Vec<SilenceState>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|_| unknown_state(word))).collect()
}

fn unknown_state(word: &str) -> ApiError {
    let known: Vec<&str> = SilenceState::ALL.iter().map(|state| state.as_str()).collect();
    ApiError::invalid_query("state", format!("\"{word}\" is not a state of a silence; use one of {}", known.join(", ")))
}

/// Who hears of a task, as the wire shows it.
fn audience_out(Audience { rules, silences }: Audience) -> TaskAudience {
    let fit = |(kind, name)| AudienceMatch { kind, name };
    let meant = |Meant { rule, because }: Meant| AudienceRule {
        rule: rule_out(rule),
        because: because.into_iter().map(fit).collect(),
    };
    TaskAudience {
        rules: rules.into_iter().map(meant).collect(),
        silences: silences.into_iter().map(silence_out).collect(),
    }
}

/// A definition as the domain knows it.
fn silence_in(wire: SilenceNew, now: DateTime<Utc>) -> SilenceDefinition {
    let SilenceNew { what, from_at, until_at, reason } = wire;
    SilenceDefinition { what: scope_in(what), from_at: from_at.unwrap_or(now), until_at, reason }
}

/// A silence as the wire shows it.
fn silence_out(SilenceView { silence, state }: SilenceView) -> Silence {
    let SilenceRecord { id, key: _, definition, created_at, created_by, ended_at, ended_by } = silence;
    let SilenceDefinition { what, from_at, until_at, reason } = definition;
    let what = scope_out(what);
    Silence { id: id.0, state, what, from_at, until_at, reason, created_at, created_by, ended_at, ended_by }
}
