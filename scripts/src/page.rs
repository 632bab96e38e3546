//! Builds the page into `web/dist`, but only if its inputs changed, and writes only files whose bytes changed.
//!
//! The server embeds `web/dist`, so rewriting a file with the same bytes would rebuild the server, which takes
//! minutes. The stamp in the target folder holds a hash of the inputs and a hash of the outputs, so that a deleted or
//! replaced page is built again too.

use crate::command::{self, Answer};
use crate::place::Place;
use crate::test;
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The inputs of the page inside `web/`, without tests.
const INPUTS: &[&str] = &[
    "index.html",
    "package.json",
    "package-lock.json",
    "public",
    "src",
    "tools/compress.mjs",
    "tsconfig.json",
    "vite.config.ts",
];

/// The variable that builds a page without a server (see `web/vite.config.ts`).
const MOCK: &str = "ORC_MOCK";

/// Builds the page unless it is up to date.
///
/// # Errors
/// Fails with a sentence if Node is missing or a step fails.
pub fn build(place: &Place) -> Answer<()> {
    let stamp = place.own().join("page-stamp");
    let dist = place.web().join("dist");
    let wanted = inputs(&place.web())?;
    if fs::read_to_string(&stamp).is_ok_and(|held| held == stamp_of(&wanted, &dist)) {
        return Ok(());
    }
    test::node()?;
    test::packages(&place.web())?;
    let made = place.own().join("page");
    let mut vite = command::npx(&place.web(), &["vite", "build", "--logLevel", "warn", "--emptyOutDir", "--outDir"]);
    command::must(vite.arg(&made))?;
    let mut compress = std::process::Command::new("node");
    command::must(compress.arg("tools/compress.mjs").arg(&made).current_dir(place.web()))?;
    let changed = mirror(&made, &dist)?;
    println!("the page is built: {changed} files of web/dist changed");
    write(&stamp, stamp_of(&wanted, &dist).as_bytes())
}

fn stamp_of(inputs: &str, dist: &Path) -> String {
    format!("inputs {inputs}\noutputs {}\n", hash(&files(dist).unwrap_or_default(), dist).unwrap_or_default())
}

/// One hash over the inputs: names and bytes.
fn inputs(web: &Path) -> Answer<String> {
    let mut found = Vec::new();
    for input in INPUTS {
        let path = web.join(input);
        if path.is_file() { found.push(path) } else { found.extend(files(&path)?) }
    }
    let is_test = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.contains(".test.") || name.contains(".spec.")
    };
    found.retain(|path| !is_test(path));
    found.sort();
    Ok(format!("{} {:?}", hash(&found, web)?, std::env::var_os(MOCK)))
}

/// All files below a folder, in order. A missing folder has none.
fn files(folder: &Path) -> Answer<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.map_err(|error| format!("{} could not be read: {error}", folder.display()))?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn hash(files: &[PathBuf], root: &Path) -> Answer<String> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(root).unwrap_or(file).hash(&mut hasher);
        read(file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Makes `to` equal to `from`. Returns how many files were written or removed. Equal files keep their modification
/// time.
fn mirror(from: &Path, to: &Path) -> Answer<usize> {
    let relative = |root: &Path| -> Answer<BTreeMap<PathBuf, PathBuf>> {
        let named = |path: PathBuf| (path.strip_prefix(root).unwrap_or(&path).to_path_buf(), path);
        Ok(files(root)?.into_iter().map(named).collect())
    };
    let (made, held) = (relative(from)?, relative(to)?);
    let mut changed = 0;
    for (name, path) in &made {
        let bytes = read(path)?;
        if !held.get(name).is_some_and(|held| fs::read(held).is_ok_and(|held| held == bytes)) {
            write(&to.join(name), &bytes)?;
            changed += 1;
        }
    }
    for (_, path) in held.iter().filter(|(name, _)| !made.contains_key(*name)) {
        fs::remove_file(path).map_err(|error| format!("{} could not be removed: {error}", path.display()))?;
        changed += 1;
    }
    Ok(changed)
}

fn read(path: &Path) -> Answer<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{} could not be read: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Answer<()> {
    let folder = path.parent().unwrap_or(path);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes));
    written.map_err(|error| format!("{} could not be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Scratch;

    #[test]
    fn equal_files_keep_their_time_and_others_are_written_or_removed() {
        let scratch = Scratch::new("mirror").expect("a folder");
        let (from, to) = (scratch.path().join("from"), scratch.path().join("to"));
        for (name, text) in [("from/a", "1"), ("from/deep/b", "2"), ("to/a", "1"), ("to/deep/b", "3"), ("to/c", "4")] {
            write(&scratch.path().join(name), text.as_bytes()).expect("written");
        }
        let time = || fs::metadata(to.join("a")).and_then(|data| data.modified()).expect("a time");
        let before = time();
        assert_eq!(mirror(&from, &to), Ok(2));
        assert_eq!(time(), before);
        assert_eq!(fs::read(to.join("deep/b")).expect("there"), b"2");
        assert!(!to.join("c").exists());
        assert_eq!(mirror(&from, &to), Ok(0));
    }

    #[test]
    fn the_stamp_sees_inputs_and_outputs() {
        let scratch = Scratch::new("stamp").expect("a folder");
        let web = scratch.path();
        for name in ["index.html", "package.json", "package-lock.json", "tools/compress.mjs", "tsconfig.json"] {
            write(&web.join(name), b"x").expect("written");
        }
        write(&web.join("vite.config.ts"), b"x").expect("written");
        let before = inputs(web).expect("read");
        write(&web.join("src/a.spec.ts"), b"x").expect("written");
        assert_eq!(inputs(web).expect("read"), before);
        write(&web.join("src/a.ts"), b"x").expect("written");
        assert_ne!(inputs(web).expect("read"), before);
        let dist = web.join("dist");
        let stamp = stamp_of(&before, &dist);
        write(&dist.join("index.html"), b"x").expect("written");
        assert_ne!(stamp_of(&before, &dist), stamp);
    }
}
