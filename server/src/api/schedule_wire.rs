//! Wire types of schedules, as parts of a task's definition.

use super::definition::yes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! schedule {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Key within the task; the same key keeps the schedule's history across edits. Null: made from the kind.
            #[serde(default)]
            #[schema(max_length = 50, pattern = "^[a-z0-9][a-z0-9._-]{0,49}$")]
            pub key: Option<String>,
            /// Whether it fires.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub enabled: bool,
            /// Time zone, an IANA name; null: the server's.
            #[serde(default)]
            #[schema(max_length = 100, example = "Europe/Berlin")]
            pub timezone: Option<String>,
            /// No slot before this instant.
            #[serde(default)]
            pub start_at: Option<chrono::DateTime<chrono::Utc>>,
            /// No slot after this instant.
            #[serde(default)]
            pub end_at: Option<chrono::DateTime<chrono::Utc>>,
            /// What happens to a local time that does not exist (clocks go forward).
            #[serde(default)]
            #[schema(inline = false)]
            pub gap: Gap,
            /// Which of two equal local times counts (clocks go back).
            #[serde(default)]
            #[schema(inline = false)]
            pub fold: Fold,
            /// What happens to slots missed while the server was down.
            #[serde(default)]
            #[schema(inline = false)]
            pub catch_up: CatchUp,
            /// Id of the schedule, given by the server.
            #[serde(default)]
            #[schema(read_only)]
            pub id: Option<uuid::Uuid>,
            /// The schedule in words, given by the server.
            #[serde(default)]
            #[schema(read_only)]
            pub words: Option<String>,
        }
    };
}

schedule! {
    /// A cron expression.
    ScheduleCron {
        /// Five fields (or six, seconds first), or a macro such as @daily.
        #[schema(min_length = 1, max_length = 500, example = "0 2 * * MON-FRI")]
        pub expression: String,
    }
}
schedule! {
    /// A short form as used with the Windows Task Scheduler.
    ScheduleWindows {
        /// `06:00` daily, `MON 08:00` weekly, `15 09:30` monthly.
        #[schema(min_length = 1, max_length = 100, example = "MON 08:00")]
        pub text: String,
    }
}
schedule! {
    /// Every so many seconds.
    ScheduleInterval {
        /// Seconds between two slots.
        #[schema(minimum = 1, maximum = 31_622_400, example = 90)]
        pub every_seconds: u32,
        /// Instant that the slots are counted from; null: 1970-01-01T00:00:00Z.
        #[serde(default)]
        pub anchor_at: Option<chrono::DateTime<chrono::Utc>>,
    }
}
schedule! {
    /// Once.
    ScheduleOnce {
        /// An instant (2026-12-01T02:00:00Z) or a local time in the schedule's zone (2026-12-01T02:00).
        #[schema(min_length = 16, max_length = 40, example = "2026-12-01T02:00")]
        pub at: String,
    }
}

/// Rule by which a task becomes due.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Schedule {
    /// A cron expression.
    Cron(ScheduleCron),
    /// A Windows short form.
    Windows(ScheduleWindows),
    /// Every so many seconds.
    Interval(ScheduleInterval),
    /// Once.
    Once(ScheduleOnce),
}

/// What happens to a local time that does not exist.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// The slot is at the first instant after the gap.
    #[default]
    RunAfter,
    /// No slot; the ledger says so.
    Skip,
}

/// Which of two equal local times counts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// The first.
    #[default]
    First,
    /// The second.
    Second,
    /// Both.
    Both,
}

/// What happens to slots missed while the server was down.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CatchUp {
    /// None of them runs.
    None,
    /// The latest of them runs.
    #[default]
    Latest,
}
