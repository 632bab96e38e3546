//! The loop that every worker runs in.
//!
//! Deliberately absent: what a worker does; that stands in the folders of the subjects. Start reading at `worker`.

pub(in crate::engine) mod worker;
