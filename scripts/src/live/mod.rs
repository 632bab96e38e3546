//! A real server with a fresh data folder, and a small HTTP client to talk to it.
//!
//! Used by chaos, bench, seed and the schemathesis step. Deliberately absent: TLS, redirects, cookies.

mod http;
pub mod instant;
mod server;

pub use http::{Client, Reply};
pub use server::{Scratch, Server};
