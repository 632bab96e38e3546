//! HTTP: the door for people and programs.
//!
//! One file per resource: routes, wire types, conversions. Deliberately absent: decisions (they are in `app` and
//! `domain`), the database, and routes outside `routes!()`, so that every route is in the published document.
//! Start reading at `router`, then `tasks`.

pub mod audit;
pub mod body;
pub mod convert;
pub mod definition;
pub mod document;
pub mod error;
pub mod events;
pub mod listen;
pub mod logs;
mod page;
pub mod router;
pub mod runs;
pub mod schedules;
pub mod schema;
pub mod sessions;
pub mod spa;
pub mod state;
mod swagger;
pub mod system;
pub mod tasks;
pub mod tokens;
pub mod users;
