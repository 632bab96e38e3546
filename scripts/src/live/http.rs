//! HTTP/1.1 over one persistent connection: JSON in, JSON out.

use crate::command::Answer;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection with a token.
pub struct Client {
    address: SocketAddr,
    token: String,
    stream: Option<BufReader<TcpStream>>,
}

/// What the server answered.
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub text: String,
}

impl Reply {
    /// The body as JSON; null if it is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The body as JSON if the status means success.
    ///
    /// # Errors
    /// Status and body as a sentence.
    pub fn good(&self) -> Answer<Value> {
        if (200..300).contains(&self.status) {
            Ok(self.json())
        } else {
            Err(format!("the server answered {}: {}", self.status, self.text))
        }
    }
}

impl Client {
    /// Creates a client that connects when it is first used.
    #[must_use]
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned(), stream: None }
    }

    /// Sends one request; `path` begins with `/`.
    ///
    /// # Errors
    /// Fails with a sentence if the server cannot be reached or does not speak HTTP.
    pub fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer<Reply> {
        let request = self.request(method, path, body);
        let kept = self.stream.is_some();
        match self.exchange(&request) {
            // The server may have closed an idle connection. A read can safely be repeated.
            Err(_) if kept && method == "GET" => self.exchange(&request),
            answer => answer,
        }
        .map_err(|error| format!("{method} {path}: {error}"))
    }

    /// `GET` of a path below `/api/v1`, which must succeed.
    ///
    /// # Errors
    /// Fails with a sentence if it does not succeed.
    pub fn get(&mut self, path: &str) -> Answer<Value> {
        self.call("GET", &format!("/api/v1{path}"), None)?.good().map_err(|fault| format!("GET {path}: {fault}"))
    }

    /// `POST` to a path below `/api/v1`, which must succeed.
    ///
    /// # Errors
    /// Fails with a sentence if it does not succeed.
    pub fn post(&mut self, path: &str, body: &Value) -> Answer<Value> {
        let reply = self.call("POST", &format!("/api/v1{path}"), Some(body))?;
        reply.good().map_err(|fault| format!("POST {path}: {fault}"))
    }

    /// All items of a list, page by page; `path` may have a query.
    ///
    /// # Errors
    /// Fails with a sentence if a page cannot be read.
    pub fn all(&mut self, path: &str) -> Answer<Vec<Value>> {
        let mut items = Vec::new();
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut next = String::new();
        loop {
            let page = self.get(&format!("{path}{joint}limit=500{next}"))?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => return Ok(items),
            }
        }
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        if !self.token.is_empty() {
            let _ = write!(head, "authorization: Bearer {}\r\n", self.token);
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        if !body.is_empty() || method != "GET" {
            let _ = write!(head, "content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        format!("{head}\r\n{body}").into_bytes()
    }

    fn exchange(&mut self, request: &[u8]) -> std::io::Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(5))?;
                stream.set_read_timeout(Some(Duration::from_secs(60)))?;
                stream.set_nodelay(true)?;
                BufReader::new(stream)
            }
        };
        stream.get_mut().write_all(request)?;
        let (reply, keep) = read(&mut stream)?;
        if keep {
            self.stream = Some(stream);
        }
        Ok(reply)
    }
}

fn bad(what: &str) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned())
}

fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<(Reply, bool)> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(bad("the connection was closed"));
    }
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| bad("no status"))?;
    let (mut length, mut chunked, mut keep) = (0, false, true);
    loop {
        let mut header = String::new();
        stream.read_line(&mut header)?;
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').ok_or_else(|| bad("no header"))?;
        match name {
            "content-length" => length = value.trim().parse().map_err(|_| bad("no length"))?,
            "transfer-encoding" => chunked = value.contains("chunked"),
            "connection" => keep = !value.contains("close"),
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        read_chunks(stream, &mut body)?;
    } else {
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
    }
    Ok((Reply { status, text: String::from_utf8_lossy(&body).into_owned() }, keep))
}

fn read_chunks(stream: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(|_| bad("no chunk size"))?;
        let start = body.len();
        body.resize(start + size, 0);
        stream.read_exact(&mut body[start..])?;
        stream.read_line(&mut line)?;
        if size == 0 {
            return Ok(());
        }
    }
}
