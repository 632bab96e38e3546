//! The server's integration tests: one binary, one module per subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod oracle;
<<<<<<< HEAD
mod system;
=======
mod store;
>>>>>>> bd0a61e (store: two migrations, tests on both databases; the deadline counts from the first start)
