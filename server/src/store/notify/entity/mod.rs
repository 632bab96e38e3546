//! Tables of notifications that no other subject reads.
//!
//! Deliberately absent: channels, whose table `core` has because credentials look into it. Start reading at `delivery`.

pub(in crate::store) mod delivery;
pub(in crate::store) mod incident;
pub(in crate::store) mod incident_link;
pub(in crate::store) mod rule;
pub(in crate::store) mod silence;
pub(in crate::store) mod telling;
