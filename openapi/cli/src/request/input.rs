//! Reads what a command is given: a file by its name, or stdin for `-`.

use std::io::Read as _;

use crate::failure::{Failure, Outcome};

/// The text of a file.
///
/// # Errors
/// Usage, if the file cannot be read or is not UTF-8.
pub fn text(file: &str) -> Outcome<String> {
    String::from_utf8(bytes(file)?).map_err(|_| Failure::Usage(format!("{file}: not UTF-8 text")))
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
