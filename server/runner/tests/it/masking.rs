//! Masking, end to end: no file and no message of a runner shows a secret in any encoding.

use std::fmt::Write;

use orc_runner::{Inject, Outcome, PlanSecret, RunnerMessage, ServerMessage, Stream};

use crate::secrets::{env, find, secret, shell};
use crate::{Done, Place, bytes, eventually};

const CANARY: &str = "c@nary/42 \"sings\" + 'äß' <&>";

/// The canary in the encodings that a log may have, made without the code under test.
fn encodings(canary: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex = canary.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    let url = canary.bytes().fold(String::new(), |mut text, byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let _ = if plain { write!(text, "{}", char::from(byte)) } else { write!(text, "%{byte:02X}") };
        text
    });
    let json = serde_json::to_string(canary).unwrap();
    let html = canary.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let utf16 = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Digits that also depend on other bytes are not the canary's.
    let shifted = |before: &str, from: usize| {
        let digits = coreutils_base64(format!("{before}{canary} and on").as_bytes());
        digits[from..(before.len() + canary.len()) * 8 / 6].to_vec()
    };
    vec![
        ("raw", canary.as_bytes().to_vec()),
        ("base64", coreutils_base64(canary.as_bytes())),
        ("base64 after one byte", shifted("x", 2)),
        ("base64 after two bytes", shifted("xy", 3)),
        (
            "base64 for URLs",
            coreutils_base64(canary.as_bytes())
                .iter()
                .map(|byte| match byte {
                    b'+' => b'-',
                    b'/' => b'_',
                    other => *other,
                })
                .collect(),
        ),
        ("hex", hex.clone().into_bytes()),
        ("capital hex", hex.to_uppercase().into_bytes()),
        ("URL", url.clone().into_bytes()),
        ("form", url.replace("%20", "+").into_bytes()),
        ("JSON", json.as_bytes()[1..json.len() - 1].to_vec()),
        ("HTML", html.into_bytes()),
        ("UTF-16", utf16),
    ]
}

fn coreutils_base64(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("base64").arg("-w0").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap().stdout
}

/// Everything that the attempt left on disk.
fn disk(done: &Done) -> Vec<u8> {
    let names = done.names().into_iter().filter(|name| name.contains(&done.place.attempt));
    names.flat_map(|name| std::fs::read(done.place.path().join(name)).unwrap()).collect()
}

fn no_canary(done: &Done) {
    let disk = disk(done);
    let record = serde_json::to_vec(&done.record).unwrap();
    for (name, encoding) in encodings(CANARY) {
        assert!(find(&disk, &encoding).is_none(), "{name} on disk");
        assert!(find(&record, &encoding).is_none(), "{name} in the record");
    }
}

fn canary() -> Vec<PlanSecret> {
    vec![secret("canary", CANARY, env("CANARY"))]
}

/// A file of the attempt's folder with the canary in all encodings, each on its own line and between other words.
fn song(place: &Place) {
    let mut all = Vec::new();
    for (name, encoding) in encodings(CANARY) {
        all.extend(format!("{name}: [").into_bytes());
        all.extend(encoding);
        all.extend(b"] and on\n");
    }
    std::fs::write(place.path().join("song"), all).unwrap();
}

#[test]
fn a_canary_is_never_seen_in_any_encoding() {
    for size in ["1", "2", "3", "7", "65536"] {
        let place = Place::new();
        song(&place);
        let plan = shell(&place, &format!("\"$0\" pieces song {size}; \"$0\" pieces song {size} >&2"), canary());
        let done = place.start(plan).end();
        done.exited(0);
        no_canary(&done);
        for stream in [Stream::Stdout, Stream::Stderr] {
            let text = bytes(&done.log(), stream);
            let text = String::from_utf8_lossy(&text);
            assert_eq!(text.lines().count(), encodings(CANARY).len(), "{text}");
            assert!(text.lines().all(|line| line.contains("***") && line.ends_with("] and on")), "{text}");
        }
        let log = done.record.log;
        let stored = bytes(&done.log(), Stream::Stdout).len() + bytes(&done.log(), Stream::Stderr).len();
        assert_eq!((log.bytes, log.lines, log.dropped_bytes), (stored as u64, 24, 0), "figures are of what is stored");
    }
}

#[test]
fn a_result_is_masked_and_stays_json() {
    let place = Place::new();
    let values: Vec<String> =
        encodings(CANARY).into_iter().filter_map(|(_, encoding)| String::from_utf8(encoding).ok()).collect();
    let result = serde_json::json!({ CANARY: values, "pin": 271_828, "rows": 12, "text": "all well" });
    std::fs::write(place.path().join("answer"), result.to_string()).unwrap();
    let mut secrets = canary();
    secrets.push(secret("pin", "271828", Inject::None));
    let plan = shell(&place, "cat answer >$ORC_RESULT_FILE", secrets);
    let done = place.start(plan).end();
    no_canary(&done);
    let result = done.record.result.unwrap();
    assert_eq!((&result["pin"], &result["rows"], &result["text"]), (&"***".into(), &12.into(), &"all well".into()));
    let masked = result["***"].as_array().unwrap();
    assert!(masked.iter().all(|value| value.as_str().unwrap().contains("***")), "{masked:?}");
}

