//! Housekeeping: removes old rows and logs, and watches the disk and the clock.
//!
//! Deliberately absent: the rules of retention, which are in `app`. Start reading at `pruner`.

pub(in crate::engine) mod beacon;
pub(in crate::engine) mod keeper;
pub(in crate::engine) mod pruner;
pub(in crate::engine) mod timekeeper;
