//! A server made from the published contract, which refuses whatever the contract does not describe.
//!
//! A request with a wrong path, query, content type or body gets a 500 whose body says why, so a test that expects success
//! fails with the reason. Answers are samples of the contract, unless a test gives its own. Such an answer may leave out
//! properties; those that it has must be as the contract says, or the client gets a 500 that says why they are not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::kit::sample::{CONTRACT, Extent, content, operations, sample};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub operation: &'static str,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What the stub answers.
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// The answer 200 with JSON.
pub fn good(body: Value) -> Option<Reply> {
    reply(200, "application/json", body.to_string())
}

/// An answer with any status and body.
pub fn reply(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Option<Reply> {
    Some(Reply { status, content_type, headers: Vec::new(), body: body.into() })
}

/// An answer with a problem.
pub fn problem(status: u16, title: &str, detail: &str, fields: Value) -> Option<Reply> {
    let body = json!({"type": "about:blank", "title": title, "status": status, "detail": detail, "code": "test",
        "request_id": "r-1", "fields": fields});
    reply(status, "application/problem+json", body.to_string())
}

type Answer = dyn Fn(&Seen) -> Option<Reply> + Send + Sync;

/// A stub that listens until the test process ends.
pub struct Stub {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    /// Starts a stub. If `answer` returns none, the stub answers with a sample of the contract.
    pub fn start(answer: impl Fn(&Seen) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (all, answer): (_, Arc<Answer>) = (seen.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (all, answer) = (all.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &all, &*answer));
            }
        });
        Self { url, seen }
    }

    /// Every request so far, oldest first.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The newest request.
    #[track_caller]
    pub fn last(&self) -> Seen {
        self.seen().pop().expect("a request came")
    }
}

fn serve(mut stream: TcpStream, all: &Mutex<Vec<Seen>>, answer: &Answer) {
    let Some((head, body)) = receive(&stream) else { return };
    let reply = match understand(&head, &body) {
        Ok(seen) => {
            all.lock().unwrap().push(seen.clone());
            let own = answer(&seen).map(|reply| match unlike(&seen, &reply) {
                None => reply,
                Some(fault) => problem(500, "The contract has no such answer", &fault, json!([])).unwrap(),
            });
            own.unwrap_or_else(|| usual(&seen))
        }
        Err(fault) => problem(500, "The contract has no such request", &fault, json!([])).unwrap(),
    };
    let mut text = format!("HTTP/1.1 {} X\r\ncontent-type: {}\r\n", reply.status, reply.content_type);
    for (name, value) in &reply.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", reply.body.len()));
    let _the_client_may_be_gone = stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(&reply.body));
}

fn receive(stream: &TcpStream) -> Option<(Vec<String>, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            text => head.push(text.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn understand(head: &[String], body: &[u8]) -> Result<Seen, String> {
    let mut words = head[0].split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let base = CONTRACT["servers"][0]["url"].as_str().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.strip_prefix(base).ok_or_else(|| format!("{target} is not below {base}"))?;
    let fits = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template
                .split('/')
                .zip(path.split('/'))
                .all(|(word, part)| word == part || word.starts_with('{') && !part.is_empty())
    };
    let mut found: Vec<_> = operations().filter(|(_, own, template, _)| own == method && fits(template)).collect();
    found.sort_by_key(|(_, _, template, _)| template.matches('{').count());
    let (id, _, _, operation) = found.into_iter().next().ok_or_else(|| format!("no operation is {method} {path}"))?;
    let headers: Vec<(String, String)> = head[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let query: Vec<(String, String)> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    for (name, _) in &query {
        let known = operation["parameters"].as_array().into_iter().flatten();
        if !known.clone().any(|parameter| parameter["in"] == "query" && parameter["name"] == name.as_str()) {
            return Err(format!("{id} has no query parameter {name}"));
        }
    }
    let mut seen = Seen { operation: id, path: path.to_owned(), query, headers, body: Value::Null };
    seen.body = checked_body(operation, &seen, body)?;
    Ok(seen)
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (decoded(name), decoded(value))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let code = std::str::from_utf8(more.get(..2).unwrap_or_default()).ok();
        match (first, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn checked_body(operation: &'static Value, seen: &Seen, body: &[u8]) -> Result<Value, String> {
    let id = seen.operation;
    let Some((content_type, schema)) = content(&operation["requestBody"]) else {
        return if body.is_empty() { Ok(Value::Null) } else { Err(format!("{id} takes no body")) };
    };
    if seen.header("content-type") != Some(content_type) {
        return Err(format!("{id} takes {content_type}, not {:?}", seen.header("content-type")));
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("{id}: the body is no JSON: {error}"))?;
    let mut schema = schema.clone();
    schema["components"] = CONTRACT["components"].clone();
    let faults = faults(&schema, &value);
    if faults.is_empty() { Ok(value) } else { Err(format!("{id}: {}", faults.join("; "))) }
}

fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// What is wrong with the JSON of a successful answer, apart from properties that it leaves out.
fn unlike(seen: &Seen, reply: &Reply) -> Option<String> {
    if reply.content_type != "application/json" || !(200..300).contains(&reply.status) {
        return None;
    }
    let (id, _, _, operation) = operations().find(|(id, ..)| *id == seen.operation).unwrap();
    let Some((_, schema)) = content(&operation["responses"][reply.status.to_string()]) else {
        return Some(format!("{id} does not answer {} with a body", reply.status));
    };
    let value: Value = serde_json::from_slice(&reply.body).unwrap();
    let mut schema = schema.clone();
    schema["components"] = CONTRACT["components"].clone();
    without_required(&mut schema);
    let faults = faults(&schema, &value);
    (!faults.is_empty()).then(|| format!("{id}: {}", faults.join("; ")))
}

fn without_required(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.remove("required");
            map.values_mut().for_each(without_required);
        }
        Value::Array(list) => list.iter_mut().for_each(without_required),
        _ => {}
    }
}

/// The answer that the contract describes.
fn usual(seen: &Seen) -> Reply {
    let (_, _, _, operation) = operations().find(|(id, ..)| *id == seen.operation).unwrap();
    let responses = operation["responses"].as_object().unwrap();
    let (status, response) = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap();
    let status = status.parse().unwrap();
    match content(response) {
        None => reply(status, "text/plain", ""),
        Some(("text/event-stream", schema)) => {
            let data = sample(schema, Extent::All);
            reply(status, "text/event-stream", format!("event: log\nid: 1\ndata: {data}\n\n"))
        }
        Some(("text/plain", _)) => reply(status, "text/plain", "plain text\n"),
        Some((_, schema)) => {
            let mut body = sample(schema, Extent::All);
            if body["next_cursor"].is_string() {
                body["next_cursor"] = Value::Null;
            }
            reply(status, "application/json", body.to_string())
        }
    }
    .unwrap()
}
