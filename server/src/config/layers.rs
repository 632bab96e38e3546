//! The four layers from which a value can come, and the collection of faults.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use toml::Value;

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Built in, or derived from the machine.
    Default,
    /// `orc.toml`.
    File,
    /// An `ORC_*` variable.
    Environment,
    /// The command line.
    Flag,
}

impl Source {
    /// The name of the source.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// The text found for a setting.
struct Found {
    text: String,
    source: Source,
    /// Exact place of the text, for people.
    place: String,
}

/// A setting as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Name of the setting, such as `listen`.
    pub name: String,
    /// Value of the setting; secrets are masked.
    pub value: String,
    /// Where the value came from.
    pub source: Source,
    /// The place of the value in words, such as `ORC_LISTEN in the environment`.
    pub place: String,
    /// What the setting does.
    pub description: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Name of the setting.
    pub name: String,
    /// Place of the value, in words.
    pub place: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.name, self.place, self.message)
    }
}

/// The inputs from which the layers are made.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// Flags, by the name of their setting.
    pub flags: BTreeMap<String, String>,
    /// The file named by `--config`; none: `orc.toml` in the data folder, if it exists.
    pub file: Option<PathBuf>,
}

impl Inputs {
    /// Reads the environment of this process and adds the flags.
    pub fn of_process(flags: BTreeMap<String, String>, file: Option<PathBuf>) -> Self {
        let readable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        };
        let environment: BTreeMap<_, _> = std::env::vars_os().filter_map(readable).collect();
        let file = file.or_else(|| environment.get("ORC_CONFIG").map(PathBuf::from));
        Self { environment, flags, file }
    }
}

/// Name, place in the file and description of a setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    name: &'static str,
    section: Option<&'static str>,
    secret: bool,
    description: &'static str,
}

impl Key {
    pub(super) const fn new(name: &'static str, description: &'static str) -> Self {
        Self { name, section: Some("server"), secret: false, description }
    }

    pub(super) const fn section(self, section: &'static str) -> Self {
        Self { section: Some(section), ..self }
    }

    pub(super) const fn without_file(self) -> Self {
        Self { section: None, ..self }
    }

    pub(super) const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }
}

/// Variables that belong to other parts of Orc, or to runs.
const FOREIGN: &[&str] = &[
    "ORC_URL",
    "ORC_TOKEN",
    "ORC_PROFILE",
    "ORC_CONFIG",
    "ORC_RUN_ID",
    "ORC_TASK",
    "ORC_ATTEMPT",
    "ORC_TRIGGER",
    "ORC_TRIGGER_FILE",
    "ORC_TRIGGER_RUN",
    "ORC_TRIGGER_TASK",
    "ORC_TRIGGER_STATE",
    "ORC_SCHEDULED_FOR",
    "ORC_RESULT_FILE",
];

#[derive(Debug)]
pub(super) struct Layers {
    inputs: Inputs,
    file: Option<(PathBuf, toml::Table)>,
    known: BTreeSet<&'static str>,
    known_in_file: BTreeSet<(&'static str, &'static str)>,
    pub(super) settings: Vec<Setting>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<String>,
}

