//! The engine with real processes: the real runner, the helper program `orc-test-child`, a real database.
//!
//! Tests wait for events of the application, never for time. Each has a data folder of its own.

mod accounting;
mod ahead;
mod backfill;
pub mod bench;
mod bound;
mod calendars;
mod catching_up;
mod clock;
#[cfg(unix)]
mod comparing;
mod crash;
mod cursed;
mod files;
mod following;
mod importing;
mod leaving;
mod left_behind;
#[cfg(target_os = "linux")]
mod limits;
mod looking;
mod planning;
mod pools;
#[cfg(target_os = "linux")]
mod private_files;
mod proxies;
mod requests;
mod retention;
mod runs;
mod simulation;
mod stopping;
mod suspicious;
mod triggered;
mod triggers;
mod unreachable;
mod values;
mod walk;
mod workers;
mod year;
