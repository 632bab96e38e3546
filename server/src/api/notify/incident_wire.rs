//! Wire types of incidents.

use crate::api::core::answer::Reason;
use crate::api::core::page::page;
use crate::domain::notify::words::{EventKind, IncidentKind, IncidentState, TellStep};
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which incidents to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct IncidentListQuery {
    /// Maximum number of items in one answer.
    #[param(minimum = 1, maximum = 500, default = 50)]
    pub limit: Option<u32>,
    /// The `next_cursor` of the previous page; the answer continues there.
    pub cursor: Option<String>,
    /// Only incidents of this task (name or id).
    #[param(max_length = 100)]
    pub task: Option<String>,
    /// Only incidents in these states, separated by commas.
    #[param(max_length = 200, example = "open,acknowledged")]
    pub state: Option<String>,
}

/// What to say when taking care of an incident.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentAcknowledge {
    /// What others should know, such as who does what until when.
    #[serde(default)]
    #[schema(max_length = 2000, default = "")]
    pub note: String,
}

/// For how long to put an incident off.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentSnooze {
    /// Number of minutes; 0 ends what was put off before.
    #[schema(minimum = 0, maximum = 43200, example = 60)]
    pub minutes: u32,
}

macro_rules! incident {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, ToSchema)]
        pub struct $name {
            /// UUID of the incident.
            pub id: Uuid,
            /// Name of the task; null: the incident is about the server.
            pub task: Option<String>,
            /// Part of the server: the name of a worker, a channel or a credential, or `disk`, `clock`, `database`; null: the
            /// incident is about a task.
            pub part: Option<String>,
            /// What is wrong.
            #[schema(inline = false)]
            pub kind: IncidentKind,
            /// How far the incident is.
            #[schema(inline = false)]
            pub state: IncidentState,
            /// When the first run that shows it ended, or since when the first slot is late or the part of the server is
            /// wrong.
            pub opened_at: DateTime<Utc>,
            /// When the newest of these runs ended, since when the newest slot is late, or when the reason last changed.
            pub seen_at: DateTime<Utc>,
            /// Number of these runs or slots; 0: it is about the server.
            pub run_count: u32,
            /// UUID of the first of these runs.
            pub first_run: Option<Uuid>,
            /// UUID of the newest of these runs.
            pub last_run: Option<Uuid>,
            /// State of the newest of these runs; null: there is none.
            #[schema(inline = false)]
            pub last_state: Option<RunState>,
            /// Why the newest of these runs is in its state, what is late, or what is wrong with the server; null: there is no
            /// particular reason.
            pub reason: Option<Reason>,
            /// When somebody took care of it; null: nobody did.
            pub acknowledged_at: Option<DateTime<Utc>>,
            /// Who took care of it.
            pub acknowledged_by: Option<String>,
            /// What that person wrote.
            pub note: String,
            /// When it was over; null: it is not.
            pub resolved_at: Option<DateTime<Utc>>,
            /// Who said that it is over; null: Orc saw it.
            pub resolved_by: Option<String>,
            /// Until when no rule tells about it; null: nobody snoozed it. It may lie in the past.
            pub snoozed_until: Option<DateTime<Utc>>,
            /// Who snoozed it.
            pub snoozed_by: Option<String>,
            $($own)*
        }
    };
}

incident! {
    /// What is or was wrong with a task, or with a part of the server. Each has at most one open incident of each kind.
    IncidentSummary {}
}
incident! {
    /// What is or was wrong with a task, or with a part of the server, and who heard of it.
    Incident {
        /// What rules told and have to tell, oldest first.
        pub tellings: Vec<IncidentTelling>,
    }
}
page!(
    /// A page of incidents, newest first.
    IncidentPage,
    IncidentSummary
);

/// Something that a rule told about an incident, or has to tell.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncidentTelling {
    /// Name of the rule.
    pub rule: String,
    /// What happened.
    #[schema(inline = false)]
    pub event: EventKind,
    /// Why the rule tells it.
    #[schema(inline = false)]
    pub step: TellStep,
    /// When it happened.
    pub happened_at: DateTime<Utc>,
    /// When the rule tells it.
    pub due_at: DateTime<Utc>,
    /// When it was handed to the channels of the rule; null: it was not.
    pub told_at: Option<DateTime<Utc>>,
    /// Why it is not told; null: it is.
    pub muted: Option<Reason>,
    /// When it is told if it still holds, although it was put off; null: never, or it was not put off.
    pub muted_until: Option<DateTime<Utc>>,
}
