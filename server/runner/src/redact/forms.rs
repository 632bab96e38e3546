//! All texts that give a secret away: the value, its lines, and both in each encoding.

use super::encode;

/// Shortest value that is masked, in bytes. A shorter one would mask parts of ordinary words.
pub const MASKED_FROM: usize = 4;
/// Shortest line of a value that is masked by itself, in bytes.
const LINE_FROM: usize = 8;
/// Shortest string inside of a value that is JSON (a service account's key file) that is masked by itself, in bytes.
const PART_FROM: usize = 16;
/// The lines of a value of more bytes are searched as they are only, because whoever encodes a file encodes all of
/// it.
const LINES_ENCODED_MAX: usize = 4096;

/// The texts that must be masked for one value.
pub(super) fn of(value: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let core = value.trim_ascii();
    let core = if core.len() < MASKED_FROM { value } else { core };
    if core.len() < MASKED_FROM {
        return all;
    }
    encoded(core, &mut all);
    encode::base64_lines(value, &mut all);
    line_ends(core, &mut all);
    let lines: Vec<&[u8]> = core.split(|byte| matches!(byte, b'\r' | b'\n')).map(<[u8]>::trim_ascii).collect();
    for line in lines.iter().filter(|line| lines.len() > 1 && line.len() >= LINE_FROM) {
        if core.len() <= LINES_ENCODED_MAX { encoded(line, &mut all) } else { all.push(line.to_vec()) }
    }
    if core.starts_with(b"{")
        && let Ok(json) = serde_json::from_slice(core)
    {
        parts(&json, &mut all);
    }
    all.retain(|text| text.len() >= MASKED_FROM);
    all
}

fn encoded(bytes: &[u8], into: &mut Vec<Vec<u8>>) {
    into.push(bytes.to_vec());
    encode::base64(bytes, into);
    encode::hex(bytes, into);
    encode::url(bytes, into);
    if let Ok(text) = std::str::from_utf8(bytes) {
        encode::json(text, into);
        encode::markup(text, into);
        encode::shell(text, into);
        encode::utf16(text, into);
    }
    into.sort_unstable();
    into.dedup();
}

/// The value with other line ends, as a terminal or an editor writes it.
fn line_ends(bytes: &[u8], into: &mut Vec<Vec<u8>>) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.contains('\n')
    {
        let plain = text.replace("\r\n", "\n");
        into.push(plain.replace('\n', "\r\n").into_bytes());
        into.push(plain.into_bytes());
    }
}

/// The long strings inside of a JSON value, because a program reads them out of it.
fn parts(json: &serde_json::Value, into: &mut Vec<Vec<u8>>) {
    match json {
        serde_json::Value::String(text) if text.len() >= PART_FROM => into.extend(of(text.as_bytes())),
        serde_json::Value::Array(items) => items.iter().for_each(|item| parts(item, into)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| parts(value, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(value: &str, form: &str) {
        assert!(of(value.as_bytes()).contains(&form.as_bytes().to_vec()), "{value:?} as {form:?}");
    }

    #[test]
    fn each_encoding_is_among_the_forms() {
        has("pa/s \"w&rd\n", "pa/s \"w&rd");
        has("pa/s \"w&rd", "cGEvcyAidyZyZA==");
        has("pa/s \"w&rd", "70612f7320227726 7264".replace(' ', "").as_str());
        has("pa/s \"w&rd", "70612F73202277267264");
        has("pa/s \"w&rd", "pa%2Fs%20%22w%26rd");
        has("pa/s \"w&rd", "pa%2fs+%22w%26rd");
        has("pa/s \"w&rd", "pa\\/s \\\"w&rd");
        has("pa/s \"w&rd", "pa/s \\\"w\\u0026rd");
        has("pa/s \"w&rd", "pa/s &quot;w&amp;rd");
        has("pa/s \"w&rd", "pa/s\\ \\\"w\\&rd");
        has("it's", "it'\\''s");
        has("größe", "gr\\u00f6\\u00dfe");
        has("größe", "gr%C3%B6%C3%9Fe");
        has("{\"private_key\": \"line one of it\\nline two of it\"}", "line two of it");
        has("first line\r\nsecond\nthird line", "third line");
    }

    #[test]
    fn short_values_have_no_form() {
        assert!(of(b"").is_empty() && of(b"abc").is_empty());
        assert!(of(b"abc\n").contains(&b"abc\n".to_vec()), "the line end is a part of so short a value");
    }

    #[test]
    fn base64_is_found_at_each_place_of_the_encoded_bytes() {
        use std::collections::HashSet;
        for length in 4..20 {
            let secret: Vec<u8> = (0..length).map(|at| b'a' + at).collect();
            let forms: HashSet<Vec<u8>> = of(&secret).into_iter().collect();
            for before in 0..5 {
                for after in 0..5 {
                    let around = [&vec![b'<'; before], secret.as_slice(), &vec![b'>'; after]].concat();
                    let mut encoded = Vec::new();
                    encode::base64(&around, &mut encoded);
                    let whole = &encoded[2];
                    let found = forms.iter().any(|form| memchr::memmem::find(whole, form).is_some());
                    assert!(found, "{length} bytes after {before} and before {after}");
                }
            }
        }
    }
}
