//! The server's integration tests: one binary, one module per subject.

mod oracle;
mod system;
