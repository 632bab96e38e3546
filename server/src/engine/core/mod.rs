//! The loop in which every worker runs.
//!
//! Deliberately absent: what a worker does, which is in the folders of the subjects. Start reading at `worker`.

pub mod limits;
pub(in crate::engine) mod worker;
