//! Settings that the server keeps for itself, and copies of the whole database.
//!
//! Deliberately absent: configuration, which `config` reads from files and the environment. Start reading at `backup`.

pub(in crate::store) mod backup;
pub mod entity;
pub(in crate::store) mod settings;
