//! Section S: a secret is used and printed in every way, then looked for everywhere.

use super::case::{Outcome, Setting};
use super::encodings::{Form, base64, forms, hits};
use super::world::{World, processes, status};
use crate::command::{self, Answer};
use serde_json::json;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Has what every encoding must escape. It is put together, so that this program's own command line and memory image do not matter.
fn canary() -> String {
    ["ca\"na", "ry/of+", "orc&\\ ", "9f2e71"].concat()
}

/// The helper that a task calls: prints the secret of its environment in nine forms, three bytes at a time, to both streams, and
/// writes it into the result.
pub fn speak() {
    let secret = std::env::var("CANARY").unwrap_or_default();
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    for padding in 0..3 {
        let text = ["", "x", "xy"][padding].to_owned() + &secret + "tail";
        print_slowly(&mut out, format!("base64 {}\n", base64(text.as_bytes())).as_bytes());
    }
    // Of base64 a part is looked for. It is printed whole, above.
    for form in forms(&secret).into_iter().filter(|form| !form.name.starts_with("base64")) {
        for stream in [&mut out as &mut dyn std::io::Write, &mut err] {
            print_slowly(stream, form.name.as_bytes());
            print_slowly(stream, b" [");
            print_slowly(stream, &form.bytes);
            print_slowly(stream, b"]\n");
        }
    }
    for at in 1..secret.len() {
        print_slowly(&mut out, &secret.as_bytes()[..at]);
        thread::sleep(Duration::from_millis(1));
        print_slowly(&mut out, &[&secret.as_bytes()[at..], b"\n"].concat());
    }
    let texts: Vec<_> = forms(&secret)
        .iter()
        .filter(|form| !form.name.starts_with("base64"))
        .map(|form| String::from_utf8_lossy(&form.bytes).into_owned())
        .collect();
    let result = json!({"raw": secret, &secret: 1, "base64": base64(secret.as_bytes()), "forms": texts});
    if let Some(path) = std::env::var_os("ORC_RESULT_FILE") {
        let _written = fs::write(path, result.to_string());
    }
    println!("spoken");
}

fn print_slowly(stream: &mut dyn std::io::Write, bytes: &[u8]) {
    for part in bytes.chunks(3) {
        let _ = stream.write_all(part).and_then(|()| stream.flush());
    }
}

/// What was found, and how many places were looked at.
struct Search {
    forms: Vec<Form>,
    places: usize,
    faults: Vec<String>,
}

impl Search {
    fn look(&mut self, place: &str, bytes: &[u8]) {
        self.places += 1;
        let found = hits(bytes, &self.forms);
        if !found.is_empty() {
            self.faults.push(format!("{place} has the secret as {}", found.join(", ")));
        }
    }

    fn folder(&mut self, folder: &Path) -> Answer<()> {
        let entries =
            fs::read_dir(folder).map_err(|error| format!("{} cannot be listed: {error}", folder.display()))?;
        for entry in entries.flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.folder(&path)?,
                Ok(kind) if kind.is_file() => {
                    self.look(&path.display().to_string(), &fs::read(&path).unwrap_or_default())
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A server that answers each request with its own head and body, and an error status.
fn echo() -> Answer<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut request, mut part) = (Vec::new(), [0; 4096]);
            let _ = stream.set_read_timeout(Some(Duration::from_millis(300)));
            while let Ok(read) = stream.read(&mut part) {
                request.extend_from_slice(&part[..read]);
                if read == 0 {
                    break;
                }
            }
            let first = String::from_utf8_lossy(&request).lines().nth(1).unwrap_or_default().replace(['\r', '\n'], " ");
            let head = format!(
                "HTTP/1.1 500 Broken\r\nx-echo: {first}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                request.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&request));
        }
    });
    Ok(address)
}

