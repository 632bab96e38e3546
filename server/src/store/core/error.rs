//! The closed list of database errors.

use crate::domain::model::BadCursor;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Another existing thing has the name.
    #[error("the name is taken")]
    NameTaken,
    /// The definition has changed since it was read.
    #[error("the current version is {current}")]
    Stale {
        /// The current version.
        current: u32,
    },
    /// A range of the ledger overlaps another entry of the same schedule.
    #[error("the ledger already has an entry for this time")]
    SlotOverlap,
    /// The run has not ended.
    #[error("the run has not ended")]
    NotFinished,
    /// The thing that the change needs does not exist, or no longer exists.
    #[error("{0} does not exist")]
    Gone(&'static str),
    /// A rule of the schema without a typed conflict.
    #[error("the database refuses the change: {0}")]
    Rule(String),
}

/// Why the store failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Others hold the database, or the work took too long. Try again.
    #[error("the database is busy")]
    Busy,
    /// The disk is full; nothing was saved.
    #[error("the disk of the database is full")]
    Full,
    /// The store is closed or closing.
    #[error("the database is closed")]
    Closed,
    /// The change is refused; nothing was saved.
    #[error("{what}")]
    Conflict {
        /// Why the change is refused.
        what: Conflict,
    },
    /// The cursor did not come from this list.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// The database must not be opened. The text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// The database contains something invalid.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Anything else, for the log.
    #[error("database error: {0}")]
    Other(String),
}

impl StoreError {
    /// Creates a conflict.
    pub const fn conflict(what: Conflict) -> Self {
        Self::Conflict { what }
    }
}

/// Result of anything the store does.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The effect of an error on the transaction in which it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Trouble {
    /// No effect.
    None,
    /// Only the statement failed.
    Statement,
    /// The whole transaction must be repeated (serialization failure, deadlock).
    Repeat,
    /// The whole transaction is lost (disk full, I/O error).
    Dead,
}

/// The database's code for an error: SQLite's extended code, or PostgreSQL's SQLSTATE.
fn code(error: &DbErr) -> Option<String> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))
        | DbErr::Conn(RuntimeErr::SqlxError(error)) => {
            error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
        }
        _ => None,
    }
}

/// SQLite's primary result code, if the code is SQLite's (PostgreSQL's have five characters).
fn sqlite_code(code: &str) -> Option<u32> {
    if code.len() == 5 { None } else { code.parse::<u32>().ok().map(|extended| extended & 0xff) }
}

/// The effect of an error on its transaction.
pub(in crate::store) fn trouble(error: &DbErr) -> Trouble {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            if matches!(**inner, SqlxError::Io(_) | SqlxError::WorkerCrashed | SqlxError::PoolClosed) {
                return Trouble::Dead;
            }
            match code(error).as_deref() {
                Some("40001" | "40P01") => Trouble::Repeat,
                Some(code) if matches!(sqlite_code(code), Some(7 | 10 | 11 | 13 | 26)) => Trouble::Dead,
                _ => Trouble::Statement,
            }
        }
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => Trouble::Dead,
        _ => Trouble::Statement,
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let DbErr::ConnectionAcquire(inner) = &error {
            return match inner {
                ConnAcquireErr::Timeout => Self::Busy,
                ConnAcquireErr::ConnectionClosed => Self::Closed,
            };
        }
        let Some(code) = code(&error) else {
            return Self::Other(error.to_string());
        };
        if let Some(primary) = sqlite_code(&code) {
            return match primary {
                5 | 6 => Self::Busy,
                13 => Self::Full,
                11 | 26 => Self::Damaged(error.to_string()),
                19 => Self::conflict(Conflict::Rule(error.to_string())),
                _ => Self::Other(error.to_string()),
            };
        }
        match code.as_str() {
            "40001" | "40P01" | "55P03" | "57014" | "53200" | "53300" => Self::Busy,
            "53100" => Self::Full,
            "57P01" | "57P02" | "57P03" => Self::Closed,
            "XX001" | "XX002" => Self::Damaged(error.to_string()),
            code if code.starts_with("23") => Self::conflict(Conflict::Rule(error.to_string())),
            _ => Self::Other(error.to_string()),
        }
    }
}

/// Turns the violation of a unique index into a typed conflict.
pub(in crate::store) fn unique(error: DbErr, what: Conflict) -> StoreError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::conflict(what),
        _ => error.into(),
    }
}

/// The error for stored data that cannot be read.
pub(in crate::store) fn damaged(what: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("{what}: {error}"))
}

/// What was read, if it could be: one damaged row must not hold up the others.
pub(in crate::store) fn readable<T>(what: &'static str, name: String, read: Result<T>) -> Option<T> {
    read.inspect_err(|error| tracing::error!(what, name, %error, "a stored row cannot be read and is left out")).ok()
}

impl From<BadCursor> for StoreError {
    fn from(_: BadCursor) -> Self {
        Self::BadCursor
    }
}
