//! Table of operations of the command line client.
//!
//! GENERATED from openapi/openapi.json by `cargo xtask contract`: never edit.

use crate::table::Kind::{Boolean, Bytes, Choice, Document, Instant, Integer, List, Number, Secret, Text, Texts, Union as OneOf, Uuid, Value, Values};
use crate::table::{Answer, Body, Field, Operation, Schema, TextPlace, Union};

/// Where the paths of the contract begin.
pub const BASE: &str = "/api/v1";

/// Version of the contract.
pub const VERSION: &str = "0.1.0";

/// Every tag with its description.
pub const TAGS: &[(&str, &str)] = &[
    ("task", "Definitions of what to run"),
    ("schedule", "When tasks become due, and what became of each slot"),
    ("calendar", "Named sets of dates to run on or to skip, and maintenance windows"),
    ("channel", "Ways by which notifications leave Orc"),
    ("delivery", "What was sent by which channel, and what became of it"),
    ("rule", "Who is told what, about which tasks, and when"),
    ("incident", "What is or was wrong with tasks"),
    ("report", "What happened in a day, a week or a month, told to channels"),
    ("silence", "When nobody is told about some tasks"),
    ("pool", "Named limits on how many runs there are at once"),
    ("credential", "Named secrets that tasks use, and the vault that seals them"),
    ("network", "Network profiles: named facts about the network that tasks can need"),
    ("run", "Runs of tasks, with their attempts and logs"),
    ("user", "People who may log in"),
    ("token", "Keys for programs"),
    ("session", "Set-up, login and your own password"),
    ("audit", "Who did what"),
    ("system", "The server itself"),
];

