//! The ways in which programs write the bytes of a secret: one function for each family of encodings.
//!
//! Written by hand because encoders of libraries write one form each, and a search needs all of them.

use std::fmt::Write;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Widths at which programs break lines of base64: OpenSSL and PEM, MIME and `base64`.
const WIDTHS: [usize; 2] = [64, 76];
/// Texts of more bytes than this are not searched as a series of `\u` escapes.
const ESCAPED_MAX: usize = 256;

/// Whether hexadecimal digits are written as capitals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Digits {
    Small,
    Capital,
}

use Digits::{Capital, Small};

/// Base64 in both alphabets, wherever in the encoded bytes the secret stands. The first and the last digit are left
/// out where they also depend on what stands beside the secret, and searched where nothing follows.
pub(super) fn base64(bytes: &[u8], into: &mut Vec<Vec<u8>>) {
    for alphabet in [STANDARD, URL] {
        for before in 0..3 {
            let padded = [&[0; 3][..before], bytes].concat();
            let digits = base64_digits(&padded, alphabet);
            let own = [0, 2, 3][before];
            let sure = padded.len() * 8 / 6;
            into.push(digits[own..sure].to_vec());
            let mut last = digits[own..].to_vec();
            into.push(last.clone());
            last.resize(last.len() + (3 - padded.len() % 3) % 3, b'=');
            into.push(last);
        }
    }
}

/// The lines of a base64 text that begins with the secret.
pub(super) fn base64_lines(bytes: &[u8], into: &mut Vec<Vec<u8>>) {
    let mut digits = base64_digits(bytes, STANDARD);
    digits.resize(digits.len().next_multiple_of(4), b'=');
    for width in WIDTHS.into_iter().filter(|width| digits.len() > *width) {
        into.extend(digits.chunks(width).map(<[u8]>::to_vec));
    }
}

fn base64_digits(bytes: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let mut digits = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let count = three.len() + 1;
        digits.extend([18, 12, 6, 0].iter().take(count).map(|shift| alphabet[(bits >> shift & 63) as usize]));
    }
    digits
}

/// Hexadecimal digits.
pub(super) fn hex(bytes: &[u8], into: &mut Vec<Vec<u8>>) {
    for digits in [Small, Capital] {
        let mut text = String::with_capacity(bytes.len() * 2);
        bytes.iter().for_each(|byte| hexadecimal(&mut text, u32::from(*byte), 2, digits));
        into.push(text.into_bytes());
    }
}

/// UTF-16, little-endian.
pub(super) fn utf16(text: &str, into: &mut Vec<Vec<u8>>) {
    into.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
}

/// Percent-encoding, with each of the sets of characters that programs leave as they are.
pub(super) fn url(bytes: &[u8], into: &mut Vec<Vec<u8>>) {
    // RFC 3986, Python's quote, forms, encodeURIComponent, user and password of a URL, encodeURI.
    let kept: [&[u8]; 6] = [b"-._~", b"-._~/", b"-._*", b"-._~!*'()", b"-._~!*'()$&+,%", b"-._~!*'()$&+,;/?:@=#"];
    for kept in kept {
        for (digits, plus) in [(Small, false), (Small, true), (Capital, false), (Capital, true)] {
            let mut text = String::with_capacity(bytes.len() * 3);
            for byte in bytes {
                match byte {
                    b' ' if plus => text.push('+'),
                    byte if byte.is_ascii_alphanumeric() || kept.contains(byte) => text.push(char::from(*byte)),
                    byte => {
                        text.push('%');
                        hexadecimal(&mut text, u32::from(*byte), 2, digits);
                    }
                }
            }
            into.push(text.into_bytes());
        }
    }
}

