//! Files as they come in: bytes, or text that somebody decoded already.

use crate::app::{Error, Result};
use orc_text::{Decoded, Reading, decode};

/// The contents of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// A text, as in a JSON string.
    Text(String),
    /// The bytes of the file.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
        /// Name of their encoding; none: found out.
        encoding: Option<String>,
    },
}

impl Upload {
    /// The text and its encoding; `folded`: lines may be folded inside a letter. `at` points at what is refused.
    pub fn read(self, at: &str, folded: bool) -> Result<Decoded> {
        match self {
            Self::Text(text) => Ok(Decoded { text, encoding: "UTF-8" }),
            Self::Bytes { bytes, encoding } => {
                let reading = Reading { encoding: encoding.as_deref(), folded, eight_bit: true };
                decode(&bytes, reading).map_err(|fault| {
                    let at = if fault.line == 0 { "/encoding" } else { at };
                    Error::invalid(at, fault.to_string())
                })
            }
        }
    }
}
