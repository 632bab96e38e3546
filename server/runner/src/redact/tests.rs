//! Properties of the redactor: no secret remains, nothing else changes, and pieces never matter.

use super::*;
use proptest::prelude::*;

fn secrets(values: &[&str]) -> Secrets {
    Secrets::of_values(values.iter().map(|value| value.as_bytes()))
}

fn in_pieces(secrets: &Secrets, bytes: &[u8], ends: &[usize]) -> Vec<u8> {
    let mut redactor = secrets.redactor().expect("there are secrets");
    let (mut clear, mut at) = (Vec::new(), 0);
    for end in ends.iter().copied().chain([bytes.len()]) {
        redactor.take(&bytes[at..end.max(at)], &mut clear);
        at = end.max(at);
    }
    redactor.finish(&mut clear);
    clear
}

fn check(values: &[&str], text: &str, wanted: &str) {
    let secrets = secrets(values);
    assert_eq!(redact_text(&secrets, text), wanted);
    for cut in 0..=text.len() {
        let clear = in_pieces(&secrets, text.as_bytes(), &[cut]);
        assert_eq!(String::from_utf8_lossy(&clear), wanted, "cut at {cut}");
    }
    let all: Vec<usize> = (0..text.len()).collect();
    assert_eq!(String::from_utf8_lossy(&in_pieces(&secrets, text.as_bytes(), &all)), wanted, "byte by byte");
}

#[test]
fn secrets_are_masked_wherever_they_are_cut() {
    check(&["hunter2!"], "the word is hunter2!, hunter2? hunter2!", "the word is ***, hunter2? ***");
    check(&["hunter2!"], "hunter2!hunter2!hunter", "***hunter");
    check(&["abcd", "abcdefgh", "abcdef"], "abcdefgh abcdefg abcde abc", "*** ***g ***e abc");
    check(&["abcdef", "defghi"], "abcdefghi xdefghi abcdef", "*** x*** ***");
    check(&["aaaa"], "aaaaaaaaa aaa", "*** aaa");
    check(&["one line of it\nanother line"], "one line of it\r\nanother line\nsome line", "***\nsome line");
    check(&["one line of it\nanother line"], "another line\rone line of it", "***\r***");
    check(&["a\nb\nc\nd"], "a\r\nb\r\nc\r\nd\r\n", "***\r\n");
}

#[test]
fn escape_sequences_do_not_hide_a_secret() {
    check(&["hunter2!"], "a \x1b[1;31mhunt\x1b[0mer2!\x1b[0m b", "a \x1b[1;31m***\x1b[0m b");
    check(&["hunter2!"], "h\x1b]8;;x\x1b\\unter\x1b(B2\x1b[K!", "***");
    check(&["hunter2!"], "\x1b]0;hunter2!\x07 title", "\x1b]0;***\x07 title");
    check(&["hunter2!"], "hunt\x1b[0mer3 hunt\x1b[0m", "hunt\x1b[0mer3 hunt\x1b[0m");
    check(&["1;31mx"], "\x1b[1;31mx", "\x1b[***");
    check(&["ab\x1b[mcd"], "ab\x1b[mcd abcd", "*** abcd");
    check(&["mmyy"], "m\x1b[mmy\x1b[my", "***");
}

#[test]
fn a_secret_with_endless_colours_inside_is_given_up() {
    let secrets = secrets(&["hunter2!"]);
    let text = format!("hunt{}er2!", "\x1b[0m".repeat(20_000));
    let mut redactor = secrets.redactor().expect("there is a secret");
    let mut clear = Vec::new();
    for piece in text.as_bytes().chunks(1000) {
        redactor.take(piece, &mut clear);
        assert!(redactor.held_bytes() < 70_000);
    }
    redactor.finish(&mut clear);
    assert_eq!(String::from_utf8_lossy(&clear), text);
}

#[test]
fn each_form_is_masked_wherever_it_is_cut() {
    let value = "c@nary/42 \"sings\"\n+ 'äß' <&>";
    let secrets = secrets(&[value]);
    for form in encodings(value) {
        let text = [b"<<", form.as_slice(), b">>"].concat();
        let whole = in_pieces(&secrets, &text, &[]);
        let shown = String::from_utf8_lossy(&whole);
        assert!(shown.starts_with("<<") && shown.contains("***") && shown.ends_with(">>"), "{shown}");
        assert!(whole.len() < 16 && memchr::memmem::find(&whole, &form).is_none(), "{shown}");
        for cut in 0..=text.len() {
            assert_eq!(in_pieces(&secrets, &text, &[cut]), whole, "{shown} cut at {cut}");
        }
    }
}

#[test]
fn what_is_disproved_is_given_out_at_once() {
    let mut redactor = secrets(&["hunter2!"]).redactor().expect("there is a secret");
    let mut clear = Vec::new();
    redactor.take(b"$ hunt", &mut clear);
    assert_eq!(clear, b"$ ");
    redactor.take(b" hunter2", &mut clear);
    assert_eq!(clear, b"$ hunt ");
    redactor.take(b"!", &mut clear);
    assert_eq!(clear, b"$ hunt ***");
}

#[test]
fn short_values_mask_nothing() {
    assert!(secrets(&["", "a", "abc"]).is_empty());
    assert_eq!(redact_text(&secrets(&["abc"]), "abc"), "abc");
}

#[test]
fn json_stays_json() {
    let secrets = secrets(&["hunter2!", "4711.50", "12345678901234567890", "0000"]);
    let mut value = serde_json::json!({
        "hunter2!": ["x hunter2! y", 4711.5, 4711, 12_345_678_901_234_567_890_u64],
        "aHVudGVyMiE=": {"b": "hunt"},
        "none": 0,
    });
    assert!(redact_json(&secrets, &mut value));
    assert_eq!(value, serde_json::json!({"***": ["x *** y", "***", 4711, "***"], "*** 2": {"b": "hunt"}, "none": 0}));
}

