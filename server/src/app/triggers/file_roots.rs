//! Where file triggers may look: never into Orc's own data folder, and only into the allowed folders, if some are
//! set.
//!
//! Links are resolved before folders are compared, when a task is saved and again at each look, because a link may be
//! created later.

use crate::app::{App, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::reason::Reason;
use crate::domain::tasks::Definition;
use crate::domain::triggers::TriggerRule;
use std::path::{Component, Path, PathBuf};

impl App {
    /// Refuses a definition that makes no sense, or whose file triggers would look at forbidden places.
    pub(in crate::app) async fn sound(&self, definition: &Definition) -> Result<()> {
        let mut problems = definition.problems();
        for (index, trigger) in definition.triggers.iter().enumerate() {
            let TriggerRule::File { pattern, .. } = &trigger.rule else { continue };
            let pointer = format!("/triggers/{index}/pattern");
            if problems.iter().any(|problem| problem.pointer == pointer) {
                continue;
            }
            let (app, pattern) = (self.clone(), pattern.clone());
            let looked = tokio::task::spawn_blocking(move || app.file_place_problem(&pattern)).await;
            let problem = looked.map_err(|error| Error::Internal(format!("a pattern was not checked: {error}")))?;
            problems.extend(problem.map(|problem| Problem::at(pointer, problem.words())));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// Why the files of a pattern must not be looked at; none if they may. Asks the disk where links lead.
    pub fn file_place_problem(&self, pattern: &str) -> Option<Reason> {
        let settings = self.settings();
        let root = real(&fixed_part(pattern));
        if root.starts_with(real(&settings.data_dir)) {
            return Some(Reason::PatternInDataFolder {});
        }
        let allowed = &settings.file_roots;
        if allowed.is_empty() || allowed.iter().any(|folder| root.starts_with(real(folder))) {
            return None;
        }
        let file_roots = allowed.iter().map(|folder| folder.display().to_string()).collect();
        Some(Reason::PatternOutside { file_roots })
    }
}

/// The folders of a pattern before its first wildcard.
pub fn fixed_part(pattern: &str) -> PathBuf {
    let wild = |part: &Component| part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    Path::new(pattern).components().take_while(|part| !wild(part)).collect()
}

/// The target of a path, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let known = path.ancestors().find_map(|above| Some((std::fs::canonicalize(above).ok()?, above)));
    match known.map(|(real, above)| (real, path.strip_prefix(above))) {
        Some((real, Ok(rest))) => real.join(rest),
        _ => path.to_path_buf(),
    }
}
