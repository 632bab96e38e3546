//! Configuration: defaults < `orc.toml` < `ORC_*` < flags.
//!
//! It is loaded once and checked as a whole: all faults are reported together, each with its place. The other rooms
//! receive plain values. Deliberately absent: reloading, and reading the environment anywhere else. Start reading at
//! `Config::load`, then `layers`, then one file per section.

mod database;
mod engine;
pub mod folder;
mod http;
mod layers;
mod log;
mod server;
mod surroundings;

pub use database::DatabaseConfig;
pub use engine::EngineConfig;
pub use folder::{DataFolder, FolderError};
pub use http::HttpConfig;
pub use layers::{Fault, Inputs, Setting, Source};
pub use log::LogConfig;
pub use server::{ServerConfig, TlsFiles};
pub use surroundings::{TaskConfig, start_limits, task_environment};

use layers::{Key, Layers};
use std::path::PathBuf;

/// All settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Data folder.
    pub data_dir: PathBuf,
    /// Where and how the server listens.
    pub server: ServerConfig,
    /// Where the database is.
    pub database: DatabaseConfig,
    /// How tasks run.
    pub engine: EngineConfig,
    /// The environment of tasks' processes.
    pub task: TaskConfig,
    /// How requests of http tasks travel.
    pub http: HttpConfig,
    /// What the server writes about itself.
    pub log: LogConfig,
    /// Every setting with its value (secrets masked) and its source, by name.
    pub settings: Vec<Setting>,
    /// Likely mistakes that do not prevent the start.
    pub warnings: Vec<String>,
}

/// Everything that is wrong with the configuration.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.text())]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    fn text(&self) -> String {
        let count = self.0.len();
        let head = format!("the configuration has {count} problem{}:", if count == 1 { "" } else { "s" });
        self.0.iter().fold(head, |text, fault| format!("{text}\n  {fault}"))
    }
}

const DATA_DIR: Key = Key::new("data_dir", "Folder for the database, logs and keys").without_file();

/// Operating system and processor, such as `linux x86_64`.
pub fn platform() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

impl Config {
    /// Reads all layers and checks all values.
    ///
    /// # Errors
    /// All faults at once.
    pub fn load(inputs: Inputs) -> Result<Self, Faults> {
        let mut layers = Layers::new(inputs);
        let default = folder::default_dir(|name| layers.environment(name));
        let data_dir = layers.read(&DATA_DIR, || default.display().to_string(), layers::path).unwrap_or_default();
        layers.open_file(&data_dir);
        let server = server::read(&mut layers);
        let database = database::read(&mut layers);
        let engine = engine::read(&mut layers);
        let task = surroundings::read(&mut layers);
        let http = http::read(&mut layers);
        let log = log::read(&mut layers);
        layers.note_unknown();
        match (server, database, engine.zip(task), log.zip(http)) {
            (Some(server), Some(database), Some((engine, task)), Some((log, http))) if layers.faults.is_empty() => {
                layers.settings.sort_by(|a, b| a.name.cmp(&b.name));
                let (settings, warnings) = (layers.settings, layers.warnings);
                Ok(Self { data_dir, server, database, engine, task, http, log, settings, warnings })
            }
            _ => Err(Faults(layers.faults)),
        }
    }

    /// Checks what only a serving process needs: the runner.
    ///
    /// # Errors
    /// Fails if the runner is missing.
    pub fn check_serving(&self) -> Result<(), Faults> {
        if self.engine.runner.is_file() {
            return Ok(());
        }
        let shown = self.settings.iter().find(|setting| setting.name == "runner");
        let place = shown.map_or_else(|| "default".to_owned(), |setting| setting.place.clone());
        let message = format!("there is no orc-runner at {}; put it beside orc-server", self.engine.runner.display());
        Err(Faults(vec![Fault { name: "runner".into(), place, message }]))
    }
}

#[cfg(test)]
mod tests;
