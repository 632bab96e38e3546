//! What is wrong with something that a person wrote, and where.
//!
//! Deliberately absent: the answer to a request, which `api` makes from problems, and faults inside a schedule's
//! rule, which `time` describes.

/// Says what is wrong and where: an RFC 6901 pointer into the definition and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer, such as `/schedules/0/expression`.
    pub pointer: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Problem {
    /// Creates a problem at a place.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

/// Largest value of any `*_seconds` field: a year.
pub const SECONDS_MAX: f64 = 31_622_400.0;
