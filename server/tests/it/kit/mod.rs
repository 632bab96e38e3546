//! The kit for every test that sends requests: a server without a socket, its callers, and the contract.
//!
//! The kit checks every answer that a test gets against the document that the server publishes: status, content type,
//! headers and body. A test about one thing therefore checks the whole answer. All tests of this kit run on SQLite,
//! and again on PostgreSQL when `ORC_TEST_ON_POSTGRES` is set. Deliberately absent: facts about any subject. Start
//! reading at `House`.

mod answer;
mod client;
mod cluster;
pub mod contract;
pub mod database;
mod events;
mod house;
mod proxy;
mod socket;

pub use answer::Answer;
pub use client::Client;
pub use events::Events;
pub use house::{HERE, House, PASSWORD, Setup, request};
pub use proxy::Proxy;
pub use socket::answered;
