//! The kit of every test that asks the server: a server without a socket, the people who ask it, and the contract.
//!
//! Every answer that a test gets is held against the document that the server publishes: status, content type, headers
//! and body. A test that asks for one thing therefore checks the whole answer. All tests of this kit run on SQLite, and
//! once more on PostgreSQL when `ORC_TEST_ON_POSTGRES` is set. Deliberately absent: facts about any subject. Start
//! reading at `House`.

mod answer;
mod client;
mod cluster;
pub mod contract;
pub mod database;
mod events;
mod house;
mod socket;

pub use answer::Answer;
pub use client::Client;
pub use events::Events;
pub use house::{HERE, House, PASSWORD, Setup};
pub use socket::answered;
