//! Rows of users, tokens, sessions, and the audit log with its hash chain.
//!
//! Deliberately absent: secrets, because only their hashes are stored. Start reading at `users`.

pub(in crate::store) mod audit;
pub mod entity;
pub(in crate::store) mod sessions;
pub(in crate::store) mod tokens;
pub(in crate::store) mod users;
