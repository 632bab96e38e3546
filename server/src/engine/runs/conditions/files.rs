//! Looks at the files that a command names. Blocks.
//!
//! Only programs and scripts are hashed, and files for settings are never scripts, so that the hash of a file with a
//! password is never kept. A file that did not change since it was hashed is not read again. What lies in one folder is
//! looked at together, because its disk may be silent. Start reading at `named_by`, then `look`.

use crate::domain::model::StartedFile;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Maximum number of files that are noted.
const FILES: usize = 8;

/// Maximum number of words that are looked at.
const WORDS: usize = 40;

/// A larger file is not hashed.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Maximum number of hashes that are remembered.
const REMEMBERED: usize = 1_000;

/// Ends of the names of scripts.
const SCRIPTS: &[&str] = &[
    "bash", "bat", "class", "cmd", "exe", "jar", "js", "lua", "mjs", "php", "pl", "ps1", "psm1", "py", "r", "rb", "sh",
    "vbs", "zsh",
];

/// What a command names.
pub(super) struct Named {
    /// Its program.
    pub(super) program: PathBuf,
    /// Words that may be files.
    pub(super) words: Vec<String>,
    /// Folder in which the command starts; empty: that is not known here.
    pub(super) folder: PathBuf,
    /// The folders in which programs are looked for, as in `PATH`.
    pub(super) search: String,
    /// Whether the command runs as another account than this server. Then only its program is looked at, and only if
    /// every account may read it, because this server may read more than the command.
    pub(super) foreign: bool,
}

/// What may be a file that the command names.
pub(super) struct Candidate {
    order: usize,
    way: Way,
    foreign: bool,
}

enum Way {
    /// The program, searched in these folders.
    Search {
        program: PathBuf,
        folders: String,
    },
    Program(PathBuf),
    Word(PathBuf),
}

/// What a command names, by the place whose disk has to answer.
pub(super) fn named_by(named: Named) -> BTreeMap<PathBuf, Vec<Candidate>> {
    let Named { program, words, folder, search, foreign } = named;
    let mut found: BTreeMap<PathBuf, Vec<Candidate>> = BTreeMap::new();
    let by_path = program.components().count() > 1 || program.is_absolute();
    let program = match by_path {
        true => Way::Program(folder.join(program)),
        false => Way::Search { program, folders: search },
    };
    let words = words.into_iter().filter(|word| !word.starts_with('-')).take(if foreign { 0 } else { WORDS });
    let words = words.map(|word| Way::Word(folder.join(word)));
    for (order, way) in std::iter::once(program).chain(words).enumerate() {
        let place = match &way {
            Way::Search { folders, .. } => PathBuf::from(folders),
            // A relative path without a folder would be one of this server.
            Way::Program(path) | Way::Word(path) if !path.is_absolute() => continue,
            Way::Program(path) | Way::Word(path) => path.parent().unwrap_or(path).to_owned(),
        };
        found.entry(place).or_default().push(Candidate { order, way, foreign });
    }
    found
}

/// The first files of all places, in the order in which the command names them, each once.
pub(super) fn in_order(mut found: Vec<(usize, StartedFile)>) -> Vec<StartedFile> {
    found.sort_by_key(|(order, _)| *order);
    let mut files: Vec<StartedFile> = Vec::new();
    for (_, file) in found {
        if files.len() < FILES && !files.iter().any(|other| other.path == file.path) {
            files.push(file);
        }
    }
    files
}

/// The hash of a file, and what the file was like when it was read.
#[derive(Debug)]
struct Hash {
    bytes: u64,
    modified_at: DateTime<Utc>,
    sha256: String,
}

/// Hashes of files that were read already.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    known: Mutex<HashMap<PathBuf, Hash>>,
}

impl Hashes {
    fn of(&self, path: &Path, bytes: u64, modified_at: DateTime<Utc>) -> io::Result<String> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(path)
            && (known.bytes, known.modified_at) == (bytes, modified_at)
        {
            return Ok(known.sha256.clone());
        }
        let mut digest = Sha256::new();
        io::copy(&mut File::open(path)?, &mut digest)?;
        let sha256 = hex::encode(digest.finalize());
        let mut known = lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(path.to_owned(), Hash { bytes, modified_at, sha256: sha256.clone() });
        Ok(sha256)
    }
}

/// Those of one place that are files, with their order.
pub(super) fn look(candidates: Vec<Candidate>, hashes: &Hashes) -> Vec<(usize, StartedFile)> {
    let mut found: Vec<(usize, StartedFile)> = Vec::new();
    for Candidate { order, way, foreign } in candidates {
        let (path, is_program) = match way {
            Way::Search { program, folders } => match searched(&program, &folders) {
                Some(path) => (path, true),
                None => continue,
            },
            Way::Program(path) => (path, true),
            Way::Word(path) => (path, false),
        };
        let shown = path.display().to_string();
        if found.len() >= FILES || found.iter().any(|(_, file)| file.path == shown) {
            continue;
        }
        let Ok(about) = std::fs::metadata(&path) else { continue };
        if about.is_file() && (!foreign || open_to_all(&path)) {
            found.push((order, file(&path, shown, &about, is_program, hashes)));
        }
    }
    found
}

