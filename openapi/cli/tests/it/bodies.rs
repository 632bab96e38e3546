//! Bodies: flags, files, both; what is refused before anything is sent.

use serde_json::json;

use crate::kit::orc::Orc;
use crate::kit::sample::ID;
use crate::kit::stub::{Stub, good, problem};

#[test]
fn flags_make_a_nested_body() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.run(
        "task create --name backup --run command --run.program rsync --run.arguments -a --run.arguments /data \
         --environment A=1 --environment B=x=y --tags nightly --tags db --enabled=false --overlap queue \
         --overlap.max-waiting 5 --timeout-seconds 0.5 --grace-seconds 3 --retry.backoff exponential \
         --retry.backoff.factor 3 --success_codes 0 --success-codes -1 --dry-run",
    )
    .ok();
    let seen = stub.last();
    assert_eq!(seen.query("dry_run"), Some("true"));
    let expected = json!({
        "name": "backup", "tags": ["nightly", "db"], "enabled": false,
        "run": {"kind": "command", "program": "rsync", "arguments": ["-a", "/data"]},
        "environment": {"A": "1", "B": "x=y"}, "overlap": {"kind": "queue", "max_waiting": 5},
        "timeout_seconds": 0.5, "grace_seconds": 3, "success_codes": [0, -1],
        "retry": {"backoff": {"kind": "exponential", "factor": 3}},
    });
    assert_eq!(seen.body, expected);
}

#[test]
fn a_document_is_read_from_its_file() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.file("holidays.ics", "BEGIN:VCALENDAR\r\n");
    orc.run("calendar import --name de --ics @holidays.ics --dry-run").ok();
    let seen = stub.last();
    assert_eq!((seen.path.as_str(), seen.query("dry_run")), ("/calendars/import", Some("true")));
    assert_eq!(seen.body, json!({"name": "de", "ics": "BEGIN:VCALENDAR\r\n"}));
    orc.run("calendar import --name de --ics BEGIN:VCALENDAR").ok();
    assert_eq!(stub.last().body["ics"], "BEGIN:VCALENDAR");
    let said = orc.run("calendar import --name de --ics @none.ics").code(2).stderr;
    assert!(said.contains("none.ics: cannot be read"), "{said}");
}

#[test]
fn a_document_in_another_encoding_is_sent_as_its_bytes() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    let utf16: Vec<u8> = "BEGIN:VCALENDAR".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, base64) in [(&b"SUMMARY:B\xfcro"[..], "U1VNTUFSWTpC/HJv"), (&utf16[..8], "QgBFAEcASQA=")] {
        orc.bytes("other.ics", bytes);
        orc.run("calendar import --name de --ics @other.ics").ok();
        assert_eq!(stub.last().body, json!({"name": "de", "ics_base64": base64}));
        orc.run("calendar import --name de --ics-base64 @other.ics --encoding windows-1252").ok();
        assert_eq!(stub.last().body, json!({"name": "de", "ics_base64": base64, "encoding": "windows-1252"}));
        orc.run("task import -f other.ics --encoding windows-1252");
        assert_eq!(
            (&stub.last().body["text_base64"], &stub.last().body["encoding"]),
            (&json!(base64), &json!("windows-1252"))
        );
    }
}

#[test]
fn yaml_is_read_in_utf_16_and_refused_with_the_place_of_what_is_no_text() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    let yaml = "name: a\r\ndescription: Büro\r\n";
    let utf16 =
        |mark: Option<u16>| mark.into_iter().chain(yaml.encode_utf16()).flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    for bytes in [utf16(Some(0xFEFF)), utf16(None), format!("\u{feff}{yaml}").into_bytes()] {
        orc.bytes("pool.yaml", &bytes);
        orc.run("pool create -f pool.yaml --capacity 1").ok();
        assert_eq!(stub.last().body["description"], "Büro");
    }
    orc.bytes("pool.yaml", b"name: a\ndescription: B\xfcro\n");
    for command in ["pool create -f pool.yaml --capacity 1", "task apply -f pool.yaml"] {
        let said = orc.run(command).code(2).stderr;
        assert!(
            said.contains("pool.yaml: line 2, byte 15: the byte 0xFC is not UTF-8: save the file as UTF-8"),
            "{said}"
        );
    }
}

