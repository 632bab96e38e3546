//! The closed list of reasons for which a use case fails.

use crate::app::Result;
use crate::domain::core::problem::Problem;
use crate::domain::model::BadCursor;
use crate::store::{Conflict, StoreError};
use chrono::{DateTime, Utc};

/// Why a use case failed. The text is for people; that of `Internal` is for the log only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing does not exist.
    #[error("{0}")]
    NotFound(String),
    /// The thing is in the wrong state. The code tells programs which conflict it is.
    #[error("{detail}")]
    Conflict {
        /// Code for programs, in snake_case: `name_taken`, `task_disabled`, `runs_open`, `overlap`, `not_finished`
        /// ...
        code: &'static str,
        /// Text for people.
        detail: String,
    },
    /// The caller's version is not the current one.
    #[error("the current version is {current}; load it again and repeat your change")]
    Stale {
        /// The current version.
        current: u32,
    },
    /// Something in the request makes no sense.
    #[error("{} of the request cannot be accepted", if .0.len() == 1 { "one field" } else { "several fields" })]
    Invalid(Vec<Problem>),
    /// The caller's identity is missing or wrong.
    #[error("{0}")]
    Unauthenticated(String),
    /// The caller does not have the permission.
    #[error("{0}")]
    Forbidden(String),
    /// Too many attempts; the seconds to wait.
    #[error("too many attempts; try again in {0} seconds")]
    TooMany(u64),
    /// Temporarily impossible, because the database is busy or closed.
    #[error("{0}")]
    Unavailable(String),
    /// The disk is full.
    #[error("the disk is full: nothing was saved; free some space and try again")]
    Full,
    /// An error of the server.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Fails with `Stale` if the caller's version is not the current one.
    pub(in crate::app) fn unless_at(current: u32, base: Option<u32>) -> crate::app::Result<()> {
        match base {
            Some(base) if base != current => Err(Self::Stale { current }),
            _ => Ok(()),
        }
    }

    /// Creates a conflict.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into() }
    }

    /// Refuses a name that another thing of this kind has: "there is a pool "db" already".
    pub fn taken(kind: &str, name: &str) -> Self {
        Self::conflict("name_taken", format!("there is a {kind} \"{name}\" already; choose another name"))
    }

    /// One problem with one field.
    pub fn invalid(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::at(pointer, message)])
    }

    /// Refuses a period that ends before it begins. An open end is later than everything.
    pub fn unless_in_order(from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>, pointer: &str) -> Result<()> {
        match from.zip(until) {
            Some((from, until)) if until < from => Err(Self::invalid(pointer, "must not be before from_at")),
            _ => Ok(()),
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::Busy | StoreError::Closed => Self::Unavailable(format!("{text}; try again in a moment")),
            StoreError::Full => Self::Full,
            StoreError::BadCursor => Self::invalid("?cursor", "this cursor does not belong to this list"),
            StoreError::Conflict { what } => match what {
                Conflict::NameTaken => Self::conflict("name_taken", "the name is taken; choose another"),
                Conflict::Stale { current } => Self::Stale { current },
                Conflict::NotFinished => Self::conflict("not_finished", "the run has not ended"),
                Conflict::Gone(what) => Self::NotFound(format!("{what} no longer exists")),
                Conflict::SlotOverlap | Conflict::Rule(_) => Self::Internal(text),
            },
            StoreError::Refused(_) | StoreError::Damaged(_) | StoreError::Other(_) => Self::Internal(text),
        }
    }
}

impl From<BadCursor> for Error {
    fn from(_: BadCursor) -> Self {
        Self::invalid("?cursor", "this cursor does not belong to this list")
    }
}