#[test]
fn a_result_that_is_no_json_is_told_without_the_secret() {
    let place = Place::new();
    let plan = shell(&place, "printf %s \"$CANARY\" >$ORC_RESULT_FILE", canary());
    let done = place.start(plan).end();
    assert!(done.record.result.is_none() && done.record.result_error.is_some());
    no_canary(&done);
}

#[test]
fn a_start_that_fails_does_not_show_it() {
    for (program, folder) in [(CANARY, None), ("/bin/sh", Some(CANARY))] {
        let place = Place::new();
        let mut plan = shell(&place, "", canary());
        plan.program = program.to_owned();
        if let Some(folder) = folder {
            plan.working_directory = place.path().join(folder.replace('/', "-"));
            plan.secrets[0].value = folder.replace('/', "-").as_str().into();
        }
        let done = place.start(plan).end();
        let Outcome::SpawnFailed { message, .. } = &done.record.outcome else { panic!("{:?}", done.record) };
        assert!(message.contains("***") && done.text().contains("***"), "{message}");
        no_canary(&done);
        assert!(!message.contains("sings"), "{message}");
    }
}

#[test]
fn a_secret_across_caps_and_redraws_is_masked() {
    let place = Place::new();
    // The secret stands at each place around the end of the line cap, and in a line that is drawn again and again.
    let line = r#"
        for i in $(seq 20 60); do head -c $((65536/2 - i)) /dev/zero | tr '\0' x; printf '%s' "$CANARY"
            head -c 70000 /dev/zero | tr '\0' y; printf '%s\n' "$CANARY"; done
        for i in $(seq 2000); do printf '\r%s %d' "$CANARY" $i; done; echo
        for i in $(seq 300); do printf '\rc@nary/42 \033[31m"sings\033[0m" + '"'"'äß'"'"' <&> %d' $i; done; echo
    "#;
    let mut plan = shell(&place, line, canary());
    plan.log.cap_bytes = 512 * 1024;
    let done = place.start(plan).end();
    done.exited(0);
    no_canary(&done);
    let text = done.text();
    assert!(text.contains("***") && !text.contains("sings"), "no half of it either");
    assert!(done.record.log.dropped_bytes > 0);
}

#[test]
fn gaps_and_offsets_are_those_of_the_masked_text() {
    let place = Place::new();
    let mut plan = shell(&place, "for i in 1 2 3 4 5 6; do printf '%s' \"$i$CANARY\"; done; echo", canary());
    plan.log.line_cap_bytes = 10;
    let done = place.start(plan).end();
    // 24 bytes and the line end: of "1***2***3***4***5***6***", the first and the last five.
    assert_eq!(done.text(), "1***2*6***\n");
    assert_eq!((done.record.log.bytes, done.record.log.dropped_bytes), (25, 14));
}

#[test]
fn a_beginning_is_shown_when_it_is_disproved_or_at_the_end() {
    let place = Place::new();
    let line = "printf 'c@nary'; \"$0\" until-file go; printf '!'; \"$0\" until-file on; printf 'c@nar'";
    let plan = shell(&place, line, canary());
    let mut running = place.start(plan);
    running.until_logged("ready");
    // What the helper wrote has disproved the beginning.
    running.until_logged("c@naryready");
    std::fs::write(running.place.path().join("go"), "").unwrap();
    running.until_logged("!ready");
    std::fs::write(running.place.path().join("on"), "").unwrap();
    loop {
        if let RunnerMessage::Exited { record } = running.message() {
            assert_eq!(record.outcome, Outcome::Exited { code: 0 });
            break;
        }
    }
    assert!(running.runner.wait().unwrap().success());
    assert_eq!(crate::text(&running.place.log()), "c@naryready\n!ready\nc@nar");
}

#[test]
fn a_secret_is_masked_while_the_command_runs() {
    let place = Place::new();
    let plan = shell(&place, "echo \"$CANARY\"; exec \"$0\" sleep 60", canary());
    let mut running = place.start(plan);
    eventually("it is logged", || crate::text(&running.place.log()).starts_with("***\nready"));
    running.say(&ServerMessage::Kill);
    no_canary(&running.end());
}

#[test]
fn short_secrets_are_given_and_not_masked() {
    let place = Place::new();
    let plan = shell(&place, "echo \"<$PIN>\"", vec![secret("pin", "123", env("PIN"))]);
    assert_eq!(place.start(plan).end().text(), "<123>\n");
}
