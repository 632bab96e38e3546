//! The real binary against a stub server made from the published contract, over real sockets.

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
