//! Who may do what: users, tokens, sessions, and the audit log of what they did.
//!
//! Deliberately absent: hashing and comparing secrets, which `security` does. Start reading at `sessions`.

pub mod audit;
pub mod sessions;
pub mod standing;
pub mod tokens;
pub mod users;
