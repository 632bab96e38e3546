//! Opens values that Task Python Orchestrator sealed, so that they can be imported.
//!
//! The format is Fernet (github.com/fernet/spec): the byte 0x80, a time of 8 bytes, an initialization vector of 16 bytes, the text
//! under AES-128-CBC with PKCS #7 padding, and an HMAC-SHA256 over everything before it. The original makes the key
//! from a password and the name of the machine. Deliberately absent: sealing in this format, and the age of a token.
//! Start reading at `FernetKey::open`.

use super::secret::Secret;
use aes_gcm::aes::Aes128;
use aes_gcm::aes::cipher::generic_array::GenericArray;
use aes_gcm::aes::cipher::{BlockDecrypt as _, KeyInit as _};
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Rounds of PBKDF2-HMAC-SHA256 of the original.
const ROUNDS: u32 = 100_000;
/// Length of each half of a key, in bytes.
const HALF: usize = 16;
/// Length of the salt, in bytes.
const SALT: usize = 16;
/// Length of a block of AES, in bytes.
const BLOCK: usize = 16;
/// Length of version, time and initialization vector, in bytes.
const HEAD: usize = 1 + 8 + BLOCK;
/// Length of the HMAC at the end, in bytes.
const MAC: usize = 32;
/// The first byte of every token.
const VERSION: u8 = 0x80;

/// Base64 of addresses, with or without padding at the end.
const TEXT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The key of a Fernet token: the first half authenticates, the second half encrypts. It is wiped when it is dropped.
#[derive(Clone)]
pub struct FernetKey(Zeroizing<[u8; 2 * HALF]>);

impl std::fmt::Debug for FernetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FernetKey(***)")
    }
}

impl FernetKey {
    /// Makes the key as the original does. The salt is the first 16 bytes of the name of its machine, filled up with
    /// the digit 0.
    pub fn of_original(password: &Secret, host_name: &str) -> Self {
        let mut salt = [b'0'; SALT];
        let used = host_name.len().min(SALT);
        salt[..used].copy_from_slice(&host_name.as_bytes()[..used]);
        let mut key = Zeroizing::new([0; 2 * HALF]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password.expose().as_bytes(), &salt, ROUNDS, key.as_mut());
        Self(key)
    }

    /// Opens a token. None: it is no token, or was sealed with another key, or was altered. The HMAC is compared in
    /// constant time, and nothing is decrypted before it is right.
    pub fn open(&self, token: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = decoded(token)?;
        let (signed, mac) = bytes.split_at(bytes.len() - MAC);
        let (signing, encrypting) = self.0.split_at(HALF);
        let mut check = <Hmac<Sha256> as hmac::Mac>::new_from_slice(signing).expect("HMAC takes keys of any length");
        check.update(signed);
        check.verify_slice(mac).ok()?;
        let (before, sealed) = signed[HEAD - BLOCK..].split_at(BLOCK);
        let mut text = decrypted(encrypting, before, sealed);
        let padding = usize::from(*text.last()?);
        let right = (1..=BLOCK).contains(&padding)
            && text[text.len() - padding..].iter().all(|&byte| usize::from(byte) == padding);
        if !right {
            return None;
        }
        let length = text.len() - padding;
        text.truncate(length);
        Some(text)
    }
}

/// Whether a stored value has the form of a token. Whether it opens is another question.
pub fn is_token(value: &[u8]) -> bool {
    decoded(value).is_some()
}

/// The bytes of a token, if its version and length are those of one.
fn decoded(token: &[u8]) -> Option<Vec<u8>> {
    let bytes = TEXT.decode(token.trim_ascii()).ok()?;
    let sealed = bytes.len().checked_sub(HEAD + MAC)?;
    (bytes[0] == VERSION && sealed > 0 && sealed.is_multiple_of(BLOCK)).then_some(bytes)
}

