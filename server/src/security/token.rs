//! Tokens of programs and sessions: `orc_<id>_<secret>`. The id finds the row; the secret is the proof.
//!
//! The secret has 256 random bits, so it needs no slow hash: its SHA-256 is stored and compared in constant time.

use super::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// Start of every token.
const PREFIX: &str = "orc_";

/// A new token: the text that is shown once, and what is stored of it.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The whole text.
    pub text: Secret,
    /// SHA-256 of the secret part.
    pub secret_hash: Vec<u8>,
}

/// The parts of a token's text.
#[derive(Debug, Clone)]
pub struct TokenParts {
    /// Id of the token.
    pub id: Uuid,
    /// SHA-256 of the secret part.
    pub secret_hash: Vec<u8>,
}

/// Creates a token for an id.
pub fn generate(id: Uuid) -> NewToken {
    let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    NewToken { text: Secret::new(format!("{PREFIX}{}_{secret}", id.simple())), secret_hash: hash(&secret) }
}

/// Splits a token's text into its parts. Returns none if the text is not a token.
pub fn parse(text: &str) -> Option<TokenParts> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let id = Uuid::try_parse(id).ok().filter(|_| id.len() == 32)?;
    (secret.len() == 43).then(|| TokenParts { id, secret_hash: hash(secret) })
}

/// Returns whether two hashes or texts are equal. The comparison takes the same time for any difference.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_id_and_proved_by_its_secret() {
        let id = Uuid::now_v7();
        let new = generate(id);
        let parts = parse(new.text.expose()).expect("a token");
        assert_eq!(parts.id, id);
        assert!(same(&parts.secret_hash, &new.secret_hash));
        let other = format!("{}A", &new.text.expose()[..new.text.expose().len() - 1]);
        let changed = parse(&other).is_some_and(|parts| same(&parts.secret_hash, &new.secret_hash));
        assert!(!changed || other == new.text.expose());
        assert!(!format!("{new:?}").contains(new.text.expose()));
    }

    #[test]
    fn rubbish_is_no_token() {
        for text in ["", "orc_", "orc__", "orc_x_y", "Bearer", &format!("orc_{}_short", Uuid::nil().simple())] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