/// Every operation.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        id: "task_list", method: "GET", path: "/tasks",
        permission: "read",
        summary: "List tasks.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names and titles that contain this text."),
            Field::optional("folder", Text, "Only tasks in this folder and the folders below it."),
            Field::optional("tag", Text, "Only tasks with this tag."),
            Field::optional("enabled", Boolean, "True: only enabled tasks. False: only disabled ones."),
            Field::optional("last_state", Choice(&["waiting", "queued", "running", "backing_off", "succeeded", "failed", "timed_out", "cancelled", "skipped", "lost"]), "Only tasks whose newest run is in this state."),
            Field::optional("sort", Choice(&["name", "updated_at", "last_run_at"]), "Order of the list."),
        ],
        answer: Answer::List,
        columns: &["name", "enabled", "next_slot_at", "last_run.state", "schedules", "problem.text", "folder", "tags"],
        more: &["version", "title", "run_kind", "updated_at", "lateness.kind", "id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "task_create", method: "POST", path: "/tasks",
        permission: "define",
        summary: "Create a task.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &TASK_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_bulk", method: "POST", path: "/tasks/bulk",
        permission: "run",
        summary: "Do one thing with several tasks. Each succeeds or fails on its own.",
        body: Some(Body { content_type: "application/json", schema: &TASK_BULK, partial: false }),
        answer: Answer::List,
        columns: &["task", "ok", "detail", "code"],
        more: &["run_id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "task_apply", method: "POST", path: "/tasks/apply",
        permission: "define",
        summary: "Create and update tasks from definitions. Either all are saved or none.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &TASK_APPLY, partial: false }),
        answer: Answer::List,
        columns: &["name", "change", "mended"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "task_export", method: "GET", path: "/tasks/export",
        permission: "read",
        summary: "Export the definitions of at most 10,000 tasks, in the form that `task_apply` accepts.",
        query: &[
            Field::optional("text", Text, "Only names and titles that contain this text."),
            Field::optional("folder", Text, "Only tasks in this folder and the folders below it."),
            Field::optional("tag", Text, "Only tasks with this tag."),
            Field::optional("enabled", Boolean, "True: only enabled tasks. False: only disabled ones."),
            Field::optional("last_state", Choice(&["waiting", "queued", "running", "backing_off", "succeeded", "failed", "timed_out", "cancelled", "skipped", "lost"]), "Only tasks whose newest run is in this state."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_import", method: "POST", path: "/tasks/import",
        permission: "define",
        summary: "Turn the lines of a crontab into tasks. Either all are saved or none.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &TASK_IMPORT, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_view", method: "GET", path: "/tasks/{task}",
        permission: "read",
        summary: "View a task.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_update", method: "PUT", path: "/tasks/{task}",
        permission: "define",
        summary: "Replace a task's definition.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &TASK_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_delete", method: "DELETE", path: "/tasks/{task}",
        permission: "define",
        summary: "Delete a task. Its runs stay until their retention ends.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        query: &[
            Field::optional("cancel_runs", Boolean, "Cancel the open runs of the task. Without it, a task with open runs is not deleted (409)."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_patch", method: "PATCH", path: "/tasks/{task}",
        permission: "define",
        summary: "Change some fields of a task's definition (JSON merge patch, RFC 7396).",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/merge-patch+json", schema: &TASK_DEFINITION, partial: true }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_enable", method: "POST", path: "/tasks/{task}/enable",
        permission: "define",
        summary: "Enable a task.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_disable", method: "POST", path: "/tasks/{task}/disable",
        permission: "define",
        summary: "Disable a task, so that nothing can start it.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_clone", method: "POST", path: "/tasks/{task}/clone",
        permission: "define",
        summary: "Copy a task under another name.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        body: Some(Body { content_type: "application/json", schema: &TASK_CLONE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_run", method: "POST", path: "/tasks/{task}/runs",
        permission: "run",
        summary: "Run a task now.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        headers: &[
            Field::optional("Idempotency-Key", Text, "A key of your choice. The same key returns the same run for 24 hours"),
        ],
        body: Some(Body { content_type: "application/json", schema: &RUN_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_probe", method: "POST", path: "/tasks/{task}/probe",
        permission: "run",
        summary: "Look once at everything that a run of the task would wait for. Nothing is stored and nothing is started, except the commands of dependencies.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        answer: Answer::List,
        columns: &["key", "kind", "words", "met", "seen.text", "looked_at"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "task_version_list", method: "GET", path: "/tasks/{task}/versions",
        permission: "read",
        summary: "List the versions of a task, newest first.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
        ],
        answer: Answer::List,
        columns: &["version", "created_at", "created_by", "definition.name"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "task_version_view", method: "GET", path: "/tasks/{task}/versions/{version}",
        permission: "read",
        summary: "View one version of a task.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
            Field::required("version", Integer(0, 9007199254740991), "Number of the version"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_changes", method: "GET", path: "/runs/{run}/changes",
        permission: "read",
        summary: "Compare a run with the newest one before it that succeeded, or with another run of its task.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        query: &[
            Field::optional("with", Uuid, "Id of another run of the task; default: the newest one before this run that succeeded."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_bands", method: "GET", path: "/tasks/{task}/bands",
        permission: "read",
        summary: "Show what the runs of a task usually take, log and report.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        answer: Answer::List,
        columns: &["measure"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "schedule_preview", method: "POST", path: "/schedules/preview",
        permission: "read",
        summary: "Show the next slots of a schedule.",
        body: Some(Body { content_type: "application/json", schema: &SCHEDULE_PREVIEW_REQUEST, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "schedule_describe", method: "POST", path: "/schedules/describe",
        permission: "read",
        summary: "Describe a schedule in words.",
        body: Some(Body { content_type: "application/json", schema: &SCHEDULE_DESCRIBE_REQUEST, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "slot_list", method: "GET", path: "/slots",
        permission: "read",
        summary: "List the ledger: what became of each due instant, newest first.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("task", Text, "Only slots of this task (name or id)."),
            Field::optional("outcome", Choice(&["run", "skipped", "missed", "pending"]), "Only slots with this outcome."),
            Field::optional("from_at", Instant, "Only entries with slots at or after this instant, including a range that began earlier."),
            Field::optional("until_at", Instant, "Only entries with slots before this instant."),
        ],
        answer: Answer::List,
        columns: &["task", "outcome", "scheduled_local", "reason.text", "count", "scheduled_for", "last_at", "schedule_key"],
        more: &["first_at", "lateness.kind", "schedule_id", "run_id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "trigger_list", method: "GET", path: "/tasks/{task}/triggers",
        permission: "read",
        summary: "List the triggers of a task and their state.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
        ],
        answer: Answer::List,
        columns: &["key", "kind", "enabled", "url", "problem.text", "rotated_at", "last_run_at"],
        more: &["id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "trigger_rotate", method: "POST", path: "/tasks/{task}/triggers/{trigger}/rotate",
        permission: "define",
        summary: "Create a new address or secret for a webhook. The old one stops working at once.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
            Field::required("trigger", Text, "Key of the trigger"),
        ],
        body: Some(Body { content_type: "application/json", schema: &TRIGGER_ROTATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "trigger_call_list", method: "GET", path: "/tasks/{task}/triggers/{trigger}/calls",
        permission: "read",
        summary: "List the newest calls of a webhook and what became of each: at most 50 with a right proof, and 10 without. The log has no secrets, bodies or queries, and the last seconds are lost if the server is killed.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
            Field::required("trigger", Text, "Key of the trigger"),
        ],
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
        ],
        answer: Answer::List,
        columns: &["count", "called_at", "address", "sender", "verdict", "delivery", "body_bytes"],
        more: &["run_id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "backfill_create", method: "POST", path: "/tasks/{task}/backfills",
        permission: "run",
        summary: "Run a task for each slot of a past period, in order.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &BACKFILL_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "backfill_list", method: "GET", path: "/backfills",
        permission: "read",
        summary: "List backfills.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("task", Text, "Only backfills of this task (name or id)."),
        ],
        answer: Answer::List,
        columns: &["id", "task", "state", "reason.text", "created_at", "schedule_key", "from_at", "until_at"],
        more: &["at_once", "slot_count", "made_count", "open_count", "succeeded_count", "failed_count", "created_by", "finished_at"],
        ..Operation::EMPTY
    },
    Operation {
        id: "backfill_view", method: "GET", path: "/backfills/{backfill}",
        permission: "read",
        summary: "View a backfill.",
        arguments: &[
            Field::required("backfill", Uuid, "Id of the backfill"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "backfill_cancel", method: "POST", path: "/backfills/{backfill}/cancel",
        permission: "run",
        summary: "Stop a backfill. It makes no more runs, and its open runs are cancelled.",
        arguments: &[
            Field::required("backfill", Uuid, "Id of the backfill"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "slot_summary", method: "GET", path: "/slots/summary",
        permission: "read",
        summary: "Compare what was due with what became of it. Every slot must be accounted for.",
        query: &[
            Field::required("task", Text, "The task (name or id)."),
            Field::optional("from_at", Instant, "First instant; default: one day before the last."),
            Field::optional("until_at", Instant, "Instant after the last one; default: now."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_effect", method: "POST", path: "/tasks/{task}/effect",
        permission: "read",
        summary: "Show how another definition of a task would change its slots.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task; one that does not exist yet has no slots"),
        ],
        query: &[
            Field::optional("days", Integer(1, 366), "Days to look ahead. [default: 14]"),
        ],
        body: Some(Body { content_type: "application/json", schema: &TASK_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_effect", method: "POST", path: "/calendars/{calendar}/effect",
        permission: "read",
        summary: "Show how another definition of a calendar would change the slots of all tasks.",
        arguments: &[
            Field::required("calendar", Text, "Name or id of the calendar; one that does not exist yet has no dates"),
        ],
        query: &[
            Field::optional("days", Integer(1, 366), "Days to look ahead. [default: 14]"),
        ],
        body: Some(Body { content_type: "application/json", schema: &CALENDAR_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "plan_list", method: "GET", path: "/plan",
        permission: "read",
        summary: "List the future slots of all tasks, soonest first.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("task", Text, "Only slots of this task (name or id)."),
            Field::optional("from_at", Instant, "Only slots after this instant; default: now."),
            Field::optional("until_at", Instant, "Only slots up to this instant, at most 366 days later; default: one day later."),
        ],
        answer: Answer::List,
        columns: &["task", "scheduled_local", "skipped", "notes", "scheduled_for", "schedule_key", "expected_duration_seconds", "may_wait"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "plan_days", method: "GET", path: "/plan/days",
        permission: "read",
        summary: "Count what is planned and what happened, day by day.",
        query: &[
            Field::required("from", Text, "First day."),
            Field::required("until", Text, "Last day. The range has at most 62 days."),
            Field::optional("timezone", Text, "Time zone of the days, an IANA name; default: the server's."),
            Field::optional("by_task", Boolean, "Whether to list the tasks of each day too."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "simulation_create", method: "POST", path: "/simulations",
        permission: "read",
        summary: "Simulate the coming days: what is due when, what overlaps, what waits, and which minutes would be better.",
        body: Some(Body { content_type: "application/json", schema: &SIMULATION_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "plan_ics", method: "GET", path: "/plan.ics",
        permission: "read",
        summary: "Get the plan as an iCalendar file, with one event per slot. A schedule that fires more than 24 times a day only appears in a note for the whole day.",
        query: &[
            Field::optional("days", Integer(1, 366), "Number of days ahead. [default: 30]"),
            Field::optional("task", Text, "Only slots of this task (name or id)."),
        ],
        answer: Answer::Bytes,
        ..Operation::EMPTY
    },
    Operation {
        id: "feed_list", method: "GET", path: "/feeds",
        permission: "own",
        summary: "List calendar feeds: your own, or all of them if you are an administrator.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
        ],
        answer: Answer::List,
        columns: &["name", "task", "folder", "created_at", "days", "created_by", "rotated_at"],
        more: &["id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "feed_create", method: "POST", path: "/feeds",
        permission: "own",
        summary: "Create a calendar feed. Its address is shown only this once.",
        body: Some(Body { content_type: "application/json", schema: &FEED_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "feed_delete", method: "DELETE", path: "/feeds/{feed}",
        permission: "own",
        summary: "Delete a calendar feed. Its address stops working at once.",
        arguments: &[
            Field::required("feed", Text, "Name or id of the feed"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "feed_rotate", method: "POST", path: "/feeds/{feed}/rotate",
        permission: "own",
        summary: "Give a calendar feed a new address. The old one stops working at once.",
        arguments: &[
            Field::required("feed", Text, "Name or id of the feed"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_list", method: "GET", path: "/runs",
        permission: "read",
        summary: "List runs, newest first.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("task", Text, "Only runs of this task (name or id)."),
            Field::optional("state", Text, "Only runs in these states, separated by commas."),
            Field::optional("trigger", Choice(&["manual", "schedule", "catch_up", "rerun", "api", "backfill", "webhook", "file", "task"]), "Only runs with this kind of trigger."),
            Field::optional("from_at", Instant, "Only runs created at or after this instant."),
            Field::optional("until_at", Instant, "Only runs created before this instant."),
            Field::optional("suspicious", Boolean, "Only runs that are marked as suspicious (true), or only others (false)."),
        ],
        answer: Answer::List,
        columns: &["id", "task.name", "state", "trigger.kind", "started_at", "duration_seconds", "reason.text", "suspicious"],
        more: &["scheduled_for", "created_at", "queued_at", "finished_at", "next_attempt_at", "cancel_requested_at", "attempt_count", "node", "log.bytes"],
        ..Operation::EMPTY
    },
    Operation {
        id: "run_stats", method: "GET", path: "/runs/stats",
        permission: "read",
        summary: "Count runs over time.",
        query: &[
            Field::optional("task", Text, "Only runs of this task (name or id)."),
            Field::optional("from_at", Instant, "First instant; default: 30 days ago."),
            Field::optional("until_at", Instant, "Instant after the last one; default: now."),
            Field::optional("step", Choice(&["hour", "day"]), "Width of a point."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_view", method: "GET", path: "/runs/{run}",
        permission: "read",
        summary: "View a run with its attempts.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_delete", method: "DELETE", path: "/runs/{run}",
        permission: "define",
        summary: "Delete a finished run and its log.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_cancel", method: "POST", path: "/runs/{run}/cancel",
        permission: "run",
        summary: "Cancel a run: its process tree is asked to stop, and killed after the grace period. A second call kills it at once.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_start", method: "POST", path: "/runs/{run}/start",
        permission: "run",
        summary: "Start a run without waiting any longer for its dependencies. It may still wait for its pool or for an earlier run.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_rerun", method: "POST", path: "/runs/{run}/rerun",
        permission: "run",
        summary: "Run a run again.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        headers: &[
            Field::optional("Idempotency-Key", Text, "A key of your choice. The same key returns the same run for 24 hours"),
        ],
        body: Some(Body { content_type: "application/json", schema: &RUN_RERUN, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_acknowledge", method: "POST", path: "/runs/{run}/acknowledge",
        permission: "run",
        summary: "Say that a suspicious run is normal: its mark is removed, and its values count as normal from now on.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_log", method: "GET", path: "/runs/{run}/log",
        permission: "read",
        summary: "Download the log of a run, byte for byte.",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        query: &[
            Field::optional("attempt", Integer(1, 1000), "Number of the attempt; default: the newest."),
            Field::optional("offset", Integer(0, 9007199254740991), "Offset of the first byte, counting dropped bytes too."),
            Field::optional("limit_bytes", Integer(1, 1073741824), "Maximum number of bytes in the answer; default: all."),
            Field::optional("stream", Choice(&["stdout", "stderr", "system"]), "Only this stream."),
        ],
        answer: Answer::Bytes,
        ..Operation::EMPTY
    },
    Operation {
        id: "run_log_stream", method: "GET", path: "/runs/{run}/log/stream",
        permission: "read",
        summary: "Follow the log of a run (events `log`, `attempt`, `end`).",
        arguments: &[
            Field::required("run", Uuid, "Id of the run"),
        ],
        query: &[
            Field::optional("attempt", Integer(1, 1000), "Number of the attempt; default: the newest."),
            Field::optional("offset", Integer(0, 9007199254740991), "Offset of the first byte; default: the last 1,000 lines."),
            Field::optional("last_event_id", Text, "The id of the last event seen; the stream continues after it."),
        ],
        answer: Answer::Stream,
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_list", method: "GET", path: "/calendars",
        permission: "read",
        summary: "List calendars.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "problem.text", "next_date", "version", "entry_count", "description", "updated_at", "maintenance"],
        more: &["used_by_count", "id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_create", method: "POST", path: "/calendars",
        permission: "define",
        summary: "Create a calendar.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &CALENDAR_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_view", method: "GET", path: "/calendars/{calendar}",
        permission: "read",
        summary: "View a calendar.",
        arguments: &[
            Field::required("calendar", Text, "Name or id of the calendar"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_update", method: "PUT", path: "/calendars/{calendar}",
        permission: "define",
        summary: "Replace a calendar's definition.",
        arguments: &[
            Field::required("calendar", Text, "Name or id of the calendar"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &CALENDAR_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_delete", method: "DELETE", path: "/calendars/{calendar}",
        permission: "define",
        summary: "Delete a calendar that nothing uses.",
        arguments: &[
            Field::required("calendar", Text, "Name or id of the calendar"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_import", method: "POST", path: "/calendars/import",
        permission: "define",
        summary: "Turn an iCalendar file into a calendar.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &CALENDAR_IMPORT, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "calendar_dates", method: "GET", path: "/calendars/{calendar}/dates",
        permission: "read",
        summary: "Show the dates of a calendar.",
        arguments: &[
            Field::required("calendar", Text, "Name or id of the calendar"),
        ],
        query: &[
            Field::required("from", Text, "First date."),
            Field::required("until", Text, "Last date, at most ten years after the first."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "pool_list", method: "GET", path: "/pools",
        permission: "read",
        summary: "List pools.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "used", "waiting_count", "capacity", "version", "created_at", "used_by", "updated_at"],
        more: &["description", "id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "pool_create", method: "POST", path: "/pools",
        permission: "define",
        summary: "Create a pool.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &POOL_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "pool_view", method: "GET", path: "/pools/{pool}",
        permission: "read",
        summary: "View a pool and how much of it is in use.",
        arguments: &[
            Field::required("pool", Text, "Name or id of the pool"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "pool_update", method: "PUT", path: "/pools/{pool}",
        permission: "define",
        summary: "Replace a pool's definition. Runs in progress keep their places.",
        arguments: &[
            Field::required("pool", Text, "Name or id of the pool"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &POOL_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "pool_delete", method: "DELETE", path: "/pools/{pool}",
        permission: "define",
        summary: "Delete a pool that no task uses.",
        arguments: &[
            Field::required("pool", Text, "Name or id of the pool"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_list", method: "GET", path: "/credentials",
        permission: "read",
        summary: "List credentials. Their values cannot be read.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "kind", "version", "expires_at", "created_at", "description", "fields", "value_version"],
        more: &["updated_at", "changed_by", "rotated_at", "last_used_at", "last_used_by", "warnings", "id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_create", method: "POST", path: "/credentials",
        permission: "credentials:write",
        summary: "Create a credential.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &CREDENTIAL_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_import", method: "POST", path: "/credentials/import",
        permission: "admin",
        summary: "Import credentials of Task Python Orchestrator.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &CREDENTIAL_IMPORT, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_view", method: "GET", path: "/credentials/{credential}",
        permission: "read",
        summary: "View a credential. Its values cannot be read.",
        arguments: &[
            Field::required("credential", Text, "Name or id of the credential"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_update", method: "PUT", path: "/credentials/{credential}",
        permission: "credentials:write",
        summary: "Change a credential's name, description or expiry. Its value stays.",
        arguments: &[
            Field::required("credential", Text, "Name or id of the credential"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &CREDENTIAL_UPDATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_delete", method: "DELETE", path: "/credentials/{credential}",
        permission: "credentials:write",
        summary: "Delete a credential that no task and no channel uses.",
        arguments: &[
            Field::required("credential", Text, "Name or id of the credential"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_rotate", method: "POST", path: "/credentials/{credential}/rotate",
        permission: "credentials:write",
        summary: "Give a credential a new value. Runs that start from now on use it.",
        arguments: &[
            Field::required("credential", Text, "Name or id of the credential"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &CREDENTIAL_ROTATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "credential_usage", method: "GET", path: "/credentials/{credential}/usage",
        permission: "read",
        summary: "Show which tasks and channels use a credential.",
        arguments: &[
            Field::required("credential", Text, "Name or id of the credential"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "vault_view", method: "GET", path: "/vault",
        permission: "read",
        summary: "Show whether credentials can be used, and where the vault's key comes from.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "vault_unseal", method: "POST", path: "/vault/unseal",
        permission: "admin",
        summary: "Open the vault with its passphrase, so that runs that wait for it start.",
        body: Some(Body { content_type: "application/json", schema: &VAULT_UNSEAL, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "vault_rotate", method: "POST", path: "/vault/rotate",
        permission: "admin",
        summary: "Give the vault a new key: made from a passphrase, or a new key file.",
        body: Some(Body { content_type: "application/json", schema: &VAULT_ROTATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "network_list", method: "GET", path: "/networks",
        permission: "read",
        summary: "List network profiles.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "version", "created_at", "used_by", "updated_at", "warnings", "description", "match"],
        more: &["id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "network_create", method: "POST", path: "/networks",
        permission: "define",
        summary: "Create a network profile.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &NETWORK_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "network_view", method: "GET", path: "/networks/{network}",
        permission: "read",
        summary: "View a network profile.",
        arguments: &[
            Field::required("network", Text, "Name or id of the profile"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "network_update", method: "PUT", path: "/networks/{network}",
        permission: "define",
        summary: "Replace a network profile's definition. One that tasks need keeps its name.",
        arguments: &[
            Field::required("network", Text, "Name or id of the profile"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &NETWORK_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "network_delete", method: "DELETE", path: "/networks/{network}",
        permission: "define",
        summary: "Delete a network profile that no task uses.",
        arguments: &[
            Field::required("network", Text, "Name or id of the profile"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "network_probe", method: "POST", path: "/networks/{network}/probe",
        permission: "run",
        summary: "Look whether a network profile holds now, and what is seen of each rule.",
        arguments: &[
            Field::required("network", Text, "Name or id of the profile"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "network_check", method: "POST", path: "/network-probes",
        permission: "define",
        summary: "Look whether rules hold now that are not saved.",
        body: Some(Body { content_type: "application/json", schema: &NETWORK_CHECK, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "network_survey", method: "GET", path: "/network-interfaces",
        permission: "read",
        summary: "Show the network interfaces of the server's machine, and a profile to begin with.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "channel_list", method: "GET", path: "/channels",
        permission: "read",
        summary: "List channels.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "kind", "enabled", "problem.text", "version", "created_at", "updated_at", "health"],
        more: &["accepted_at", "refused_at", "refused_count", "description", "id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "channel_create", method: "POST", path: "/channels",
        permission: "define",
        summary: "Create a channel.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &CHANNEL_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "channel_probe", method: "POST", path: "/channels/probe",
        permission: "define",
        summary: "Send a test through a channel that is not saved.",
        body: Some(Body { content_type: "application/json", schema: &CHANNEL_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "channel_view", method: "GET", path: "/channels/{channel}",
        permission: "read",
        summary: "View a channel and whether it works.",
        arguments: &[
            Field::required("channel", Text, "Name or id of the channel"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "channel_update", method: "PUT", path: "/channels/{channel}",
        permission: "define",
        summary: "Replace a channel's definition.",
        arguments: &[
            Field::required("channel", Text, "Name or id of the channel"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &CHANNEL_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "channel_delete", method: "DELETE", path: "/channels/{channel}",
        permission: "define",
        summary: "Delete a channel.",
        arguments: &[
            Field::required("channel", Text, "Name or id of the channel"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "channel_test", method: "POST", path: "/channels/{channel}/test",
        permission: "define",
        summary: "Send a test through a channel now, and show what both sides said.",
        arguments: &[
            Field::required("channel", Text, "Name or id of the channel"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "delivery_list", method: "GET", path: "/deliveries",
        permission: "read",
        summary: "List deliveries, newest first.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("channel", Text, "Only deliveries through this channel (name or id)."),
            Field::optional("state", Text, "Only deliveries in these states, separated by commas."),
        ],
        answer: Answer::List,
        columns: &["id", "state", "problem.text", "created_at", "channel", "subject", "level", "attempt_count"],
        more: &["attempted_at", "due_at", "delivered_at", "answer"],
        ..Operation::EMPTY
    },
    Operation {
        id: "delivery_view", method: "GET", path: "/deliveries/{delivery}",
        permission: "read",
        summary: "View a delivery: what was said, and what became of it.",
        arguments: &[
            Field::required("delivery", Uuid, "Id of the delivery"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "delivery_retry", method: "POST", path: "/deliveries/{delivery}/retry",
        permission: "run",
        summary: "Send a delivery again that was given up or suppressed, or that waits for its next attempt.",
        arguments: &[
            Field::required("delivery", Uuid, "Id of the delivery"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "rule_list", method: "GET", path: "/rules",
        permission: "read",
        summary: "List rules.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "enabled", "version", "created_at", "updated_at", "description", "when", "who"],
        more: &["in_a_row", "skip_reasons", "remind_minutes", "id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "rule_create", method: "POST", path: "/rules",
        permission: "define",
        summary: "Create a rule.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &RULE_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "rule_simulate", method: "POST", path: "/rules/simulate",
        permission: "read",
        summary: "Simulate a rule that is not saved: which messages it would have sent over the last 30 days.",
        body: Some(Body { content_type: "application/json", schema: &RULE_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "rule_view", method: "GET", path: "/rules/{rule}",
        permission: "read",
        summary: "View a rule.",
        arguments: &[
            Field::required("rule", Text, "Name or id of the rule"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "rule_update", method: "PUT", path: "/rules/{rule}",
        permission: "define",
        summary: "Replace a rule's definition.",
        arguments: &[
            Field::required("rule", Text, "Name or id of the rule"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &RULE_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "rule_delete", method: "DELETE", path: "/rules/{rule}",
        permission: "define",
        summary: "Delete a rule.",
        arguments: &[
            Field::required("rule", Text, "Name or id of the rule"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "incident_list", method: "GET", path: "/incidents",
        permission: "read",
        summary: "List incidents, newest first.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("task", Text, "Only incidents of this task (name or id)."),
            Field::optional("state", Text, "Only incidents in these states, separated by commas."),
        ],
        answer: Answer::List,
        columns: &["id", "task", "kind", "state", "last_run", "reason.text", "part", "opened_at"],
        more: &["seen_at", "run_count", "first_run", "last_state", "acknowledged_at", "acknowledged_by", "note", "resolved_at", "resolved_by", "snoozed_until", "snoozed_by"],
        ..Operation::EMPTY
    },
    Operation {
        id: "incident_view", method: "GET", path: "/incidents/{incident}",
        permission: "read",
        summary: "View an incident, and who heard of it.",
        arguments: &[
            Field::required("incident", Uuid, "Id of the incident"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "incident_acknowledge", method: "POST", path: "/incidents/{incident}/acknowledge",
        permission: "run",
        summary: "Take care of an incident: no further rule tells that it is there.",
        arguments: &[
            Field::required("incident", Uuid, "Id of the incident"),
        ],
        body: Some(Body { content_type: "application/json", schema: &INCIDENT_ACKNOWLEDGE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "incident_snooze", method: "POST", path: "/incidents/{incident}/snooze",
        permission: "run",
        summary: "Put an incident off: no rule tells about it for some time. Whoever was told is told again after that, if the incident is still there.",
        arguments: &[
            Field::required("incident", Uuid, "Id of the incident"),
        ],
        body: Some(Body { content_type: "application/json", schema: &INCIDENT_SNOOZE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "incident_resolve", method: "POST", path: "/incidents/{incident}/resolve",
        permission: "run",
        summary: "Resolve an incident of a task that is over, although no run has shown it. Orc itself sees when one about the server is over.",
        arguments: &[
            Field::required("incident", Uuid, "Id of the incident"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "silence_list", method: "GET", path: "/silences",
        permission: "read",
        summary: "List silences, those that begin last first.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("state", Text, "Only silences in these states, separated by commas."),
        ],
        answer: Answer::List,
        columns: &["id", "state", "reason", "created_at", "from_at", "until_at", "created_by", "ended_at"],
        more: &["ended_by"],
        ..Operation::EMPTY
    },
    Operation {
        id: "silence_create", method: "POST", path: "/silences",
        permission: "run",
        summary: "Silence tasks: no rule tells about them for some time.",
        body: Some(Body { content_type: "application/json", schema: &SILENCE_NEW, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "silence_view", method: "GET", path: "/silences/{silence}",
        permission: "read",
        summary: "View a silence.",
        arguments: &[
            Field::required("silence", Uuid, "Id of the silence"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "silence_end", method: "POST", path: "/silences/{silence}/end",
        permission: "run",
        summary: "End a silence before its time. What is still wrong is told now.",
        arguments: &[
            Field::required("silence", Uuid, "Id of the silence"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "task_audience", method: "GET", path: "/tasks/{task}/audience",
        permission: "read",
        summary: "Show who hears of a task: the rules that mean it, and why, and the silences that hold.",
        arguments: &[
            Field::required("task", Text, "Name or id of the task"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "link_view", method: "GET", path: "/links/{link}",
        permission: "public",
        summary: "Show what a link in a message is about. It changes nothing.",
        arguments: &[
            Field::required("link", Text, "The last part of the address in the message"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "link_use", method: "POST", path: "/links/{link}",
        permission: "public",
        summary: "Take care of an incident, or put it off, by a link in a message. A link acts once.",
        arguments: &[
            Field::required("link", Text, "The last part of the address in the message"),
        ],
        body: Some(Body { content_type: "application/json", schema: &LINK_USE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_list", method: "GET", path: "/reports",
        permission: "read",
        summary: "List reports.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "enabled", "at", "version", "created_at", "updated_at", "next_at", "sent_at"],
        more: &["description", "timezone", "who", "when_empty", "id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "report_create", method: "POST", path: "/reports",
        permission: "define",
        summary: "Create a report.",
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        body: Some(Body { content_type: "application/json", schema: &REPORT_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_preview", method: "POST", path: "/reports/preview",
        permission: "read",
        summary: "Show what a report would say that need not be saved. Nothing is sent.",
        query: &[
            Field::optional("date", Text, "A local day among those about which the report tells; default: the newest days that are over."),
        ],
        body: Some(Body { content_type: "application/json", schema: &REPORT_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_contents", method: "GET", path: "/reports/{report}/contents",
        permission: "read",
        summary: "Show what a saved report says. Nothing is sent.",
        arguments: &[
            Field::required("report", Text, "Name or id of the report"),
        ],
        query: &[
            Field::optional("date", Text, "A local day among those about which the report tells; default: the newest days that are over."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_html", method: "GET", path: "/reports/{report}/html",
        permission: "read",
        summary: "Show a report as the page that a mail contains. It prints well.",
        arguments: &[
            Field::required("report", Text, "Name or id of the report"),
        ],
        query: &[
            Field::optional("date", Text, "A local day among those about which the report tells; default: the newest days that are over."),
            Field::optional("definition", Text, "A definition (JSON) to show in place of the saved one. There need not be a saved one then."),
        ],
        answer: Answer::Bytes,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_csv", method: "GET", path: "/reports/{report}/csv",
        permission: "read",
        summary: "Show a report as CSV: one line for each value, with part, name and field.",
        arguments: &[
            Field::required("report", Text, "Name or id of the report"),
        ],
        query: &[
            Field::optional("date", Text, "A local day among those about which the report tells; default: the newest days that are over."),
        ],
        answer: Answer::Bytes,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_view", method: "GET", path: "/reports/{report}",
        permission: "read",
        summary: "View a report's definition, and when it is sent next.",
        arguments: &[
            Field::required("report", Text, "Name or id of the report"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_update", method: "PUT", path: "/reports/{report}",
        permission: "define",
        summary: "Replace a report's definition.",
        arguments: &[
            Field::required("report", Text, "Name or id of the report"),
        ],
        query: &[
            Field::optional("dry_run", Boolean, "Check everything but save nothing."),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the change is based"),
        ],
        body: Some(Body { content_type: "application/json", schema: &REPORT_DEFINITION, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_delete", method: "DELETE", path: "/reports/{report}",
        permission: "define",
        summary: "Delete a report. What is on its way already is still sent.",
        arguments: &[
            Field::required("report", Text, "Name or id of the report"),
        ],
        headers: &[
            Field::optional("If-Match", Text, "Version on which the deletion is based"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "report_send", method: "POST", path: "/reports/{report}/send",
        permission: "run",
        summary: "Send a report now to all its channels. A disabled report can be sent too.",
        arguments: &[
            Field::required("report", Text, "Name or id of the report"),
        ],
        query: &[
            Field::optional("date", Text, "A local day among those about which the report tells; default: the newest days that are over."),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "user_list", method: "GET", path: "/users",
        permission: "admin",
        summary: "List users.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["name", "role", "created_at", "grants", "disabled", "last_login_at"],
        more: &["id"],
        ..Operation::EMPTY
    },
    Operation {
        id: "user_create", method: "POST", path: "/users",
        permission: "admin",
        summary: "Create a user.",
        body: Some(Body { content_type: "application/json", schema: &USER_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "user_view", method: "GET", path: "/users/{user}",
        permission: "admin",
        summary: "View a user.",
        arguments: &[
            Field::required("user", Text, "Name or id of the user"),
        ],
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "user_delete", method: "DELETE", path: "/users/{user}",
        permission: "admin",
        summary: "Delete a user and end the user's sessions and tokens.",
        arguments: &[
            Field::required("user", Text, "Name or id of the user"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "user_update", method: "PATCH", path: "/users/{user}",
        permission: "admin",
        summary: "Change a user's role or password, or disable the user.",
        arguments: &[
            Field::required("user", Text, "Name or id of the user"),
        ],
        body: Some(Body { content_type: "application/json", schema: &USER_UPDATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "token_list", method: "GET", path: "/tokens",
        permission: "own",
        summary: "List tokens: your own, or all of them if you are an administrator.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("text", Text, "Only names that contain this text, in upper or lower case."),
        ],
        answer: Answer::List,
        columns: &["id", "name", "role", "created_at", "expires_at", "grants", "created_by", "last_used_at"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "token_create", method: "POST", path: "/tokens",
        permission: "own",
        summary: "Create a token. Its text is shown only this once.",
        body: Some(Body { content_type: "application/json", schema: &TOKEN_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "token_revoke", method: "DELETE", path: "/tokens/{token}",
        permission: "own",
        summary: "Revoke a token.",
        arguments: &[
            Field::required("token", Uuid, "Id of the token"),
        ],
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "session_view", method: "GET", path: "/session",
        permission: "own",
        summary: "Show who you are and what you may do.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "session_create", method: "POST", path: "/session",
        permission: "public",
        summary: "Log in and get a session cookie.",
        body: Some(Body { content_type: "application/json", schema: &SESSION_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "session_delete", method: "DELETE", path: "/session",
        permission: "own",
        summary: "Log out.",
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "session_password_update", method: "PUT", path: "/session/password",
        permission: "own",
        summary: "Change your password and end all your other sessions.",
        body: Some(Body { content_type: "application/json", schema: &SESSION_PASSWORD, partial: false }),
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "setup_view", method: "GET", path: "/setup",
        permission: "public",
        summary: "Show whether the server still needs its first administrator.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "setup_create", method: "POST", path: "/setup",
        permission: "public",
        summary: "Create the first administrator with the one-time token, and log in.",
        body: Some(Body { content_type: "application/json", schema: &SETUP_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "audit_list", method: "GET", path: "/audit",
        permission: "admin",
        summary: "List audit entries, newest first.",
        query: &[
            Field::optional("limit", Integer(1, 500), "Maximum number of items in one answer. [default: 50]"),
            Field::optional("cursor", Text, "The `next_cursor` of the previous page; the answer continues there."),
            Field::optional("actor", Text, "Only entries of this actor."),
            Field::optional("action", Text, "Only entries with this action."),
            Field::optional("target", Text, "Only entries about this thing."),
        ],
        answer: Answer::List,
        columns: &["number", "actor", "action", "at", "target", "actor_kind", "target_kind"],
        more: &["request_id", "hash"],
        ..Operation::EMPTY
    },
    Operation {
        id: "audit_verify", method: "GET", path: "/audit/verification",
        permission: "admin",
        summary: "Check the chain of audit entries for edits, deletions and reordering.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_view", method: "GET", path: "/system",
        permission: "read",
        summary: "View the server: version, uptime, database, disk.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_settings", method: "GET", path: "/system/settings",
        permission: "admin",
        summary: "List the settings and the source of each.",
        answer: Answer::List,
        columns: &["name", "value", "source", "description"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "system_workers", method: "GET", path: "/system/workers",
        permission: "read",
        summary: "List the server's workers and what each did last.",
        answer: Answer::List,
        columns: &["name", "running_since_at", "error.text", "last_at", "last_summary.text", "every_seconds", "round_count", "last_seconds"],
        more: &[],
        ..Operation::EMPTY
    },
    Operation {
        id: "system_hold", method: "POST", path: "/system/hold",
        permission: "admin",
        summary: "Put everything on hold: nothing fires or starts, and runs in progress continue.",
        body: Some(Body { content_type: "application/json", schema: &HOLD_CREATE, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_release", method: "DELETE", path: "/system/hold",
        permission: "admin",
        summary: "End the hold.",
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_heartbeat_view", method: "GET", path: "/system/heartbeat",
        permission: "admin",
        summary: "View the server's own heartbeat and what became of its calls.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_heartbeat_set", method: "PUT", path: "/system/heartbeat",
        permission: "admin",
        summary: "Set the server's own heartbeat. The first call is made at once.",
        body: Some(Body { content_type: "application/json", schema: &SYSTEM_HEARTBEAT_SET, partial: false }),
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_heartbeat_clear", method: "DELETE", path: "/system/heartbeat",
        permission: "admin",
        summary: "Stop the server's own heartbeat.",
        answer: Answer::Empty,
        ..Operation::EMPTY
    },
    Operation {
        id: "clock_confirm", method: "POST", path: "/system/clock",
        permission: "admin",
        summary: "Trust the machine's clock at once if it is doubted. The catch-up rules then apply to the slots in between.",
        answer: Answer::Value,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_metrics", method: "GET", path: "/metrics",
        permission: "read",
        summary: "Get the figures of the server in the Prometheus text format.",
        answer: Answer::Bytes,
        ..Operation::EMPTY
    },
    Operation {
        id: "system_contract", method: "GET", path: "/openapi.json",
        permission: "read",
        summary: "Get the contract: this document.",
        answer: Answer::Bytes,
        ..Operation::EMPTY
    },
    Operation {
        id: "event_stream", method: "GET", path: "/events",
        permission: "read",
        summary: "Follow what changes.",
        query: &[
            Field::optional("last_event_id", Text, "Id of the last event seen; the stream continues after it."),
        ],
        answer: Answer::Stream,
        ..Operation::EMPTY
    },
];

static BACKFILL_CREATE: Schema = Schema {
    fields: &[
        Field::optional("schedule_key", Text, "Only slots of this schedule; null: of all enabled ones.").or_null(),
        Field::required("from_at", Instant, "First instant."),
        Field::required("until_at", Instant, "Last instant, not in the future."),
        Field::optional("at_once", Integer(1, 100), "Maximum number of simultaneous runs. [default: 1]"),
        Field::optional("params", Values, "Params of the runs."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "schedule_key", of: "", kinds: &[], nullable: true },
        TextPlace { at: "from_at", of: "", kinds: &[], nullable: false },
        TextPlace { at: "until_at", of: "", kinds: &[], nullable: false },
    ],
};

static CALENDAR_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name, by which schedules refer to the calendar. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("description", Text, "What the calendar is for."),
        Field::optional("entries", List(&Value), "Dates of the calendar: every date that at least one of these entries contains."),
        Field::optional("except", List(&Value), "Exceptions: dates that one of these entries contains are not in the calendar."),
        Field::optional("maintenance.timezone", Text, "Time zone of dates and times, an IANA name."),
        Field::optional("maintenance.from", Text, "Start of the window. A slot exactly then is skipped."),
        Field::optional("maintenance.to", Text, "End of the window, not included, up to 24:00. If it is not after the start, the window reaches over midnight."),
        Field::optional("maintenance.tags", List(&Text), "Tasks with one of these tags; empty: all tasks."),
    ],
    unions: &[
        Union { at: "entries.*", kinds: &["date", "yearly", "weekdays", "rrule", "calendar"] },
        Union { at: "except.*", kinds: &["date", "yearly", "weekdays", "rrule", "calendar"] },
    ],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "entries.*.date", of: "entries.*", kinds: &["date"], nullable: false },
        TextPlace { at: "entries.*.until", of: "entries.*", kinds: &["date"], nullable: true },
        TextPlace { at: "entries.*.title", of: "entries.*", kinds: &["date", "yearly", "rrule"], nullable: false },
        TextPlace { at: "entries.*.rule", of: "entries.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "entries.*.dtstart", of: "entries.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "entries.*.name", of: "entries.*", kinds: &["calendar"], nullable: false },
        TextPlace { at: "except.*.date", of: "except.*", kinds: &["date"], nullable: false },
        TextPlace { at: "except.*.until", of: "except.*", kinds: &["date"], nullable: true },
        TextPlace { at: "except.*.title", of: "except.*", kinds: &["date", "yearly", "rrule"], nullable: false },
        TextPlace { at: "except.*.rule", of: "except.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "except.*.dtstart", of: "except.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "except.*.name", of: "except.*", kinds: &["calendar"], nullable: false },
        TextPlace { at: "maintenance.timezone", of: "", kinds: &[], nullable: false },
        TextPlace { at: "maintenance.from", of: "", kinds: &[], nullable: false },
        TextPlace { at: "maintenance.to", of: "", kinds: &[], nullable: false },
        TextPlace { at: "maintenance.tags.*", of: "", kinds: &[], nullable: false },
    ],
};

static CALENDAR_IMPORT: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Name of the calendar. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("ics", Document, "The file (RFC 5545) as text. Either this or the bytes in `ics_base64` must be given."),
        Field::optional("ics_base64", Bytes, "The bytes of the file in base64. The server finds out their encoding.").or_null(),
        Field::optional("encoding", Text, "Encoding of the bytes, such as `windows-1252`; null: found out (UTF-8, UTF-16, else Windows-1252).").or_null(),
        Field::optional("timezone", Text, "Zone of the dates of events with times of day, an IANA name; null: the zone that the file says, else the server's. Whole days stay the days that they are, whatever the zone.").or_null(),
        Field::optional("description", Text, "What the calendar is for; null: the name that the file gives itself.").or_null(),
        Field::optional("replace", Boolean, "Whether an existing calendar of this name gets the dates of the file instead of its own."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "ics", of: "", kinds: &[], nullable: false },
        TextPlace { at: "ics_base64", of: "", kinds: &[], nullable: true },
        TextPlace { at: "encoding", of: "", kinds: &[], nullable: true },
        TextPlace { at: "timezone", of: "", kinds: &[], nullable: true },
        TextPlace { at: "description", of: "", kinds: &[], nullable: true },
    ],
};

static CHANNEL_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("description", Text, "What the channel is for."),
        Field::optional("enabled", Boolean, "Whether anything but a test is sent through the channel. [default: true]"),
        Field::required("target", OneOf(&["mail", "webhook", "slack", "teams", "discord", "telegram", "ntfy", "gotify", "pushover", "pagerduty", "opsgenie", "matrix", "command"]), "Where the channel leads."),
        Field::optional("target.host", Text, "Name or address of the SMTP server.").of("target", &["mail"]),
        Field::optional("target.port", Integer(1, 65535), "Port of the SMTP server. [default: 587]").of("target", &["mail"]),
        Field::optional("target.security", Choice(&["starttls", "tls", "none"]), "How the connection is encrypted. `none` is allowed only for a server on this machine.").of("target", &["mail"]),
        Field::optional("target.credential", Text, "Credential of kind smtp or login; null: no login. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters.").or_null().of("target", &["mail", "slack", "teams", "discord", "telegram", "ntfy", "gotify", "pushover", "pagerduty", "opsgenie", "matrix"]),
        Field::optional("target.ca_file", Text, "File on the server with certificates (PEM) of authorities to trust in addition to those of the system.").or_null().of("target", &["mail"]),
        Field::optional("target.from", Text, "Address of the sender, with or without a name.").of("target", &["mail"]),
        Field::optional("target.reply_to", Text, "Address for answers; null: the sender.").or_null().of("target", &["mail"]),
        Field::optional("target.to", List(&Text), "Addresses of the recipients.").of("target", &["mail"]),
        Field::optional("target.mails_per_hour", Integer(1, 100000), "Largest number of mails within an hour. Those above it wait their turn. Null: there is no limit.").or_null().of("target", &["mail"]),
        Field::optional("target.url", Text, "Address. `${credential.NAME}` stands for the value of a credential.").of("target", &["webhook"]),
        Field::optional("target.headers", Texts, "Headers. `${credential.NAME}` in a value stands for the value of a credential.").of("target", &["webhook"]),
        Field::optional("target.body", Text, "JSON in which `${subject}`, `${text}`, `${level}`, `${key}`, `${link}`, `${at}` and `${resolved}` stand for values; null: an object with all that is known.").or_null().of("target", &["webhook"]),
        Field::optional("target.signed_by", Text, "Credential whose value signs the request, in the headers X-Orc-Timestamp and X-Orc-Signature; null: it is not signed. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters.").or_null().of("target", &["webhook"]),
        Field::optional("target.chat", Text, "Number or @name of the chat.").of("target", &["telegram"]),
        Field::optional("target.server", Text, "Address of the service. [default: https://api.telegram.org]").of("target", &["telegram", "ntfy", "gotify", "pushover", "pagerduty", "opsgenie", "matrix"]),
        Field::optional("target.topic", Text, "Name of the topic.").of("target", &["ntfy"]),
        Field::optional("target.user", Text, "Key of the user or group.").of("target", &["pushover"]),
        Field::optional("target.room", Text, "Id of the room.").of("target", &["matrix"]),
        Field::optional("target.program", Text, "Program: a path, or a name searched in PATH.").of("target", &["command"]),
        Field::optional("target.arguments", List(&Text), "Its arguments. `${subject}`, `${text}`, `${level}`, `${key}`, `${link}`, `${at}` and `${resolved}` stand for values.").of("target", &["command"]),
    ],
    unions: &[
        Union { at: "target", kinds: &["mail", "webhook", "slack", "teams", "discord", "telegram", "ntfy", "gotify", "pushover", "pagerduty", "opsgenie", "matrix", "command"] },
    ],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "target.host", of: "target", kinds: &["mail"], nullable: false },
        TextPlace { at: "target.credential", of: "target", kinds: &["mail", "ntfy"], nullable: true },
        TextPlace { at: "target.ca_file", of: "target", kinds: &["mail"], nullable: true },
        TextPlace { at: "target.from", of: "target", kinds: &["mail"], nullable: false },
        TextPlace { at: "target.reply_to", of: "target", kinds: &["mail"], nullable: true },
        TextPlace { at: "target.to.*", of: "target", kinds: &["mail"], nullable: false },
        TextPlace { at: "target.url", of: "target", kinds: &["webhook"], nullable: false },
        TextPlace { at: "target.headers.{}", of: "target", kinds: &["webhook"], nullable: false },
        TextPlace { at: "target.body", of: "target", kinds: &["webhook"], nullable: true },
        TextPlace { at: "target.signed_by", of: "target", kinds: &["webhook"], nullable: true },
        TextPlace { at: "target.credential", of: "target", kinds: &["slack", "teams", "discord", "telegram", "gotify", "pushover", "pagerduty", "opsgenie", "matrix"], nullable: false },
        TextPlace { at: "target.chat", of: "target", kinds: &["telegram"], nullable: false },
        TextPlace { at: "target.server", of: "target", kinds: &["telegram", "ntfy", "gotify", "pushover", "pagerduty", "opsgenie", "matrix"], nullable: false },
        TextPlace { at: "target.topic", of: "target", kinds: &["ntfy"], nullable: false },
        TextPlace { at: "target.user", of: "target", kinds: &["pushover"], nullable: false },
        TextPlace { at: "target.room", of: "target", kinds: &["matrix"], nullable: false },
        TextPlace { at: "target.program", of: "target", kinds: &["command"], nullable: false },
        TextPlace { at: "target.arguments.*", of: "target", kinds: &["command"], nullable: false },
    ],
};

static CREDENTIAL_CREATE: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name, by which tasks refer to the credential. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::required("kind", Choice(&["generic", "login", "token", "ssh_key", "smtp", "database_url"]), "What the credential is."),
        Field::optional("description", Text, "What the credential is for."),
        Field::optional("expires_at", Instant, "When the value stops being valid where it is used; null: unknown, or never.").or_null(),
        Field::optional("value", Secret, "The secret value; of a login or a mail server: its password.").or_null(),
        Field::optional("values", Texts, "The values by name of the field: `username` and `password` of a login, also `host` and `port` of a mail server. [default: {}]"),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "expires_at", of: "", kinds: &[], nullable: true },
        TextPlace { at: "value", of: "", kinds: &[], nullable: true },
        TextPlace { at: "values.{}", of: "", kinds: &[], nullable: false },
    ],
};

static CREDENTIAL_IMPORT: Schema = Schema {
    fields: &[
        Field::optional("database", Text, "Path of the original's database on the server, usually `data/orchestrator.db` in its folder. The file is only read. Either this or `export` must be given.").or_null(),
        Field::optional("export", Secret, "The credentials as text: JSON with a value for each name, a JSON list of objects with `name` and `value`, or CSV with a first line that names these columns.").or_null(),
        Field::optional("host_name", Text, "Name of the machine on which the original ran, as the command `hostname` prints it there. Sealed values need it.").or_null(),
        Field::optional("password", Secret, "Master password of the original. Sealed values need it.").or_null(),
        Field::optional("names", Texts, "Names in Orc by names in the original, for those that are to differ. [default: {}]"),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "database", of: "", kinds: &[], nullable: true },
        TextPlace { at: "export", of: "", kinds: &[], nullable: true },
        TextPlace { at: "host_name", of: "", kinds: &[], nullable: true },
        TextPlace { at: "password", of: "", kinds: &[], nullable: true },
        TextPlace { at: "names.{}", of: "", kinds: &[], nullable: false },
    ],
};

static CREDENTIAL_ROTATE: Schema = Schema {
    fields: &[
        Field::optional("value", Secret, "The secret value; of a login or a mail server: its password.").or_null(),
        Field::optional("values", Texts, "The values by name of the field. Fields that are absent have no value any more. [default: {}]"),
        Field::optional("expires_at", Instant, "When the new value stops being valid where it is used; null: unknown, or never.").or_null(),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "value", of: "", kinds: &[], nullable: true },
        TextPlace { at: "values.{}", of: "", kinds: &[], nullable: false },
        TextPlace { at: "expires_at", of: "", kinds: &[], nullable: true },
    ],
};

static CREDENTIAL_UPDATE: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name. A credential that tasks use cannot be renamed. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("description", Text, "What the credential is for."),
        Field::optional("expires_at", Instant, "When the value stops being valid where it is used; null: unknown, or never.").or_null(),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "expires_at", of: "", kinds: &[], nullable: true },
    ],
};

static FEED_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Name of the feed in calendar programs."),
        Field::optional("task", Text, "Only slots of this task (name or id).").or_null(),
        Field::optional("folder", Text, "Only tasks in this folder and the folders below it.").or_null(),
        Field::optional("days", Integer(1, 366), "Number of days ahead. [default: 30]"),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "task", of: "", kinds: &[], nullable: true },
        TextPlace { at: "folder", of: "", kinds: &[], nullable: true },
    ],
};

static HOLD_CREATE: Schema = Schema {
    fields: &[
        Field::required("reason", Text, "The reason, for your colleagues to read."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "reason", of: "", kinds: &[], nullable: false },
    ],
};

static INCIDENT_ACKNOWLEDGE: Schema = Schema {
    fields: &[
        Field::optional("note", Text, "What others should know, such as who does what until when."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "note", of: "", kinds: &[], nullable: false },
    ],
};

static INCIDENT_SNOOZE: Schema = Schema {
    fields: &[
        Field::required("minutes", Integer(0, 43200), "Number of minutes; 0 ends what was put off before."),
    ],
    unions: &[],
    texts: &[],
};

static LINK_USE: Schema = Schema {
    fields: &[],
    unions: &[
        Union { at: "", kinds: &["acknowledge", "snooze"] },
    ],
    texts: &[
        TextPlace { at: "note", of: "", kinds: &["acknowledge"], nullable: false },
    ],
};

static NETWORK_CHECK: Schema = Schema {
    fields: &[
        Field::optional("match", Choice(&["all", "any"]), "How many of the rules must hold. [default: all]"),
        Field::required("rules", List(&Value), "What must be true of the network."),
    ],
    unions: &[
        Union { at: "rules.*", kinds: &["interface", "route", "dns", "tcp", "http"] },
    ],
    texts: &[
        TextPlace { at: "rules.*.interface", of: "rules.*", kinds: &["interface", "route"], nullable: false },
        TextPlace { at: "rules.*.address", of: "rules.*", kinds: &["interface", "dns"], nullable: true },
        TextPlace { at: "rules.*.to", of: "rules.*", kinds: &["route"], nullable: false },
        TextPlace { at: "rules.*.host", of: "rules.*", kinds: &["dns", "tcp"], nullable: false },
        TextPlace { at: "rules.*.server", of: "rules.*", kinds: &["dns"], nullable: true },
        TextPlace { at: "rules.*.url", of: "rules.*", kinds: &["http"], nullable: false },
    ],
};

static NETWORK_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name, by which tasks refer to the profile. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("description", Text, "What the profile stands for."),
        Field::optional("match", Choice(&["all", "any"]), "How many of the rules must hold. [default: all]"),
        Field::required("rules", List(&Value), "What must be true of the network."),
    ],
    unions: &[
        Union { at: "rules.*", kinds: &["interface", "route", "dns", "tcp", "http"] },
    ],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "rules.*.interface", of: "rules.*", kinds: &["interface", "route"], nullable: false },
        TextPlace { at: "rules.*.address", of: "rules.*", kinds: &["interface", "dns"], nullable: true },
        TextPlace { at: "rules.*.to", of: "rules.*", kinds: &["route"], nullable: false },
        TextPlace { at: "rules.*.host", of: "rules.*", kinds: &["dns", "tcp"], nullable: false },
        TextPlace { at: "rules.*.server", of: "rules.*", kinds: &["dns"], nullable: true },
        TextPlace { at: "rules.*.url", of: "rules.*", kinds: &["http"], nullable: false },
    ],
};

static POOL_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name, by which tasks refer to the pool. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("description", Text, "What the pool stands for."),
        Field::required("capacity", Integer(0, 100000), "Number of places: the weights of all simultaneous runs add up to at most this. 0 closes the pool; runs in progress continue."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
    ],
};

static REPORT_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("description", Text, "What the report is for. It stands at its beginning."),
        Field::optional("enabled", Boolean, "Whether the report is sent by itself. [default: true]"),
        Field::optional("period", OneOf(&["daily", "weekly", "monthly"]), "How often it is sent, and about how many days it tells. These are whole local days. [default: {\"kind\":\"daily\"}]"),
        Field::optional("period.weekday", Choice(&["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]), "The day of the week.").of("period", &["weekly"]),
        Field::optional("period.day", Text, "The day of the month, `1` to `31`, or `last`. In a month without that day, it is the last one. [default: 1]").of("period", &["monthly"]),
        Field::optional("at", Text, "Time of day at which it is sent, `HH:MM`. If the clocks never show it on a day, the next time that they show counts; if they show it twice, the first one counts. [default: 07:00]"),
        Field::optional("timezone", Text, "Time zone of that time, of the days, and of all times in the report, an IANA name. [default: UTC]"),
        Field::optional("what.tasks", List(&Text), "Names of tasks. A task that gets another name is no longer meant."),
        Field::optional("what.folders", List(&Text), "Folders, each with the folders below it."),
        Field::optional("what.tags", List(&Text), "Tags."),
        Field::optional("what.owners", List(&Text), "Owners under which tasks were last applied from files."),
        Field::required("who", List(&Text), "Names of the channels that get it. Mail gets the whole report; the others get a short text with a link."),
        Field::optional("when_empty", Choice(&["send", "skip"]), "What happens to a report about a time in which nothing ran. [default: send]"),
    ],
    unions: &[
        Union { at: "period", kinds: &["daily", "weekly", "monthly"] },
    ],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "period.day", of: "period", kinds: &["monthly"], nullable: false },
        TextPlace { at: "at", of: "", kinds: &[], nullable: false },
        TextPlace { at: "timezone", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.tasks.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.folders.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.tags.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.owners.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "who.*", of: "", kinds: &[], nullable: false },
    ],
};

static RULE_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("description", Text, "What the rule is for."),
        Field::optional("enabled", Boolean, "Whether the rule tells anything. [default: true]"),
        Field::required("when", List(&Choice(&["failed", "timed_out", "lost", "skipped", "suspicious", "late", "missed", "silent", "running_long", "waiting_long", "never_fires", "disk_full", "clock_doubted", "worker_stuck", "channel_failing", "credential_expiring", "backup_unproven", "recovered", "succeeded"])), "The events about which the rule tells. It tells each incident once, and its end if `recovered` is listed. `disk_full`, `clock_doubted`, `worker_stuck`, `channel_failing`, `credential_expiring` and `backup_unproven` are about the server, whatever tasks the rule names."),
        Field::optional("what.tasks", List(&Text), "Names of tasks. A task that gets another name is no longer meant."),
        Field::optional("what.folders", List(&Text), "Folders, each with the folders below it."),
        Field::optional("what.tags", List(&Text), "Tags."),
        Field::optional("what.owners", List(&Text), "Owners under which tasks were last applied from files."),
        Field::required("who", List(&Text), "Names of the channels that are told."),
        Field::optional("how", OneOf(&["at_once", "grouped", "digest"]), "Whether the rule tells at once or collects. [default: {\"kind\":\"at_once\"}]"),
        Field::optional("how.minutes", Integer(1, 1440), "Number of minutes, counted from the first event.").of("how", &["grouped"]),
        Field::optional("how.at", Text, "Time of day, `HH:MM`.").of("how", &["digest"]),
        Field::optional("how.timezone", Text, "Time zone of that time, an IANA name.").of("how", &["digest"]),
        Field::optional("in_a_row", Integer(1, 1000), "Number of runs in a row that must show something about a task before the rule tells. [default: 1]"),
        Field::optional("quiet_hours.from", Text, "Begin, `HH:MM`."),
        Field::optional("quiet_hours.to", Text, "End, `HH:MM`. If it is before `from`, the hours reach over midnight."),
        Field::optional("quiet_hours.timezone", Text, "Time zone of both, an IANA name."),
        Field::optional("skip_reasons", List(&Choice(&["text", "earlier_run", "pool_full", "pool_closed", "pool_missing", "dependencies_unseen", "dependency_unmet", "dependency_not_met", "dependency_too_late", "server_full", "next_attempt", "previous_run_open", "queue_full", "too_many_open", "superseded", "replaced", "cancelled", "cancelled_with_task", "cancelled_with_backfill", "task_disabled", "task_deleted", "task_damaged", "schedule_disabled", "schedule_removed", "schedule_damaged", "schedule_invalid", "schedule_was_invalid", "starts_not_kept", "slots_unknown", "version_damaged", "calendar_older", "calendar_lost", "params_refused", "start_too_large", "param_only_in_file", "on_hold", "left_out", "catch_up_off", "only_latest_caught_up", "too_many_missed", "too_old", "in_turn", "exit_code", "signal", "start_failed", "attempt_timed_out", "run_timed_out", "memory_limit_passed", "process_limit_passed", "runner_stopped", "runner_gone", "runner_failed", "runner_ended_early", "server_stopping", "processes_stopped", "processes_left", "result_refused", "log_unreadable", "log_unwritable", "request_refused", "request_failed", "request_failed_at_proxy", "ca_file_unusable", "unexpected_status", "text_missing", "slots_booked", "slots_caught_up", "backfill_runs_made", "file_runs_made", "hook_calls_recorded", "run_ends_followed", "dependencies_looked_at", "deliveries_begun", "incidents_heard", "start_late", "end_late", "never_started", "slots_missed", "success_overdue", "runs_on", "waits_on", "server_was_down", "lateness_found", "slowness_found", "incident_acknowledged", "incident_snoozed", "incident_over", "channel_itself", "credential_expires", "credential_expired", "backup_missing", "backup_old", "server_looked_at", "task_silenced", "rule_off", "rule_changed", "channel_off", "channel_command_failed", "channel_rate_reached", "report_delayed", "reports_left_out", "period_unfinished", "reports_sent", "runs_started", "runs_told", "runs_adopted", "runners_silent", "runners_answer", "history_removed", "pages_moved", "clock_doubted", "clock_returned", "clock_held", "round_failed", "round_panicked", "round_lasts", "worker_fails", "disk_nearly_full", "disk_full", "wal_grown", "deletion_held", "schedules_invalid", "calendar_damaged", "file_unreadable", "file_not_taken", "file_path_refused", "disk_silent", "look_failed", "too_many_files", "pattern_invalid", "pattern_in_data_folder", "pattern_outside", "secret_missing", "hook_filtered", "hook_repeated", "proof_changed", "secret_unreadable", "vault_sealed", "vault_key_unusable", "vault_key_wrong", "credential_missing", "credential_field_missing", "param_holds_credential", "credential_unreadable", "secret_too_short", "seal_unusable", "duration_unusual", "log_unusual", "result_unusual", "runs_judged", "trigger_value_missing", "trigger_value_refused", "dependency_value_missing", "dependency_value_refused", "dependency_value_waived", "heartbeat_unstarted", "heartbeat_failed", "heartbeat_begun_again", "heartbeat_unended", "heartbeat_goes_on", "heartbeats_closed", "beacon_sent", "beacon_withheld", "beacon_failed", "worker_hangs", "never_worked", "version_lost", "conditions_unknown", "schedule_silenced", "more_silenced", "silenced_unknown", "better_minute"])), "The reasons for which a run must have been skipped; empty: any. It is about the event `skipped` only."),
        Field::optional("remind_minutes", Integer(1, 43200), "Number of minutes after which the rule tells again an incident that nobody has taken up, over and over; null: never.").or_null(),
        Field::optional("escalation.after_minutes", Integer(1, 43200), "Number of minutes after the rule told the incident."),
        Field::optional("escalation.to", List(&Text), "Names of the channels that are told."),
    ],
    unions: &[
        Union { at: "how", kinds: &["at_once", "grouped", "digest"] },
    ],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.tasks.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.folders.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.tags.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.owners.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "who.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "how.at", of: "how", kinds: &["digest"], nullable: false },
        TextPlace { at: "how.timezone", of: "how", kinds: &["digest"], nullable: false },
        TextPlace { at: "quiet_hours.from", of: "", kinds: &[], nullable: false },
        TextPlace { at: "quiet_hours.to", of: "", kinds: &[], nullable: false },
        TextPlace { at: "quiet_hours.timezone", of: "", kinds: &[], nullable: false },
        TextPlace { at: "escalation.to.*", of: "", kinds: &[], nullable: false },
    ],
};

static RUN_CREATE: Schema = Schema {
    fields: &[
        Field::optional("params", Values, "Values of the task's params by name. Numbers keep their digits. A value that is too large for an environment variable reaches the process only in the file that `ORC_PARAMS_FILE` names."),
    ],
    unions: &[],
    texts: &[],
};

static RUN_RERUN: Schema = Schema {
    fields: &[
        Field::optional("params", Values, "Params to use instead of the run's own; null: the same.").or_null(),
        Field::optional("newest_version", Boolean, "Whether to run the newest version of the task instead of the run's own."),
    ],
    unions: &[],
    texts: &[],
};

static SCHEDULE_DESCRIBE_REQUEST: Schema = Schema {
    fields: &[
        Field::required("schedule", OneOf(&["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"]), "The schedule."),
        Field::optional("schedule.expression", Text, "Five fields (or six, seconds first), or a macro such as @daily.").of("schedule", &["cron"]),
        Field::optional("schedule.key", Text, "Key within the task. A schedule that keeps its key keeps its history across edits. Null: made from the kind. A key may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 50 characters.").or_null(),
        Field::optional("schedule.enabled", Boolean, "Whether the schedule fires. [default: true]"),
        Field::optional("schedule.timezone", Text, "Time zone, an IANA name; null: the server's.").or_null(),
        Field::optional("schedule.start_at", Instant, "No slot before this instant.").or_null(),
        Field::optional("schedule.end_at", Instant, "No slot at or after this instant.").or_null(),
        Field::optional("schedule.gap", Choice(&["run_after", "skip"]), "What happens to a local time that does not exist because the clocks go forward. This does not affect a rule that names every hour, because such a rule loses nothing."),
        Field::optional("schedule.fold", Choice(&["first", "second", "both"]), "Which of two equal local times counts when the clocks go back."),
        Field::optional("schedule.catch_up", OneOf(&["none", "latest", "all", "window"]), "What happens to slots missed while the server was down or asleep, or because its clock jumped. If the server is back within a minute of the newest slot, that slot counts as on time."),
        Field::optional("schedule.catch_up.max_count", Integer(1, 10000), "Maximum number of slots that run. If there are more, the newest of them run. [default: 1000]").of("schedule.catch_up", &["all", "window"]),
        Field::optional("schedule.catch_up.max_age_seconds", Integer(1, 31622400), "Maximum age in seconds. Older slots do not run.").of("schedule.catch_up", &["window"]),
        Field::optional("schedule.splay_seconds", Integer(0, 86400), "Spreads runs: the run starts up to this many seconds after the slot, always by the same amount for this task and key. [default: 0]"),
        Field::optional("schedule.run_only_on", List(&Text), "Calendars of which at least one must contain the local date of the slot; empty: every date counts."),
        Field::optional("schedule.skip_on", List(&Text), "Calendars of which none may contain the local date of the slot."),
        Field::optional("schedule.roll", Choice(&["skip", "next_business_day", "previous_business_day"]), "What happens to a slot on a date that the calendars exclude."),
        Field::optional("schedule.text", Text, "`06:00` daily, `MON 08:00` weekly, `15 09:30` monthly.").of("schedule", &["windows"]),
        Field::optional("schedule.every_seconds", Integer(1, 31622400), "Seconds between two slots.").of("schedule", &["interval"]),
        Field::optional("schedule.anchor_at", Instant, "Instant from which the slots are counted; null: 1970-01-01T00:00:00Z.").or_null().of("schedule", &["interval"]),
        Field::optional("schedule.window.from", Text, "Start of the window, included.").of("schedule", &["interval"]),
        Field::optional("schedule.window.to", Text, "End of the window, not included. If it is before the start, the window reaches over midnight.").of("schedule", &["interval"]),
        Field::optional("schedule.window.weekdays", List(&Choice(&["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])), "Days of the week; empty: all.").of("schedule", &["interval"]),
        Field::optional("schedule.at", Text, "An instant (2026-12-01T02:00:00Z) or a local time in the schedule's zone (2026-12-01T02:00).").of("schedule", &["once"]),
        Field::optional("schedule.days", OneOf(&["every_days", "every_weeks", "month_days", "month_weekdays"]), "Which days.").of("schedule", &["calendar_rule"]),
        Field::optional("schedule.days.every", Value, "Number of days from one to the next.").of("schedule.days", &["every_days", "every_weeks"]),
        Field::optional("schedule.days.from", Text, "A day from which the others are counted; null: 1970-01-01.").or_null().of("schedule.days", &["every_days", "every_weeks"]),
        Field::optional("schedule.days.weekdays", List(&Choice(&["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])), "Days of the week.").of("schedule.days", &["every_weeks", "month_weekdays"]),
        Field::optional("schedule.days.months", List(&Integer(0, 9007199254740991)), "Months, 1 to 12; empty: all.").of("schedule.days", &["month_days", "month_weekdays"]),
        Field::optional("schedule.days.days", List(&Integer(-9007199254740991, 9007199254740991)), "Days, 1 to 31, or counted from the end: -1 is the last, -2 the one before.").of("schedule.days", &["month_days"]),
        Field::optional("schedule.days.nth", List(&Integer(-9007199254740991, 9007199254740991)), "Which weekdays of the month: 1 to 5, or counted from the end: -1 is the last.").of("schedule.days", &["month_weekdays"]),
        Field::optional("schedule.times", List(&Text), "Times of day, `HH:MM` or `HH:MM:SS`.").of("schedule", &["calendar_rule"]),
        Field::optional("schedule.rule", Text, "The rule, without DTSTART. `FREQ=HOURLY` follows elapsed time over clock changes.").of("schedule", &["rrule"]),
        Field::optional("schedule.dtstart", Text, "First local time, from which the rule counts.").of("schedule", &["rrule"]),
        Field::optional("schedule.exdate", List(&Text), "Local times that are left out.").of("schedule", &["rrule"]),
        Field::optional("schedule.rdate", List(&Text), "Local times that are added.").of("schedule", &["rrule"]),
        Field::optional("schedule.delay_seconds", Integer(0, 86400), "Seconds between the start of the server and the start of the run. [default: 0]").of("schedule", &["startup"]),
        Field::optional("task", Text, "Name of the schedule's task, which decides how `H` fields are spread.").or_null(),
    ],
    unions: &[
        Union { at: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"] },
        Union { at: "schedule.catch_up", kinds: &["none", "latest", "all", "window"] },
        Union { at: "schedule.days", kinds: &["every_days", "every_weeks", "month_days", "month_weekdays"] },
    ],
    texts: &[
        TextPlace { at: "schedule.expression", of: "schedule", kinds: &["cron"], nullable: false },
        TextPlace { at: "schedule.key", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.timezone", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.start_at", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.end_at", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.run_only_on.*", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "schedule.skip_on.*", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "schedule.text", of: "schedule", kinds: &["windows"], nullable: false },
        TextPlace { at: "schedule.anchor_at", of: "schedule", kinds: &["interval"], nullable: true },
        TextPlace { at: "schedule.window.from", of: "schedule", kinds: &["interval"], nullable: false },
        TextPlace { at: "schedule.window.to", of: "schedule", kinds: &["interval"], nullable: false },
        TextPlace { at: "schedule.at", of: "schedule", kinds: &["once"], nullable: false },
        TextPlace { at: "schedule.days.from", of: "schedule.days", kinds: &["every_days", "every_weeks"], nullable: true },
        TextPlace { at: "schedule.times.*", of: "schedule", kinds: &["calendar_rule"], nullable: false },
        TextPlace { at: "schedule.rule", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedule.dtstart", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedule.exdate.*", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedule.rdate.*", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "task", of: "", kinds: &[], nullable: true },
    ],
};

static SCHEDULE_PREVIEW_REQUEST: Schema = Schema {
    fields: &[
        Field::required("schedule", OneOf(&["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"]), "The schedule."),
        Field::optional("schedule.expression", Text, "Five fields (or six, seconds first), or a macro such as @daily.").of("schedule", &["cron"]),
        Field::optional("schedule.key", Text, "Key within the task. A schedule that keeps its key keeps its history across edits. Null: made from the kind. A key may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 50 characters.").or_null(),
        Field::optional("schedule.enabled", Boolean, "Whether the schedule fires. [default: true]"),
        Field::optional("schedule.timezone", Text, "Time zone, an IANA name; null: the server's.").or_null(),
        Field::optional("schedule.start_at", Instant, "No slot before this instant.").or_null(),
        Field::optional("schedule.end_at", Instant, "No slot at or after this instant.").or_null(),
        Field::optional("schedule.gap", Choice(&["run_after", "skip"]), "What happens to a local time that does not exist because the clocks go forward. This does not affect a rule that names every hour, because such a rule loses nothing."),
        Field::optional("schedule.fold", Choice(&["first", "second", "both"]), "Which of two equal local times counts when the clocks go back."),
        Field::optional("schedule.catch_up", OneOf(&["none", "latest", "all", "window"]), "What happens to slots missed while the server was down or asleep, or because its clock jumped. If the server is back within a minute of the newest slot, that slot counts as on time."),
        Field::optional("schedule.catch_up.max_count", Integer(1, 10000), "Maximum number of slots that run. If there are more, the newest of them run. [default: 1000]").of("schedule.catch_up", &["all", "window"]),
        Field::optional("schedule.catch_up.max_age_seconds", Integer(1, 31622400), "Maximum age in seconds. Older slots do not run.").of("schedule.catch_up", &["window"]),
        Field::optional("schedule.splay_seconds", Integer(0, 86400), "Spreads runs: the run starts up to this many seconds after the slot, always by the same amount for this task and key. [default: 0]"),
        Field::optional("schedule.run_only_on", List(&Text), "Calendars of which at least one must contain the local date of the slot; empty: every date counts."),
        Field::optional("schedule.skip_on", List(&Text), "Calendars of which none may contain the local date of the slot."),
        Field::optional("schedule.roll", Choice(&["skip", "next_business_day", "previous_business_day"]), "What happens to a slot on a date that the calendars exclude."),
        Field::optional("schedule.text", Text, "`06:00` daily, `MON 08:00` weekly, `15 09:30` monthly.").of("schedule", &["windows"]),
        Field::optional("schedule.every_seconds", Integer(1, 31622400), "Seconds between two slots.").of("schedule", &["interval"]),
        Field::optional("schedule.anchor_at", Instant, "Instant from which the slots are counted; null: 1970-01-01T00:00:00Z.").or_null().of("schedule", &["interval"]),
        Field::optional("schedule.window.from", Text, "Start of the window, included.").of("schedule", &["interval"]),
        Field::optional("schedule.window.to", Text, "End of the window, not included. If it is before the start, the window reaches over midnight.").of("schedule", &["interval"]),
        Field::optional("schedule.window.weekdays", List(&Choice(&["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])), "Days of the week; empty: all.").of("schedule", &["interval"]),
        Field::optional("schedule.at", Text, "An instant (2026-12-01T02:00:00Z) or a local time in the schedule's zone (2026-12-01T02:00).").of("schedule", &["once"]),
        Field::optional("schedule.days", OneOf(&["every_days", "every_weeks", "month_days", "month_weekdays"]), "Which days.").of("schedule", &["calendar_rule"]),
        Field::optional("schedule.days.every", Value, "Number of days from one to the next.").of("schedule.days", &["every_days", "every_weeks"]),
        Field::optional("schedule.days.from", Text, "A day from which the others are counted; null: 1970-01-01.").or_null().of("schedule.days", &["every_days", "every_weeks"]),
        Field::optional("schedule.days.weekdays", List(&Choice(&["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])), "Days of the week.").of("schedule.days", &["every_weeks", "month_weekdays"]),
        Field::optional("schedule.days.months", List(&Integer(0, 9007199254740991)), "Months, 1 to 12; empty: all.").of("schedule.days", &["month_days", "month_weekdays"]),
        Field::optional("schedule.days.days", List(&Integer(-9007199254740991, 9007199254740991)), "Days, 1 to 31, or counted from the end: -1 is the last, -2 the one before.").of("schedule.days", &["month_days"]),
        Field::optional("schedule.days.nth", List(&Integer(-9007199254740991, 9007199254740991)), "Which weekdays of the month: 1 to 5, or counted from the end: -1 is the last.").of("schedule.days", &["month_weekdays"]),
        Field::optional("schedule.times", List(&Text), "Times of day, `HH:MM` or `HH:MM:SS`.").of("schedule", &["calendar_rule"]),
        Field::optional("schedule.rule", Text, "The rule, without DTSTART. `FREQ=HOURLY` follows elapsed time over clock changes.").of("schedule", &["rrule"]),
        Field::optional("schedule.dtstart", Text, "First local time, from which the rule counts.").of("schedule", &["rrule"]),
        Field::optional("schedule.exdate", List(&Text), "Local times that are left out.").of("schedule", &["rrule"]),
        Field::optional("schedule.rdate", List(&Text), "Local times that are added.").of("schedule", &["rrule"]),
        Field::optional("schedule.delay_seconds", Integer(0, 86400), "Seconds between the start of the server and the start of the run. [default: 0]").of("schedule", &["startup"]),
        Field::optional("task", Text, "Name of the schedule's task, which decides how `H` fields are spread.").or_null(),
        Field::optional("from_at", Instant, "First instant; default: now.").or_null(),
        Field::optional("until_at", Instant, "Last instant; default: no end.").or_null(),
        Field::optional("limit", Integer(1, 1000), "Maximum number of slots in the answer. [default: 5]"),
        Field::optional("days", Integer(0, 366), "Number of local dates, from that of the first instant on, whose slots are also counted. [default: 0]"),
    ],
    unions: &[
        Union { at: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"] },
        Union { at: "schedule.catch_up", kinds: &["none", "latest", "all", "window"] },
        Union { at: "schedule.days", kinds: &["every_days", "every_weeks", "month_days", "month_weekdays"] },
    ],
    texts: &[
        TextPlace { at: "schedule.expression", of: "schedule", kinds: &["cron"], nullable: false },
        TextPlace { at: "schedule.key", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.timezone", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.start_at", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.end_at", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedule.run_only_on.*", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "schedule.skip_on.*", of: "schedule", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "schedule.text", of: "schedule", kinds: &["windows"], nullable: false },
        TextPlace { at: "schedule.anchor_at", of: "schedule", kinds: &["interval"], nullable: true },
        TextPlace { at: "schedule.window.from", of: "schedule", kinds: &["interval"], nullable: false },
        TextPlace { at: "schedule.window.to", of: "schedule", kinds: &["interval"], nullable: false },
        TextPlace { at: "schedule.at", of: "schedule", kinds: &["once"], nullable: false },
        TextPlace { at: "schedule.days.from", of: "schedule.days", kinds: &["every_days", "every_weeks"], nullable: true },
        TextPlace { at: "schedule.times.*", of: "schedule", kinds: &["calendar_rule"], nullable: false },
        TextPlace { at: "schedule.rule", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedule.dtstart", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedule.exdate.*", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedule.rdate.*", of: "schedule", kinds: &["rrule"], nullable: false },
        TextPlace { at: "task", of: "", kinds: &[], nullable: true },
        TextPlace { at: "from_at", of: "", kinds: &[], nullable: true },
        TextPlace { at: "until_at", of: "", kinds: &[], nullable: true },
    ],
};

static SESSION_CREATE: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Login name."),
        Field::required("password", Secret, "Password."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "password", of: "", kinds: &[], nullable: false },
    ],
};

static SESSION_PASSWORD: Schema = Schema {
    fields: &[
        Field::required("current_password", Secret, "The current password."),
        Field::required("new_password", Secret, "The new password, at least 10 characters."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "current_password", of: "", kinds: &[], nullable: false },
        TextPlace { at: "new_password", of: "", kinds: &[], nullable: false },
    ],
};

static SETUP_CREATE: Schema = Schema {
    fields: &[
        Field::required("token", Secret, "One-time token. The server prints it at its first start and keeps it in `setup-token` in its data folder."),
        Field::required("name", Text, "Login name. A login name may contain a-z, 0-9, '.', '_', '@' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::required("password", Secret, "Password, at least 10 characters."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "token", of: "", kinds: &[], nullable: false },
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "password", of: "", kinds: &[], nullable: false },
    ],
};

static SILENCE_NEW: Schema = Schema {
    fields: &[
        Field::optional("what.tasks", List(&Text), "Names of tasks. A task that gets another name is no longer meant."),
        Field::optional("what.folders", List(&Text), "Folders, each with the folders below it."),
        Field::optional("what.tags", List(&Text), "Tags."),
        Field::optional("what.owners", List(&Text), "Owners under which tasks were last applied from files."),
        Field::optional("from_at", Instant, "When the silence begins; null: now.").or_null(),
        Field::required("until_at", Instant, "When it is over, at most 366 days after its begin."),
        Field::required("reason", Text, "Why it is there, for others."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "what.tasks.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.folders.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.tags.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "what.owners.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "from_at", of: "", kinds: &[], nullable: true },
        TextPlace { at: "until_at", of: "", kinds: &[], nullable: false },
        TextPlace { at: "reason", of: "", kinds: &[], nullable: false },
    ],
};

static SIMULATION_DEFINITION: Schema = Schema {
    fields: &[
        Field::optional("from_at", Instant, "Start of the simulation; null: now.").or_null(),
        Field::optional("days", Integer(1, 366), "Number of days to simulate. [default: 7]"),
        Field::optional("timezone", Text, "Time zone for hours and days in the answer, an IANA name; null: the server's. It does not affect the simulation.").or_null(),
        Field::optional("tasks", List(&Text), "Only these tasks (names or ids), whether enabled or not; empty: all enabled tasks."),
        Field::optional("folder", Text, "Only tasks in this folder and the folders below it.").or_null(),
        Field::optional("proposals", Boolean, "Whether to look for better minutes. [default: true]"),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "from_at", of: "", kinds: &[], nullable: true },
        TextPlace { at: "timezone", of: "", kinds: &[], nullable: true },
        TextPlace { at: "tasks.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "folder", of: "", kinds: &[], nullable: true },
    ],
};

static SYSTEM_HEARTBEAT_SET: Schema = Schema {
    fields: &[
        Field::required("url", Text, "The address, such as that of a check at healthchecks.io, or of a heartbeat task of another Orc. It may mention credentials: `${credential.NAME}`. Any answer from 200 to 299 is a success."),
        Field::optional("every_seconds", Integer(10, 86400), "Seconds between two calls. [default: 60]"),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "url", of: "", kinds: &[], nullable: false },
    ],
};

static TASK_APPLY: Schema = Schema {
    fields: &[
        Field::required("tasks", List(&Value), "The definitions."),
        Field::optional("owner", Text, "Name under which these definitions are kept. `prune` needs it.").or_null(),
        Field::optional("prune", Boolean, "Whether to delete tasks that the same owner applied last and that are no longer listed."),
        Field::optional("yes", Boolean, "Confirms that more than 10 tasks or 20 % may be deleted."),
    ],
    unions: &[
        Union { at: "tasks.*.run", kinds: &["command", "shell", "script", "http", "heartbeat"] },
        Union { at: "tasks.*.credentials.*.inject", kinds: &["env", "file", "stdin"] },
        Union { at: "tasks.*.params.*", kinds: &["string", "integer", "number", "boolean", "choice", "date", "json"] },
        Union { at: "tasks.*.schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"] },
        Union { at: "tasks.*.schedules.*.catch_up", kinds: &["none", "latest", "all", "window"] },
        Union { at: "tasks.*.schedules.*.days", kinds: &["every_days", "every_weeks", "month_days", "month_weekdays"] },
        Union { at: "tasks.*.triggers.*", kinds: &["webhook", "file", "task"] },
        Union { at: "tasks.*.dependencies.*", kinds: &["task", "file", "url", "command", "tcp", "host", "vpn"] },
        Union { at: "tasks.*.dependencies.*.window", kinds: &["today", "any_time", "since_last_run", "within", "same_slot_day"] },
        Union { at: "tasks.*.dependencies.*.on_unmet", kinds: &["wait", "skip", "fail"] },
        Union { at: "tasks.*.overlap", kinds: &["skip", "queue", "queue_latest", "replace", "allow"] },
        Union { at: "tasks.*.retry.backoff", kinds: &["fixed", "exponential"] },
    ],
    texts: &[
        TextPlace { at: "tasks.*.name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tasks.*.title", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tasks.*.description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tasks.*.folder", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tasks.*.tags.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tasks.*.run.program", of: "tasks.*.run", kinds: &["command"], nullable: false },
        TextPlace { at: "tasks.*.run.arguments.*", of: "tasks.*.run", kinds: &["command", "script"], nullable: false },
        TextPlace { at: "tasks.*.run.line", of: "tasks.*.run", kinds: &["shell"], nullable: false },
        TextPlace { at: "tasks.*.run.shell", of: "tasks.*.run", kinds: &["shell"], nullable: true },
        TextPlace { at: "tasks.*.run.interpreter", of: "tasks.*.run", kinds: &["script"], nullable: false },
        TextPlace { at: "tasks.*.run.text", of: "tasks.*.run", kinds: &["script"], nullable: false },
        TextPlace { at: "tasks.*.run.method", of: "tasks.*.run", kinds: &["http"], nullable: false },
        TextPlace { at: "tasks.*.run.url", of: "tasks.*.run", kinds: &["http"], nullable: false },
        TextPlace { at: "tasks.*.run.headers.{}", of: "tasks.*.run", kinds: &["http"], nullable: false },
        TextPlace { at: "tasks.*.run.body", of: "tasks.*.run", kinds: &["http"], nullable: true },
        TextPlace { at: "tasks.*.run.body_contains", of: "tasks.*.run", kinds: &["http"], nullable: true },
        TextPlace { at: "tasks.*.run.proxy", of: "tasks.*.run", kinds: &["http"], nullable: true },
        TextPlace { at: "tasks.*.run.no_proxy.*", of: "tasks.*.run", kinds: &["http"], nullable: false },
        TextPlace { at: "tasks.*.run.ca_file", of: "tasks.*.run", kinds: &["http"], nullable: true },
        TextPlace { at: "tasks.*.working_directory", of: "", kinds: &[], nullable: true },
        TextPlace { at: "tasks.*.environment.{}", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tasks.*.umask", of: "", kinds: &[], nullable: true },
        TextPlace { at: "tasks.*.run_as", of: "", kinds: &[], nullable: true },
        TextPlace { at: "tasks.*.credentials.*.name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tasks.*.credentials.*.field", of: "", kinds: &[], nullable: true },
        TextPlace { at: "tasks.*.credentials.*.inject.variable", of: "tasks.*.credentials.*.inject", kinds: &["env", "file"], nullable: false },
        TextPlace { at: "tasks.*.params.*.name", of: "tasks.*.params.*", kinds: &["string", "integer", "number", "boolean", "choice", "date", "json"], nullable: false },
        TextPlace { at: "tasks.*.params.*.description", of: "tasks.*.params.*", kinds: &["string", "integer", "number", "boolean", "choice", "date", "json"], nullable: false },
        TextPlace { at: "tasks.*.params.*.default", of: "tasks.*.params.*", kinds: &["string", "choice", "date"], nullable: true },
        TextPlace { at: "tasks.*.params.*.choices.*", of: "tasks.*.params.*", kinds: &["choice"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.expression", of: "tasks.*.schedules.*", kinds: &["cron"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.key", of: "tasks.*.schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "tasks.*.schedules.*.timezone", of: "tasks.*.schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "tasks.*.schedules.*.start_at", of: "tasks.*.schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "tasks.*.schedules.*.end_at", of: "tasks.*.schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "tasks.*.schedules.*.run_only_on.*", of: "tasks.*.schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.skip_on.*", of: "tasks.*.schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.text", of: "tasks.*.schedules.*", kinds: &["windows"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.anchor_at", of: "tasks.*.schedules.*", kinds: &["interval"], nullable: true },
        TextPlace { at: "tasks.*.schedules.*.window.from", of: "tasks.*.schedules.*", kinds: &["interval"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.window.to", of: "tasks.*.schedules.*", kinds: &["interval"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.at", of: "tasks.*.schedules.*", kinds: &["once"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.days.from", of: "tasks.*.schedules.*.days", kinds: &["every_days", "every_weeks"], nullable: true },
        TextPlace { at: "tasks.*.schedules.*.times.*", of: "tasks.*.schedules.*", kinds: &["calendar_rule"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.rule", of: "tasks.*.schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.dtstart", of: "tasks.*.schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.exdate.*", of: "tasks.*.schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "tasks.*.schedules.*.rdate.*", of: "tasks.*.schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "tasks.*.triggers.*.signature.header", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "tasks.*.triggers.*.signature.prefix", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "tasks.*.triggers.*.signature.timestamp_header", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "tasks.*.triggers.*.params.{}", of: "tasks.*.triggers.*", kinds: &["webhook", "task"], nullable: false },
        TextPlace { at: "tasks.*.triggers.*.filters.*.at", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "tasks.*.triggers.*.filters.*.is", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "tasks.*.triggers.*.filters.*.is_not", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "tasks.*.triggers.*.filters.*.one_of.*", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "tasks.*.triggers.*.filters.*.matches", of: "tasks.*.triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "tasks.*.triggers.*.key", of: "tasks.*.triggers.*", kinds: &["webhook", "file", "task"], nullable: true },
        TextPlace { at: "tasks.*.triggers.*.pattern", of: "tasks.*.triggers.*", kinds: &["file"], nullable: false },
        TextPlace { at: "tasks.*.triggers.*.tasks.*", of: "tasks.*.triggers.*", kinds: &["task"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.task", of: "tasks.*.dependencies.*", kinds: &["task"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.timezone", of: "tasks.*.dependencies.*", kinds: &["task"], nullable: true },
        TextPlace { at: "tasks.*.dependencies.*.params.{}", of: "tasks.*.dependencies.*", kinds: &["task"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.key", of: "tasks.*.dependencies.*", kinds: &["task", "file", "url", "command", "tcp", "host", "vpn"], nullable: true },
        TextPlace { at: "tasks.*.dependencies.*.path", of: "tasks.*.dependencies.*", kinds: &["file"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.url", of: "tasks.*.dependencies.*", kinds: &["url"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.method", of: "tasks.*.dependencies.*", kinds: &["url"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.body_contains", of: "tasks.*.dependencies.*", kinds: &["url"], nullable: true },
        TextPlace { at: "tasks.*.dependencies.*.program", of: "tasks.*.dependencies.*", kinds: &["command"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.arguments.*", of: "tasks.*.dependencies.*", kinds: &["command"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.host", of: "tasks.*.dependencies.*", kinds: &["tcp"], nullable: false },
        TextPlace { at: "tasks.*.dependencies.*.disk_path", of: "tasks.*.dependencies.*", kinds: &["host"], nullable: true },
        TextPlace { at: "tasks.*.dependencies.*.network", of: "tasks.*.dependencies.*", kinds: &["vpn"], nullable: false },
        TextPlace { at: "tasks.*.pool", of: "", kinds: &[], nullable: true },
        TextPlace { at: "tasks.*.expect.finish_by.at", of: "", kinds: &[], nullable: true },
        TextPlace { at: "owner", of: "", kinds: &[], nullable: true },
    ],
};

static TASK_BULK: Schema = Schema {
    fields: &[
        Field::required("action", Choice(&["enable", "disable", "run", "delete", "move", "tag"]), "What to do."),
        Field::required("tasks", List(&Text), "Names or ids of the tasks."),
        Field::optional("folder", Text, "Target folder of `move`.").or_null(),
        Field::optional("tag", Text, "Tag for `tag`.").or_null(),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "tasks.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "folder", of: "", kinds: &[], nullable: true },
        TextPlace { at: "tag", of: "", kinds: &[], nullable: true },
    ],
};

static TASK_CLONE: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Name of the copy. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("enabled", Boolean, "Whether the copy is enabled."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
    ],
};

static TASK_DEFINITION: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Unique name, by which people call the task. A name may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::optional("title", Text, "Title for people; empty: the name is shown."),
        Field::optional("description", Text, "What the task is for."),
        Field::optional("folder", Text, "Folder, as names separated by '/'; empty: the root."),
        Field::optional("tags", List(&Text), "Labels for filters."),
        Field::optional("enabled", Boolean, "Whether anything can start the task. [default: true]"),
        Field::required("run", OneOf(&["command", "shell", "script", "http", "heartbeat"]), "What the task runs."),
        Field::optional("run.program", Text, "Program: a path, or a name searched in PATH.").of("run", &["command"]),
        Field::optional("run.arguments", List(&Text), "Arguments, passed on byte for byte; `${params.x}` is replaced inside an argument. An argument can have at most 131,071 bytes on Linux.").of("run", &["command", "script"]),
        Field::optional("run.line", Text, "The line, passed to the shell unchanged. Params are ORC_PARAM_* variables.").of("run", &["shell"]),
        Field::optional("run.shell", Text, "Program of the shell; null: /bin/sh, or cmd on Windows.").or_null().of("run", &["shell"]),
        Field::optional("run.interpreter", Text, "Interpreter: bash, sh, python, node, pwsh, powershell, cmd, or a path.").of("run", &["script"]),
        Field::optional("run.text", Text, "The text. Params are ORC_PARAM_* variables.").of("run", &["script"]),
        Field::optional("run.method", Text, "HTTP method. [default: GET]").of("run", &["http"]),
        Field::optional("run.url", Text, "Address, http:// or https://.").of("run", &["http"]),
        Field::optional("run.headers", Texts, "Headers of the request.").of("run", &["http"]),
        Field::optional("run.body", Text, "Body of the request, sent unchanged.").or_null().of("run", &["http"]),
        Field::optional("run.expected_codes", List(&Integer(0, 9007199254740991)), "Status codes that mean success; empty: 200 to 299.").of("run", &["http"]),
        Field::optional("run.body_contains", Text, "Text that the answer must contain.").or_null().of("run", &["http"]),
        Field::optional("run.proxy", Text, "Proxy of the request: http://, https://, socks5:// or socks5h:// with host and port, without a login; `direct`: none; null: the server's setting `http_proxy`. Variables such as HTTP_PROXY never count.").or_null().of("run", &["http"]),
        Field::optional("run.no_proxy", List(&Text), "Hosts that are reached without the proxy: a name with all names below it, an address, a network, or `*`. They count in addition to the server's setting `http_no_proxy` unless the task has a proxy of its own.").of("run", &["http"]),
        Field::optional("run.ca_file", Text, "Absolute path on the server of a file with certificates (PEM) of authorities to trust in addition to those of the system and of the server's setting `http_ca_file`. It is read at the start of each run.").or_null().of("run", &["http"]),
        Field::optional("working_directory", Text, "Working directory; null: a scratch folder of the attempt.").or_null(),
        Field::optional("environment", Texts, "Environment variables of the process, in addition to those of the account (HOME, USER, LOGNAME, SHELL, PATH, LANG, and TZ if the machine has it). The server's own variables are not passed on. A variable with its name can have at most 131,072 bytes on Linux, and what can never start is refused."),
        Field::optional("umask", Text, "Permissions that new files of the process do not get, in octal digits; null: the server's setting `task_umask`.").or_null(),
        Field::optional("leave_behind", Boolean, "Whether processes that continue after the command has ended are left alone, such as a daemon that the task starts. They are listed with the run. Otherwise they are stopped."),
        Field::optional("limits.memory_bytes", Integer(4194304, 1125899906842624), "Memory of all processes together, in bytes.").or_null(),
        Field::optional("limits.cpu_percent", Integer(1, 102400), "Processor time of all processes together, in percent of one processor: 150 is one and a half.").or_null(),
        Field::optional("limits.processes", Integer(1, 1000000), "Number of processes at one time. In a cgroup the kernel counts threads too.").or_null(),
        Field::optional("limits.open_files", Integer(16, 1073741816), "Number of files that each process may have open.").or_null(),
        Field::optional("limits.niceness", Integer(-20, 19), "How much the processes give way to others, from -20 to 19: at 19 they get little more than what others leave. Only a server that runs as root can go below 0.").or_null(),
        Field::optional("run_as", Text, "User of the server's machine that the process runs as, such as `backup`; null: the server's setting `task_user`, or its own account. Only a server that runs as root can do this. Without a working directory the process starts in that user's home folder.").or_null(),
        Field::optional("credentials", List(&Value), "Credentials that the process gets. An http task mentions them in its request."),
        Field::optional("params", List(&Value), "Typed inputs of a run. The process finds all of them as JSON in the file that `ORC_PARAMS_FILE` names, and each as a variable ORC_PARAM_* unless its value is too large for one; the run then says so. The body of the webhook call that started the run is in the file that `ORC_BODY_FILE` names, byte for byte. Both files are private and are removed when the attempt ends."),
        Field::optional("schedules", List(&Value), "Rules by which the task becomes due."),
        Field::optional("triggers", List(&Value), "Other things that start the task: a call over HTTP, a file, the end of another task's run."),
        Field::optional("dependencies", List(&Value), "Conditions that must all hold before a run may start. A run that waits for them takes no place, and its time limits begin with its first attempt."),
        Field::optional("overlap", OneOf(&["skip", "queue", "queue_latest", "replace", "allow"]), "What happens when the task is due while one of its runs is open."),
        Field::optional("overlap.max_waiting", Integer(1, 10000), "Maximum number of runs that may wait. [default: 100]").of("overlap", &["queue"]),
        Field::optional("overlap.max", Integer(1, 10000), "Maximum number of simultaneous runs.").of("overlap", &["allow"]),
        Field::optional("pool", Text, "Pool in which the task's runs take places; null: none.").or_null(),
        Field::optional("pool_weight", Integer(1, 10000), "Number of places that a run takes in its pool. [default: 1]"),
        Field::optional("priority", Integer(0, 100), "Runs with a higher priority start first. [default: 50]"),
        Field::optional("timeout_seconds", Number(0.001, 31622400.0), "Maximum duration of a whole run in seconds, from the start of its first attempt; null: no limit.").or_null(),
        Field::optional("attempt_timeout_seconds", Number(0.001, 31622400.0), "Maximum duration of each attempt in seconds; null: no limit.").or_null(),
        Field::optional("grace_seconds", Number(0.0, 86400.0), "Seconds between asking a process to stop and killing its tree. [default: 10]"),
        Field::optional("success_codes", List(&Integer(-9007199254740991, 9007199254740991)), "Exit codes that mean success. [default: [0]]"),
        Field::optional("retry.max_attempts", Integer(1, 100), "Maximum number of attempts of one run, including the first. [default: 1]"),
        Field::optional("retry.delay_seconds", Number(0.0, 31622400.0), "Seconds before the second attempt. [default: 30]"),
        Field::optional("retry.backoff", OneOf(&["fixed", "exponential"]), "How the delay grows. [default: {\"kind\":\"fixed\"}]"),
        Field::optional("retry.backoff.factor", Number(1.0, 100.0), "Multiplier. [default: 2]").of("retry.backoff", &["exponential"]),
        Field::optional("retry.backoff.max_delay_seconds", Number(0.0, 31622400.0), "Maximum delay in seconds. [default: 3600]").of("retry.backoff", &["exponential"]),
        Field::optional("retry.jitter", Boolean, "Whether each delay is drawn at random between 0 and its full length. [default: true]"),
        Field::optional("retry.retry_on", List(&Choice(&["failed", "timed_out", "lost"])), "Outcomes after which there is another attempt. [default: [\"failed\",\"timed_out\",\"lost\"]]"),
        Field::optional("retry.exit_codes", List(&Integer(-9007199254740991, 9007199254740991)), "If not empty, only these exit codes lead to another attempt."),
        Field::optional("retry.never_exit_codes", List(&Integer(-9007199254740991, 9007199254740991)), "Exit codes that never lead to another attempt."),
        Field::optional("log.max_bytes", Integer(65536, 1073741824), "Maximum number of bytes kept. A longer log loses its middle. [default: 16777216]"),
        Field::optional("retention.days", Integer(1, 36500), "Days after the end. [default: 90]"),
        Field::optional("retention.runs", Integer(1, 1000000), "Maximum number of runs kept per task. [default: 1000]"),
        Field::optional("on_server_stop", Choice(&["keep", "cancel"]), "What happens to the task's runs when the server is stopped in an orderly way."),
        Field::optional("mark_suspicious", Boolean, "Whether runs that succeed are marked as suspicious if their duration, their log or a number in their result is far from what is usual for the task. [default: true]"),
        Field::optional("expect.start_within_seconds", Integer(1, 31622400), "Seconds after each slot within which its run has started; null: at any time. A slot that no run starts for counts as missed.").or_null(),
        Field::optional("expect.finish_by.within_seconds", Integer(1, 31622400), "Seconds after the slot.").or_null(),
        Field::optional("expect.finish_by.at", Text, "The next time after the slot at which the clocks of its schedule's time zone show this. In place of a time that they skip, the first instant after the gap counts; of a time that they show twice, the first after the slot.").or_null(),
        Field::optional("expect.at_least_every_seconds", Integer(60, 31622400), "Maximum number of seconds between two runs that succeed, whatever starts them; null: any time.").or_null(),
        Field::optional("expect.usual_times", Number(1.0, 1000.0), "How many times what 95 % of its newest runs take at most a run may take, whatever starts it; null: any time. It is told while the run goes on, once ten runs are known.").or_null(),
        Field::optional("expect.wait_within_seconds", Integer(1, 31622400), "Maximum number of seconds for which a run waits before it starts, whatever starts it; null: any time.").or_null(),
    ],
    unions: &[
        Union { at: "run", kinds: &["command", "shell", "script", "http", "heartbeat"] },
        Union { at: "credentials.*.inject", kinds: &["env", "file", "stdin"] },
        Union { at: "params.*", kinds: &["string", "integer", "number", "boolean", "choice", "date", "json"] },
        Union { at: "schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"] },
        Union { at: "schedules.*.catch_up", kinds: &["none", "latest", "all", "window"] },
        Union { at: "schedules.*.days", kinds: &["every_days", "every_weeks", "month_days", "month_weekdays"] },
        Union { at: "triggers.*", kinds: &["webhook", "file", "task"] },
        Union { at: "dependencies.*", kinds: &["task", "file", "url", "command", "tcp", "host", "vpn"] },
        Union { at: "dependencies.*.window", kinds: &["today", "any_time", "since_last_run", "within", "same_slot_day"] },
        Union { at: "dependencies.*.on_unmet", kinds: &["wait", "skip", "fail"] },
        Union { at: "overlap", kinds: &["skip", "queue", "queue_latest", "replace", "allow"] },
        Union { at: "retry.backoff", kinds: &["fixed", "exponential"] },
    ],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "title", of: "", kinds: &[], nullable: false },
        TextPlace { at: "description", of: "", kinds: &[], nullable: false },
        TextPlace { at: "folder", of: "", kinds: &[], nullable: false },
        TextPlace { at: "tags.*", of: "", kinds: &[], nullable: false },
        TextPlace { at: "run.program", of: "run", kinds: &["command"], nullable: false },
        TextPlace { at: "run.arguments.*", of: "run", kinds: &["command", "script"], nullable: false },
        TextPlace { at: "run.line", of: "run", kinds: &["shell"], nullable: false },
        TextPlace { at: "run.shell", of: "run", kinds: &["shell"], nullable: true },
        TextPlace { at: "run.interpreter", of: "run", kinds: &["script"], nullable: false },
        TextPlace { at: "run.text", of: "run", kinds: &["script"], nullable: false },
        TextPlace { at: "run.method", of: "run", kinds: &["http"], nullable: false },
        TextPlace { at: "run.url", of: "run", kinds: &["http"], nullable: false },
        TextPlace { at: "run.headers.{}", of: "run", kinds: &["http"], nullable: false },
        TextPlace { at: "run.body", of: "run", kinds: &["http"], nullable: true },
        TextPlace { at: "run.body_contains", of: "run", kinds: &["http"], nullable: true },
        TextPlace { at: "run.proxy", of: "run", kinds: &["http"], nullable: true },
        TextPlace { at: "run.no_proxy.*", of: "run", kinds: &["http"], nullable: false },
        TextPlace { at: "run.ca_file", of: "run", kinds: &["http"], nullable: true },
        TextPlace { at: "working_directory", of: "", kinds: &[], nullable: true },
        TextPlace { at: "environment.{}", of: "", kinds: &[], nullable: false },
        TextPlace { at: "umask", of: "", kinds: &[], nullable: true },
        TextPlace { at: "run_as", of: "", kinds: &[], nullable: true },
        TextPlace { at: "credentials.*.name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "credentials.*.field", of: "", kinds: &[], nullable: true },
        TextPlace { at: "credentials.*.inject.variable", of: "credentials.*.inject", kinds: &["env", "file"], nullable: false },
        TextPlace { at: "params.*.name", of: "params.*", kinds: &["string", "integer", "number", "boolean", "choice", "date", "json"], nullable: false },
        TextPlace { at: "params.*.description", of: "params.*", kinds: &["string", "integer", "number", "boolean", "choice", "date", "json"], nullable: false },
        TextPlace { at: "params.*.default", of: "params.*", kinds: &["string", "choice", "date"], nullable: true },
        TextPlace { at: "params.*.choices.*", of: "params.*", kinds: &["choice"], nullable: false },
        TextPlace { at: "schedules.*.expression", of: "schedules.*", kinds: &["cron"], nullable: false },
        TextPlace { at: "schedules.*.key", of: "schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedules.*.timezone", of: "schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedules.*.start_at", of: "schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedules.*.end_at", of: "schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: true },
        TextPlace { at: "schedules.*.run_only_on.*", of: "schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "schedules.*.skip_on.*", of: "schedules.*", kinds: &["cron", "windows", "interval", "once", "calendar_rule", "rrule", "startup"], nullable: false },
        TextPlace { at: "schedules.*.text", of: "schedules.*", kinds: &["windows"], nullable: false },
        TextPlace { at: "schedules.*.anchor_at", of: "schedules.*", kinds: &["interval"], nullable: true },
        TextPlace { at: "schedules.*.window.from", of: "schedules.*", kinds: &["interval"], nullable: false },
        TextPlace { at: "schedules.*.window.to", of: "schedules.*", kinds: &["interval"], nullable: false },
        TextPlace { at: "schedules.*.at", of: "schedules.*", kinds: &["once"], nullable: false },
        TextPlace { at: "schedules.*.days.from", of: "schedules.*.days", kinds: &["every_days", "every_weeks"], nullable: true },
        TextPlace { at: "schedules.*.times.*", of: "schedules.*", kinds: &["calendar_rule"], nullable: false },
        TextPlace { at: "schedules.*.rule", of: "schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedules.*.dtstart", of: "schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedules.*.exdate.*", of: "schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "schedules.*.rdate.*", of: "schedules.*", kinds: &["rrule"], nullable: false },
        TextPlace { at: "triggers.*.signature.header", of: "triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "triggers.*.signature.prefix", of: "triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "triggers.*.signature.timestamp_header", of: "triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "triggers.*.params.{}", of: "triggers.*", kinds: &["webhook", "task"], nullable: false },
        TextPlace { at: "triggers.*.filters.*.at", of: "triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "triggers.*.filters.*.is", of: "triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "triggers.*.filters.*.is_not", of: "triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "triggers.*.filters.*.one_of.*", of: "triggers.*", kinds: &["webhook"], nullable: false },
        TextPlace { at: "triggers.*.filters.*.matches", of: "triggers.*", kinds: &["webhook"], nullable: true },
        TextPlace { at: "triggers.*.key", of: "triggers.*", kinds: &["webhook", "file", "task"], nullable: true },
        TextPlace { at: "triggers.*.pattern", of: "triggers.*", kinds: &["file"], nullable: false },
        TextPlace { at: "triggers.*.tasks.*", of: "triggers.*", kinds: &["task"], nullable: false },
        TextPlace { at: "dependencies.*.task", of: "dependencies.*", kinds: &["task"], nullable: false },
        TextPlace { at: "dependencies.*.timezone", of: "dependencies.*", kinds: &["task"], nullable: true },
        TextPlace { at: "dependencies.*.params.{}", of: "dependencies.*", kinds: &["task"], nullable: false },
        TextPlace { at: "dependencies.*.key", of: "dependencies.*", kinds: &["task", "file", "url", "command", "tcp", "host", "vpn"], nullable: true },
        TextPlace { at: "dependencies.*.path", of: "dependencies.*", kinds: &["file"], nullable: false },
        TextPlace { at: "dependencies.*.url", of: "dependencies.*", kinds: &["url"], nullable: false },
        TextPlace { at: "dependencies.*.method", of: "dependencies.*", kinds: &["url"], nullable: false },
        TextPlace { at: "dependencies.*.body_contains", of: "dependencies.*", kinds: &["url"], nullable: true },
        TextPlace { at: "dependencies.*.program", of: "dependencies.*", kinds: &["command"], nullable: false },
        TextPlace { at: "dependencies.*.arguments.*", of: "dependencies.*", kinds: &["command"], nullable: false },
        TextPlace { at: "dependencies.*.host", of: "dependencies.*", kinds: &["tcp"], nullable: false },
        TextPlace { at: "dependencies.*.disk_path", of: "dependencies.*", kinds: &["host"], nullable: true },
        TextPlace { at: "dependencies.*.network", of: "dependencies.*", kinds: &["vpn"], nullable: false },
        TextPlace { at: "pool", of: "", kinds: &[], nullable: true },
        TextPlace { at: "expect.finish_by.at", of: "", kinds: &[], nullable: true },
    ],
};

static TASK_IMPORT: Schema = Schema {
    fields: &[
        Field::required("kind", Choice(&["crontab"]), "Kind of the text."),
        Field::optional("text", Text, "The text: at most 5,000 lines. Either this or the bytes in `text_base64` must be given."),
        Field::optional("text_base64", Bytes, "The bytes of the file in base64. The server finds out their encoding.").or_null(),
        Field::optional("encoding", Text, "Encoding of the bytes, such as `windows-1252`; null: found out (UTF-8, UTF-16, else Windows-1252).").or_null(),
        Field::optional("form", Choice(&["user", "system"]), "Whose crontab it is; null: Orc guesses.").or_null(),
        Field::optional("timezone", Text, "Time zone of lines without a CRON_TZ above them; null: the server's default.").or_null(),
        Field::optional("folder", Text, "Folder of the new tasks."),
        Field::optional("prefix", Text, "Prefix for each task's name. A prefix may be empty, may contain a-z, 0-9, '.', '_' and '-', must begin with a letter or a digit, and may have at most 40 characters."),
        Field::optional("enabled", Boolean, "Whether the new tasks are enabled. [default: true]"),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "text", of: "", kinds: &[], nullable: false },
        TextPlace { at: "text_base64", of: "", kinds: &[], nullable: true },
        TextPlace { at: "encoding", of: "", kinds: &[], nullable: true },
        TextPlace { at: "timezone", of: "", kinds: &[], nullable: true },
        TextPlace { at: "folder", of: "", kinds: &[], nullable: false },
        TextPlace { at: "prefix", of: "", kinds: &[], nullable: false },
    ],
};

static TOKEN_CREATE: Schema = Schema {
    fields: &[
        Field::required("name", Text, "What the token is for."),
        Field::required("role", Choice(&["viewer", "operator", "editor", "admin"]), "Role of the token. It cannot have more permissions than you."),
        Field::optional("grants", List(&Choice(&["credentials:use", "credentials:write", "tasks:run_as"])), "Rights in addition to the role. You can give only those that you have."),
        Field::optional("expires_days", Integer(1, 3650), "Days until it expires; null: never.").or_null(),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
    ],
};

static TRIGGER_ROTATE: Schema = Schema {
    fields: &[
        Field::optional("secret", Secret, "The secret for signatures, if the sender made it (Stripe, Slack, Shopify, Dropbox, Meta) or you chose it. Null: Orc makes one. It is stored sealed and never shown again.").or_null(),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "secret", of: "", kinds: &[], nullable: true },
    ],
};

static USER_CREATE: Schema = Schema {
    fields: &[
        Field::required("name", Text, "Login name. A login name may contain a-z, 0-9, '.', '_', '@' and '-', must begin with a letter or a digit, and may have at most 100 characters."),
        Field::required("role", Choice(&["viewer", "operator", "editor", "admin"]), "Role of the user."),
        Field::optional("grants", List(&Choice(&["credentials:use", "credentials:write", "tasks:run_as"])), "Rights in addition to the role."),
        Field::required("password", Secret, "First password, at least 10 characters."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "name", of: "", kinds: &[], nullable: false },
        TextPlace { at: "password", of: "", kinds: &[], nullable: false },
    ],
};

static USER_UPDATE: Schema = Schema {
    fields: &[
        Field::optional("role", Choice(&["viewer", "operator", "editor", "admin"]), "New role of the user.").or_null(),
        Field::optional("grants", List(&Choice(&["credentials:use", "credentials:write", "tasks:run_as"])), "New rights in addition to the role; they replace those before.").or_null(),
        Field::optional("disabled", Boolean, "Whether the user is barred from logging in.").or_null(),
        Field::optional("password", Secret, "New password. It ends all sessions of the user.").or_null(),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "password", of: "", kinds: &[], nullable: true },
    ],
};

static VAULT_ROTATE: Schema = Schema {
    fields: &[
        Field::optional("passphrase", Secret, "Passphrase from which the key is made, at least 12 characters; somebody then gives it after each start of the server. Null: the server makes a key file.").or_null(),
        Field::optional("forget_values", Boolean, "Whether the values of all credentials are given up because the present key is lost. The credentials stay, and each needs a new value. Refused while the present key works."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "passphrase", of: "", kinds: &[], nullable: true },
    ],
};

static VAULT_UNSEAL: Schema = Schema {
    fields: &[
        Field::required("passphrase", Secret, "The passphrase."),
    ],
    unions: &[],
    texts: &[
        TextPlace { at: "passphrase", of: "", kinds: &[], nullable: false },
    ],
};