impl Layers {
    pub(super) fn new(inputs: Inputs) -> Self {
        Self {
            inputs,
            file: None,
            known: BTreeSet::new(),
            known_in_file: BTreeSet::new(),
            settings: Vec::new(),
            faults: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// A variable of the environment. An empty one counts as absent.
    pub(super) fn environment(&self, name: &str) -> Option<String> {
        self.inputs.environment.get(name).filter(|value| !value.is_empty()).cloned()
    }

    /// Reads the named file, or `orc.toml` in the folder if it exists.
    pub(super) fn open_file(&mut self, data_dir: &Path) {
        let named = self.inputs.file.clone();
        let path = named.clone().unwrap_or_else(|| data_dir.join("orc.toml"));
        match std::fs::read_to_string(&path) {
            Ok(text) => match text.parse::<toml::Table>() {
                Ok(table) => self.file = Some((path, table)),
                Err(error) => self.fault("config", path.display().to_string(), error.to_string().trim_end()),
            },
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.fault("config", path.display().to_string(), format!("cannot be read: {error}")),
        }
    }

    pub(super) fn fault(&mut self, name: &str, place: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault { name: name.to_owned(), place: place.into(), message: message.into() });
    }

    /// Adds a fault about a setting that was read before.
    pub(super) fn fault_of(&mut self, name: &str, message: impl Into<String>) {
        let shown = self.settings.iter().find(|setting| setting.name == name);
        let place = shown.map_or_else(|| "default".to_owned(), |setting| setting.place.clone());
        self.fault(name, place, message);
    }

    /// Reads the value of the highest layer that has one. If it cannot be read, notes a fault and returns none.
    pub(super) fn read<T>(
        &mut self,
        key: &Key,
        default: impl FnOnce() -> String,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let from_default = || Found { text: default(), source: Source::Default, place: "default".into() };
        let Found { text, source, place } = self.find(key).unwrap_or_else(from_default);
        let parsed = parse(&text);
        let value = if key.secret && !text.is_empty() { mask(&text) } else { text };
        self.settings.push(Setting {
            name: key.name.to_owned(),
            value,
            source,
            place: place.clone(),
            description: key.description.to_owned(),
        });
        parsed.map_err(|message| self.fault(key.name, place, message)).ok()
    }

    fn find(&mut self, key: &Key) -> Option<Found> {
        self.known.insert(key.name);
        if let Some(section) = key.section {
            self.known_in_file.insert((section, key.name));
        }
        if let Some(text) = self.inputs.flags.get(key.name) {
            let place = format!("--{}", key.name.replace('_', "-"));
            return Some(Found { text: text.clone(), source: Source::Flag, place });
        }
        let variable = variable(key.name);
        if let Some(text) = self.environment(&variable) {
            let place = format!("{variable} in the environment");
            return Some(Found { text, source: Source::Environment, place });
        }
        let (path, table) = self.file.as_ref()?;
        let section = key.section?;
        let place = format!("{section}.{} in {}", key.name, path.display());
        let value = table.get(section)?.get(key.name)?;
        match text_of(value) {
            Some(text) => Some(Found { text, source: Source::File, place }),
            None => {
                self.fault(key.name, place, "must be text, a number, a boolean, or a list of texts");
                None
            }
        }
    }

    /// Notes faults for unknown keys in the file, and warnings for variables that nothing reads.
    pub(super) fn note_unknown(&mut self) {
        let mut unknown = Vec::new();
        if let Some((path, table)) = &self.file {
            for (section, value) in table {
                let Some(inner) = value.as_table() else {
                    unknown.push((section.clone(), path.display().to_string()));
                    continue;
                };
                let is_known = |name: &str| self.known_in_file.iter().any(|known| *known == (section.as_str(), name));
                let names = inner.keys().filter(|name| !is_known(name));
                unknown.extend(names.map(|name| (format!("{section}.{name}"), path.display().to_string())));
            }
        }
        for (name, place) in unknown {
            self.fault(&name, place, "is not a setting; see orc-server help serve");
        }
        let known: BTreeSet<String> = self.known.iter().map(|name| variable(name)).collect();
        for name in self.inputs.environment.keys().filter(|name| name.starts_with("ORC_")) {
            let foreign = FOREIGN.contains(&name.as_str())
                || ["ORC_PARAM_", "ORC_TEST_", "ORC_BENCH_"].iter().any(|p| name.starts_with(p));
            if !known.contains(name) && !foreign {
                self.warnings.push(format!("{name} in the environment is not a setting and is ignored"));
            }
        }
    }
}

fn variable(name: &str) -> String {
    format!("ORC_{}", name.to_ascii_uppercase())
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        Value::Datetime(_) | Value::Table(_) => None,
    }
}

/// Hides the secret part of a value: the password inside a URL, or else everything.
fn mask(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return "***".to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return "***".to_owned() };
    let host = host.split('?').next().unwrap_or_default();
    let user = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:***@{host}")
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(PathBuf::from(text)) }
}

pub(super) fn optional(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        other => Err(format!("\"{other}\" is neither true nor false")),
    }
}
