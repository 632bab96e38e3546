//! The only tool of this repository: `cargo xtask start`, `test`, `check`, `contract`, `tidy`, `bench`, `seed`,
//! `dist`.
//!
//! Deliberately absent: any dependency on the product's crates (the tool must compile in seconds, before everything
//! else) and any shell script. Start reading in `main.rs`, then `test/mod.rs`.

pub mod bench;
mod chaos;
pub mod check;
pub mod command;
pub mod contract;
pub mod dist;
pub mod live;
pub mod page;
pub mod place;
pub mod seed;
pub mod start;
pub mod test;
pub mod tidy;
pub mod trust;
pub mod windows;
