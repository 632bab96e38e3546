//! The closed list of ways in which the database says no.

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
pub type Result<T> = std::result::Result<T, StoreError>;