/// Reads a stream of the server until it is closed, or nothing comes for a while after `quiet`.
fn follow(world: &World, path: &str) -> Arc<Mutex<Vec<u8>>> {
    let (seen, address, token) = (Arc::new(Mutex::new(Vec::new())), world.server.address, world.server.token.clone());
    let (kept, request) =
        (Arc::clone(&seen), format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"));
    thread::spawn(move || {
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        let _ = stream.write_all(request.as_bytes());
        let mut part = [0; 4096];
        while let Ok(read) = stream.read(&mut part) {
            if read == 0 {
                break;
            }
            if let Ok(mut kept) = kept.lock() {
                kept.extend_from_slice(&part[..read]);
            }
        }
    });
    seen
}

pub(super) fn run(setting: &Setting<'_>) -> Answer<Outcome> {
    let (mut world, secret) = (World::new(setting, "canary")?, canary());
    let mut search = Search { forms: forms(&secret), places: 0, faults: Vec::new() };
    world.client.post("/credentials", &json!({"name": "canary", "kind": "token", "value": secret}))?;
    let events = follow(&world, "/api/v1/events");
    let runs = tasks(&mut world)?;
    let mut streams = Vec::new();
    let mut lines = 0;
    for (name, run) in &runs {
        streams.push((format!("stream of {name}"), follow(&world, &format!("/api/v1/runs/{run}/log/stream"))));
        // Command lines are looked at while the process lives.
        while world.client.get(&format!("/runs/{run}"))?["finished_at"].is_null() {
            for (pid, line) in processes() {
                lines += 1;
                let found = hits(line.as_bytes(), &search.forms);
                if !found.is_empty() {
                    search
                        .faults
                        .push(format!("the command line of process {pid} has the secret as {}", found.join(", ")));
                }
            }
        }
    }
    let spoken = world.log(&runs[0].1)?;
    let masks = spoken.matches("***").count();
    if !spoken.contains("spoken") || masks < 30 {
        return Err(format!("the task did not say what it should ({masks} masks): {spoken}"));
    }
    answers(&mut world, &runs, &mut search)?;
    command_line(setting, &world, &runs, &mut search)?;
    streams.push(("stream of events".to_owned(), events));
    for (name, seen) in streams {
        let seen = seen.lock().map(|bytes| bytes.clone()).unwrap_or_default();
        search.look(&name, &seen);
    }
    if let Some(pid) = world.server.pid() {
        search.look("environment of the server", &fs::read(format!("/proc/{pid}/environ")).unwrap_or_default());
    }
    search.folder(world.folder())?;
    world.server.stop()?;
    let backup = world.folder().join("backup");
    let made = world.server.tool().arg("backup").arg(&backup).output().map_err(|error| error.to_string())?;
    if !made.status.success() {
        return Err(format!("no backup: {}", String::from_utf8_lossy(&made.stderr)));
    }
    search.folder(world.folder())?;
    let places = search.places;
    let figures = format!(
        "{} forms, {masks} masks in one log, {places} files, answers and streams and {lines} command lines searched, 0 hits",
        search.forms.len()
    );
    Ok(Outcome::of(search.faults, figures))
}

/// Tasks that use the secret in every way, each with a run.
fn tasks(world: &mut World) -> Answer<Vec<(String, String)>> {
    // Not the path: a build may have put another file there meanwhile.
    let own = format!("/proc/{}/exe", std::process::id());
    let uses = json!([
        {"name": "canary", "inject": {"kind": "env", "variable": "CANARY"}},
        {"name": "canary", "inject": {"kind": "file", "variable": "CANARY_FILE"}},
        {"name": "canary", "inject": {"kind": "stdin"}},
    ]);
    let address = echo()?;
    let shell = |line: String| json!({"kind": "shell", "line": line});
    let all = [
        ("speaks", shell(format!("'{own}' speak; cat; cat \"$CANARY_FILE\"; env"))),
        ("fails", shell("\"$CANARY\"; cd \"$CANARY\"; echo \"$CANARY\" >&2; exit 7".to_owned())),
        ("bad-result", shell("printf '{\"a\": \"%s' \"$CANARY\" > \"$ORC_RESULT_FILE\"".to_owned())),
        (
            "renames",
            shell(
                "ln -s /bin/sleep \"/tmp/orc-$$-x\"; (exec -a \"$CANARY\" true) 2>&1; rm -f \"/tmp/orc-$$-x\"; true"
                    .to_owned(),
            ),
        ),
        (
            "asks",
            json!({
                "kind": "http", "method": "POST", "url": format!("http://{address}/x?key=${{credential.canary}}"),
                "headers": {"X-Key": "k ${credential.canary}", "Content-Type": "application/json"},
                "body": "{\"token\": \"${credential.canary}\"}",
            }),
        ),
        (
            "asks-nobody",
            json!({"kind": "http", "method": "GET", "url": "http://127.0.0.1:1/${credential.canary}?a=${credential.canary}"}),
        ),
    ];
    let mut runs = Vec::new();
    for (name, run) in all {
        let http = run["kind"] == "http";
        let mut body = json!({"name": name, "run": run});
        if !http {
            body["credentials"] = uses.clone();
        }
        world.client.post("/tasks", &body)?;
        runs.push((name.to_owned(), world.run(name)?));
    }
    Ok(runs)
}

/// Every answer of the interface that can be read.
fn answers(world: &mut World, runs: &[(String, String)], search: &mut Search) -> Answer<()> {
    let contract = world.client.get("/openapi.json")?;
    let mut paths: Vec<String> = Vec::new();
    for (path, item) in contract["paths"].as_object().into_iter().flatten() {
        // Streams do not end; they are followed elsewhere.
        if item["get"].is_null() || path.ends_with("/stream") || path.ends_with("/events") {
            continue;
        }
        for (name, run) in runs {
            let path = path
                .replace("{run}", run)
                .replace("{task}", name)
                .replace("{credential}", "canary")
                .replace("{version}", "1");
            if !path.contains('{') && !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    for path in paths {
        let path = if path.starts_with("/api/") { path } else { format!("/api/v1{path}") };
        let reply = world.client.call("GET", &path, None)?;
        search.look(&path, reply.text.as_bytes());
    }
    Ok(())
}

/// What the command line prints.
fn command_line(setting: &Setting<'_>, world: &World, runs: &[(String, String)], search: &mut Search) -> Answer<()> {
    let orc = setting.place.program(setting.profile, "orc");
    let mut lines: Vec<Vec<&str>> = vec![
        vec!["credential", "list", "-o", "json"],
        vec!["credential", "view", "canary", "-o", "yaml"],
        vec!["task", "export"],
        vec!["audit", "list", "-o", "json"],
    ];
    for (_, run) in runs {
        lines.push(vec!["run", "view", run, "-o", "json"]);
        lines.push(vec!["run", "log", run]);
    }
    for line in lines {
        let mut command = Command::new(&orc);
        command
            .args(&line)
            .env("ORC_URL", format!("http://{}", world.server.address))
            .env("ORC_TOKEN", &world.server.token);
        let output = command.output().map_err(|error| format!("orc could not be started: {error}"))?;
        if !output.status.success() {
            search.faults.push(format!("orc {} failed: {}", line.join(" "), String::from_utf8_lossy(&output.stderr)));
        }
        search.look(&format!("orc {}", line.join(" ")), &[output.stdout, output.stderr].concat());
    }
    Ok(())
}

pub(super) fn memory(setting: &Setting<'_>) -> Answer<Outcome> {
    if command::which("setpriv").is_none() || command::which("prlimit").is_none() {
        return Ok(Outcome::Unable("`setpriv` or `prlimit` is not installed".into()));
    }
    // Root may read everything, so that everything runs without root's privileges here, as it does for other accounts.
    let is_root = command::read(Command::new("id").arg("-u"))?.trim() == "0";
    let plain: &[&str] = if is_root { &["setpriv", "--bounding-set=-all", "--inh-caps=-all"] } else { &["env"] };
    let (mut world, mut faults) = (World::started_by(setting, "closed", plain)?, Vec::new());
    world.client.post("/credentials", &json!({"name": "canary", "kind": "token", "value": canary()}))?;
    let uses = json!([{"name": "canary", "inject": {"kind": "env", "variable": "CANARY"}}]);
    world.task("sleeps", "sleep 86400", &json!({"credentials": uses}))?;
    let run = world.run("sleeps")?;
    let command_pid = world.started(&run)?;
    let runner = status(command_pid, "PPid").and_then(|pid| u32::try_from(pid).ok()).ok_or("no runner")?;
    let server = world.server.pid().ok_or("the server does not run")?;
    let run_plain = |words: &[&str]| {
        let mut command = Command::new(plain[0]);
        command.args(&plain[1..]).args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let opens = |pid: u32| {
        let line = format!("exec 3</proc/{pid}/mem");
        run_plain(&["sh", "-c", &line]).status().map(|status| status.success()).map_err(|error| error.to_string())
    };
    let mut other = run_plain(&["sleep", "60"]).spawn().map_err(|error| error.to_string())?;
    thread::sleep(Duration::from_millis(200));
    let open = opens(other.id())?;
    let (_gone, _reaped) = (other.kill(), other.wait());
    if !open {
        return Ok(Outcome::Unable("this system closes the memory of every process".into()));
    }
    for (who, pid) in [("server", server), ("runner", runner)] {
        if opens(pid)? {
            faults.push(format!("the memory of the {who} can be read"));
        }
        command::read(Command::new("prlimit").args(["--pid", &pid.to_string(), "--core=unlimited:unlimited"]))?;
    }
    for pid in [runner, server] {
        super::world::signal(pid, "ABRT")?;
        World::sees("the end of an aborted process", || dead(pid))?;
    }
    let folder = world.folder().to_owned();
    let cores = cores(&folder);
    faults.extend(cores.iter().map(|path| format!("a core file was written: {path}")));
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    Ok(Outcome::of(
        faults,
        format!("server and runner: memory refused to the same account, no core file (pattern {})", pattern.trim()),
    ))
}

fn dead(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

fn cores(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(cores(&path));
        } else if entry.file_name().to_string_lossy().starts_with("core") {
            found.push(path.display().to_string());
        }
    }
    found
}
