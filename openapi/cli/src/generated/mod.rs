//! The table of operations, which `cargo xtask contract` writes from the published contract.
//!
//! Nobody edits it by hand. Deliberately absent: code. The types of its rows are in `table`.

#[rustfmt::skip]
pub mod operations;
