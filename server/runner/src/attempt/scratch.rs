//! The attempt's private files: the script it runs, the files it reads, and the result it writes.
//!
//! All are in the plan's scratch folder, are named after the attempt id, can be read by this account only, and are
//! removed when the attempt ends. The result file exists only if the command writes it. If the runner is killed, the
//! server removes the folder.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;

use crate::log::layout::remove;
use crate::os::{self, Failure, User};
use crate::protocol::plan::{MARKER, Plan, PlanFile, RESULT_FILE, RESULT_LIMIT};
use crate::protocol::record::SpawnFailure;

/// The private files of one attempt.
pub(crate) struct Scratch {
    script: Option<PathBuf>,
    files: Vec<PathBuf>,
    result: PathBuf,
    /// The account that writes the result, if it is not that of the runner.
    writer: Option<Box<User>>,
}

/// What became of the result file.
#[derive(Default)]
pub(crate) struct ResultFile {
    /// The JSON that the command wrote, if any.
    pub(crate) value: Option<serde_json::Value>,
    /// Why the result was rejected.
    pub(crate) error: Option<String>,
}

impl Scratch {
    /// Writes the script and the files, adds marker, result path and the paths of the files to the plan's environment,
    /// and returns all arguments.
    pub(crate) fn prepare(plan: &mut Plan, user: Option<&User>) -> Result<(Self, Vec<String>), (Self, Failure)> {
        let result = plan.scratch_folder.join(format!("{}.result.json", plan.attempt));
        plan.environment.insert(MARKER.to_owned(), plan.attempt.clone());
        plan.environment.insert(RESULT_FILE.to_owned(), result.display().to_string());
        let mut scratch = Self { script: None, files: Vec::new(), result, writer: user.cloned().map(Box::new) };
        for file in std::mem::take(&mut plan.files) {
            if let Err(failure) = scratch.add(plan, &file) {
                return Err((scratch, failure));
            }
        }
        let mut arguments = plan.arguments.clone();
        if let Some(script) = &plan.script {
            if !good_suffix(&script.suffix) {
                let message = format!("{:?} cannot be the end of a script's file name", script.suffix);
                return Err((scratch, Failure::new(SpawnFailure::InvalidInput, message)));
            }
            let path = plan.scratch_folder.join(format!("{}.script{}", plan.attempt, script.suffix));
            if let Err(error) = os::create_script(&path, script.text.as_bytes()) {
                scratch.script = (error.kind() != io::ErrorKind::AlreadyExists).then_some(path);
                return Err((scratch, not_written("the script", &error)));
            }
            arguments.push(path.display().to_string());
            arguments.extend(script.arguments.iter().cloned());
            scratch.script = Some(path);
        }
        Ok((scratch, arguments))
    }

    /// Writes one of the plan's files.
    fn add(&mut self, plan: &mut Plan, file: &PlanFile) -> Result<(), Failure> {
        if !good_suffix(&file.suffix) {
            let message = format!("{:?} cannot be the end of a file name", file.suffix);
            return Err(Failure::new(SpawnFailure::InvalidInput, message));
        }
        let content = base64::engine::general_purpose::STANDARD.decode(&file.base64);
        let content =
            content.map_err(|error| Failure::new(SpawnFailure::InvalidInput, format!("{}: {error}", file.variable)))?;
        let path = plan.scratch_folder.join(format!("{}{}", plan.attempt, file.suffix));
        let created = os::create_private(&path).map_err(|error| not_written(&file.variable, &error));
        self.files.push(path.clone());
        created?.write_all(&content).map_err(|error| not_written(&file.variable, &error))?;
        plan.environment.insert(file.variable.clone(), path.display().to_string());
        Ok(())
    }

    /// Reads the result and removes all files.
    pub(crate) fn finish(self) -> ResultFile {
        let result = match read_result(&self.result, self.writer.as_deref()) {
            Ok(value) => ResultFile { value, error: None },
            Err(message) => ResultFile { value: None, error: Some(message) },
        };
        // A file that cannot be removed stays in a private folder and is deleted together with that folder.
        let _ = remove(&self.result);
        self.script.iter().chain(&self.files).for_each(|path| drop(remove(path)));
        result
    }
}

fn good_suffix(suffix: &str) -> bool {
    suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

fn not_written(what: &str, error: &io::Error) -> Failure {
    Failure::new(SpawnFailure::of_write(error), format!("{what} could not be written: {error}"))
}

fn read_result(path: &Path, writer: Option<&User>) -> Result<Option<serde_json::Value>, String> {
    let file = match os::open_plain(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("the result file cannot be read: {error}")),
    };
    let metadata = file.metadata().map_err(|error| format!("the result file cannot be read: {error}"))?;
    if !metadata.is_file() {
        return Err("the result is not an ordinary file".to_owned());
    }
    // The runner may read more than the account. A link to a file of somebody else must not show it.
    if writer.is_some_and(|writer| !writer.owns(&metadata)) {
        return Err("the result is not a file of the user that the command runs as".to_owned());
    }
    let text = read_limited(&file).map_err(|error| format!("the result file cannot be read: {error}"))?;
    if text.len() as u64 > RESULT_LIMIT {
        return Err(format!("the result is larger than {RESULT_LIMIT} bytes"));
    }
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&text).map(Some).map_err(|error| format!("the result is not JSON: {error}"))
}

fn read_limited(file: &File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(RESULT_LIMIT + 1).read_to_end(&mut text)?;
    Ok(text)
}
