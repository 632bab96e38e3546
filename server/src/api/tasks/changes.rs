//! What changed between two runs of a task, over HTTP. It is about a run, and stands here because it compares
//! definitions as tasks show them.

use super::out::differences;
use super::wire::FieldDifference;
use crate::api::core::answer::Reason;
use crate::api::core::body::{Path, Query};
use crate::api::core::error::ApiResult;
use crate::api::core::state::ApiState;
use crate::api::runs::seconds;
use crate::api::runs::wire::LogSize;
use crate::app::Caller;
use crate::app::runs::changes::{RunChanges as Compared, RunSide as Side};
use crate::domain::ids::RunId;
use crate::domain::runs::changes::{Difference, DifferingLines, differing_lines};
use crate::domain::vocabulary::{ChangePart, RunState};
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Maximum number of characters of a text that differs.
const TEXT: usize = 4_000;

/// With which run to compare.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RunChangesQuery {
    /// Id of another run of the task; default: the newest one before this run that succeeded.
    pub with: Option<Uuid>,
}

/// A run beside an earlier run of its task, and what differs between them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunChanges {
    /// The run.
    pub run: RunSide,
    /// The run with which it is compared; null: there is none, and `problems` says why.
    #[schema(inline = false)]
    pub before: Option<RunSide>,
    /// What differs, apart from how the runs ended. Values of credentials and of environment variables are never
    /// shown.
    pub changes: Vec<RunChange>,
    /// Why something cannot be compared.
    pub problems: Vec<Reason>,
}

/// How one of two compared runs ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunSide {
    /// UUID of the run.
    pub id: Uuid,
    /// State of the run.
    pub state: RunState,
    /// Version of the task's definition.
    pub version: u32,
    /// When the run was created.
    pub created_at: DateTime<Utc>,
    /// Seconds from the run's start to its end, or to now; null: it did not start.
    pub duration_seconds: Option<f64>,
    /// Number of attempts.
    pub attempt_count: u32,
    /// Exit code of the newest attempt.
    pub exit_code: Option<i32>,
    /// Signal that ended the newest attempt.
    pub signal: Option<i32>,
    /// Why the run is in this state; null: there is no particular reason.
    pub reason: Option<Reason>,
    /// Size of the run's log.
    pub log: LogSize,
    /// What the run wrote to ORC_RESULT_FILE.
    pub result: Option<Value>,
    /// The last lines of the newest attempt's log, as plain text.
    pub log_tail: Vec<String>,
}

/// One thing that differs between two runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunChange {
    /// The part of the run.
    pub part: ChangePart,
    /// What differs: a JSON pointer into the definition, a path, or a name. For texts also the lines.
    #[schema(example = "/timeout_seconds")]
    pub name: String,
    /// The value in the earlier run; null: there was none.
    pub before: Value,
    /// The value in this run; null: there is none.
    pub after: Value,
}

/// Compare a run with the newest one before it that succeeded, or with another run of its task.
#[utoipa::path(get, path = "/runs/{run}/changes", tag = "run",
    params(("run" = Uuid, Path, description = "Id of the run"), RunChangesQuery),
    responses((status = 200, description = "What differs", body = RunChanges)),
    extensions(("x-permission" = json!("read"))))]
pub async fn run_changes(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Path(run): Path<Uuid>,
    Query(query): Query<RunChangesQuery>,
) -> ApiResult<Json<RunChanges>> {
    let compared = state.app.run_changes(&caller, RunId(run), query.with.map(RunId)).await?;
    Ok(Json(changes_out(compared, state.app.clock().now())))
}

fn changes_out(compared: Compared, now: DateTime<Utc>) -> RunChanges {
    let Compared { run, before, differences: found, problems } = compared;
    let definitions = (before.as_ref().and_then(|side| side.definition.as_ref()), run.definition.as_ref());
    let mut changes: Vec<RunChange> = match definitions {
        (Some(old), Some(new)) => differences(old, new).into_iter().map(field_out).collect(),
        _ => Vec::new(),
    };
    changes.extend(found.into_iter().map(change_out));
    RunChanges {
        run: side_out(run, now),
        before: before.map(|side| side_out(side, now)),
        changes,
        problems: problems.into_iter().map(Into::into).collect(),
    }
}

fn change_out(difference: Difference) -> RunChange {
    let Difference { part, name, before, after } = difference;
    RunChange { part, name, before: cut(before), after: cut(after) }
}

/// A field of the definition. Of a variable only its name is shown, and of a long text the lines that differ.
fn field_out(difference: FieldDifference) -> RunChange {
    let FieldDifference { pointer, before, after } = difference;
    if pointer == "/environment" || pointer.starts_with("/environment/") {
        let name = pointer.trim_start_matches("/environment").trim_start_matches('/').to_owned();
        let name = name.replace("~1", "/").replace("~0", "~");
        let was = !before.is_null();
        let shown = |value: &Value, other: &str| if value.is_null() { Value::Null } else { json!(other) };
        let after = shown(&after, if was { "set to another value" } else { "set" });
        return RunChange { part: ChangePart::Environment, name, before: shown(&before, "set"), after };
    }
    let part = ChangePart::Definition;
    if let (Value::String(old), Value::String(new)) = (&before, &after)
        && (old.contains('\n') || new.contains('\n'))
    {
        let DifferingLines { first, before, after } = differing_lines(old, new);
        let (before, after) = (cut(json!(before.join("\n"))), cut(json!(after.join("\n"))));
        return RunChange { part, name: format!("{pointer}, from line {first}"), before, after };
    }
    RunChange { part, name: pointer, before: cut(before), after: cut(after) }
}

/// Shortens a long text.
fn cut(value: Value) -> Value {
    match &value {
        Value::String(text) => match text.char_indices().nth(TEXT) {
            Some((at, _)) => json!(format!("{} …", &text[..at])),
            None => value,
        },
        _ => value,
    }
}

fn side_out(side: Side, now: DateTime<Utc>) -> RunSide {
    let Side { run, attempt, definition: _, log_tail } = side;
    let duration = run.started_at.map(|from| seconds(run.finished_at.unwrap_or(now) - from).max(0.0));
    RunSide {
        id: run.id.0,
        state: run.state,
        version: run.task_version,
        created_at: run.created_at,
        duration_seconds: duration,
        attempt_count: run.attempt_count,
        exit_code: attempt.as_ref().and_then(|attempt| attempt.exit_code),
        signal: attempt.as_ref().and_then(|attempt| attempt.signal),
        reason: run.reason.map(Into::into),
        log: LogSize { bytes: run.log_bytes, lines: run.log_lines, truncated: run.log_truncated },
        result: run.result,
        log_tail,
    }
}