/// The inside of a JSON string, as different writers make it.
pub(super) fn json(text: &str, into: &mut Vec<Vec<u8>>) {
    let beyond_ascii = |c: char| !c.is_ascii();
    // Python and PHP, Go, .NET, and a writer that leaves no character as it is.
    let go = |c: char| matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    let net = |c: char| !c.is_ascii() || matches!(c, '"' | '\'' | '+' | '<' | '>' | '&' | '`');
    into.push(json_string(text, false, Small, |_| false));
    into.push(json_string(text, true, Small, |_| false));
    into.push(json_string(text, true, Small, beyond_ascii));
    into.push(json_string(text, false, Small, beyond_ascii));
    into.push(json_string(text, false, Capital, beyond_ascii));
    into.push(json_string(text, false, Small, go));
    into.push(json_string(text, false, Capital, net));
    if text.len() <= ESCAPED_MAX {
        into.push(json_string(text, false, Small, |_| true));
        into.push(json_string(text, false, Capital, |_| true));
    }
    let once = String::from_utf8(json_string(text, false, Small, |_| false)).expect("made of text");
    into.push(json_string(&once, false, Small, |_| false));
}

fn json_string(text: &str, slash: bool, digits: Digits, by_number: impl Fn(char) -> bool) -> Vec<u8> {
    let mut all = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
            c if by_number(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    all.push_str("\\u");
                    hexadecimal(&mut all, u32::from(*unit), 4, digits);
                }
            }
            '"' => all.push_str("\\\""),
            '\\' => all.push_str("\\\\"),
            '/' if slash => all.push_str("\\/"),
            '\n' => all.push_str("\\n"),
            '\r' => all.push_str("\\r"),
            '\t' => all.push_str("\\t"),
            '\u{8}' => all.push_str("\\b"),
            '\u{c}' => all.push_str("\\f"),
            c if c < ' ' => {
                all.push_str("\\u");
                hexadecimal(&mut all, c.into(), 4, digits);
            }
            c => all.push(c),
        }
    }
    all.into_bytes()
}

/// XML and HTML.
pub(super) fn markup(text: &str, into: &mut Vec<Vec<u8>>) {
    for (double, single) in [
        ("\"", "'"),
        ("&quot;", "'"),
        ("&quot;", "&#39;"),
        ("&#34;", "&#39;"),
        ("&quot;", "&#x27;"),
        ("&quot;", "&apos;"),
    ] {
        into.push(replaced(text, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '"' => Some(double),
            '\'' => Some(single),
            _ => None,
        }));
    }
}

/// What shells print: between single or double quotes, with backslashes, and as strings of C and Python.
pub(super) fn shell(text: &str, into: &mut Vec<Vec<u8>>) {
    for quote in ["'\\''", "'\"'\"'"] {
        into.push(replaced(text, |c| (c == '\'').then_some(quote)));
    }
    let before = |special: fn(char) -> bool| {
        let mut all = String::with_capacity(text.len() * 2);
        for c in text.chars() {
            if special(c) {
                all.push('\\');
            }
            all.push(c);
        }
        all.into_bytes()
    };
    into.push(before(|c| matches!(c, '$' | '`' | '"' | '\\')));
    into.push(before(|c| matches!(c, '$' | '`' | '"' | '\\' | '!')));
    into.push(before(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-./:=@%+,".contains(c)));
    into.push(before(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-./:=@%+".contains(c)));
    for quote in ["'", "\\'"] {
        into.push(replaced(text, |c| match c {
            '\\' => Some("\\\\"),
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            '\'' => Some(quote),
            _ => None,
        }));
    }
}

fn replaced(text: &str, by: impl Fn(char) -> Option<&'static str>) -> Vec<u8> {
    let mut all = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match by(c) {
            Some(other) => all.push_str(other),
            None => all.push(c),
        }
    }
    all.into_bytes()
}

fn hexadecimal(into: &mut String, value: u32, width: usize, digits: Digits) {
    let written = match digits {
        Small => write!(into, "{value:0width$x}"),
        Capital => write!(into, "{value:0width$X}"),
    };
    written.expect("a String takes everything");
}
