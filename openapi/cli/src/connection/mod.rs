//! Talks to a server: which one (`target`, `logins`), how (`client`), and its streams of events (`sse`).
//!
//! Deliberately absent: operations and flags. A `Request` is given in full, and an answer is handed on as it came.
//! Start reading at `target`, then `client`.

pub mod client;
pub mod logins;
pub mod sse;
pub mod target;
