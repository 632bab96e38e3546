//! HTTP: the door for people and programs.
//!
//! One file or folder per subject: routes, wire types, conversions. Deliberately absent: decisions (they are in `app`
//! and `domain`), the database, and routes outside `routes!()`, so that every route is in the published document.
//! Start reading at `router`, then `tasks`.

pub mod access;
pub mod calendars;
pub mod contract;
pub mod core;
pub mod credentials;
pub mod dependencies;
pub mod forecast;
pub mod ledger;
pub mod listen;
pub mod networks;
pub mod notify;
pub mod pages;
pub mod pools;
pub mod reports;
pub mod router;
pub mod runs;
pub mod schedules;
pub mod system;
pub mod tasks;
pub mod triggers;

/// The wire types of all definitions.
mod wire {
    pub use super::dependencies::wire::*;
    pub use super::schedules::wire::*;
    pub use super::tasks::definition::*;
    pub use super::tasks::params::*;
    pub use super::triggers::wire::*;
}
