//! What a system takes when a program starts: the size of one argument or variable, and of all of them together.
//!
//! What does not fit is refused when it is offered, because such a process can never start. Values of params are the
//! exception: a value that fits into no variable is left out of the environment, and the process finds it in
//! `ORC_PARAMS_FILE`. Deliberately absent: asking the system, which `config` does. Start reading at `StartLimits`.

use crate::domain::core::phrases::grouped;
use crate::domain::core::problem::Problem;
use crate::domain::runs::params;
use crate::domain::tasks::{Definition, RunSpec};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a system takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartLimits {
    /// Largest size of one argument, or of one variable with its name and the `=`. A zero byte at its end counts.
    pub one: u64,
    /// Largest size of all arguments and variables of a task together, each with the zero byte and the pointer to it.
    pub all: u64,
}

/// Room that is kept for what Orc and the account add to the arguments and variables of a task: HOME, PATH, ids, the
/// paths of the program, of the script and of private files, of which each may have 4,096 bytes.
const OWN: u64 = 32 * 1024;

/// Size of a pointer to an argument or variable.
const POINTER: u64 = 8;

impl StartLimits {
    /// The limits of Linux by its size of a memory page and the limit of a process's stack, in bytes (none: no limit).
    /// `MAX_ARG_STRLEN` is 32 pages. All together may take a quarter of the stack, but 128 KiB at least and 6 MiB at
    /// most (execve(2), fs/exec.c).
    pub const fn of_linux(page_bytes: u64, stack_bytes: Option<u64>) -> Self {
        const LEAST: u64 = 128 * 1024;
        const MOST: u64 = 6 * 1024 * 1024;
        let quarter = match stack_bytes {
            Some(stack) if stack / 4 < MOST => stack / 4,
            _ => MOST,
        };
        let all = if quarter < LEAST { LEAST } else { quarter };
        Self { one: 32 * page_bytes, all: all - OWN }
    }

    /// The limits of macOS: 1 MiB for everything. Nobody has tried them.
    pub const fn of_macos() -> Self {
        Self { one: 1024 * 1024 - OWN, all: 1024 * 1024 - OWN }
    }

    /// The limits of Windows in characters (UTF-16 units): 32,767 for a variable, and as many for the command line
    /// (CreateProcess). They are computed and nobody has tried them.
    pub const fn of_windows() -> Self {
        Self { one: 32_767, all: 32_767 }
    }

    /// Whether one text fits. The size is as `size` counts.
    const fn fits(self, size: u64) -> bool {
        size <= self.one
    }
}

impl Default for StartLimits {
    /// The limits of a system that nobody has asked: those of most machines.
    fn default() -> Self {
        if cfg!(windows) {
            Self::of_windows()
        } else if cfg!(target_os = "macos") {
            Self::of_macos()
        } else {
            Self::of_linux(4096, Some(8 * 1024 * 1024))
        }
    }
}

/// The unit in which a system counts.
const UNIT: &str = if cfg!(windows) { "characters" } else { "bytes" };

/// Size of a text with the zero at its end.
fn size(text: &str) -> u64 {
    let length = if cfg!(windows) { text.encode_utf16().count() } else { text.len() };
    length as u64 + 1
}

/// Size of a variable: its name, the `=`, its value and the zero at its end.
fn size_of_variable(name: &str, value: &str) -> u64 {
    size(name) + size(value)
}

fn amount(size: u64) -> String {
    format!("{} {UNIT}", grouped(size))
}

/// Name of the variable that holds the value of a param.
pub fn variable_of(param: &str) -> String {
    format!("ORC_PARAM_{}", param.to_ascii_uppercase())
}

/// A param whose value is too large for a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the param.
    pub param: String,
    /// Size of its variable, with its name.
    pub size: u64,
    /// The size that it exceeds: that of one variable, or that of all together.
    pub limit: u64,
}

/// How the values of params reach a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// Variables with their values.
    pub kept: BTreeMap<String, String>,
    /// Params that are only in the file, because their variables do not fit.
    pub left_out: Vec<LeftOut>,
}

/// Decides which params become variables: each that fits, and all of them together must fit too. If they do not, the
/// largest are left out first.
pub fn variables(definition: &Definition, values: &Map<String, Value>, limits: StartLimits) -> Variables {
    let mut found: Vec<(&String, String, String, u64)> = values
        .iter()
        .map(|(param, value)| {
            let (name, text) = (variable_of(param), params::text(value));
            let size = size_of_variable(&name, &text);
            (param, name, text, size)
        })
        .collect();
    found.sort_by_key(|(.., size)| *size);
    let mut taken: u64 = sum(pieces(definition, values).iter().map(|piece| piece.size));
    let mut all = Variables::default();
    for (param, name, text, size) in found {
        if limits.fits(size) && taken + size + POINTER <= limits.all {
            taken += size + POINTER;
            all.kept.insert(name, text);
        } else {
            let limit = if limits.fits(size) { limits.all } else { limits.one };
            all.left_out.push(LeftOut { param: param.clone(), size, limit });
        }
    }
    all
}

