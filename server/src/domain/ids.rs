//! Identifiers: UUIDv7 newtypes, one per kind of thing.
//!
//! Ids sort by creation time. People use the `name` of a thing, whose rule is in `names`.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Creates a new id (UUIDv7, so ids sort by creation time).
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// Identifies a task.
    TaskId
);
id!(
    /// Identifies one schedule of a task. The id stays as long as the schedule's key within the task stays.
    ScheduleId
);
id!(
    /// Identifies a calendar.
    CalendarId
);
id!(
    /// Identifies a calendar feed.
    FeedId
);
id!(
    /// Identifies a backfill.
    BackfillId
);
id!(
    /// Identifies a trigger. The id stays as long as the trigger's key within the task stays.
    TriggerId
);
id!(
    /// Identifies a pool.
    PoolId
);
id!(
    /// Identifies a credential.
    CredentialId
);
id!(
    /// Identifies a network profile.
    NetworkId
);
id!(
    /// Identifies a channel.
    ChannelId
);
id!(
    /// Identifies a delivery.
    DeliveryId
);
id!(
    /// Identifies a rule of notifications.
    RuleId
);
id!(
    /// Identifies an incident.
    IncidentId
);
id!(
    /// Identifies a report.
    ReportId
);
id!(
    /// Identifies a silence.
    SilenceId
);
id!(
    /// Identifies a run.
    RunId
);
id!(
    /// Identifies an attempt. Its log file and its lock are named after the id.
    AttemptId
);
id!(
    /// Identifies a user.
    UserId
);
id!(
    /// Identifies an API token. The id is part of the token's text.
    TokenId
);
id!(
    /// Identifies a browser session.
    SessionId
);
