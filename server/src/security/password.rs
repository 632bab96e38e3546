//! Passwords: Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
//!
//! Hashing takes tens of milliseconds and much memory, so it runs on blocking threads, a few at a time.

use super::secret::Secret;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Maximum number of hashes in progress.
const AT_ONCE: usize = 2;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// Verified when the user is unknown, so that the answer takes as long as for a known user.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password"));

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("these parameters are within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> String {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).expect("16 bytes make a salt");
    let hash = argon2().hash_password(password.as_bytes(), &salt);
    hash.expect("a bounded password can be hashed").to_string()
}

/// Hashes a password. The returned text includes the parameters of the hash.
pub async fn hash(password: Secret) -> String {
    let _place = PLACES.acquire().await.expect("the places are never closed");
    let hashed = tokio::task::spawn_blocking(move || hash_now(password.expose())).await;
    hashed.expect("hashing does not panic")
}

/// Returns whether a password matches a hash. Without a hash (no such user) the check takes as long and returns
/// false.
pub async fn verify(password: Secret, hash: Option<String>) -> bool {
    let _place = PLACES.acquire().await.expect("the places are never closed");
    let verified = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.clone());
        let parsed = PasswordHash::new(&text);
        let right = parsed.is_ok_and(|hash| argon2().verify_password(password.expose().as_bytes(), &hash).is_ok());
        right && known
    });
    verified.await.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn right_wrong_and_nobody() {
        let stored = hash(Secret::new("correct horse")).await;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify(Secret::new("correct horse"), Some(stored.clone())).await);
        assert!(!verify(Secret::new("correct horsf"), Some(stored)).await);
        assert!(!verify(Secret::new("nobody has this password"), None).await);
        assert!(!verify(Secret::new("x"), Some("rubbish".into())).await);
    }
}
