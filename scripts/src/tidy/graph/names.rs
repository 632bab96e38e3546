//! Resolves module paths to files, through aliases and re-exports.
//!
//! `mod x;` and a re-export of one's own descendants are not dependencies; neither is a module that is imported but
//! never used.

use super::super::source::Source;
use super::paths::{self, Import, Paths};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How many aliases a name may lead through before the search gives up.
const PATIENCE: usize = 16;

/// The files of one crate and what each names.
pub struct Graph<'a> {
    /// Files in the order of their paths.
    pub files: Vec<&'a str>,
    /// For each file, the files it names, except itself.
    pub names: Vec<BTreeSet<usize>>,
}

/// A part of a crate whose files must not form a circle: a room, or the whole crate.
pub struct Room {
    /// `server/src/app`, `openapi/cli/src`.
    pub name: String,
    /// Positions of its files in the graph. The file that composes the room is left out.
    pub files: Vec<usize>,
}

#[derive(Default)]
struct Module {
    path: Vec<String>,
    file: usize,
    paths: Paths,
    aliases: HashMap<String, Vec<String>>,
    defined: HashSet<String>,
}

type Modules = BTreeMap<Vec<String>, Module>;

impl<'a> Graph<'a> {
    /// Reads the files of one crate; `root` is the folder with its `lib.rs` or `main.rs`.
    #[must_use]
    pub fn of(root: &str, sources: &[&'a Source]) -> Self {
        let mut modules = Modules::new();
        for (file, source) in sources.iter().enumerate() {
            let path = module_path(&source.path[root.len()..]);
            let mut paths = paths::read(&source.code);
            let defined = std::mem::take(&mut paths.defined).into_iter().collect();
            let alias = |import: &Import| (import.name.clone(), import.path.clone());
            let aliases = paths.imports.iter().filter(|import| !import.name.is_empty()).map(alias).collect();
            // A `main.rs` beside a `lib.rs` is another crate; the library comes first.
            modules.entry(path.clone()).or_insert(Module { path, file, paths, aliases, defined });
        }
        let mut names = vec![BTreeSet::new(); sources.len()];
        for module in modules.values() {
            names[module.file] = named_files(&modules, module);
        }
        Self { files: sources.iter().map(|source| source.path.as_str()).collect(), names }
    }

    /// The parts of this crate: its rooms, or all of it.
    #[must_use]
    pub fn rooms(&self, root: &str, has_rooms: bool) -> Vec<Room> {
        let mut rooms: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, path) in self.files.iter().enumerate() {
            let module = module_path(&path[root.len()..]);
            let (room, rest) = if has_rooms { module.split_at(module.len().min(1)) } else { module.split_at(0) };
            if !rest.is_empty() {
                let name = format!("{root}{}", room.concat());
                rooms.entry(name.trim_end_matches('/').to_owned()).or_default().push(index);
            }
        }
        rooms.into_iter().map(|(name, files)| Room { name, files }).collect()
    }
}

/// `app/runs/mod.rs` -> `app`, `runs`; `lib.rs` -> nothing.
fn module_path(inside: &str) -> Vec<String> {
    let mut parts: Vec<_> = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let last = parts.last().map(String::as_str);
    if last == Some("mod") || (parts.len() == 1 && (last == Some("lib") || last == Some("main"))) {
        parts.pop();
    }
    parts
}

fn named_files(modules: &Modules, module: &Module) -> BTreeSet<usize> {
    let mut files = BTreeSet::new();
    let imports = module.paths.imports.iter().filter(|import| !re_exports_its_own(modules, module, import));
    let paths = imports.map(|import| &import.path).chain(&module.paths.named);
    for path in paths {
        files.extend(place(modules, module, path, PATIENCE).filter(|file| *file != module.file));
    }
    files
}

fn re_exports_its_own(modules: &Modules, module: &Module, import: &Import) -> bool {
    let absolute = || absolute(modules, module, &import.path, PATIENCE);
    import.public && absolute().is_some_and(|path| path.starts_with(&module.path) && path.len() > module.path.len() + 1)
}

/// The path from the crate's root, or `None` if it leads out of the crate.
fn absolute(modules: &Modules, module: &Module, path: &[String], patience: usize) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    let mut base = module.path.clone();
    match first.as_str() {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            let ups = path.iter().take_while(|name| *name == "super").count();
            base.truncate(base.len().checked_sub(ups)?);
            base.extend_from_slice(&path[ups..]);
            return Some(base);
        }
        name => {
            base.push(name.to_owned());
            if !modules.contains_key(&base) {
                let alias = module.aliases.get(name).filter(|alias| alias.as_slice() != path)?;
                // `use pools::X` names a child; an alias that begins with its own name would never end.
                base = absolute(modules, module, alias, patience.checked_sub(1)?)?;
            }
        }
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// The file that defines what the path names; `None` outside of the crate, or if the path ends with a module.
fn place(modules: &Modules, module: &Module, path: &[String], patience: usize) -> Option<usize> {
    let path = absolute(modules, module, path, patience)?;
    let mut here = Vec::new();
    for (index, name) in path.iter().enumerate() {
        here.push(name.clone());
        if modules.contains_key(&here) {
            continue;
        }
        let holder = modules.get(&path[..index])?;
        if holder.defined.contains(name) {
            return Some(holder.file);
        }
        let less = patience.checked_sub(1)?;
        if let Some(alias) = holder.aliases.get(name) {
            let further = alias.iter().chain(&path[index + 1..]).cloned().collect::<Vec<_>>();
            return place(modules, holder, &further, less);
        }
        return Some(through_globs(modules, holder, name, less).unwrap_or(holder.file));
    }
    None
}

/// `pub use x::*`: the glob whose module defines the name.
fn through_globs(modules: &Modules, holder: &Module, name: &str, patience: usize) -> Option<usize> {
    let globs = holder.paths.imports.iter().filter(|import| import.path.last().is_some_and(|last| last == "*"));
    for glob in globs {
        let target = absolute(modules, holder, &glob.path[..glob.path.len() - 1], patience)?;
        let target = modules.get(&target).filter(|target| !std::ptr::eq(*target, holder))?;
        if target.defined.contains(name) {
            return Some(target.file);
        }
    }
    None
}
