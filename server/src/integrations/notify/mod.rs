//! Ways by which notifications leave: mail, and requests to services.
//!
//! Deliberately absent: what a notification says and what a service wants, which `domain::notify` knows. Start reading
//! at `mail`.

mod bounded;
pub mod look;
pub mod mail;
mod mail_page;
pub mod service;
