//! The tables of tasks. Most subjects join them to find the task of their own rows.
//!
//! Deliberately absent: reads and writes of tasks, which `tasks` does, and the tables of any other subject. Start
//! reading at `task`.

pub(in crate::store) mod task;
pub(in crate::store) mod task_version;
