//! Dependencies: the gatekeeper, and how each kind is looked at.
//!
//! Deliberately absent: what a look means for a run, which `domain::dependencies` decides. Start reading at
//! `gatekeeper`.

mod command;
mod file;
pub mod gatekeeper;
mod host;
pub mod looking;
mod tools;
mod url;
