//! The closed list of ways in which the database says no.

use crate::domain::model::BadCursor;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};

/// What stands against a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The name belongs to another living thing.
    #[error("the name is taken")]
    NameTaken,
    /// The definition has changed since it was read.
    #[error("the present version is {current}")]
    Stale {
        /// The present version.
        current: u32,
    },
    /// A stretch of the ledger overlaps another entry of the same schedule.
    #[error("the ledger already has an entry for this time")]
    SlotOverlap,
    /// The run has not ended.
    #[error("the run has not ended")]
    NotFinished,
    /// The thing that the change needs is not there (any more).
    #[error("{0} does not exist")]
    Gone(&'static str),
    /// A rule of the schema that no typed conflict names.
    #[error("the database refuses the change: {0}")]
    Rule(String),
}

/// Why the store did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Others hold the database, or it took too long; try again.
    #[error("the database is busy")]
    Busy,
    /// The disk is full; nothing was saved.
    #[error("the disk of the database is full")]
    Full,
    /// The store is closed or closing.
    #[error("the database is closed")]
    Closed,
    /// Something stands against the change; nothing was saved.
    #[error("{what}")]
    Conflict {
        /// What.
        what: Conflict,
    },
    /// A cursor that this list did not give out.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// The database may not be opened; says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// The database holds something it cannot hold.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Anything else; for the log.
    #[error("database error: {0}")]
    Other(String),
}

impl StoreError {
    /// A conflict.
    pub const fn conflict(what: Conflict) -> Self {
        Self::Conflict { what }
    }
}

/// Result of anything the store does.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What an error means for the transaction in which it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Trouble {
    /// Nothing.
    None,
    /// Only the statement failed.
    Statement,
    /// The whole transaction is to be repeated (serialization failure, deadlock).
    Repeat,
    /// The whole transaction is dead (disk full, I/O error).
    Dead,
}

/// Code of the database for an error: SQLite's extended code, PostgreSQL's SQLSTATE.
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

/// SQLite's primary result code, if the code is one of SQLite (PostgreSQL's have five characters).
fn sqlite_code(code: &str) -> Option<u32> {
    if code.len() == 5 { None } else { code.parse::<u32>().ok().map(|extended| extended & 0xff) }
}

/// What an error means for its transaction.
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

/// Something in the database that cannot be read back.
pub(in crate::store) fn damaged(what: &str, error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("{what}: {error}"))
}

impl From<BadCursor> for StoreError {
    fn from(_: BadCursor) -> Self {
        Self::BadCursor
    }
}
