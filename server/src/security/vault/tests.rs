use super::*;

fn place(name: &str, version: u32) -> Place {
    Place { credential: Uuid::from_u128(7), name: name.to_owned(), version }
}

fn key(master: &MasterKey, id: &str) -> VaultKey {
    VaultKey::derive(master, id, Uuid::from_u128(1))
}

#[test]
fn the_cipher_is_the_published_one() {
    assert_eq!(self_test(), Ok(()));
}

#[test]
fn a_value_opens_in_its_place_alone() {
    let master = MasterKey::generate();
    let key = key(&master, "a");
    let sealed = key.seal(b"hush", &place("db", 1));
    assert!(!sealed.value.windows(4).any(|bytes| bytes == b"hush"));
    assert_eq!(key.open(&sealed, &place("db", 1)).expect("opens").as_slice(), b"hush");
    // Brought back from an older version, renamed, of another credential, of another installation, of another key.
    assert!(key.open(&sealed, &place("db", 2)).is_none());
    assert!(key.open(&sealed, &place("other", 1)).is_none());
    assert!(key.open(&sealed, &Place { credential: Uuid::from_u128(8), ..place("db", 1) }).is_none());
    assert!(VaultKey::derive(&master, "a", Uuid::from_u128(2)).open(&sealed, &place("db", 1)).is_none());
    assert!(VaultKey::derive(&master, "b", Uuid::from_u128(1)).open(&sealed, &place("db", 1)).is_none());
    // The value of one row with the wrapped key of another.
    let other = key.seal(b"hush", &place("db", 1));
    assert!(key.open(&Sealed { value: sealed.value.clone(), ..other }, &place("db", 1)).is_none());
    for cut in 0..sealed.value.len() {
        let short = Sealed { value: sealed.value[..cut].to_vec(), ..sealed.clone() };
        assert!(key.open(&short, &place("db", 1)).is_none());
    }
}

#[test]
fn every_changed_bit_is_noticed() {
    let key = key(&MasterKey::generate(), "a");
    let sealed = key.seal(b"hush", &place("db", 1));
    for bit in 0..sealed.value.len() * 8 {
        let mut changed = sealed.clone();
        changed.value[bit / 8] ^= 1 << (bit % 8);
        assert!(key.open(&changed, &place("db", 1)).is_none(), "bit {bit}");
    }
    for bit in 0..sealed.wrapped_key.len() * 8 {
        let mut changed = sealed.clone();
        changed.wrapped_key[bit / 8] ^= 1 << (bit % 8);
        assert!(key.open(&changed, &place("db", 1)).is_none(), "bit {bit} of the wrapped key");
    }
}

#[test]
fn a_new_key_takes_over_without_touching_the_value() {
    let (old, new) = (key(&MasterKey::generate(), "a"), key(&MasterKey::generate(), "b"));
    let sealed = old.seal(b"hush", &place("db", 3));
    let moved = old.rewrap(&sealed, &place("db", 3), &new).expect("the old key opens it");
    assert_eq!(moved.value, sealed.value);
    assert_eq!(new.open(&moved, &place("db", 3)).expect("opens").as_slice(), b"hush");
    assert!(old.open(&moved, &place("db", 3)).is_none());
    assert!(new.rewrap(&sealed, &place("db", 3), &old).is_none());
}

#[test]
fn a_passphrase_gives_the_same_key_again() {
    let passphrase = Secret::new("a long sentence nobody guesses");
    // Fewer rounds than in use: an unoptimised build is slow.
    let made = |salt: &[u8]| key(&MasterKey::of_passphrase(&passphrase, salt, 1_000), "p");
    let probe = made(b"0123456789abcdef").probe();
    assert!(made(b"0123456789abcdef").made(&probe));
    assert!(!made(b"0123456789abcdeX").made(&probe));
    let other = MasterKey::of_passphrase(&Secret::new("another sentence"), b"0123456789abcdef", 1_000);
    assert!(!key(&other, "p").made(&probe));
}

#[test]
fn pbkdf2_is_the_published_one() {
    // RFC 7914, section 11: PBKDF2-HMAC-SHA256 (P="passwd", S="salt", c=1, dkLen=64), first 32 bytes.
    let made = MasterKey::of_passphrase(&Secret::new("passwd"), b"salt", 1);
    assert_eq!(hex::encode(made.0.as_ref()), "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
}

#[test]
fn nothing_secret_is_ever_shown() {
    let master = MasterKey(Zeroizing::new([0xab; 32]));
    let shown = format!("{master:?} {:?}", key(&master, "a"));
    assert!(!shown.contains("171") && !shown.to_lowercase().contains("abab"), "{shown}");
}