fn file(path: &Path, shown: String, about: &Metadata, is_program: bool, hashes: &Hashes) -> StartedFile {
    let modified_at = about.modified().map_or(DateTime::UNIX_EPOCH, DateTime::<Utc>::from);
    let modified_at = DateTime::from_timestamp_micros(modified_at.timestamp_micros()).unwrap_or(modified_at);
    let hashed = (is_program || is_script(path, about)) && about.len() <= LARGEST;
    let sha256 = hashed.then(|| hashes.of(path, about.len(), modified_at).ok()).flatten();
    StartedFile { path: shown, bytes: about.len(), modified_at, sha256 }
}

fn is_script(path: &Path, about: &Metadata) -> bool {
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    SCRIPTS.contains(&end.as_str()) || can_be_executed(about)
}

#[cfg(unix)]
fn can_be_executed(about: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn can_be_executed(_about: &Metadata) -> bool {
    false
}

/// Whether every account may read a file, and enter each folder above it.
#[cfg(unix)]
fn open_to_all(path: &Path) -> bool {
    let Ok(real) = path.canonicalize() else { return false };
    let open = |path: &Path, bit| {
        let about = std::fs::metadata(path);
        about.is_ok_and(|about| std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & bit != 0)
    };
    open(&real, 0o004) && real.ancestors().skip(1).all(|folder| open(folder, 0o001))
}

#[cfg(not(unix))]
fn open_to_all(_path: &Path) -> bool {
    false
}

/// The path of a program, as the system finds it.
fn searched(program: &Path, folders: &str) -> Option<PathBuf> {
    let places = std::env::split_paths(folders).filter(|place| place.is_absolute());
    places.map(|place| place.join(program)).find(|path| path.is_file())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A command that is searched in a folder and names files there.
    fn named(folder: &Path, foreign: bool) -> Named {
        Named {
            program: "tool".into(),
            words: ["report.py", "--quiet", "password.txt", "report.py", "absent"].map(str::to_owned).to_vec(),
            folder: folder.to_owned(),
            search: folder.display().to_string(),
            foreign,
        }
    }

    #[test]
    fn programs_and_scripts_are_hashed_and_other_files_are_only_measured() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("tool", "one");
        write("report.py", "print()");
        write("password.txt", "secret");
        std::fs::set_permissions(folder.path().join("tool"), std::fs::Permissions::from_mode(0o755)).expect("set");
        let hashes = Hashes::default();
        let look = || {
            let named = named(folder.path(), false);
            let found = named_by(named).into_values().flat_map(|candidates| look(candidates, &hashes));
            in_order(found.collect())
        };
        let first = look();
        let name = |file: &StartedFile| file.path.rsplit('/').next().unwrap_or_default().to_owned();
        assert_eq!(first.iter().map(name).collect::<Vec<_>>(), ["tool", "report.py", "password.txt"]);
        let hashed: Vec<bool> = first.iter().map(|file| file.sha256.is_some()).collect();
        assert_eq!(hashed, [true, true, false]);
        write("report.py", "print(1)");
        assert_ne!(look()[1].sha256, first[1].sha256);
    }

    #[test]
    fn a_disk_is_known_by_the_same_place_at_each_start() {
        // Each attempt may start in a folder of its own.
        let places = |folder: &str| {
            let named = Named {
                words: vec!["/mnt/gone/a".into(), "/mnt/gone/b".into(), "c".into()],
                ..named(Path::new(folder), false)
            };
            named_by(Named { search: "/usr/bin:/bin".into(), ..named }).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(places("/scratch/1"), ["/mnt/gone", "/scratch/1", "/usr/bin:/bin"].map(PathBuf::from));
        assert_eq!(places("/scratch/2"), ["/mnt/gone", "/scratch/2", "/usr/bin:/bin"].map(PathBuf::from));
    }

    #[test]
    fn of_another_account_only_a_program_is_noted_that_all_may_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
        };
        for name in ["tool", "report.py", "settings.yaml"] {
            std::fs::write(folder.path().join(name), "hush").expect("written");
            mode(&folder.path().join(name), 0o755);
        }
        let seen = |named: Named| {
            let found = named_by(named).into_values().flat_map(|candidates| look(candidates, &Hashes::default()));
            let name = |file: StartedFile| file.path.rsplit('/').next().unwrap_or_default().to_owned();
            in_order(found.collect()).into_iter().map(name).collect::<Vec<_>>()
        };
        mode(folder.path(), 0o755);
        assert_eq!(seen(named(folder.path(), true)), ["tool"]);
        assert_eq!(seen(named(folder.path(), false)), ["tool", "report.py"]);
        mode(folder.path(), 0o700);
        assert_eq!(seen(named(folder.path(), true)), [""; 0], "its folder is closed");
        mode(folder.path(), 0o755);
        mode(&folder.path().join("tool"), 0o750);
        assert_eq!(seen(named(folder.path(), true)), [""; 0], "it is closed itself");
        let nowhere = Named { folder: PathBuf::new(), program: "./Cargo.toml".into(), ..named(folder.path(), false) };
        let nowhere = Named { words: vec!["Cargo.toml".into()], ..nowhere };
        assert_eq!(seen(nowhere), [""; 0], "nothing of the folder of this server");
    }

    #[test]
    fn files_for_settings_are_never_hashed() {
        for name in ["a.yaml", "a.yml", "a.sql", "a.json", "a.toml", "a.ini", "a.env"] {
            let end = name.rsplit('.').next().unwrap_or_default();
            assert!(!SCRIPTS.contains(&end), "{name}");
        }
    }
}