#[test]
fn flags_change_what_is_there_and_a_file_replaces_it() {
    let stub = Stub::start(|seen| match seen.operation {
        "calendar_view" => good(json!({"id": ID, "version": 7, "used_by": ["backup"], "name": "de",
            "description": "", "entries": [{"kind": "weekdays", "weekdays": ["sunday"]}], "except": [],
            "maintenance": {"timezone": "Etc/UTC", "from": "02:00", "to": "03:00", "tags": []}})),
        _ => None,
    });
    let orc = Orc::at(&stub.url);
    orc.run("calendar update de --description Germany --maintenance.to 04:00").ok();
    let seen = stub.last();
    let expected = json!({"name": "de", "description": "Germany", "except": [],
        "entries": [{"kind": "weekdays", "weekdays": ["sunday"]}],
        "maintenance": {"timezone": "Etc/UTC", "from": "02:00", "to": "04:00", "tags": []}});
    assert_eq!((seen.operation, seen.body.clone()), ("calendar_update", expected));
    assert_eq!(seen.header("if-match"), Some("\"7\""));
    orc.run("calendar update de --description Germany --if-match 6").ok();
    assert_eq!(stub.last().header("if-match"), Some("\"6\""));
    orc.file("de.yaml", "name: de\nentries: []\n");
    orc.run("calendar update de -f de.yaml --description Germany").ok();
    assert_eq!(stub.last().body, json!({"name": "de", "entries": [], "description": "Germany"}));
    assert_eq!(stub.last().header("if-match"), None);
    let said = orc.run("task update backup --title Backup").code(2).stderr;
    assert!(said.contains("to change only some fields, use `orc task patch`"), "{said}");
}

#[test]
fn the_effect_of_flags_is_that_of_the_thing_with_what_they_change() {
    let stub = Stub::start(|seen| match seen.operation {
        "calendar_view" if seen.path.ends_with("/de") => {
            good(json!({"id": ID, "version": 7, "used_by": ["backup"], "name": "de", "description": "x", "entries": [],
                "except": [], "maintenance": null}))
        }
        "calendar_view" => problem(404, "Not found", "there is no calendar", json!([])),
        _ => None,
    });
    let orc = Orc::at(&stub.url);
    orc.run("calendar effect de --description Germany").ok();
    let expected = json!({"name": "de", "description": "Germany", "entries": [], "except": [], "maintenance": null});
    assert_eq!((stub.last().operation, stub.last().body), ("calendar_effect", expected));
    orc.run("calendar effect fresh --description New").ok();
    assert_eq!(stub.last().body, json!({"name": "fresh", "description": "New"}));
}

#[test]
fn a_union_is_given_by_its_word_or_whole() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    let schedule = "{kind: cron, expression: '0 2 * * *'}";
    orc.args(&["schedule", "preview", "--schedule", schedule, "--schedule.timezone", "Europe/Berlin"], "").ok();
    let expected = json!({"kind": "cron", "expression": "0 2 * * *", "timezone": "Europe/Berlin"});
    assert_eq!(stub.last().body["schedule"], expected);
    let said = orc.run("schedule preview --schedule crom").code(2).stderr;
    assert!(said.contains("possible values: cron"), "{said}");
}

#[test]
fn a_list_is_given_whole_or_piece_by_piece() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    let (eve, weekends) = ("{kind: date, date: '2026-12-24'}", "{kind: weekdays, weekdays: [saturday]}");
    let expected = json!([{"kind": "date", "date": "2026-12-24"}, {"kind": "weekdays", "weekdays": ["saturday"]}]);
    let create = ["calendar", "create", "--name", "de"];
    let whole = format!("[{eve}, {weekends}]");
    orc.args(&[&create[..], &["--entries", &whole]].concat(), "").ok();
    assert_eq!(stub.last().body["entries"], expected);
    orc.args(&[&create[..], &["--entries", eve, "--entries", weekends]].concat(), "").ok();
    assert_eq!(stub.last().body["entries"], expected);
    orc.args(&[&create[..], &["--entries", "[]"]].concat(), "").ok();
    assert_eq!(stub.last().body["entries"], json!([]));
}

const FILE: &str = "
name: backup
run: {kind: shell, line: 'echo hi'}
overlap: skip
environment: {A: '1', B: '2'}
schedules:
  - {kind: cron, expression: '0 2 * * *', catch_up: latest}
";

#[test]
fn flags_override_the_file_and_bare_words_are_expanded() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.file("task.yaml", FILE);
    orc.run("task update backup -f task.yaml --environment B=3 --title T --if-match 7").ok();
    let seen = stub.last();
    assert_eq!((seen.path.as_str(), seen.header("if-match")), ("/tasks/backup", Some("\"7\"")));
    let expected = json!({
        "name": "backup", "title": "T", "run": {"kind": "shell", "line": "echo hi"}, "overlap": {"kind": "skip"},
        "environment": {"A": "1", "B": "3"},
        "schedules": [{"kind": "cron", "expression": "0 2 * * *", "catch_up": {"kind": "latest"}}],
    });
    assert_eq!(seen.body, expected);
}

#[test]
fn another_kind_by_flag_replaces_the_files_union() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.file("task.yaml", FILE);
    orc.run("task create -f task.yaml --run command --run.program true").ok();
    assert_eq!(stub.last().body["run"], json!({"kind": "command", "program": "true"}));
    orc.run("task create -f task.yaml --run shell").ok();
    assert_eq!(stub.last().body["run"], json!({"kind": "shell", "line": "echo hi"}), "the same kind keeps its fields");
}

