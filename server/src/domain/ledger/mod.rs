//! The ledger: what people expect of slots, and what is late.
//!
//! Pure. Deliberately absent: what becomes of a slot, which `app::ledger` decides. Start reading at `expect`, then
//! `lateness`.

pub mod expect;
pub mod lateness;

pub use self::expect::{Expect, FinishBy};
