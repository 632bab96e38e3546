//! One look at the files of a pattern: which files match now, and which folders to watch until the next look.
//!
//! Below the first wildcard, links to folders are not followed. The server's own folder is left out, and the number
//! of files and names per look is limited. A missing folder has no files; an unreadable one is a problem, and so is a file
//! that no run can be given.

use crate::app::triggers::file_roots::{FileRoots, fixed_part};
use crate::app::triggers::files::Looked;
use crate::domain::reason::Reason;
use crate::domain::triggers::files::FileFlaw;
use crate::integrations::disk::Disk;
use crate::integrations::file_facts;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Maximum number of matching files of one pattern.
const FILES_MAX: usize = 10_000;

/// Maximum number of folder entries in one look.
const NAMES_MAX: usize = 200_000;

/// Result of looking at the files of one pattern.
#[derive(Debug)]
pub struct Look {
    /// The files that match.
    pub found: Looked,
    /// What else matches, by path as people can read it: folders, sockets, pipes, devices, and files whose names are no
    /// plain text. No run is given these.
    pub others: BTreeSet<String>,
    /// The folders whose changes may change which files match: those that were read, or the nearest existing parent.
    pub folders: Vec<PathBuf>,
    /// Which changes concern the pattern.
    pub scope: Scope,
}

/// Tells changes that concern a pattern from other changes in the same folders.
#[derive(Debug, Clone)]
pub struct Scope {
    matcher: GlobMatcher,
    root: PathBuf,
    own: PathBuf,
}

impl Scope {
    /// Returns whether a changed path matches, is a folder above or below the first wildcard, or may have been one.
    pub fn concerns(&self, path: &Path) -> bool {
        let folder = || self.root.starts_with(path) || path.starts_with(&self.root) && path.is_dir();
        !path.starts_with(&self.own) && (self.matcher.is_match(path) || folder())
    }
}

/// Finds the files that match a pattern, except those in the server's own folder.
pub fn look(pattern: &str, roots: &FileRoots, own: PathBuf, disk: &dyn Disk) -> Result<Look, Reason> {
    let root = fixed_part(pattern);
    if let Some(problem) = roots.problem(&disk.real(&root)) {
        return Err(problem);
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let glob = glob.map_err(|error| Reason::PatternInvalid { problem: error.to_string() })?;
    let matcher = glob.compile_matcher();
    let mut search = Search {
        disk,
        scope: Scope { matcher, root: root.clone(), own },
        deep: pattern.contains("**"),
        depth: Path::new(pattern).components().count(),
        names: 0,
        numbers: BTreeMap::new(),
        found: Looked::default(),
        others: BTreeSet::new(),
        folders: Vec::new(),
    };
    match disk.link_metadata(&root) {
        Ok(link) if link.is_symlink() && search.scope.matcher.is_match(&root) => search.file(&root, &link),
        // Links on the way to the first wildcard are followed.
        _ => search.visit(&root, disk.metadata(&root))?,
    }
    if search.folders.is_empty() {
        let there = |above: &&Path| disk.metadata(above).is_ok_and(|about| about.is_dir());
        search.folders.extend(root.ancestors().find(there).map(Path::to_path_buf));
    }
    Ok(Look { found: search.found, others: search.others, folders: search.folders, scope: search.scope })
}

struct Search<'a> {
    disk: &'a dyn Disk,
    scope: Scope,
    deep: bool,
    depth: usize,
    names: usize,
    /// Whether the file systems that were met keep the numbers of files, by device.
    numbers: BTreeMap<u64, bool>,
    found: Looked,
    others: BTreeSet<String>,
    folders: Vec<PathBuf>,
}

