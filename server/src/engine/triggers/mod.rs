//! What starts a run besides time and people: files that appear, and the end of other runs.
//!
//! Deliberately absent: answering webhooks, because `api` does that at once; the recorder only writes their log. Start reading at `file_watcher`.

pub(in crate::engine) mod file_look;
pub(in crate::engine) mod file_watcher;
pub(in crate::engine) mod follower;
pub(in crate::engine) mod heartbeats;
pub(in crate::engine) mod recorder;
