//! The contract chain: `orc-server openapi` -> `openapi/openapi.json` -> the page's client and the CLI's table.
//!
//! `write` makes everything. `check` compares without writing and adds the lint, the breaking changes against
//! `openapi/released/` and the operations that the page does not use yet. Deliberately absent: any opinion about the
//! document beyond its conventions, because the handlers are the source. Start reading at `check`.

mod breaking;
pub mod cli_table;
mod lint;
mod shapes;
mod usage;

use crate::command::{self, Answer};
use crate::place::Place;
use serde_json::Value;
use std::fs;
use std::path::Path;

const DOCUMENT: &str = "openapi/openapi.json";
const TABLE: &str = "openapi/cli/src/generated/operations.rs";

/// Regenerates document, page client and CLI table.
///
/// # Errors
/// Fails with a sentence if something cannot be built or written.
pub fn write(place: &Place) -> Answer<()> {
    let (text, document) = made(place)?;
    save(&place.root.join(DOCUMENT), &text)?;
    save(&place.root.join(TABLE), &cli_table::table(&document)?)?;
    if place.web().join("package.json").exists() {
        packages(place)?;
        command::must(&mut command::npm(&place.web(), &["run", "--silent", "contract"]))?;
    }
    let faults = habits(&document);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Everything that is wrong with the published contract and what is made from it; empty if nothing is.
///
/// # Errors
/// Fails with a sentence if something cannot be built or read.
pub fn check(place: &Place) -> Answer<Vec<String>> {
    let (text, document) = made(place)?;
    let mut faults = habits(&document);
    faults.extend(stale(place, DOCUMENT, &text));
    faults.extend(stale(place, TABLE, &cli_table::table(&document)?));
    faults.extend(released(place, &document)?);
    if place.web().join("package.json").exists() {
        packages(place)?;
        let ran = command::run(&mut command::npm(&place.web(), &["run", "--silent", "contract:check"]))?;
        if !ran.ok {
            faults.push("web/src/api/generated is stale: run `cargo xtask contract`".to_owned());
        }
        faults.extend(usage::faults(place, &document)?);
    }
    Ok(faults)
}

/// What breaks the conventions of the contract.
fn habits(document: &Value) -> Vec<String> {
    let mut faults = lint::faults(document);
    faults.extend(shapes::faults(document));
    faults
}

fn packages(place: &Place) -> Answer<()> {
    crate::test::packages(&place.web())?;
    crate::test::packages(&place.web().join("tools/openapi-client"))
}

/// The document as the server of this working tree makes it.
fn made(place: &Place) -> Answer<(String, Value)> {
    let mut cargo = command::cargo(&place.root);
    let text = command::read(cargo.args(["run", "--quiet", "--package", "orc-server", "--", "openapi"]))?;
    let document =
        serde_json::from_str(&text).map_err(|error| format!("`orc-server openapi` prints no JSON: {error}"))?;
    Ok((text, document))
}

fn save(path: &Path, text: &str) -> Answer<()> {
    if fs::read_to_string(path).is_ok_and(|held| held == text) {
        return Ok(());
    }
    println!("writing {}", path.display());
    fs::write(path, text).map_err(|error| format!("{} could not be written: {error}", path.display()))
}

fn stale(place: &Place, path: &str, fresh: &str) -> Option<String> {
    let held = fs::read_to_string(place.root.join(path)).unwrap_or_default().replace("\r\n", "\n");
    (held != fresh).then(|| format!("{path} is stale: run `cargo xtask contract`"))
}

/// Breaking changes against each released contract. Before the first release there is nothing to break.
fn released(place: &Place, document: &Value) -> Answer<Vec<String>> {
    let mut faults = Vec::new();
    let entries = fs::read_dir(place.root.join("openapi/released")).into_iter().flatten().filter_map(Result::ok);
    for path in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).map_err(|error| format!("{name} could not be read: {error}"))?;
        let old: Value = serde_json::from_str(&text).map_err(|error| format!("{name} is no JSON: {error}"))?;
        faults.extend(breaking::faults(&old, document).into_iter().map(|fault| format!("breaks {name}: {fault}")));
    }
    Ok(faults)
}