impl Search<'_> {
    /// Visits one path. A missing path has no files and may appear later. An unreadable one is an error. Links to
    /// folders are not followed.
    fn visit(&mut self, path: &Path, about: io::Result<Metadata>) -> Result<(), Reason> {
        self.names += 1;
        if self.names > NAMES_MAX || self.found.files.len() + self.found.flawed.len() > FILES_MAX {
            return Err(Reason::TooManyFiles { max: FILES_MAX });
        }
        let Some(about) = self.readable(path, about) else { return Ok(()) };
        if path.starts_with(&self.scope.own) {
            return Ok(());
        }
        if about.is_dir() {
            if self.scope.matcher.is_match(path) {
                self.other(path);
            }
            if !self.deep && path.components().count() >= self.depth {
                return Ok(());
            }
            let entries = self.disk.entries(path, NAMES_MAX.saturating_sub(self.names) + 1);
            let Some(entries) = self.readable(path, entries) else { return Ok(()) };
            self.folders.push(path.to_path_buf());
            for entry in entries {
                let Some(below) = self.readable(path, entry) else { continue };
                let about = self.disk.link_metadata(&below);
                self.visit(&below, about)?;
            }
            return Ok(());
        }
        if self.scope.matcher.is_match(path) {
            self.file(path, &about);
        }
        Ok(())
    }

    /// Notes a path that matches and is no folder.
    fn file(&mut self, path: &Path, itself: &Metadata) {
        let target = match self.disk.metadata(path) {
            Err(error) if itself.is_symlink() && error.kind() != ErrorKind::PermissionDenied => {
                return self.flawed(path, FileFlaw::DanglingLink);
            }
            read => self.readable(path, read),
        };
        let Some(about) = target else { return };
        if about.is_dir() {
            return self.other(path);
        }
        if !about.is_file() {
            self.other(path);
            return self.flawed(path, FileFlaw::Special);
        }
        match path.to_str() {
            None => {
                self.other(path);
                self.flawed(path, FileFlaw::NotText);
            }
            Some(name) if name.chars().any(char::is_control) => {
                self.other(path);
                self.flawed(path, FileFlaw::ControlCharacter);
            }
            Some(name) => {
                let device = file_facts::device(&about);
                let keeps = *self.numbers.entry(device).or_insert_with(|| self.disk.keeps_numbers(path));
                self.found.files.insert(name.to_owned(), file_facts::state(path, &about, keeps));
            }
        }
    }

    fn flawed(&mut self, path: &Path, flaw: FileFlaw) {
        self.found.flawed.push((shown_path(path), flaw));
    }

    /// Notes a path that matches and is no file for a run. More than the maximum number of files are not noted.
    fn other(&mut self, path: &Path) {
        if self.others.len() < FILES_MAX {
            self.others.insert(shown_path(path));
        }
    }

    fn readable<T>(&mut self, path: &Path, read: io::Result<T>) -> Option<T> {
        let gone = |error: &io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
        match read {
            Ok(read) => Some(read),
            Err(error) if gone(&error) => None,
            Err(error) => {
                let (path, problem) = (path.display().to_string(), error.to_string());
                self.found.incomplete.get_or_insert(Reason::FileUnreadable { path, problem });
                None
            }
        }
    }
}

/// A path as a sentence can show it.
fn shown_path(path: &Path) -> String {
    path.to_string_lossy().chars().flat_map(shown).collect()
}

/// A character of a path as a sentence can show it.
fn shown(char: char) -> Vec<char> {
    if char.is_control() { char.escape_default().collect() } else { vec![char] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_change_the_matches_concerns() {
        let there = std::env::temp_dir();
        let (root, own) = (there.join("in"), there.join("in").join("orc"));
        let glob = GlobBuilder::new(root.join("*.csv").to_str().expect("text")).literal_separator(true).build();
        let scope = Scope { matcher: glob.expect("a pattern").compile_matcher(), root: root.clone(), own: own.clone() };
        for path in [root.join("a.csv"), root.clone(), there.clone()] {
            assert!(scope.concerns(&path), "{}", path.display());
        }
        for path in [root.join("a.txt"), there.join("b.csv"), own.join("a.csv"), own, root.join("below").join("a.csv")]
        {
            assert!(!scope.concerns(&path), "{}", path.display());
        }
    }
}
