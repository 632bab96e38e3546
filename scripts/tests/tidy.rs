//! The repository is tidy, and tidy sees what is not.

use xtask::place::Place;
use xtask::tidy::{Finding, Source, Texts, check, findings};

fn rules_of(path: &str, text: &str) -> Vec<&'static str> {
    let found = findings(&[Source::new(path, text)], &Texts::default());
    found.into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn the_repository_is_tidy() {
    let found = check(&Place::find()).expect("the files are readable");
    let lines: Vec<_> = found.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn a_door_must_not_see_the_other_door() {
    assert_eq!(rules_of("server/src/api/x.rs", "//! X.\nuse crate::engine::Worker;\n"), ["room"]);
    assert_eq!(rules_of("server/src/api/x.rs", "//! X.\nuse crate::{app, engine::Worker};\n"), ["room"]);
    assert_eq!(rules_of("server/src/app/x.rs", "//! X.\nuse crate::store::Store;\n"), [""; 0]);
    assert_eq!(rules_of("server/src/api/x.rs", "//! X.\nuse crate::store::Store;\n"), ["room"]);
    assert_eq!(rules_of("server/src/engine/x.rs", "//! X.\nuse crate::{app::App, store::Store};\n"), ["room"]);
    assert_eq!(rules_of("server/src/engine/x.rs", "//! X.\nfn f(tx: &Tx) {}\n"), ["foreign-word"]);
    assert_eq!(rules_of("server/src/api/x.rs", "//! X.\nfn f() { app.store().runs() }\n"), ["foreign-word"]);
    assert_eq!(rules_of("server/src/domain/x.rs", "//! X.\nfn f() { crate::clock::now() }\n"), ["room"]);
}

#[test]
fn foreign_words_stay_in_their_room() {
    assert_eq!(rules_of("server/src/app/x.rs", "//! X.\nuse sea_orm::Entity;\n"), ["foreign-word"]);
    assert_eq!(rules_of("server/src/store/x.rs", "//! X.\nuse sea_orm::Entity;\n"), [""; 0]);
    assert_eq!(rules_of("server/src/app/x.rs", "//! X.\nlet now = Utc::now();\n"), ["foreign-word"]);
    assert_eq!(rules_of("server/src/app/x.rs", "//! X. Utc::now is not used.\n"), [""; 0]);
    assert_eq!(rules_of("server/src/domain/x.rs", "//! X.\npub async fn f() {}\n"), ["foreign-word"]);
}

#[test]
fn sizes_and_headers_are_held() {
    let long = format!("//! X.\n{}", "fn f() {}\n".repeat(400));
    assert_eq!(rules_of("server/src/app/x.rs", &long), ["file-length"]);
    let tested = format!("//! X.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "fn f() {}\n".repeat(400));
    assert_eq!(rules_of("server/src/app/x.rs", &tested), [""; 0]);
    assert_eq!(rules_of("server/src/app/x.rs", "fn f() {}\n"), ["header"]);
    assert_eq!(rules_of("server/src/app/mod.rs", "//! One line.\n"), ["header"]);
    assert_eq!(rules_of("server/src/app/x.rs", "//! X.\n// ======\n"), ["banner"]);
    let wide = format!("//! X.\npub trait T {{\n{}}}\n", "    fn f();\n".repeat(13));
    assert_eq!(rules_of("server/src/app/x.rs", &wide), ["trait-size"]);
}

#[test]
fn features_never_import_features() {
    let text = "import { X } from \"../tasks/X\";\n";
    assert_eq!(rules_of("web/src/features/runs/Y.tsx", text), ["room"]);
    assert_eq!(rules_of("web/src/features/tasks/Y.tsx", text), [""; 0]);
    assert_eq!(rules_of("web/src/features/tasks/Y.tsx", "const x = await fetch(\"/\");\n"), ["fetch"]);
}

#[test]
fn the_vocabulary_is_held_and_exceptions_need_a_use() {
    let mut texts = Texts {
        vocabulary: "job: task".to_owned(),
        contract: r#"{"paths":{"/x":{"get":{"operationId":"job_list","tags":["task"]}}}}"#.to_owned(),
        ..Texts::default()
    };
    let found = |texts: &Texts| {
        let found = findings(&[], texts).into_iter().filter(|finding| finding.rule != "place");
        found.map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(found(&texts), ["vocabulary"]);
    texts.exceptions = "openapi/openapi.json vocabulary because the test says so\n".to_owned();
    assert_eq!(found(&texts), [""; 0]);
    texts.contract = "{}".to_owned();
    assert_eq!(found(&texts), ["exception"]);
}

#[test]
fn a_document_cites_paths_that_exist() {
    let text = "See `app/runs/admit` and `/healthz`.\n```sh\ncat `no/such`\n```\nAlso `domain/NAME.rs`, `run_list`.\n";
    let cited: Vec<_> = xtask::tidy::language::cited::cited(text).into_iter().map(|it| (it.line, it.path)).collect();
    assert_eq!(cited, [(1, "app/runs/admit")]);
}
