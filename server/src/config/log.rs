//! Section `[log]`: what the server writes about itself.

use super::layers::{Key, Layers};
use tracing_subscriber::EnvFilter;

/// What the server writes about itself.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// Filter of `tracing`, such as `info` or `info,orc_server::engine=debug`.
    pub filter: String,
    /// Number of daily files to keep in `logs/`.
    pub files: usize,
}

const FILTER: Key = Key::new("log", "What to log, such as info or warn,orc_server::engine=debug").section("log");
const FILES: Key = Key::new("log_files", "Number of daily log files to keep, 1 to 1000").section("log");

pub(super) fn read(layers: &mut Layers) -> Option<LogConfig> {
    let filter = layers.read(&FILTER, || "info".into(), filter);
    let files = layers.read(&FILES, || "14".into(), files);
    Some(LogConfig { filter: filter?, files: files? })
}

fn filter(text: &str) -> Result<String, String> {
    let checked = EnvFilter::builder().parse(text).map(|_| text.to_owned());
    checked.map_err(|error| format!("\"{text}\" is not a log filter: {error}"))
}

fn files(text: &str) -> Result<usize, String> {
    let files = text.trim().parse().ok().filter(|files| (1..=1000).contains(files));
    files.ok_or_else(|| format!("\"{text}\" is not a number from 1 to 1000"))
}
