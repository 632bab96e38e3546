//! What every operation needs: the caller, the body, the error, the page of a list, and the layers around all routes.
//!
//! Deliberately absent: the operations themselves. Start reading at `guard`, then `auth`, then `error`.

pub(in crate::api) mod answer;
pub mod auth;
pub mod body;
pub(in crate::api) mod defaults;
pub mod error;
pub mod guard;
pub mod layers;
pub mod metrics;
pub(in crate::api) mod page;
pub mod state;
pub mod within;

/// Prefix of all operations.
pub const PREFIX: &str = "/api/v1";
