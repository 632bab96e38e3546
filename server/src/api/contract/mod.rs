//! The published document, and what is derived from it: schemas that check bodies, and words for their faults.
//!
//! Deliberately absent: hand-written lists of operations; the routers of the subjects are the source. Start reading at `document`.

pub mod document;
mod flat;
pub mod schema;
pub(in crate::api) mod words;
