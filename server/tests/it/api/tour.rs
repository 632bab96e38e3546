//! A walk through a subject that records each answer.
//!
//! Ids become `ID-1`, `ID-2` in the order in which they appear, so a snapshot shows which ids are the same. Secrets,
//! cursors, and values that the test's clock does not determine (process ids, sizes) are hidden.

use crate::kit::contract::{self, Question};
use crate::kit::{Answer, Client, House};
use orc_server::api::core::PREFIX;
use serde_json::Value;
use std::fmt::Write as _;

/// Keys whose values differ from run to run.
const HIDDEN: [&str; 16] = [
    "computed_seconds",
    "cpu_seconds",
    "database",
    "disk",
    "disk_read_bytes",
    "disk_written_bytes",
    "hash",
    "next_cursor",
    "peak_memory_bytes",
    "pid",
    "platform",
    "request_id",
    "secret",
    "started_at",
    "timezone_data",
    "uptime_seconds",
];

/// Keys of instants and durations that are hidden only in tests with real processes.
const REAL_TIME: [&str; 15] = [
    "at",
    "created_at",
    "deadline_at",
    "duration_seconds",
    "finished_at",
    "from_at",
    "looked_at",
    "max_seconds",
    "next_attempt_at",
    "next_look_at",
    "p50_seconds",
    "p95_seconds",
    "queued_at",
    "total_seconds",
    "until_at",
];

/// A caller, and the answers so far.
pub struct Tour {
    pub client: Client,
    text: String,
    ids: Vec<String>,
    hidden: Vec<&'static str>,
}

impl Tour {
    /// An administrator with a token, on a fresh server whose clock stands still.
    pub async fn new() -> Self {
        Self::of(House::with(&[]).await.admin().await)
    }

    pub fn of(client: Client) -> Self {
        Self { client, text: String::new(), ids: Vec::new(), hidden: HIDDEN.to_vec() }
    }

    /// The same on the machine's clock, which decides instants and durations.
    pub fn in_real_time(client: Client) -> Self {
        Self { hidden: [&HIDDEN[..], &REAL_TIME].concat(), ..Self::of(client) }
    }

    /// Sends a request, records the answer, and returns it unchanged.
    pub async fn ask(&mut self, line: &str, body: Option<Value>) -> Answer {
        let answer = self.client.ask(line, body).await;
        self.note(line, &answer);
        answer
    }

    /// The same for an answer of JSON.
    pub async fn json(&mut self, line: &str, body: Option<Value>) -> Value {
        self.ask(line, body).await.json()
    }

    /// Records an answer to a request sent in another way.
    pub fn note(&mut self, line: &str, answer: &Answer) {
        let text = match serde_json::from_str::<Value>(&answer.text) {
            Ok(mut body) => {
                self.hide(&mut body);
                serde_json::to_string_pretty(&body).expect("JSON")
            }
            Err(_) => answer.text.replace("\r\n", "\n"),
        };
        assert!(answer.status < 400, "{line}: {text}");
        self.say(line, answer.status, &text);
    }

    /// Records only the status of an answer, because another test shows its body better.
    pub fn note_status(&mut self, line: &str, status: u16) {
        self.say(line, status, "(not shown)");
    }

    /// Records an event of a stream.
    pub fn note_event(&mut self, line: &str, data: &Value) {
        let mut data = data.clone();
        self.hide(&mut data);
        self.say(line, 200, &data.to_string());
    }

    fn say(&mut self, line: &str, status: u16, body: &str) {
        let (method, path) = line.split_once(' ').expect("METHOD /path");
        let path_alone = path.split('?').next().unwrap_or_default();
        let operation = contract::operation(&Question::new(method, &format!("{PREFIX}{path_alone}")));
        let id = &operation.unwrap_or_else(|| panic!("{line} is no operation")).id;
        let line = self.without_ids(line);
        let body = self.without_ids(body);
        writeln!(self.text, "## {id}: {line} -> {status}").expect("text takes text");
        if !body.is_empty() {
            writeln!(self.text, "{}", body.trim_end()).expect("text takes text");
        }
        self.text.push('\n');
    }

    fn hide(&self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    let text = value.as_str().unwrap_or_default();
                    let is_release = key == "version" && !text.is_empty();
                    let is_secret = key == "url" && (text.starts_with("/hooks/") || text.starts_with("/feeds/"));
                    if is_release || is_secret || self.hidden.contains(&key.as_str()) && !value.is_null() {
                        *value = "(hidden)".into();
                    } else {
                        self.hide(value);
                    }
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.hide(value)),
            _ => {}
        }
    }

    /// Names each UUID by the order in which it appeared.
    fn without_ids(&mut self, text: &str) -> String {
        let mut named = String::new();
        // A dash belongs to an id, so words consist of letters, digits and dashes.
        for piece in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
            match piece.get(..ID_LENGTH).filter(|start| is_id(start)) {
                Some(id) => {
                    let known = self.ids.iter().position(|one| one == id);
                    let place = known.unwrap_or_else(|| {
                        self.ids.push(id.to_owned());
                        self.ids.len() - 1
                    });
                    write!(named, "ID-{}{}", place + 1, &piece[ID_LENGTH..]).expect("text takes text");
                }
                None if is_hash(piece) => named.push_str("(hash)"),
                None => named.push_str(piece),
            }
        }
        named
    }

    /// Compares all recorded answers with the snapshot of a tag.
    pub fn hold(self, tag: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(tag, self.text));
    }
}

const ID_LENGTH: usize = 36;

fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && uuid::Uuid::try_parse(text).is_ok()
}

/// A SHA-256 in hexadecimal digits, with the letter behind it.
fn is_hash(piece: &str) -> bool {
    piece.len() >= 64 && piece.bytes().take(64).all(|byte| byte.is_ascii_hexdigit())
}
