//! How a caller signs for a webhook by Orc's own rules: HMAC-SHA256 (RFC 2104) over time and body, as `sha256=<hex>`.
//!
//! Deliberately absent: the check, which `webhook` does for all senders.

use super::secret::Secret;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Signs a body sent at a given time (seconds since 1970, as text).
pub fn sign(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("a key of any length is valid");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_others() {
        let secret = Secret::new("key".to_owned());
        // `printf '1700000000.{}' | openssl dgst -sha256 -hmac key`
        let expected = "sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae";
        assert_eq!(sign(&secret, "1700000000", b"{}"), expected);
    }
}
