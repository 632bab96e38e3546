//! What Orc decides: pure rules about tasks, schedules and runs.
//!
//! Deliberately absent: clocks, I/O, async, the database and HTTP. Time and state come in, a decision comes out.
//! Start reading at `vocabulary`, then `tasks`, then `runs`.

pub mod calendars;
pub mod clock;
pub mod core;
pub mod credentials;
pub mod dependencies;
pub mod forecast;
pub mod ids;
pub mod keys;
pub mod ledger;
pub mod model;
pub mod names;
pub mod networks;
pub mod notify;
pub mod pools;
pub mod reason;
pub mod reports;
pub mod runs;
pub mod schedules;
pub mod system;
pub mod tasks;
pub mod triggers;
pub mod vocabulary;
