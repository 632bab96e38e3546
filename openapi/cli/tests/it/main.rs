//! Tests of the real binary against a server made from the published contract, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod attention;
mod bodies;
mod every;
mod kit;
mod local;
mod output;
mod problems;
mod raw;
mod runs;
mod tasks;
