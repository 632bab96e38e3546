//! What starts a run besides time and people: files that appear, and the end of other runs.
//!
//! Deliberately absent: webhooks, because `api` answers a request at once. Start reading at `file_watcher`.

pub(in crate::engine) mod file_look;
pub(in crate::engine) mod file_watcher;
pub(in crate::engine) mod follower;
