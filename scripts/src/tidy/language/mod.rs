//! Rules on words: the vocabulary, sentences that must not be read back, and paths that documents cite.
//!
//! Deliberately absent: whether a sentence is good. Start reading at `words`.

pub mod cited;
pub(in crate::tidy) mod prose;
pub(in crate::tidy) mod words;
