//! Text out of the bytes of a file: the server reads iCalendar files and crontabs with it, the command line client YAML.
//!
//! A byte order mark decides; without one, UTF-16 is known by its zero bytes. What is valid UTF-8 is UTF-8. Anything else is
//! Windows-1252, which Latin-1 is a part of, if the caller allows it. Deliberately absent: guessing languages, and replacing
//! what cannot be read. Start reading at `decode`.

#[cfg(test)]
mod tests;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::fmt;

/// Bytes that are looked at to know UTF-16 without a mark.
const SAMPLE: usize = 2000;

/// How a file is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading<'a> {
    /// The encoding, by a name of the WHATWG (`windows-1252`); none: found out.
    pub encoding: Option<&'a str>,
    /// Whether lines may be folded inside a letter, as in iCalendar files (RFC 5545, 3.1).
    pub folded: bool,
    /// Whether what is neither UTF-8 nor UTF-16 is Windows-1252, instead of refused.
    pub eight_bit: bool,
}

/// A text and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark; line ends are as they were.
    pub text: String,
    /// The encoding that was taken: `UTF-8`, `UTF-16LE`, `UTF-16BE`, `windows-1252` ...
    pub encoding: &'static str,
}

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, from 1; 0: the fault is in no line.
    pub line: usize,
    /// Byte of that line, from 1.
    pub byte: usize,
    /// What is wrong there, and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}, byte {}: {}", self.byte, self.message),
        }
    }
}

impl std::error::Error for Fault {}

/// Decodes the bytes of a file.
///
/// # Errors
/// The first byte that is no text, with its line and what to do.
pub fn decode(bytes: &[u8], reading: Reading) -> Result<Decoded, Fault> {
    if let Some(name) = reading.encoding.map(str::trim).filter(|name| !name.is_empty()) {
        let message = || format!("\"{name}\" is not the name of an encoding: write UTF-8, UTF-16LE or windows-1252");
        let found = Encoding::for_label(name.as_bytes());
        let encoding = found.ok_or_else(|| Fault { line: 0, byte: 0, message: message() })?;
        return by_name(bytes, encoding, reading.folded);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes).filter(|(encoding, _)| *encoding != UTF_8) {
        return utf16(bytes, mark, encoding);
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        return utf16(bytes, 0, encoding);
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let message =
            "a zero byte is in no text: this is not a text file, or one in UTF-32; save it as UTF-8".to_owned();
        return Err(fault(bytes, at, message));
    }
    match utf8(bytes, reading.folded) {
        Ok(decoded) => Ok(decoded),
        Err(at) => eight_bit(bytes, at, reading.eight_bit),
    }
}

/// The text with `\n` as the only line end: CRLF and lone CR become it too.
#[must_use]
pub fn with_newlines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        return Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Cow::Borrowed(text)
}

fn by_name(bytes: &[u8], encoding: &'static Encoding, folded: bool) -> Result<Decoded, Fault> {
    if encoding == UTF_8 {
        return utf8(bytes, folded).map_err(|at| fault(bytes, at, not(bytes, at, "UTF-8")));
    }
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let mark = Encoding::for_bom(bytes).filter(|(found, _)| *found == encoding).map_or(0, |(_, mark)| mark);
        return utf16(bytes, mark, encoding);
    }
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(Decoded { text: text.into_owned(), encoding: encoding.name() }),
        None => {
            // What comes before the first wrong byte can be read.
            let reads =
                |end: &usize| encoding.decode_without_bom_handling_and_without_replacement(&bytes[..*end]).is_some();
            let (mut good, mut bad) = (0, bytes.len());
            while bad - good > 1 {
                let middle = good + (bad - good) / 2;
                if reads(&middle) { good = middle } else { bad = middle }
            }
            Err(fault(bytes, good, not(bytes, good, encoding.name())))
        }
    }
}

fn utf8(bytes: &[u8], folded: bool) -> Result<Decoded, usize> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map_or((bytes, 0), |rest| (rest, 3));
    let (bytes, mark) = bytes;
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) if folded => {
            let whole = whole_letters(bytes);
            String::from_utf8(whole).map_err(|_| error.valid_up_to() + mark)?
        }
        Err(error) => return Err(error.valid_up_to() + mark),
    };
    Ok(Decoded { text, encoding: UTF_8.name() })
}

