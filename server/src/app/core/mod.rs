//! What every use case needs: who calls, what may go wrong, what is announced after a commit, how it is written,
//! and the places for heavy computations.
//!
//! Deliberately absent: any subject; a subject imports `core`, never the other way round. Start reading at `caller`.

pub(in crate::app) mod caller;
pub(in crate::app) mod compute;
pub(in crate::app) mod error;
pub mod events;
pub(in crate::app) mod signals;
pub(in crate::app) mod span;
pub mod write;
