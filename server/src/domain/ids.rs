//! Identifiers: UUIDv7 newtypes, one per kind of thing, and the rules for names.
//!
//! Ids sort by creation time. People use the `name` of a thing. A value in a path is parsed as an id first, so names
//! that look like ids are refused.

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

/// Words that appear in paths in the place of a task's name, and so cannot be names of tasks.
pub const RESERVED_NAMES: [&str; 8] = ["bulk", "import", "export", "apply", "new", "edit", "clone", "search"];

/// Longest name of a task, in bytes.
pub const NAME_MAX: usize = 100;

/// Says what is wrong with a task name, or nothing. Names match `^[a-z0-9][a-z0-9._-]{0,99}$`, do not look like an
/// id, and are not reserved.
pub fn name_problem(name: &str) -> Option<String> {
    let first_ok = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let rest_ok = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    if name.is_empty() {
        return Some("must not be empty".into());
    }
    if name.len() > NAME_MAX {
        return Some(format!("is {} characters long; at most {NAME_MAX} are allowed", name.len()));
    }
    if !first_ok || !rest_ok {
        return Some("may hold a-z, 0-9, '.', '_' and '-', and must begin with a letter or digit".into());
    }
    if Uuid::parse_str(name).is_ok() {
        return Some("must not look like an id (UUID)".into());
    }
    RESERVED_NAMES.contains(&name).then(|| format!("\"{name}\" is reserved; choose another"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, ok: bool) {
        assert_eq!(name_problem(name).is_none(), ok, "{name}: {:?}", name_problem(name));
    }

    #[test]
    fn names() {
        check("backup", true);
        check("0-a.b_c", true);
        check(&"a".repeat(100), true);
        check(&"a".repeat(101), false);
        check("", false);
        check("-a", false);
        check("A", false);
        check("a b", false);
        check("ä", false);
        check("bulk", false);
        check("018f3b1c-0000-7000-8000-000000000000", false);
        check("018f3b1c000070008000000000000000", false);
    }
}
