//! The database itself: connecting, the one writer that commits in groups, pages of lists, times, and errors.
//!
//! Deliberately absent: the rows of any subject except tasks, whose rows most subjects join. Start reading at `writer`,
//! then `group`.

pub(in crate::store) mod connect;
pub(in crate::store) mod entity;
pub(in crate::store) mod error;
mod key;
pub(in crate::store) mod locks;
pub(in crate::store) mod page;
pub(in crate::store) mod reason;
pub(in crate::store) mod rows;
pub(in crate::store) mod schema;
pub(in crate::store) mod store;
pub(in crate::store) mod task;
pub(in crate::store) mod time;
pub(in crate::store) mod writer;