/// The bytes with each fold inside a letter moved behind the letter; lines keep their numbers.
fn whole_letters(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len());
    let (mut at, mut missing) = (0, 0_usize);
    let mut behind: Vec<u8> = Vec::new();
    while at < bytes.len() {
        let length = if missing > 0 { fold(&bytes[at..]) } else { 0 };
        if length > 0 && bytes.get(at + length).is_some_and(|byte| is_rest(*byte)) {
            behind.extend(&bytes[at..at + length]);
            at += length;
            continue;
        }
        let byte = bytes[at];
        missing = match byte {
            0xC2..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF4 => 3,
            _ if is_rest(byte) => missing.saturating_sub(1),
            _ => 0,
        };
        whole.push(byte);
        at += 1;
        if missing == 0 {
            whole.append(&mut behind);
        }
    }
    whole.append(&mut behind);
    whole
}

/// Whether a byte goes on with a letter that has begun.
fn is_rest(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Length of the line end and blank of a fold; 0: there is none.
fn fold(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', b' ' | b'\t', ..] => 3,
        [b'\r' | b'\n', b' ' | b'\t', ..] => 2,
        _ => 0,
    }
}

fn utf16(bytes: &[u8], mark: usize, encoding: &'static Encoding) -> Result<Decoded, Fault> {
    let pairs = bytes[mark..].chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if encoding == UTF_16LE { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    let (mut text, mut at, mut line_at, mut line) = (String::with_capacity(bytes.len() / 2), mark, mark, 1);
    let wrong = |line, byte, what: &str| Fault {
        line,
        byte,
        message: format!("{what} in {}: the file is cut off or damaged; save it again, as UTF-8", encoding.name()),
    };
    for letter in char::decode_utf16(pairs.map(unit)) {
        let letter = letter.map_err(|_| wrong(line, at - line_at + 1, "half of a letter"))?;
        text.push(letter);
        at += letter.len_utf16() * 2;
        if letter == '\n' {
            (line, line_at) = (line + 1, at);
        }
    }
    if odd {
        return Err(wrong(line, at - line_at + 1, "half of a letter"));
    }
    Ok(Decoded { text, encoding: encoding.name() })
}

/// UTF-16 without a mark, if it is obvious: nearly all of the beginning is ASCII with a zero byte on the same side.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes[..bytes.len().min(SAMPLE)].chunks_exact(2);
    let count = pairs.len();
    let (mut little, mut big) = (0, 0);
    for pair in pairs {
        match pair {
            [1..=0x7F, 0] => little += 1,
            [0, 1..=0x7F] => big += 1,
            _ => {}
        }
    }
    let most = |of: usize| count >= 2 && of * 10 >= count * 8;
    match (most(little), most(big)) {
        (true, _) => Some(UTF_16LE),
        (_, true) => Some(UTF_16BE),
        _ => None,
    }
}

/// Bytes that are no UTF-8 from `at` on, as Windows-1252 if that makes sense.
fn eight_bit(bytes: &[u8], at: usize, allowed: bool) -> Result<Decoded, Fault> {
    if !allowed {
        return Err(fault(bytes, at, not(bytes, at, "UTF-8")));
    }
    if String::from_utf8_lossy(bytes).chars().any(|letter| !letter.is_ascii() && letter != char::REPLACEMENT_CHARACTER)
    {
        let message = format!(
            "the byte 0x{:02X} is not UTF-8, but other letters of the file are: save all of it as UTF-8, or name its encoding",
            bytes[at]
        );
        return Err(fault(bytes, at, message));
    }
    // Windows-1252 has no letter for these bytes.
    if let Some(at) = bytes.iter().position(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D)) {
        return Err(fault(bytes, at, not(bytes, at, "UTF-8 nor Windows-1252").replace("is not", "is neither")));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(Decoded { text: text.into_owned(), encoding: WINDOWS_1252.name() })
}

fn not(bytes: &[u8], at: usize, encoding: &str) -> String {
    let byte = bytes.get(at).copied().unwrap_or_default();
    format!("the byte 0x{byte:02X} is not {encoding}: save the file as UTF-8")
}

/// A fault at a byte of the file. Lines end with LF, CRLF or lone CR.
fn fault(bytes: &[u8], at: usize, message: String) -> Fault {
    let before = &bytes[..at.min(bytes.len())];
    let ends = |index: &usize| match before[*index] {
        b'\n' => true,
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    };
    let line = (0..before.len()).filter(ends).count() + 1;
    let begin = (0..before.len()).rev().find(ends).map_or(0, |index| index + 1);
    Fault { line, byte: at - begin + 1, message }
}
