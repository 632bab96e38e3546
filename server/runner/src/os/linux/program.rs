//! Finds the file of a plan's program, or says why it cannot be run.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::os::Failure;
use crate::protocol::plan::Plan;
use crate::protocol::record::SpawnFailure;

/// Search path when the plan's environment has no `PATH`.
const PATH_DEFAULT: &str = "/usr/local/bin:/usr/bin:/bin";

/// Finds the program. A path is relative to the working directory; a name is looked up in the plan's `PATH`.
pub(super) fn resolve(plan: &Plan) -> Result<PathBuf, Failure> {
    let missing =
        |what: &str| Failure::new(SpawnFailure::ProgramNotFound, format!("the program {} {what}", plan.program));
    if plan.program.contains('\0') {
        return Err(Failure::new(SpawnFailure::InvalidInput, "the program's name holds a NUL byte"));
    }
    if plan.program.is_empty() {
        return Err(Failure::new(SpawnFailure::ProgramNotFound, "the plan names no program"));
    }
    if plan.program.contains('/') {
        let path = plan.working_directory.join(&plan.program);
        return match runnable(&path) {
            Some(true) => Ok(path),
            Some(false) => Err(not_executable(&path)),
            None => Err(missing("does not exist")),
        };
    }
    let path = plan.environment.get("PATH").map_or(PATH_DEFAULT, String::as_str);
    let mut seen = None;
    for folder in path.split(':').filter(|folder| folder.starts_with('/')) {
        let candidate = Path::new(folder).join(&plan.program);
        match runnable(&candidate) {
            Some(true) => return Ok(candidate),
            Some(false) if seen.is_none() => seen = Some(candidate),
            _ => {}
        }
    }
    Err(seen.map_or_else(|| missing(&format!("is not in PATH ({path})")), |path| not_executable(&path)))
}

fn not_executable(path: &Path) -> Failure {
    Failure::new(SpawnFailure::NotExecutable, format!("{} is not an executable file", path.display()))
}

/// Returns whether the file at a path can be executed, or none if there is no file.
fn runnable(path: &Path) -> Option<bool> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
