//! Tables of this subject, one file per table, in the shape that sea-orm wants.
//!
//! Deliberately absent: anything a caller sees, because rows become records before they leave the room. Start reading
//! at the table that carries the subject's name.

pub(in crate::store) mod attempt;
pub(in crate::store) mod conditions;
pub(in crate::store) mod idempotency;
pub(in crate::store) mod run;
pub(in crate::store) mod task_band;
