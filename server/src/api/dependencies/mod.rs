//! Dependencies over HTTP: parts of a task's definition.
//!
//! Deliberately absent: operations. A run shows its dependencies (`runs`), and a task's are looked at with the task
//! (`tasks`). Start reading at `wire`.

pub(in crate::api) mod convert;
pub mod wire;
