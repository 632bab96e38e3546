//! What a log consists of, for its writer and its readers: streams, records, gaps.
//!
//! Offsets are logical bytes: everything the command wrote on both streams in the order in which it was read, and the
//! runner's own notes, with secrets masked and before any truncation. An offset therefore never changes its meaning, and a gap is a range of
//! offsets without bytes.

pub(crate) mod frame;
pub mod layout;
mod lines;
mod masked;
pub(crate) mod read;
pub(crate) mod write;

use serde::{Deserialize, Serialize};

/// Where bytes came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// The command's standard output.
    Stdout,
    /// The command's standard error.
    Stderr,
    /// The runner's own notes, one line each.
    System,
}

/// One piece of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Logical offset of the first byte.
    pub offset: u64,
    /// When the runner read these bytes, in microseconds since 1970 UTC.
    pub at_micros: i64,
    /// Stream of the bytes. For a gap that covers several streams: the last one.
    pub stream: Stream,
    /// The bytes, or the gap.
    pub content: Content,
}

impl Record {
    /// Logical offset just after the last byte.
    pub fn end(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => self.offset + bytes.len() as u64,
            Content::Gap { bytes, .. } => self.offset + bytes,
        }
    }
}

impl Record {
    /// Approximate memory use, in bytes.
    pub(crate) fn weight(&self) -> usize {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() + 64,
            Content::Gap { .. } => 64,
        }
    }
}

/// The content of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The bytes exactly as the command wrote them except masked secrets, not split at lines or characters.
    Bytes(Vec<u8>),
    /// Bytes that the command wrote and that are not kept.
    Gap {
        /// Number of missing bytes.
        bytes: u64,
        /// Why the bytes are missing.
        reason: GapReason,
    },
}

/// Why bytes are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// The middle of a line beyond the line cap.
    LineCap,
    /// The middle of a log beyond the attempt's cap.
    Cap,
    /// The log's file system had too little free space.
    DiskGuard,
    /// Writing failed.
    WriteError,
    /// A frame of the file is damaged or missing.
    Damaged,
    /// Text that a program drew over (`\r`) before anybody could read it. The next byte is the newest redraw's `\r`.
    Redraws {
        /// Number of redraws.
        count: u64,
    },
}

impl Stream {
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Stdout,
            1 => Self::Stderr,
            _ => Self::System,
        }
    }
}

impl GapReason {
    /// Code and argument of the reason, as in a frame.
    pub(crate) fn code(self) -> (u8, u64) {
        match self {
            Self::LineCap => (0, 0),
            Self::Cap => (1, 0),
            Self::DiskGuard => (2, 0),
            Self::WriteError => (3, 0),
            Self::Damaged => (4, 0),
            Self::Redraws { count } => (5, count),
        }
    }

    pub(crate) fn from_code(code: u8, argument: u64) -> Self {
        match code {
            0 => Self::LineCap,
            1 => Self::Cap,
            2 => Self::DiskGuard,
            3 => Self::WriteError,
            5 => Self::Redraws { count: argument },
            _ => Self::Damaged,
        }
    }
}
