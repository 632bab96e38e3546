//! What every test works with: the real binary, a server made from the contract, samples of its schemas, golden files.
//!
//! Deliberately absent: anything of the client's own code. The tests see what a person at the terminal sees.
//! Start reading at `stub`, then `orc`.

pub mod golden;
pub mod orc;
pub mod sample;
pub mod stub;
