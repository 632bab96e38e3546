//! Section `[engine]`: how tasks run.

use super::layers::{Key, Layers};
use std::path::{Component, Path, PathBuf};

/// How tasks run.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Maximum number of simultaneous runs.
    pub run_limit: u32,
    /// Maximum number of dependencies that are looked at at the same time.
    pub probe_limit: u32,
    /// Default time zone of schedules, an IANA name.
    pub timezone: String,
    /// Path of the orc-runner binary.
    pub runner: PathBuf,
    /// Name of this server.
    pub node: String,
    /// Folders in which file triggers may look; empty: everywhere.
    pub file_roots: Vec<PathBuf>,
}

const RUN_LIMIT: Key = Key::new("run_limit", "Maximum number of simultaneous runs, 1 to 10000").section("engine");
const PROBE_LIMIT: Key =
    Key::new("probe_limit", "Maximum number of dependencies that are looked at together, 1 to 1000").section("engine");
const TIMEZONE: Key = Key::new("timezone", "Default time zone of schedules, an IANA name").section("engine");
const RUNNER: Key = Key::new("runner", "Path of the orc-runner binary").section("engine");
const NODE: Key = Key::new("node", "Name of this server").section("engine");
const FILE_ROOTS: Key = Key::new(
    "file_roots",
    "Folders in which file triggers may look, comma-separated; empty: everywhere except the data folder",
)
.section("engine");

pub(super) fn read(layers: &mut Layers) -> Option<EngineConfig> {
    let run_limit = layers.read(&RUN_LIMIT, || default_run_limit().to_string(), run_limit);
    let probe_limit = layers.read(&PROBE_LIMIT, || "16".to_owned(), probe_limit);
    let timezone = layers.read(&TIMEZONE, default_timezone, timezone);
    let runner = layers.read(&RUNNER, default_runner, super::layers::path);
    let node = layers.read(&NODE, default_node, node);
    let file_roots = layers.read(&FILE_ROOTS, String::new, file_roots);
    let (run_limit, timezone, runner) = (run_limit?, timezone?, runner?);
    let probe_limit = probe_limit?;
    Some(EngineConfig { run_limit, probe_limit, timezone, runner, node: node?, file_roots: file_roots? })
}

fn default_run_limit() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores * 4).max(4)
}

fn run_limit(text: &str) -> Result<u32, String> {
    let limit = text.trim().parse().ok().filter(|limit| (1..=10_000).contains(limit));
    limit.ok_or_else(|| format!("\"{text}\" is not a number from 1 to 10000"))
}

fn probe_limit(text: &str) -> Result<u32, String> {
    let limit = text.trim().parse().ok().filter(|limit| (1..=1000).contains(limit));
    limit.ok_or_else(|| format!("\"{text}\" is not a number from 1 to 1000"))
}

fn default_timezone() -> String {
    let machine = iana_time_zone::get_timezone().ok();
    machine.filter(|name| timezone(name).is_ok()).unwrap_or_else(|| "UTC".to_owned())
}

fn timezone(text: &str) -> Result<String, String> {
    let zone: Result<chrono_tz::Tz, _> = text.trim().parse();
    zone.map(|zone| zone.name().to_owned())
        .map_err(|_| format!("\"{text}\" is not a time zone such as Europe/Berlin or UTC"))
}

fn default_runner() -> String {
    let name = format!("orc-runner{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|path| path.parent().map(Path::to_path_buf));
    beside.map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name)).display().to_string()
}

fn default_node() -> String {
    let host = sysinfo::System::host_name().unwrap_or_default();
    let short = host.split('.').next().unwrap_or_default();
    node(short).unwrap_or_else(|_| "orc".to_owned())
}

fn node(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if (1..=100).contains(&text.len()) && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Err(format!("\"{text}\" is not a name of 1 to 100 letters, digits, dots, dashes"))
}

fn file_roots(text: &str) -> Result<Vec<PathBuf>, String> {
    let named: Vec<PathBuf> =
        text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    let relative =
        named.iter().find(|folder| !folder.is_absolute() || folder.components().any(|it| it == Component::ParentDir));
    match relative {
        Some(folder) => Err(format!("\"{}\" is not an absolute path such as /srv/inbox", folder.display())),
        None => Ok(named),
    }
}
