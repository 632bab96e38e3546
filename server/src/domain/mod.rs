//! What Orc decides: pure rules about tasks, schedules and runs.
//!
//! Deliberately absent: clocks, I/O, async, the database and HTTP. Time and state are passed in, a decision comes out.
//! Start reading at `vocabulary`, then `task`, then `run`.

pub mod calendar;
pub mod crontab;
pub mod effect;
pub mod feed;
pub mod ids;
pub mod params;
pub mod pool;
pub mod retry;
pub mod run;
pub mod schedule;
pub mod simulation;
pub mod task;
pub mod timekeeping;
pub mod trigger;
pub mod vocabulary;
