//! Rows of calendar feeds: published addresses under which a calendar program reads what is planned.
//!
//! Deliberately absent: the planned slots themselves, which are computed and never stored. Start reading at `feeds`.

pub mod entity;
pub(in crate::store) mod feeds;