/// Cipher block chaining (NIST SP 800-38A, 6.2): each block is decrypted, then combined with the sealed block before it.
fn decrypted(key: &[u8], first: &[u8], sealed: &[u8]) -> Zeroizing<Vec<u8>> {
    let cipher = Aes128::new_from_slice(key).expect("half a key has 16 bytes");
    let mut text = Zeroizing::new(sealed.to_vec());
    for block in text.chunks_exact_mut(BLOCK) {
        cipher.decrypt_block(GenericArray::from_mut_slice(block));
    }
    let before = first.iter().chain(sealed);
    for (byte, before) in text.iter_mut().zip(before) {
        *byte ^= before;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key of the specification's test vectors.
    const SPEC_KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

    fn spec_key() -> FernetKey {
        let bytes = TEXT.decode(SPEC_KEY).expect("base64");
        FernetKey(Zeroizing::new(bytes.try_into().expect("32 bytes")))
    }

    fn check(key: &FernetKey, token: &str, text: Option<&str>) {
        assert_eq!(key.open(token.as_bytes()).as_deref().map(Vec::as_slice), text.map(str::as_bytes), "{token}");
    }

    #[test]
    fn the_vectors_of_the_specification() {
        let key = spec_key();
        let right =
            "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
        check(&key, right, Some("hello"));
        check(&key, right.trim_end_matches('='), Some("hello"));
        for (why, token) in [
            (
                "incorrect mac",
                "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==",
            ),
            ("too short", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA=="),
            (
                "invalid base64",
                "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
            ),
            (
                "no whole blocks",
                "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm",
            ),
            (
                "padding",
                "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==",
            ),
            (
                "incorrect IV",
                "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==",
            ),
        ] {
            assert!(key.open(token.as_bytes()).is_none(), "{why}");
        }
    }

    #[test]
    fn every_altered_byte_is_noticed() {
        let key = spec_key();
        let right =
            "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
        let bytes = TEXT.decode(right).expect("base64");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                assert!(key.open(TEXT.encode(other).as_bytes()).is_none(), "byte {at}, bit {bit}");
            }
        }
    }

    /// Made with version 48.0.0 of Python's package `cryptography`: see `server/tests/it/data/original.py`.
    #[test]
    fn values_of_the_original_open() {
        let key = FernetKey::of_original(&Secret::new("correct horse"), "reports-01");
        let other = FernetKey::of_original(&Secret::new("correct horse"), "reports-02");
        for (text, token) in [
            (
                "hello",
                "gAAAAABrDLSDWHZMMSztioPptcr6AYdlPiHZtFdIVd-jr45tRCCgasZ3gNCanai-Kp2iTBc2xwVpg764QkaapiylMOXTI08xNg==",
            ),
            (
                "",
                "gAAAAABrDLSDGMZK9Qsbx7nuMh-drBcqV_dzwSdZsWU7xixHTb2SEaZXRlH7hgNDGLeOG1TNorDzaTbDyjvnp2988UmrSepssA==",
            ),
            (
                "xxxxxxxxxxxxxxxx",
                "gAAAAABrDLSDW0KyYCQ-ddqU5OJMks6euBemo-yYu6LhYeT4oTHq8pla_9xmynSuDg_9pg-XTAedzM67cbhLfbb6UEJKe8c8zYRjzLDTGt09gXVG5-wQjHg=",
            ),
            (
                "Größe ✓",
                "gAAAAABrDLSD-wPfUS8mWHXqqq0hqohUC_3zJTxg-WX1qWImGNf594mzSIKkCHy7YViEBI53T3SgEtBtUzCwZ9m-95Jet8NeDg==",
            ),
        ] {
            check(&key, token, Some(text));
            check(&other, token, None);
        }
    }

    #[test]
    fn plain_values_are_no_tokens() {
        for plain in ["hunter2", "", "gAAAAA", "gAAAAABm", &"A".repeat(140)] {
            assert!(!is_token(plain.as_bytes()), "{plain}");
        }
    }
}
