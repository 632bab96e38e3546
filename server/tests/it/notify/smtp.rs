//! A real SMTP server: aiosmtpd in a process of its own.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running SMTP server. It ends with this value.
pub struct Smtp {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Port on this machine.
    pub port: u16,
}

/// Path of a file among the tests' data.
pub fn data(name: &str) -> String {
    format!("{}/tests/it/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl Smtp {
    /// Starts a server that wants a login. `mode` is starttls, tls or plain.
    pub fn start(mode: &str, user: &str, password: &str) -> Self {
        Self::at("127.0.0.1", mode, user, password)
    }

    /// The same, on another address of this machine.
    pub fn at(host: &str, mode: &str, user: &str, password: &str) -> Self {
        let python = std::env::var_os("ORC_TEST_SMTP_PYTHON").unwrap_or_else(|| "python3".into());
        let mut command = Command::new(python);
        command.args([&data("smtp.py"), mode, host, &data("http_cert.pem"), &data("http_key.pem"), user, password]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python 3 with aiosmtpd is needed for this test");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let first = lines.next().and_then(Result::ok);
        let advice = "the SMTP server must start: name a Python with aiosmtpd in ORC_TEST_SMTP_PYTHON";
        let port = first.and_then(|line| line.parse().ok()).expect(advice);
        Self { child, lines, port }
    }

    /// Lets the server answer all mails that it holds back.
    pub fn release(&mut self) {
        let mut stdin = self.child.stdin.take().expect("a pipe, once");
        stdin.write_all(b"go\n").expect("the server reads");
    }

    /// The next accepted mail.
    pub fn mail(&mut self) -> Value {
        let line = self.lines.next().and_then(Result::ok).expect("a mail");
        serde_json::from_str(&line).expect("a mail as JSON")
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _it_may_have_ended = self.child.kill();
        let _nothing_depends_on_how_it_ended = self.child.wait();
    }
}
