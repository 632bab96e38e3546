//! Where file triggers may look: never into Orc's own data folder, and only into the allowed folders, if some are
//! set.
//!
//! Links are resolved before folders are compared, when a task is saved and again at each look, because a link may be
//! created later. Each folder is asked about separately and with a deadline, because a folder on a dead network mount must
//! not silence the others.

use crate::app::{App, Error, Result};
use crate::domain::core::problem::Problem;
use crate::domain::dependencies::DependencyRule;
use crate::domain::reason::Reason;
use crate::domain::tasks::Definition;
use crate::domain::tasks::{limits, start_limits};
use crate::domain::triggers::TriggerRule;
use crate::integrations::disk::{Disk, Patience};
use futures::future::join_all;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for one answer about files. A local disk answers in milliseconds, a network mount whose server is gone never.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The disks, and the patience with them.
#[derive(Debug)]
pub struct Disks {
    /// Who answers.
    pub disk: Arc<dyn Disk>,
    /// How long answers are waited for.
    pub patience: Patience,
}

impl Disks {
    /// Waits so long for each answer of a disk.
    pub fn new(disk: Arc<dyn Disk>, patience: Duration) -> Self {
        Self { disk, patience: Patience::new(patience) }
    }
}

/// The folders that file triggers may look into.
#[derive(Debug, Clone, Default)]
pub struct FileRoots {
    /// Orc's own folder, with its links resolved.
    own: PathBuf,
    /// The allowed folders as they are configured; none: everywhere.
    allowed: Vec<PathBuf>,
    /// Those of them that answered, with their links resolved.
    real: Vec<PathBuf>,
    /// Why the others did not.
    silent: Vec<Reason>,
}

impl FileRoots {
    /// Why files below a place, whose links are resolved, may not be looked at; none: they may.
    pub fn problem(&self, place: &Path) -> Option<Reason> {
        if place.starts_with(&self.own) {
            return Some(Reason::PatternInDataFolder {});
        }
        if self.allowed.is_empty() || self.real.iter().any(|folder| place.starts_with(folder)) {
            return None;
        }
        // The place may lie in a folder that does not answer, so that folder is the problem.
        if !self.silent.is_empty() {
            return Reason::of_all(self.silent.clone());
        }
        let file_roots = self.allowed.iter().map(|folder| folder.display().to_string()).collect();
        Some(Reason::PatternOutside { file_roots })
    }
}

impl App {
    /// Refuses a definition that makes no sense, or whose file triggers or dependencies would look at forbidden places.
    pub(in crate::app) async fn sound(&self, definition: &Definition) -> Result<()> {
        let mut problems = definition.problems();
        problems.extend(start_limits::problems(definition, self.settings().surroundings.limits));
        problems.extend(limits::problems(definition, &self.settings().surroundings.abilities));
        let mut roots = None;
        for (pointer, pattern) in patterns(definition) {
            if problems.iter().any(|problem| problem.pointer == pointer) {
                continue;
            }
            let roots = match &mut roots {
                Some(roots) => roots,
                none => none.insert(self.file_roots(&self.inner.disks).await),
            };
            let problem = match self.file_place(&self.inner.disks, fixed_part(pattern)).await {
                Ok(place) => roots.problem(&place),
                Err(silence) => Some(silence),
            };
            problems.extend(problem.map(|problem| Problem::at(pointer, problem.words())));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    /// Finds out where file triggers may look. A folder that does not answer in time is named and left out.
    pub async fn file_roots(&self, disks: &Disks) -> FileRoots {
        let (allowed, own) = (self.settings().file_roots.clone(), self.settings().data_dir.clone());
        let asked = join_all(allowed.iter().map(|folder| self.file_place(disks, folder.clone())));
        let (own_real, answers) = futures::join!(self.file_place(disks, own.clone()), asked);
        let mut roots = FileRoots { own: own_real.unwrap_or(own), allowed, ..FileRoots::default() };
        for answer in answers {
            match answer {
                Ok(real) => roots.real.push(real),
                Err(silence) => roots.silent.push(silence),
            }
        }
        roots
    }

    /// A place with its links resolved. Fails with the reason if the disk does not answer.
    async fn file_place(
        &self,
        Disks { disk, patience }: &Disks,
        place: PathBuf,
    ) -> std::result::Result<PathBuf, Reason> {
        let (disk, path) = (Arc::clone(disk), place.clone());
        patience.ask(&place, self.clock().now(), move |answers| answers.counted(disk).real(&path)).await
    }
}

/// The patterns of files in a definition, each with its place.
fn patterns(definition: &Definition) -> impl Iterator<Item = (String, &str)> {
    let triggers = definition.triggers.iter().enumerate().filter_map(|(index, trigger)| match &trigger.rule {
        TriggerRule::File { pattern, .. } => Some((format!("/triggers/{index}/pattern"), pattern.as_str())),
        TriggerRule::Webhook(_) | TriggerRule::Task { .. } => None,
    });
    let dependencies = definition.dependencies.iter().enumerate();
    triggers.chain(dependencies.filter_map(|(index, dependency)| match &dependency.rule {
        DependencyRule::File(rule) => Some((format!("/dependencies/{index}/path"), rule.path.as_str())),
        _ => None,
    }))
}

/// The folders of a pattern before its first wildcard.
pub fn fixed_part(pattern: &str) -> PathBuf {
    let wild = |part: &Component| part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    Path::new(pattern).components().take_while(|part| !wild(part)).collect()
}
