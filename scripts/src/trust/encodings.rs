//! The forms in which a secret is looked for. They are written here again, on purpose, so that a mistake of the runner's own
//! encoders cannot hide itself.

use std::fmt::Write as _;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A secret in one form.
pub struct Form {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// The nine forms of a secret.
pub fn forms(secret: &str) -> Vec<Form> {
    let form = |name, bytes: Vec<u8>| Form { name, bytes };
    vec![
        form("raw", secret.as_bytes().to_vec()),
        form("base64 at 0", base64_core(secret, 0)),
        form("base64 at 1", base64_core(secret, 1)),
        form("base64 at 2", base64_core(secret, 2)),
        form("url", url(secret).into_bytes()),
        form("json", json(secret).into_bytes()),
        form("hex", hex(secret).into_bytes()),
        form("hex upper", hex(secret).to_uppercase().into_bytes()),
        form("utf-16le", secret.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ]
}

/// The part of the base64 of a longer text that depends on the secret alone, if the secret begins `at` bytes after a
/// group of three.
fn base64_core(secret: &str, at: usize) -> Vec<u8> {
    let mut text = vec![0; at];
    text.extend(secret.bytes());
    let whole = text.len() / 3 * 4;
    let all = base64(&text);
    let first = if at == 0 { 0 } else { 4 };
    all.as_bytes()[first..whole].to_vec()
}

/// RFC 4648 base64 without padding.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| word << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for at in 0..=group.len() {
            text.push(char::from(BASE64[(word >> (18 - 6 * at) & 63) as usize]));
        }
    }
    text
}

fn url(secret: &str) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

fn json(secret: &str) -> String {
    let quoted = serde_json::Value::from(secret).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn hex(secret: &str) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Names of the forms that occur in some bytes.
pub fn hits(bytes: &[u8], forms: &[Form]) -> Vec<&'static str> {
    let occurs =
        |form: &&Form| bytes.windows(form.bytes.len()).any(|window| window[0] == form.bytes[0] && window == form.bytes);
    forms.iter().filter(occurs).map(|form| form.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_are_right() {
        let all = forms("a\"b/c+");
        let text = |name: &str| {
            String::from_utf8_lossy(&all.iter().find(|form| form.name == name).expect("a form").bytes).into_owned()
        };
        assert_eq!(text("url"), "a%22b%2Fc%2B");
        assert_eq!(text("json"), "a\\\"b/c+");
        assert_eq!(text("hex"), "6122622f632b");
        assert_eq!(base64(b"a\"b/c+"), "YSJiL2Mr");
        assert_eq!(text("base64 at 0"), "YSJiL2Mr");
        // base64("xa\"b/c+y") is eGEiYi9jK3k=, and base64("xxa\"b/c+") is eHhhImIvYys=.
        assert_eq!(text("base64 at 1"), "Yi9j"[..4].to_owned());
        assert_eq!(text("base64 at 2"), "ImIv"[..4].to_owned());
        assert_eq!(hits(b"..6122622f632b..", &all), ["hex"]);
    }
}
