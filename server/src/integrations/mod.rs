//! The world outside: each file covers one thing that Orc talks to.
//!
//! Deliberately absent: decisions, the database, HTTP as a server. Each file is a small function or trait with the
//! real implementation. Start reading at `http_request`.

pub mod authorities;
pub mod disk;
pub mod file_events;
pub mod file_facts;
pub mod hop;
pub mod host_facts;
pub mod http_request;
pub mod local_server;
pub mod machine;
pub mod network;
pub mod notify;
pub mod reports;
