//! Exports definitions over HTTP. The answer is a body of `task_apply`.

use super::convert::definition_out;
use super::definition::TaskDefinition;
use crate::api::core::body::Query;
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::app::Caller;
use crate::domain::vocabulary::RunState;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The tasks to export: the filters of the list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TaskExportQuery {
    /// Only names and titles that contain this text.
    #[param(max_length = 200)]
    pub text: Option<String>,
    /// Only tasks in this folder and the folders below it.
    #[param(max_length = 200)]
    pub folder: Option<String>,
    /// Only tasks with this tag.
    #[param(max_length = 100)]
    pub tag: Option<String>,
    /// True: only enabled tasks. False: only disabled ones.
    pub enabled: Option<bool>,
    /// Only tasks whose newest run is in this state.
    #[param(inline = false)]
    pub last_state: Option<RunState>,
}

/// Definitions of tasks, ready to be applied.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskExport {
    /// The definitions, by name.
    #[schema(max_items = 10_000)]
    pub tasks: Vec<TaskDefinition>,
}

/// Export the definitions of at most 10,000 tasks, in the form that `task_apply` accepts.
#[utoipa::path(get, path = "/tasks/export", tag = "task", params(TaskExportQuery),
    responses((status = 200, description = "The definitions, as a body of `task_apply`", body = TaskExport)),
    extensions(("x-permission" = json!("read"))))]
pub async fn task_export(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<TaskExportQuery>,
) -> ApiResult<Json<TaskExport>> {
    let TaskExportQuery { text, folder, tag, enabled, last_state } = query;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (text, folder, tag) = (given(text), given(folder), given(tag));
    let filter = crate::domain::model::TaskFilter { text, folder, tag, enabled, last_state, owner: None };
    let definitions = state.app.task_export(&caller, &filter).await?;
    Ok(Json(TaskExport { tasks: definitions.into_iter().map(definition_out).collect() }))
}
