//! `cargo xtask dist`: what ships, as a folder and an archive in `dist/`.

use crate::command::{self, Answer};
use crate::page;
use crate::place::Place;
use crate::start;
use std::fs;
use std::path::Path;
use std::process::Command;

const PROGRAMS: [&str; 3] = ["orc-server", "orc-runner", "orc"];
const PAGES: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Builds with the profile `dist` and packs.
///
/// # Errors
/// Fails with a sentence if a build fails or a file cannot be copied.
pub fn run(place: &Place) -> Answer<()> {
    page::build(place)?;
    start::programs(place, "dist")?;
    let name = format!("orc-{}-{}", env!("CARGO_PKG_VERSION"), target()?);
    let folder = place.root.join("dist").join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{} could not be emptied: {error}", folder.display()))?;
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
    for program in PROGRAMS {
        let built = place.program("dist", program);
        copy(&built, &folder.join(built.file_name().unwrap_or_default()))?;
    }
    for page in PAGES {
        copy(&place.root.join(page), &folder.join(page))?;
    }
    let archive = format!("{name}.tar.gz");
    let mut tar = Command::new("tar");
    command::must(tar.current_dir(place.root.join("dist")).args(["-czf", &archive, &name]))?;
    println!("{}", place.root.join("dist").join(archive).display());
    Ok(())
}

/// The target for which this machine builds, as rustc names it.
fn target() -> Answer<String> {
    let said = command::read(Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not name its host".to_owned())
}

fn copy(from: &Path, to: &Path) -> Answer<()> {
    fs::copy(from, to).map(drop).map_err(|error| format!("{} could not be copied: {error}", from.display()))
}
