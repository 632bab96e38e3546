//! The end of attempts: many rows per statement, guarded by fence and state.
