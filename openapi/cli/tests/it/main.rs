//! The real binary against a stub server made from the published contract, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bodies;
mod comfort;
mod every;
mod follow;
mod golden;
mod local;
mod orc;
mod output;
mod problems;
mod sample;
mod stub;
