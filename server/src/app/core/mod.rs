//! What every use case needs: the caller, errors, changes with their announcements, and places for heavy
//! computations.
//!
//! Deliberately absent: any subject. A subject imports `core`, never the other way round. Start reading at `caller`.

pub(in crate::app) mod caller;
pub(in crate::app) mod compute;
pub(in crate::app) mod error;
pub mod events;
pub(in crate::app) mod hold;
pub(in crate::app) mod signals;
pub(in crate::app) mod span;
pub mod upload;
pub mod write;
