//! The one-time token for set-up: a private file in the data folder, and a line on the console.

use super::secret::Secret;
use super::token::same;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Name of the file in the data folder.
pub const FILE: &str = "setup-token";

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// Returns the token in the file. If there is none, writes a new one, readable by this account only.
pub fn prepare(data_dir: &Path) -> io::Result<Secret> {
    if let Some(present) = read(data_dir)? {
        return Ok(present);
    }
    // A crash may have left a file with an incomplete token.
    finish(data_dir)?;
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path(data_dir))?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    Ok(Secret::new(token))
}

/// Returns whether a text is the token in the file.
pub fn verify(data_dir: &Path, given: &Secret) -> io::Result<bool> {
    Ok(read(data_dir)?.is_some_and(|token| same(token.expose().as_bytes(), given.expose().as_bytes())))
}

/// Removes the token, because set-up is over.
pub fn finish(data_dir: &Path) -> io::Result<()> {
    match std::fs::remove_file(path(data_dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn read(data_dir: &Path) -> io::Result<Option<Secret>> {
    match std::fs::read_to_string(path(data_dir)) {
        Ok(text) => Ok(Some(Secret::new(text.trim())).filter(|token| token.expose().len() >= 40)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_until_it_is_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let token = prepare(folder.path()).expect("a token");
        assert_eq!(prepare(folder.path()).expect("the same token"), token);
        assert!(verify(folder.path(), &token).expect("readable"));
        assert!(!verify(folder.path(), &Secret::new("x")).expect("readable"));
        finish(folder.path()).expect("removed");
        assert!(!verify(folder.path(), &token).expect("nothing there"));
        finish(folder.path()).expect("twice is fine");
    }
}