/// Everything in a definition that no process can start with. Params have their defaults.
pub fn problems(definition: &Definition, limits: StartLimits) -> Vec<Problem> {
    if matches!(definition.run, RunSpec::Http { .. } | RunSpec::Heartbeat {}) {
        return Vec::new();
    }
    let specs = definition.params.iter().enumerate();
    let mut found: Vec<Problem> = specs
        .filter_map(|(index, spec)| {
            let size = size_of_variable(&variable_of(&spec.name), &params::text(spec.default.as_ref()?));
            let what = format!("the variable {} has {}", variable_of(&spec.name), amount(size));
            let advice = "leave out the default: a large value that comes with a run is in ORC_PARAMS_FILE";
            let message = format!("{what}, and this system takes {}; {advice}", amount(limits.one));
            (!limits.fits(size)).then(|| Problem::at(format!("/params/{index}/default"), message))
        })
        .collect();
    let defaults = params::defaults(&definition.params);
    found.extend(of_pieces(&pieces(definition, &defaults), limits, None));
    found
}

/// Everything in a run with these values that no process can start with.
pub fn run_problems(definition: &Definition, values: &Map<String, Value>, limits: StartLimits) -> Vec<Problem> {
    of_pieces(&pieces(definition, values), limits, Some(values))
}

/// An argument or variable of a task.
#[derive(Debug)]
struct Piece<'a> {
    /// Where the text stands in the definition.
    pointer: String,
    /// What it is, as the beginning of a sentence.
    what: String,
    /// What to do if it is too large.
    advice: &'static str,
    /// Its size.
    size: u64,
    /// Text with placeholders for params.
    template: Option<&'a str>,
}

const USE_A_FILE: &str = "put the value into a file, and pass the path of the file";
const USE_A_SCRIPT: &str = "use a task of kind script, whose text may be larger";

fn pieces<'a>(definition: &'a Definition, values: &Map<String, Value>) -> Vec<Piece<'a>> {
    let mut all: Vec<Piece> = definition
        .environment
        .iter()
        .map(|(name, value)| Piece {
            pointer: format!("/environment/{}", name.replace('~', "~0").replace('/', "~1")),
            what: format!("the variable {} has {}", shortened(name), amount(size_of_variable(name, value))),
            advice: USE_A_FILE,
            size: size_of_variable(name, value),
            template: None,
        })
        .collect();
    let plain = |pointer: &str, what: &str, advice: &'static str, text: &str| Piece {
        pointer: pointer.to_owned(),
        what: format!("{what} has {}", amount(size(text))),
        advice,
        size: size(text),
        template: None,
    };
    match &definition.run {
        RunSpec::Command { program, arguments } => {
            all.push(plain("/run/program", "the program", USE_A_FILE, program));
            all.extend(of_arguments(arguments, values));
        }
        RunSpec::Shell { line, .. } => all.push(plain("/run/line", "the line", USE_A_SCRIPT, line)),
        RunSpec::Script { interpreter, arguments, .. } => {
            all.push(plain("/run/interpreter", "the interpreter", USE_A_FILE, interpreter));
            all.extend(of_arguments(arguments, values));
        }
        RunSpec::Http { .. } | RunSpec::Heartbeat {} => all.clear(),
    }
    all
}

fn of_arguments<'a>(arguments: &'a [String], values: &Map<String, Value>) -> Vec<Piece<'a>> {
    let piece = |(index, argument): (usize, &'a String)| {
        let size = size(&params::substitute(argument, values));
        Piece {
            pointer: format!("/run/arguments/{index}"),
            what: format!("argument {} has {}", index + 1, amount(size)),
            advice: USE_A_FILE,
            size,
            template: argument.contains("${params.").then_some(argument),
        }
    };
    arguments.iter().enumerate().map(piece).collect()
}

/// What is wrong with the pieces. If there are values of a run, a fault of an argument is one of the largest value in it.
fn of_pieces(pieces: &[Piece<'_>], limits: StartLimits, run: Option<&Map<String, Value>>) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for piece in pieces.iter().filter(|piece| !limits.fits(piece.size)) {
        let takes = format!("and this system takes {} in one", amount(limits.one));
        match run.and_then(|values| largest(piece, values)) {
            Some(param) => {
                let message = format!(
                    "{} with the value of param \"{param}\", {takes}; let the program read the value from ORC_PARAMS_FILE",
                    piece.what
                );
                found.push(Problem::at(format!("/params/{param}"), message));
            }
            None => {
                found.push(Problem::at(piece.pointer.clone(), format!("{}, {takes}; {}", piece.what, piece.advice)))
            }
        }
    }
    let all = sum(pieces.iter().map(|piece| piece.size));
    let most = pieces.iter().max_by_key(|piece| piece.size);
    if let Some(most) = most.filter(|_| found.is_empty() && all > limits.all) {
        let param = run.and_then(|values| largest(most, values));
        let pointer = param.map_or_else(|| most.pointer.clone(), |param| format!("/params/{param}"));
        let message = format!(
            "all arguments and variables together have {}, and this system takes {}; {}: {}",
            amount(all),
            amount(limits.all),
            most.what,
            most.advice
        );
        found.push(Problem::at(pointer, message));
    }
    found
}

/// The param with the largest value of those that stand in a piece.
fn largest(piece: &Piece<'_>, values: &Map<String, Value>) -> Option<String> {
    let names = params::placeholders(piece.template?).into_iter().filter(|name| values.contains_key(*name));
    names.max_by_key(|name| values.get(*name).map_or(0, |value| params::text(value).len())).map(str::to_owned)
}

fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.map(|size| size + POINTER).sum()
}

/// A name in a message: names may be as large as values.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
