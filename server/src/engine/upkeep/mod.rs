//! Housekeeping: old rows and logs go, the disk and the clock are watched.
//!
//! Deliberately absent: the rules of retention, which `app` knows. Start reading at `pruner`.

pub(in crate::engine) mod keeper;
pub(in crate::engine) mod pruner;
pub(in crate::engine) mod timekeeper;
