//! What every operation answers in the normal case: one file and one snapshot for each tag of the contract.
//!
//! A file of this folder walks through its subject and calls each operation at least once. The kit checks each answer
//! against the contract; the snapshot compares it with earlier answers. `INSTA_UPDATE=always cargo test -p orc-server
//! --test it api::` takes all snapshots again. Start reading at `tour`.

mod audit;
mod calendars;
mod credentials;
mod networks;
mod notify;
mod pools;
mod reports;
mod runs;
mod schedules;
mod sessions;
mod system;
mod tasks;
mod texts;
mod tokens;
mod tour;
mod users;

use crate::kit::contract;
use std::path::Path;

/// Operations whose answers no tour shows, each with its reason. Keep this short.
const NOT_SHOWN: [(&str, &str, &str); 2] = [
    ("link_view", "200", "its address holds a secret; notify::silences looks at the answer"),
    ("link_use", "200", "its address holds a secret; notify::silences looks at the answer"),
];

#[test]
fn every_declared_success_of_every_operation_is_in_the_snapshot_of_its_tag() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/api/snapshots");
    let mut missing = Vec::new();
    for operation in contract::operations() {
        let snapshot = std::fs::read_to_string(folder.join(format!("{}.snap", operation.tag))).unwrap_or_default();
        for status in operation.statuses() {
            let is_shown = snapshot.lines().any(|line| {
                line.strip_prefix(&format!("## {}: ", operation.id))
                    .is_some_and(|rest| rest.ends_with(&format!(" -> {status}")))
            });
            let is_excused = NOT_SHOWN.iter().any(|(id, of, _)| *id == operation.id && *of == status);
            if is_shown == is_excused {
                missing.push(format!("{} -> {status}: shown {is_shown}, excused {is_excused}", operation.id));
            }
        }
    }
    assert!(missing.is_empty(), "no tour shows these answers:\n{}", missing.join("\n"));
}