#[test]
fn bodies_come_from_stdin_too() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.args(&["task", "create", "-f", "-"], r#"{"name": "a", "run": {"kind": "command", "program": "true"}}"#).ok();
    assert_eq!(stub.last().body["name"], "a");
    let user = ["user", "create", "--name", "anna", "--role", "viewer", "--password", "-"];
    orc.args(&user, "correct horse battery\n").ok();
    assert_eq!(stub.last().body["password"], "correct horse battery");
}

#[test]
fn a_private_key_goes_in_whole_and_is_never_printed() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    let key = "-----BEGIN KEY-----\nabc\n-----END KEY-----";
    let create = ["credential", "create", "--name", "k", "--kind", "ssh_key", "--value"];
    for end in ["", "\n", "\r\n"] {
        orc.args(&[&create[..], &["-"]].concat(), &format!("{key}{end}")).ok();
        assert_eq!(stub.last().body["value"], key);
    }
    let ran = orc.args(&[&create[..], &[key]].concat(), "").ok();
    assert_eq!(stub.last().body["value"], key);
    assert!(!ran.stderr.contains("abc"), "{}", ran.stderr);
    let two = ["credential", "import", "--export", "-", "--password", "-"];
    orc.args(&two, "{\"a\": \"b\"}\nhush\n").ok();
    assert_eq!(stub.last().body["password"], "hush", "of several secrets, each is a line");
}

#[test]
fn a_patch_sends_only_what_is_given_and_null() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.run("task patch backup --timeout-seconds null --enabled --overlap skip").ok();
    let expected = json!({"timeout_seconds": null, "enabled": true, "overlap": {"kind": "skip"}});
    assert_eq!(stub.last().body, expected);
    assert_eq!(stub.last().header("content-type"), Some("application/merge-patch+json"));
}

#[test]
fn lists_of_unions_are_written_as_yaml() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    let schedule = "{kind: cron, expression: '0 2 * * *', catch_up: none}";
    orc.args(&["task", "create", "--name", "a", "--run", "command", "--run.program", "x", "--schedules", schedule], "")
        .ok();
    let expected = json!([{"kind": "cron", "expression": "0 2 * * *", "catch_up": {"kind": "none"}}]);
    assert_eq!(stub.last().body["schedules"], expected);
}

#[test]
fn paths_are_encoded_and_ids_checked() {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.args(&["task", "view", "a/../b ä?"], "").ok();
    assert_eq!(stub.last().path, "/tasks/a%2F..%2Fb%20%C3%A4%3F");
    orc.run(&format!("run view {ID}")).ok();
    assert_eq!(stub.last().path, format!("/runs/{ID}"));
    assert!(orc.run("task view ..").code(2).stderr.contains("is not a name"));
}

#[track_caller]
fn refused(line: &str, says: &str) {
    let stub = Stub::start(|_| None);
    let orc = Orc::at(&stub.url);
    orc.file("two.yaml", "name: a\n---\nname: b\n").file("bad.yaml", "a: [1,\n").file("list.yaml", "- 1\n");
    orc.file("word.yaml", "name: a\nrun: {kind: shell, line: x}\noverlap: newest\n");
    let ran = orc.run(line).code(2);
    assert!(ran.stderr.contains(says), "{line}: {}", ran.stderr);
    assert!(stub.seen().is_empty(), "{line}: nothing is sent");
}

#[test]
fn what_is_wrong_is_refused_before_sending() {
    refused("task list --limit 501", "a whole number from 1 to 500");
    refused("task list --sort size", "possible values: name, updated_at, last_run_at");
    refused("task list --enabled=perhaps", "must be true or false");
    refused("slot list --from-at yesterday", "must be an instant");
    refused("run view backup", "must be an id");
    refused("task create --name a", "missing: --run; pass it as a flag, or in the file given with -f");
    refused("task create", "missing: --name, --run; pass them as flags, or in the file given with -f");
    refused(
        "task create --name a --run shell --run.program x",
        "--run.program goes with --run command, not with --run shell",
    );
    refused("task create -f two.yaml", "two.yaml: one document is expected, not 2");
    refused("task create -f bad.yaml", "bad.yaml: not valid YAML");
    refused("task create -f list.yaml", "mapping of fields");
    refused("task create -f word.yaml", "/overlap: `newest` is not one of skip, queue, queue_latest, replace, allow");
    refused("task create -f nowhere.yaml", "nowhere.yaml: cannot be read");
    refused("task view", "<TASK>");
    refused("task frobnicate", "unrecognized subcommand");
    refused("task apply -f two.yaml --prune", "--owner");
    refused("user create --name anna --role viewer", "missing: --password");
}
