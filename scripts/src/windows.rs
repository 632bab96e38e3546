//! `cargo xtask check --windows`: type-checks server, runner and command line for Windows, on Debian.
//!
//! Rustup has no standard library for Windows on Linux without an extra download. This command therefore uses
//! Debian's compiler, which comes with the sources of the standard library and builds them. Nothing is linked and
//! nothing runs. Debian's security updates change the compiler's version, so the version is queried, never written
//! down.

use crate::command::{self, Answer};
use crate::place::Place;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "x86_64-pc-windows-gnu";

/// The packages to type-check.
const PACKAGES: [&str; 3] = ["orc-server", "orc-runner", "orc-cli"];

/// Path of Debian's compiler. A search on `PATH` would find rustup's first.
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";

/// Debian's packages that contain all of it.
const DEBIAN: &str = "rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64-win32 g++-mingw-w64-x86-64-win32";

/// The compiler for the C parts of dependencies.
const MINGW: [&str; 3] = ["x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-g++", "x86_64-w64-mingw32-ar"];

/// Type-checks for Windows in a target folder of its own.
///
/// # Errors
/// Fails with a sentence if the toolchain is not installed or the check finds something.
pub fn check(place: &Place) -> Answer<()> {
    if let Some(sentence) = missing(place) {
        return Err(sentence);
    }
    let mut cargo = debian(CARGO);
    cargo.current_dir(&place.root).arg("check").args(["--target", TARGET, "-Zbuild-std=std,panic_abort", "--locked"]);
    cargo.arg("--target-dir").arg(place.target.join("windows"));
    cargo.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
    // The standard library is built from source by a stable compiler, which only allows this with this variable.
    command::must(cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", RUSTC).env("RUSTDOC", "/usr/bin/rustdoc"))
}

/// Why nothing can be checked for Windows on this machine, as a sentence; none if it can.
#[must_use]
pub fn missing(place: &Place) -> Option<String> {
    let absent = absent(place)?;
    Some(format!("Windows was not checked, because {absent}. On Debian: apt-get install {DEBIAN}"))
}

fn absent(place: &Place) -> Option<String> {
    if let Some(program) = [CARGO, RUSTC].iter().find(|program| !Path::new(program).is_file()) {
        return Some(format!("{program} is not installed"));
    }
    if let Some(program) = MINGW.iter().find(|program| command::which(program).is_none()) {
        return Some(format!("{program} is not installed"));
    }
    let sources = command::read(debian(RUSTC).args(["--print", "sysroot"]))
        .map(|root| PathBuf::from(root.trim()).join("lib/rustlib/src/rust/library/std"));
    match sources {
        Err(sentence) => return Some(sentence),
        Ok(folder) if !folder.is_dir() => {
            return Some(format!("the sources of the standard library are not in {}", folder.display()));
        }
        Ok(_) => {}
    }
    too_old(place).err()
}

/// Fails with a clause if Debian's compiler is older than the workspace requires.
fn too_old(place: &Place) -> Answer<()> {
    let said = command::read(debian(RUSTC).arg("--version"))?;
    let has = said.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let manifest = fs::read_to_string(place.root.join("Cargo.toml")).map_err(|error| format!("Cargo.toml: {error}"))?;
    let needs = needed(&manifest).unwrap_or_default();
    if numbers(&has) >= numbers(needs) {
        return Ok(());
    }
    Err(format!("{RUSTC} is version {has} and the workspace needs {needs}"))
}

/// The workspace's `rust-version`.
fn needed(manifest: &str) -> Option<&str> {
    let line = manifest.lines().find(|line| line.starts_with("rust-version"))?;
    line.split('"').nth(1)
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}

/// One of Debian's programs, without the variables that rustup's cargo has set for this process.
fn debian(program: &str) -> Command {
    let mut command = Command::new(program);
    for told in ["CARGO", "CARGO_MANIFEST_DIR", "RUSTUP_TOOLCHAIN", "RUSTUP_HOME", "LD_LIBRARY_PATH"] {
        command.env_remove(told);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(numbers("1.100.0") >= numbers("1.95") && numbers("1.95.0") >= numbers("1.95"));
        assert!(numbers("1.9") < numbers("1.95") && numbers("") < numbers("1.0"));
    }

    #[test]
    fn the_workspace_says_what_it_needs() {
        let manifest = "[workspace.package]\nedition = \"2024\"\nrust-version = \"1.95\"\n";
        assert_eq!((needed(manifest), needed("[package]")), (Some("1.95"), None));
    }
}
