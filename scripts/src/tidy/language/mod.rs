//! Rules on words: the vocabulary, sentences that must not be parsed, and paths that documents cite.
//!
//! Deliberately absent: whether a sentence is good. Start reading at `words`.

pub mod cited;
pub(in crate::tidy) mod prose;
pub(in crate::tidy) mod words;
