//! What `cargo xtask contract` writes from the published contract; never edited by hand.

#[rustfmt::skip]
pub mod operations;
