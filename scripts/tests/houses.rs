//! Tests that tidy finds circles of files, subjects that name what is not below them, full folders, and numbers that
//! should shrink.

use xtask::tidy::{Source, Texts, findings};

/// Findings of a planted tree as `rule path`. Adds the files that a room needs to be a tree.
fn found(files: &[(&str, &str)], texts: &Texts) -> Vec<String> {
    let fronts = ["server/src/lib.rs", "server/src/app/mod.rs"];
    let front = |path: &&str| Source::new(path, "//! One.\n//! Two.\n//! Three.\n");
    let mut sources: Vec<_> = fronts.iter().map(front).collect();
    sources
        .extend(files.iter().map(|(path, code)| Source::new(path, &format!("//! One.\n//! Two.\n//! Three.\n{code}"))));
    findings(&sources, texts).into_iter().map(|finding| format!("{} {}", finding.rule, finding.path)).collect()
}

fn with(list: &str) -> Texts {
    Texts { circles: list.to_owned(), ..Texts::default() }
}

const CORE: (&str, &str) = ("server/src/app/core/mod.rs", "pub mod a;\npub mod b;\npub mod c;\n");

const ROUND: [(&str, &str); 4] = [
    CORE,
    ("server/src/app/core/a.rs", "use crate::app::{\n    core::{self, b::{C, D}},\n};\n"),
    ("server/src/app/core/b.rs", "fn f() { super::c::g() }\n"),
    ("server/src/app/core/c.rs", "use super::a::A;\n"),
];

#[test]
fn a_circle_of_files_is_found() {
    assert_eq!(found(&ROUND, &Texts::default()), ["circle server/src/app"]);
    let open = [
        CORE,
        ROUND[1],
        ROUND[2],
        ("server/src/app/core/c.rs", "#[cfg(test)]\nmod tests {\n    use super::a::A;\n}\n"),
    ];
    assert_eq!(found(&open, &Texts::default()), [""; 0]);
}

#[test]
fn a_circle_is_found_through_a_re_export() {
    let files = [
        ("server/src/app/core/mod.rs", "mod a;\nmod b;\npub use a::A;\n"),
        ("server/src/app/core/a.rs", "use super::b::B;\npub struct A;\n"),
        ("server/src/app/core/b.rs", "use crate::app::core::A;\npub struct B;\n"),
    ];
    assert_eq!(found(&files, &Texts::default()), ["circle server/src/app"]);
}

#[test]
fn the_file_that_puts_a_room_together_is_no_part_of_a_circle() {
    let files = [
        ("server/src/app/mod.rs", "pub mod core;\npub use core::a::A;\npub struct App(core::a::A);\n"),
        ("server/src/app/core/a.rs", "use crate::app::App;\npub struct A;\n"),
    ];
    assert_eq!(found(&files, &Texts::default()), [""; 0]);
}

#[test]
fn accepted_circles_have_a_reason_and_may_only_shrink() {
    let line = "server/src/app: core/a.rs core/b.rs core/c.rs because they are one thing\n";
    assert_eq!(found(&ROUND, &with(line)), [""; 0]);
    let without = ["circle scripts/tidy-circles.txt", "circle server/src/app"];
    assert_eq!(found(&ROUND, &with("server/src/app: core/a.rs core/b.rs core/c.rs\n")), without);
    let wider = "server/src/app: core/a.rs core/b.rs core/c.rs core/d.rs because they are one thing\n";
    assert_eq!(found(&ROUND, &with(wider)), ["circle scripts/tidy-circles.txt"]);
    assert_eq!(found(&[], &with(line)), ["circle scripts/tidy-circles.txt"]);
}

#[test]
fn a_subject_names_only_what_it_stands_on() {
    let pools = ("server/src/app/pools.rs", "pub fn f() {}\n");
    let names = |path, code| {
        found(&[pools, ("server/src/app/tasks/mod.rs", "pub fn g() {}\n"), (path, code)], &Texts::default())
    };
    assert_eq!(names("server/src/app/runs/mod.rs", "use super::pools;\nfn h() { pools::f() }\n"), [""; 0]);
    assert_eq!(
        names("server/src/app/runs/admit.rs", "fn h() { crate::app::tasks::g() }\n"),
        ["subject server/src/app/runs/admit.rs"]
    );
    assert_eq!(names("server/src/app/system/mod.rs", "use super::tasks::g;\n"), [""; 0]);
    assert_eq!(names("server/src/app/core/x.rs", "use crate::app::pools::f;\n"), ["subject server/src/app/core/x.rs"]);
    assert_eq!(names("server/src/app/wizards/x.rs", ""), ["subject-name server/src/app/wizards"]);
}

#[test]
fn a_folder_holds_twelve_files() {
    let files = |count: usize| (0..count).map(|number| format!("server/src/app/runs/f{number}.rs")).collect::<Vec<_>>();
    let found = |names: Vec<String>| {
        found(&names.iter().map(|name| (name.as_str(), "")).collect::<Vec<_>>(), &Texts::default())
    };
    assert_eq!(found(files(12)), [""; 0]);
    assert_eq!(found(files(13)), ["folder-files server/src/app/runs"]);
    let mut tested = files(12);
    tested.push("server/src/app/runs/tests.rs".to_owned());
    assert_eq!(found(tested), [""; 0]);
}

#[test]
fn numbers_of_the_baseline_may_only_shrink() {
    let files = [("server/src/app/x.rs", "fn f() -> (A, B, C) {}\nfn g() -> (A, B, C) {}\n")];
    let of = |baseline: &str| found(&files, &Texts { baseline: baseline.to_owned(), ..Texts::default() });
    assert_eq!(of("tuple 2\n"), [""; 0]);
    assert_eq!(of("tuple 1\n").len(), 3);
    assert_eq!(of("tuple 3\n"), ["baseline scripts/tidy-baseline.txt"]);
}

#[test]
fn every_subject_has_its_places() {
    let contract =
        |id: &str, tag: &str| format!(r#"{{"paths":{{"/x":{{"get":{{"operationId":"{id}","tags":["{tag}"]}}}}}}}}"#);
    let of = |contract: String, exceptions: &str, files: &[(&str, &str)]| {
        let texts = Texts { contract, exceptions: exceptions.to_owned(), ..Texts::default() };
        found(files, &texts)
    };
    let files = [
        ("openapi/cli/src/generated/operations.rs", "const ID: &str = \"pool_list\";\n"),
        ("server/src/domain/pools.rs", ""),
        ("server/src/store/pools/mod.rs", ""),
        ("server/src/app/pools.rs", ""),
        ("server/src/api/pools.rs", ""),
        ("server/tests/it/pools.rs", ""),
        ("web/src/features/pools/ListPage.tsx", ""),
    ];
    assert_eq!(of(contract("pool_list", "pool"), "", &files), [""; 0]);
    assert_eq!(of(contract("pool_list", "pool"), "", &files[..6]), ["place web/src/features/pools"]);
    let excused = "web/src/features/pools place because the test says so\n";
    assert_eq!(of(contract("pool_list", "pool"), excused, &files[..6]), [""; 0]);
    assert_eq!(of(contract("pool_list", "pool"), excused, &files), ["exception scripts/tidy-exceptions.txt"]);
    assert_eq!(of(contract("pool_view", "pool"), "", &files), ["place openapi/cli/src/generated/operations.rs"]);
    assert_eq!(of(contract("wizard_list", "pool"), "", &files), ["place openapi/openapi.json"]);
    assert_eq!(of(contract("pool_list", "wizard"), "", &files), ["place openapi/openapi.json"]);
}
