//! Bytes as programs write them, and bytes that are no text.

use super::*;

const FILE: Reading = Reading { encoding: None, folded: true, eight_bit: true };

#[track_caller]
fn read(bytes: &[u8], text: &str, encoding: &str) {
    let found = decode(bytes, FILE).expect("read");
    assert_eq!((found.text.as_str(), found.encoding), (text, encoding));
}

#[track_caller]
fn refused(bytes: &[u8], reading: Reading, line: usize, byte: usize) {
    let fault = decode(bytes, reading).expect_err("refused");
    assert_eq!((fault.line, fault.byte), (line, byte), "{fault}");
}

/// The text in UTF-16, with or without a mark.
fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn encodings_are_found_out() {
    read("Büro".as_bytes(), "Büro", "UTF-8");
    read("\u{feff}Büro".as_bytes(), "Büro", "UTF-8");
    read(b"B\xfcro, \x80 5\r\n", "Büro, € 5\r\n", "windows-1252");
    for (big, encoding) in [(false, "UTF-16LE"), (true, "UTF-16BE")] {
        for mark in [true, false] {
            let text = "BEGIN:VCALENDAR\r\nSUMMARY:Büro 休日 \u{1F389}\r\n";
            read(&utf16(text, big, mark), text, encoding);
        }
    }
    read(b"", "", "UTF-8");
    read(b"a", "a", "UTF-8");
}

#[test]
fn a_named_encoding_is_taken() {
    let named = |bytes: &[u8], encoding: &str| decode(bytes, Reading { encoding: Some(encoding), ..FILE });
    assert_eq!(named(b"\xbf\xf3\xb3w", "iso-8859-2").expect("read").text, "żółw");
    assert_eq!(named(b"\x93\xfa\x96\x7b", "Shift_JIS").expect("read").text, "日本");
    assert_eq!(named(b"a", " utf-8 ").expect("read").encoding, "UTF-8");
    assert_eq!(named(&utf16("a", true, true), "utf-16be").expect("read").text, "a");
    refused(b"a", Reading { encoding: Some("letters"), ..FILE }, 0, 0);
    refused(b"a\nb\x93", Reading { encoding: Some("shift_jis"), ..FILE }, 2, 2);
    refused(b"B\xfcro", Reading { encoding: Some("UTF-8"), ..FILE }, 1, 2);
}

#[test]
fn letters_are_folded_anywhere() {
    // Each place of each letter, for each fold.
    for fold in ["\r\n ", "\n ", "\r ", "\r\n\t"] {
        let text = "SUMMARY:später, 休日, \u{1F389}!";
        for at in 1..text.len() {
            let bytes = [&text.as_bytes()[..at], fold.as_bytes(), &text.as_bytes()[at..]].concat();
            let found = decode(&bytes, FILE).expect("read").text;
            assert_eq!(found.replace(fold, ""), text, "{at}");
            assert_eq!(found.matches(fold).count(), 1, "{at}");
        }
    }
    // Two folds in one letter.
    let found = decode(b"x\xF0\x9F\n \x8E\n \x89y", FILE).expect("read").text;
    assert_eq!(found.replace("\n ", ""), "x\u{1F389}y");
    refused(b"x\xC3\n \xA4", Reading { folded: false, eight_bit: false, encoding: None }, 1, 2);
}

#[test]
fn what_is_no_text_is_refused_with_its_place() {
    refused(b"a\r\nb\x00c", FILE, 2, 2);
    refused(b"a\rb\rc\x81", FILE, 3, 2);
    refused("ä\nö \u{e4}".as_bytes().iter().copied().chain([b'\xfc']).collect::<Vec<_>>().as_slice(), FILE, 2, 6);
    refused(b"name: B\xfcro\n", Reading::default(), 1, 8);
    refused(b"\xff\xfea\0\n\0b\0\0\xd8c\0", FILE, 2, 3);
    refused(b"\xff\xfea\0b", FILE, 1, 3);
    let told = decode(b"a: 1\nb: B\xfcro\n", Reading::default()).expect_err("refused").to_string();
    assert_eq!(told, "line 2, byte 5: the byte 0xFC is not UTF-8: save the file as UTF-8");
}

#[test]
fn line_ends_become_newlines() {
    assert_eq!(with_newlines("a\r\nb\rc\nd\r"), "a\nb\nc\nd\n");
    assert!(matches!(with_newlines("a\nb"), Cow::Borrowed("a\nb")));
}