#[test]
fn a_result_that_is_a_secret_as_a_whole_is_told() {
    let secrets = secrets(&["{\"a\":[1,2]}"]);
    assert!(!redact_json(&secrets, &mut serde_json::json!({"x": {"a": [1, 2]}})));
}

/// What must come out, by looking for each form at each place of the bytes, and of the text without escape sequences.
fn by_hand(values: &[&str], bytes: &[u8]) -> Vec<u8> {
    let mut escapes = escapes::Escapes::default();
    let roles: Vec<bool> = bytes.iter().map(|byte| escapes.step(*byte) == escapes::Role::Text).collect();
    let every: Vec<usize> = (0..bytes.len()).collect();
    let text: Vec<usize> = every.iter().copied().filter(|at| roles[*at]).collect();
    let mut hidden = vec![false; bytes.len()];
    for form in values.iter().flat_map(|value| encodings(value)) {
        for places in [&every, &text] {
            for window in places.windows(form.len()) {
                if window.iter().zip(&form).all(|(at, byte)| bytes[*at] == *byte) {
                    hidden[window[0]..=window[form.len() - 1]].fill(true);
                }
            }
        }
    }
    let mut clear = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        match hidden[at] {
            true if at == 0 || !hidden[at - 1] => clear.extend(MASK.as_bytes()),
            true => {}
            false => clear.push(*byte),
        }
    }
    clear
}

/// Everything that the forms of a text must not leave behind.
fn encodings(value: &str) -> Vec<Vec<u8>> {
    forms::of(value.as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_never_matter(
        values in prop::collection::vec("[ab]{4,7}|[ -~äß]{4,12}", 1..4),
        text in prop::collection::vec(prop_oneof![
            "[ab]{1,9}", "[ -~]{0,9}", Just("\x1b[1m".to_owned()), Just("\x1b]8;;".to_owned()), Just("\x1b\\".to_owned()),
            Just("\x1b".to_owned()), Just("\r".to_owned()), Just("\n".to_owned()), Just("@0".to_owned()),
            Just("@1".to_owned()),
        ], 0..40),
        ends in prop::collection::vec(0_usize..300, 0..12),
    ) {
        let secrets = Secrets::of_values(values.iter().map(|value| value.as_bytes()));
        let text: String = text.iter().map(|piece| match piece.as_str() {
            "@0" => values[0].as_str(),
            "@1" => values[values.len() - 1].as_str(),
            other => other,
        }).collect();
        let mut ends: Vec<usize> = ends.into_iter().map(|end| end % (text.len() + 1)).collect();
        ends.sort_unstable();
        let whole = in_pieces(&secrets, text.as_bytes(), &[]);
        prop_assert_eq!(&in_pieces(&secrets, text.as_bytes(), &ends), &whole);
        for value in &values {
            for form in encodings(value).iter().filter(|form| !form.contains(&b'*')) {
                prop_assert!(memchr::memmem::find(&whole, form).is_none(), "{:?} in {:?}", value, whole);
            }
        }
    }

    #[test]
    fn overlapping_and_interrupted_secrets_are_masked_as_by_hand(
        values in prop::collection::vec("[ab]{4,7}|[abm1]{4,9}", 1..4),
        text in prop::collection::vec(prop_oneof![
            4 => "[ab]{1,9}", 1 => "[abm1]{1,3}", 2 => Just("\x1b[1m".to_owned()), 1 => Just("\x1b]ab".to_owned()),
            1 => Just("\x1b\\".to_owned()), 1 => Just("\x1b".to_owned()), 1 => Just("\x07".to_owned()),
        ], 0..30),
        ends in prop::collection::vec(0_usize..200, 0..12),
    ) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let text = text.concat();
        let mut ends: Vec<usize> = ends.into_iter().map(|end| end % (text.len() + 1)).collect();
        ends.sort_unstable();
        let clear = in_pieces(&secrets(&values), text.as_bytes(), &ends);
        let wanted = by_hand(&values, text.as_bytes());
        prop_assert_eq!(String::from_utf8_lossy(&clear), String::from_utf8_lossy(&wanted));
    }

    #[test]
    fn nothing_else_changes(text in "[^x]{0,200}") {
        let secrets = secrets(&["xhunter2", "xabc"]);
        let forms: Vec<Vec<u8>> = ["xhunter2", "xabc"].iter().flat_map(|value| encodings(value)).collect();
        prop_assume!(forms.iter().all(|form| memchr::memmem::find(text.as_bytes(), form).is_none()));
        prop_assert_eq!(redact_text(&secrets, &text), text.as_str());
    }

    #[test]
    fn colours_at_any_place_hide_nothing(at in prop::collection::vec(0_usize..9, 1..5), ends in prop::collection::vec(0_usize..60, 0..5)) {
        let mut text = "a hunter2! b".to_owned();
        let mut at = at;
        at.sort_unstable();
        for place in at.iter().rev() {
            text.insert_str(place + 2, "\x1b[31m");
        }
        let mut ends: Vec<usize> = ends.into_iter().map(|end| end % (text.len() + 1)).collect();
        ends.sort_unstable();
        let clear = in_pieces(&secrets(&["hunter2!"]), text.as_bytes(), &ends);
        let plain = String::from_utf8_lossy(&clear).replace("\x1b[31m", "");
        prop_assert_eq!(plain, "a *** b");
    }
}
