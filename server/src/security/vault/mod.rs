//! The vault's cryptography: a master key, the key made from it, and values sealed in envelopes.
//!
//! Each version of a credential has its own data key. The data key is wrapped by the vault's key, which HKDF-SHA256
//! (RFC 5869) makes from the master key. Both steps are AES-256-GCM (NIST SP 800-38D) and bound to the place of the
//! value, so a value that was copied to another row, or brought back from an older version, does not open.
//! Deliberately absent: the database, and the decision where the master key comes from. Start reading at `VaultKey`.

pub mod key_file;
#[cfg(test)]
mod tests;

use super::secret::Secret;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Length of every key, in bytes.
const KEY: usize = 32;
/// Length of a nonce, in bytes.
const NONCE: usize = 12;
/// Length of the salt of a passphrase, in bytes.
pub const SALT: usize = 16;

/// Rounds of PBKDF2-HMAC-SHA256 for a new passphrase (OWASP Password Storage Cheat Sheet).
pub const ROUNDS: u32 = 600_000;

/// Shortest passphrase, in characters.
pub const PASSPHRASE_MIN: usize = 12;

/// The master key: random bytes of a key file, or made from a passphrase. It is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; KEY]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

impl MasterKey {
    /// Creates a random key.
    pub fn generate() -> Self {
        Self(Zeroizing::new(rand::random()))
    }

    /// Makes the key from a passphrase with PBKDF2-HMAC-SHA256 (RFC 8018). Takes about 0.2 s with `ROUNDS`.
    pub fn of_passphrase(passphrase: &Secret, salt: &[u8], rounds: u32) -> Self {
        let mut key = Zeroizing::new([0; KEY]);
        pbkdf2::pbkdf2_hmac::<Sha256>(passphrase.expose().as_bytes(), salt, rounds, key.as_mut());
        Self(key)
    }
}

/// Whose value is sealed: nothing opens in another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The credential.
    pub credential: Uuid,
    /// Its name.
    pub name: String,
    /// Version of the value.
    pub version: u32,
}

/// A value as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The data key, wrapped: a nonce and a ciphertext.
    pub wrapped_key: Vec<u8>,
    /// The value: a nonce and a ciphertext.
    pub value: Vec<u8>,
}

/// The key that wraps data keys.
#[derive(Clone)]
pub struct VaultKey {
    id: String,
    install: Uuid,
    cipher: Aes256Gcm,
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VaultKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl VaultKey {
    /// Makes the vault's key from a master key. `id` names the master key; `install` is the installation.
    pub fn derive(master: &MasterKey, id: &str, install: Uuid) -> Self {
        let mut key = Zeroizing::new([0; KEY]);
        let info = format!("orc/kek/{id}");
        let made = Hkdf::<Sha256>::new(None, master.0.as_ref()).expand(info.as_bytes(), key.as_mut());
        made.expect("HKDF-SHA256 gives up to 8,160 bytes");
        Self { id: id.to_owned(), install, cipher: cipher(&key) }
    }

    /// Name of the master key.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals a value with a new data key.
    pub fn seal(&self, value: &[u8], place: &Place) -> Sealed {
        let data_key = Zeroizing::new(rand::random::<[u8; KEY]>());
        let value = encrypt(&cipher(&data_key), value, &self.bound(place, ""));
        let wrapped_key = encrypt(&self.cipher, data_key.as_ref(), &self.bound(place, &self.id));
        Sealed { wrapped_key, value }
    }

    /// Opens a value. Returns none if it was sealed with another key or for another place, or was changed.
    pub fn open(&self, sealed: &Sealed, place: &Place) -> Option<Zeroizing<Vec<u8>>> {
        let data_key = self.data_key(sealed, place)?;
        decrypt(&cipher(&data_key), &sealed.value, &self.bound(place, "")).map(Zeroizing::new)
    }

    /// Wraps the data key of a value anew, with another vault key. The value itself stays as it is.
    pub fn rewrap(&self, sealed: &Sealed, place: &Place, new: &Self) -> Option<Sealed> {
        let data_key = self.data_key(sealed, place)?;
        let wrapped_key = encrypt(&new.cipher, data_key.as_ref(), &new.bound(place, &new.id));
        Some(Sealed { wrapped_key, value: sealed.value.clone() })
    }

    /// Seals a known text, by which the key is recognized later.
    pub fn probe(&self) -> Vec<u8> {
        encrypt(&self.cipher, PROBE, &self.probe_bound())
    }

    /// Returns whether this key made the probe.
    pub fn made(&self, probe: &[u8]) -> bool {
        decrypt(&self.cipher, probe, &self.probe_bound()).is_some_and(|text| text == PROBE)
    }

    fn data_key(&self, sealed: &Sealed, place: &Place) -> Option<Zeroizing<[u8; KEY]>> {
        let unwrapped = decrypt(&self.cipher, &sealed.wrapped_key, &self.bound(place, &self.id)).map(Zeroizing::new)?;
        Some(Zeroizing::new(<[u8; KEY]>::try_from(unwrapped.as_slice()).ok()?))
    }

    /// What a ciphertext is bound to. `key` is the vault's key for wrapped data keys, and empty for values.
    fn bound(&self, place: &Place, key: &str) -> Vec<u8> {
        let Place { credential, name, version } = place;
        let install = self.install;
        format!("orc/secret/v1|{install}|{credential}|{name}|{version}|aes-256-gcm|{key}").into_bytes()
    }

    fn probe_bound(&self) -> Vec<u8> {
        format!("orc/probe/v1|{}|{}", self.install, self.id).into_bytes()
    }
}

const PROBE: &[u8] = b"this key opens the vault";

/// Checks the cipher against a published vector (NIST GCM test case 14) and against a value that was changed.
///
/// # Errors
/// Says what is wrong. A server must not start then, because it could not protect what it stores.
pub fn self_test() -> Result<(), &'static str> {
    let cipher = Aes256Gcm::new(&[0; KEY].into());
    let sealed = cipher.encrypt(Nonce::from_slice(&[0; NONCE]), [0_u8; 16].as_slice());
    let expected = hex::decode("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    if sealed.ok() != expected.ok() {
        return Err("AES-256-GCM gives a wrong result on this machine");
    }
    let (key, place) = (VaultKey::derive(&MasterKey::generate(), "test", Uuid::nil()), Place::example());
    let mut sealed = key.seal(PROBE, &place);
    if key.open(&sealed, &place).as_deref().map(Vec::as_slice) != Some(PROBE) {
        return Err("a sealed value does not open");
    }
    if let Some(last) = sealed.value.last_mut() {
        *last ^= 1;
    }
    if key.open(&sealed, &place).is_some() { Err("a changed value opens") } else { Ok(()) }
}

impl Place {
    fn example() -> Self {
        Self { credential: Uuid::nil(), name: "test".to_owned(), version: 1 }
    }
}

fn cipher(key: &[u8; KEY]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

fn encrypt(cipher: &Aes256Gcm, text: &[u8], bound: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = rand::random();
    let sealed = cipher.encrypt(Nonce::from_slice(&nonce), Payload { msg: text, aad: bound });
    [nonce.as_slice(), &sealed.expect("values are far below the limit of 64 GiB")].concat()
}

fn decrypt(cipher: &Aes256Gcm, sealed: &[u8], bound: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    cipher.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: bound }).ok()
}
