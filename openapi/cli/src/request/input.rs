//! Reads what a command is given: a file by its name, or stdin for `-`.

use std::io::Read as _;

use crate::failure::{Failure, Outcome};

/// The text of a file in UTF-8 or UTF-16, without a byte order mark.
///
/// # Errors
/// Usage, if the file cannot be read or is no such text: with line, byte, and what to do.
pub fn text(file: &str) -> Outcome<String> {
    let decoded = orc_text::decode(&bytes(file)?, orc_text::Reading::default());
    decoded.map(|decoded| decoded.text).map_err(|fault| Failure::Usage(format!("{file}: {fault}")))
}

/// The text, if the bytes are plain UTF-8, else the bytes for somebody who finds out their encoding. UTF-16 is told by its
/// zero bytes.
///
/// # Errors
/// The bytes.
pub fn plain(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(text) => Err(text.into_bytes()),
        Err(other) => Err(other.into_bytes()),
    }
}

/// Bytes in base64, as a JSON string can carry them.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

/// The bytes of a file.
///
/// # Errors
/// Usage, if the file cannot be read.
pub fn bytes(file: &str) -> Outcome<Vec<u8>> {
    let read = || match file {
        "-" => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        }
        _ => std::fs::read(file),
    };
    read().map_err(|error| Failure::Usage(format!("{file}: cannot be read: {error}")))
}
