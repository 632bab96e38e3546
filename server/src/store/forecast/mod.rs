//! Rows of calendar feeds: published addresses at which a calendar program reads the plan.
//!
//! Deliberately absent: the planned slots, which are computed and never stored. Start reading at `feeds`.

pub mod entity;
pub(in crate::store) mod feeds;
