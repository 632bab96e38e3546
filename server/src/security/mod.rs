//! Secrets and proofs: passwords, tokens, the set-up token, and the limit on guessing.
//!
//! Deliberately absent: the database, HTTP and roles. Everything here is a small function on values. Start reading at
//! `secret`, then `token`.

pub mod fernet;
pub mod limiter;
pub mod password;
pub mod seal;
pub mod secret;
pub mod setup;
pub mod signature;
pub mod token;
pub mod vault;
pub mod webhook;
