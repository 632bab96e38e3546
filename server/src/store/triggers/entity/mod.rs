//! Tables of this subject, one file per table, in the shape that sea-orm wants.
//!
//! Deliberately absent: anything a caller sees, because rows become records before they leave the room. Start reading
//! at the table that carries the subject's name.

pub(in crate::store) mod file_seen;
pub(in crate::store) mod hook_call;
pub(in crate::store) mod hook_seen;
pub(in crate::store) mod run_body;
pub(in crate::store) mod trigger;
pub(in crate::store) mod trigger_firing;
pub(in crate::store) mod trigger_source;
