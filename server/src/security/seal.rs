//! Secrets that the server must read again: sealed with AES-256-GCM under a key in the data folder, readable only by
//! the server's account.
//!
//! Each sealed text has its own nonce and is bound to its owner, so it opens nowhere else. The database alone reveals
//! nothing.

use super::secret::Secret;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

const NONCE: usize = 12;
const KEY: usize = 32;

/// The key of this server's data folder.
#[derive(Clone)]
pub struct Seal {
    cipher: Aes256Gcm,
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// Reads the key, or creates one.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join("seal.key");
        let mut key = [0; KEY];
        match std::fs::File::open(&path) {
            Ok(mut file) => file.read_exact(&mut key)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                key = rand::random();
                create(&path, &key)?;
            }
            Err(error) => return Err(error),
        }
        Ok(Self { cipher: Aes256Gcm::new(&key.into()) })
    }

    /// Seals a text for an owner.
    pub fn seal(&self, text: &Secret, owner: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: text.expose().as_bytes(), aad: owner };
        let sealed = self.cipher.encrypt(Nonce::from_slice(&nonce), payload).expect("short texts can be sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what was sealed for the same owner. Returns none if the owner differs or if the sealed text was changed.
    pub fn unseal(&self, sealed: &[u8], owner: &[u8]) -> Option<Secret> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let opened = self.cipher.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: owner }).ok()?;
        String::from_utf8(opened).ok().map(Secret::new)
    }
}

fn create(path: &PathBuf, key: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(key)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let seal = Seal::open(folder.path()).expect("a key");
        let sealed = seal.seal(&Secret::new("hush".to_owned()), b"one");
        assert!(!sealed.windows(4).any(|bytes| bytes == b"hush"));
        let again = Seal::open(folder.path()).expect("the same key");
        assert_eq!(again.unseal(&sealed, b"one").expect("opens").expose(), "hush");
        assert!(again.unseal(&sealed, b"two").is_none());
        assert!(again.unseal(&sealed[..5], b"one").is_none());
        let mut changed = sealed.clone();
        changed[NONCE] ^= 1;
        assert!(again.unseal(&changed, b"one").is_none());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join("seal.key")).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
