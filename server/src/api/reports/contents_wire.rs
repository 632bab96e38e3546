//! Wire types of what a report says.

use crate::api::core::answer::Reason;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A report in all its forms.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportPreview {
    /// The line that a mail has as its subject.
    pub subject: String,
    /// What it says, for programs.
    #[schema(inline = false)]
    pub contents: ReportContents,
    /// The HTML of a mail.
    pub html: String,
    /// The plain text of a mail.
    pub text: String,
    /// The same as CSV: part, name, field, value.
    pub csv: String,
}

/// What a report says. The most important rows of each part come first, at most 500.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportContents {
    /// Name of the report.
    pub report: String,
    /// Beginning of the time about which it tells.
    pub from_at: DateTime<Utc>,
    /// End of that time.
    pub until_at: DateTime<Utc>,
    /// First local day of that time.
    pub first_day: NaiveDate,
    /// Last local day of that time.
    pub last_day: NaiveDate,
    /// Time zone of the days, an IANA name.
    pub timezone: String,
    /// When the report was made.
    pub made_at: DateTime<Utc>,
    /// Whether nothing ran and nothing was missed.
    pub empty: bool,
    /// What is special about it.
    pub notes: Vec<Reason>,
    /// Numbers about the runs that ended in that time.
    #[schema(inline = false)]
    pub figures: ReportFigures,
    /// The same of the time before, which is as long.
    #[schema(inline = false)]
    pub figures_before: ReportFigures,
    /// Tasks with runs that ended badly.
    pub failures: Vec<ReportFailure>,
    /// Tasks with slots that have no run because the server was not there.
    pub missed: Vec<ReportMissed>,
    /// Tasks with slots that had their run later.
    pub late: Vec<ReportLate>,
    /// Tasks that began to fail at least three times.
    pub flapping: Vec<ReportFlapping>,
    /// Tasks by their mean duration.
    pub durations: Vec<ReportDuration>,
    /// Tasks whose mean duration changed by half or more.
    pub changed: Vec<ReportChanged>,
    /// Tasks that were disabled at least 14 days ago.
    pub disabled: Vec<ReportDisabled>,
    /// Names of tasks that were applied under no owner, if others were.
    pub unowned: Vec<String>,
    /// Credentials whose values expire within 30 days, or have expired.
    pub credentials: Vec<ReportCredential>,
    /// Days of calendars that the tasks use, ahead of the report.
    pub days: Vec<ReportDay>,
    /// Pools in which runs took all places for a time.
    pub pools: Vec<ReportPool>,
    /// What is stored.
    #[schema(inline = false)]
    pub storage: ReportStorage,
}

/// Numbers about runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportFigures {
    /// Number of runs that ended.
    pub run_count: u64,
    /// Number of runs that succeeded.
    pub succeeded_count: u64,
    /// Number of runs that failed, exceeded a time limit, or were lost.
    pub failed_count: u64,
    /// Number of runs that were cancelled.
    pub cancelled_count: u64,
    /// Number of runs that were skipped.
    pub skipped_count: u64,
    /// Share of the runs that succeeded among those that succeeded or failed; null: there were none.
    pub success_rate: Option<f64>,
    /// Mean duration in seconds; null: no run started.
    pub mean_seconds: Option<f64>,
    /// 95th percentile of the duration in seconds, from a histogram; null: no run started.
    pub p95_seconds: Option<f64>,
}

/// Runs of a task that ended badly.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportFailure {
    /// Name of the task.
    pub task: String,
    /// Number of such runs.
    pub run_count: u64,
    /// UUID of the newest of them.
    pub last_run: Uuid,
    /// State of the newest.
    #[schema(inline = false)]
    pub last_state: RunState,
    /// When the newest ended.
    pub last_at: DateTime<Utc>,
    /// Why the newest ended badly; null: there is no particular reason.
    pub reason: Option<Reason>,
}

/// Slots of a task that have no run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportMissed {
    /// Name of the task.
    pub task: String,
    /// Number of slots.
    pub slot_count: u64,
    /// The last of them.
    pub last_at: DateTime<Utc>,
    /// Why the last of them was missed; null: there is no particular reason.
    pub reason: Option<Reason>,
}

/// Slots of a task that had their run later.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportLate {
    /// Name of the task.
    pub task: String,
    /// Number of slots.
    pub slot_count: u64,
    /// Longest time from a slot to its run, in seconds.
    pub most_seconds: f64,
}

/// A task that changes between success and failure again and again.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportFlapping {
    /// Name of the task.
    pub task: String,
    /// How often it began to fail.
    pub break_count: u32,
}

/// How long runs of a task take.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportDuration {
    /// Name of the task.
    pub task: String,
    /// Number of runs that ended.
    pub run_count: u64,
    /// Mean duration in seconds.
    pub mean_seconds: f64,
    /// 95th percentile in seconds, from a histogram.
    pub p95_seconds: Option<f64>,
}

/// How the mean duration of a task changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportChanged {
    /// Name of the task.
    pub task: String,
    /// Mean duration in seconds in the time before.
    pub before_seconds: f64,
    /// Mean duration in seconds.
    pub mean_seconds: f64,
}

/// A task that has been disabled for long.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportDisabled {
    /// Name of the task.
    pub task: String,
    /// When its definition last changed.
    pub updated_at: DateTime<Utc>,
}

/// A credential whose value expires soon.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportCredential {
    /// Name of the credential.
    pub credential: String,
    /// When its value expires.
    pub expires_at: DateTime<Utc>,
    /// Whether that is over.
    pub expired: bool,
}

/// A day of a calendar.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportDay {
    /// The day.
    pub date: NaiveDate,
    /// Name of the calendar.
    pub calendar: String,
    /// What day it is; empty: the calendar has no name for it.
    pub title: String,
}

/// A pool in which runs took all places for a time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportPool {
    /// Name of the pool.
    pub pool: String,
    /// Number of its places today.
    pub capacity: u32,
    /// For how long runs took all of them, in seconds.
    pub full_seconds: f64,
}

/// What is stored.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportStorage {
    /// Size of the database.
    pub database_bytes: u64,
    /// Size of the disk with the data folder; 0: unknown.
    pub disk_bytes: u64,
    /// What is free of it.
    pub free_bytes: u64,
}
