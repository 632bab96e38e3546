//! Importing a crontab over HTTP.

use super::convert::definition_out;
use super::definition::TaskDefinition;
use crate::api::contract::names::NamePrefix;
use crate::api::core::answer::said;
use crate::api::core::body::{Body, Query, upload};
use crate::api::core::defaults::yes;
use crate::api::core::error::{ApiError, ApiResult};
use crate::api::core::page::DryRunQuery;
use crate::api::core::state::ApiState;
use crate::api::schedules::slot_out;
use crate::api::schedules::wire::SlotPreview;
use crate::app::{self, Caller};
use crate::domain::core::problem::Problem;
use crate::domain::core::time::zone_parse;
use crate::domain::schedules::crontab::{CrontabNote, Form, TaskImportNoteCode};
use crate::domain::tasks::Definition;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A text to turn into tasks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskImport {
    /// Kind of the text.
    #[schema(inline = false)]
    pub kind: TaskImportKind,
    /// The text: at most 5,000 lines. Either this or the bytes in `text_base64` must be given.
    #[serde(default)]
    #[schema(
        max_length = 1_000_000,
        default = "",
        example = "# Copies the shop\n30 2 * * MON-FRI /usr/local/bin/backup.sh"
    )]
    pub text: String,
    /// The bytes of the file in base64. The server finds out their encoding.
    #[serde(default)]
    #[schema(max_length = 1_000_000, content_encoding = "base64", example = "MzAgMiAqICogKiBiYWNrdXAK")]
    pub text_base64: Option<String>,
    /// Encoding of the bytes, such as `windows-1252`; null: found out (UTF-8, UTF-16, else Windows-1252).
    #[serde(default)]
    #[schema(max_length = 40, example = "windows-1252")]
    pub encoding: Option<String>,
    /// Whose crontab it is; null: Orc guesses.
    #[serde(default)]
    pub form: Option<CrontabForm>,
    /// Time zone of lines without a CRON_TZ above them; null: the server's default.
    #[serde(default)]
    #[schema(max_length = 100, example = "Europe/Berlin")]
    pub timezone: Option<String>,
    /// Folder of the new tasks.
    #[serde(default)]
    #[schema(max_length = 200, default = "")]
    pub folder: String,
    /// Prefix for each task's name.
    #[serde(default)]
    #[schema(value_type = NamePrefix, default = "")]
    pub prefix: String,
    /// Whether the new tasks are enabled.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub enabled: bool,
}

/// Kind of text that is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskImportKind {
    /// A crontab, as in crontab(5).
    Crontab,
}

/// Whose crontab it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrontabForm {
    /// A user's crontab, as `crontab -l` prints it.
    User,
    /// The system's crontab, with a user after the schedule: /etc/crontab, /etc/cron.d.
    System,
}

/// Tasks made from a text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskImportResult {
    /// Whether the tasks were saved. They are never saved if there is a problem.
    pub saved: bool,
    /// The form in which the text was read.
    #[schema(inline = false)]
    pub form: CrontabForm,
    /// The encoding that the text was read in.
    #[schema(example = "UTF-8")]
    pub encoding: String,
    /// The tasks, in the order of their lines.
    pub tasks: Vec<TaskImportItem>,
    /// Lines that cannot become tasks.
    pub problems: Vec<TaskImportProblem>,
    /// Where Orc differs from cron for all of the tasks.
    pub notes: Vec<TaskImportNote>,
}

/// A task made from a line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskImportItem {
    /// Number of the line, starting at 1.
    pub line: usize,
    /// The task.
    pub definition: TaskDefinition,
    /// Whether the task is left out because another task does the same already.
    pub skipped: bool,
    /// Its schedules in words.
    pub words: Vec<String>,
    /// Its next slots.
    pub next_slots: Vec<SlotPreview>,
    /// Where Orc differs from cron for this task.
    pub warnings: Vec<TaskImportNote>,
}

said!(
    /// Where Orc differs from cron.
    TaskImportNote (TaskImportNoteCode, "the leading \"-\" is ignored, because every run is recorded") = CrontabNote
);

/// A line that cannot become a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskImportProblem {
    /// Number of the line, starting at 1.
    pub line: usize,
    /// Position of the first wrong character in the line, starting at 1.
    pub position: Option<usize>,
    /// What is wrong and what to do about it.
    pub message: String,
}

/// Turn the lines of a crontab into tasks. Either all are saved or none.
#[utoipa::path(post, path = "/tasks/import", tag = "task", params(DryRunQuery), request_body = TaskImport,
    responses((status = 200, description = "The tasks, saved or not", body = TaskImportResult)),
    extensions(("x-permission" = json!("define"))))]
pub async fn task_import(
    State(state): State<ApiState>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<DryRunQuery>,
    Body(body): Body<TaskImport>,
) -> ApiResult<Json<TaskImportResult>> {
    let import = app::tasks::import::TaskImport {
        model: model(&body, &state.app.settings().timezone)?,
        file: upload("text", body.text, body.text_base64.as_deref(), body.encoding)?,
        form: body.form.map(form_in),
        prefix: body.prefix,
        dry_run: query.dry_run.unwrap_or_default(),
    };
    let app::tasks::import::Imported { saved, form, encoding, tasks, problems, notes } =
        state.app.task_import(&caller, &import).await?;
    let problems =
        problems.into_iter().map(|it| TaskImportProblem { line: it.line, position: it.position, message: it.message });
    let tasks = tasks.into_iter().map(item_out).collect();
    let notes = notes.into_iter().map(Into::into).collect();
    let (form, encoding, problems) = (form_out(form), encoding.to_owned(), problems.collect());
    Ok(Json(TaskImportResult { saved, form, encoding, tasks, problems, notes }))
}

/// A task with every default, in the requested folder and time zone.
fn model(body: &TaskImport, default_zone: &str) -> ApiResult<Definition> {
    let timezone = body.timezone.as_deref().filter(|zone| !zone.is_empty()).unwrap_or(default_zone);
    if let Err(fault) = zone_parse(timezone) {
        return Err(ApiError::invalid(vec![Problem::at("/timezone", fault.to_string())]));
    }
    let wire = json!({
        "name": "task",
        "folder": body.folder.trim_matches('/'),
        "enabled": body.enabled,
        "run": {"kind": "shell", "line": "true"},
        "schedules": [{"kind": "cron", "expression": "@daily", "timezone": timezone}],
    });
    let wire: TaskDefinition = serde_json::from_value(wire).expect("a definition of defaults is complete");
    Ok(wire.into_domain(timezone))
}

fn item_out(task: app::tasks::import::ImportedTask) -> TaskImportItem {
    let app::tasks::import::ImportedTask { line, definition, skipped, words, next_slots, warnings } = task;
    let next_slots = next_slots.into_iter().map(|(key, slot)| slot_out(Some(key), &slot)).collect();
    let warnings = warnings.into_iter().map(Into::into).collect();
    TaskImportItem { line, definition: definition_out(definition), skipped, words, next_slots, warnings }
}

fn form_in(form: CrontabForm) -> Form {
    match form {
        CrontabForm::User => Form::User,
        CrontabForm::System => Form::System,
    }
}

fn form_out(form: Form) -> CrontabForm {
    match form {
        Form::User => CrontabForm::User,
        Form::System => CrontabForm::System,
    }
}
