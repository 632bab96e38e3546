//! The ledger: what people expect of slots and runs, and what is late or slow.
//!
//! Pure. Deliberately absent: what becomes of a slot, which `app::ledger` decides. Start reading at `expect`, then
//! `lateness` and `slowness`.

pub mod expect;
pub mod lateness;
pub mod slowness;

pub use self::expect::{Expect, FinishBy};
