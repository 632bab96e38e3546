//! The tables that several subjects read: tasks, which most join to find the task of their own rows, and channels,
//! which use credentials.
//!
//! Deliberately absent: reads and writes of tasks, which `tasks` does, writes of channels, which `notify` does, and the tables of any other subject. Start
//! reading at `task`.

pub(in crate::store) mod channel;
pub(in crate::store) mod task;
pub(in crate::store) mod task_version;
