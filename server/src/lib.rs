//! Orc's server: a local-first task orchestrator.
//!
//! Rooms, in reading order: `domain` decides, `store`, `integrations` and `security` are tools, `app` holds the use
//! cases, `api` and `engine` are the two doors to them. See ARCHITECTURE.md for the map and the invariants.

pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod integrations;
pub mod security;
pub mod serve;
pub mod store;
