//! Values and rules that several subjects need: what is wrong with a definition, what overlaps, and reading times.
//!
//! Deliberately absent: anything that one subject decides alone. Start reading at `problem`, then `time`.

pub(in crate::domain) mod amounts;
pub(in crate::domain) mod coded;
pub mod json;
pub mod limit_words;
pub mod limits;
pub mod links;
pub mod overlap;
pub mod phrases;
pub mod problem;
pub mod rights;
pub mod time;
pub mod words;
