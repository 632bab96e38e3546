//! The server's integration tests: one binary, one module per subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod api;
mod credentials;
mod damaged;
mod damaged_calendars;
mod dependencies;
mod engine;
mod everywhere;
mod exporting;
mod kit;
mod names;
mod networks;
mod notify;
mod oracle;
mod reports;
mod round_trips;
mod security;
mod shapes;
mod silenced;
mod store;
mod system;
mod values;
