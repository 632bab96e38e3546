//! The tables of tasks: most subjects join them to say whose their own rows are.
//!
//! Deliberately absent: reads and writes of tasks, which `tasks` does, and the tables of any other subject.
//! Start reading at `task`.

pub(in crate::store) mod task;
pub(in crate::store) mod task_version;
