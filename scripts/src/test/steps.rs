//! The steps of `cargo xtask test`, cheap ones first.

use super::count::{self, Count};
use super::machine;
use super::session::{Session, Step};
use crate::command::{self, Answer};
use crate::{contract, page, tidy, trust, windows};

/// Runs only in the full form, or by name.
pub const WINDOWS: &str = "windows types";

const NPM: &[&str] = &["web packages"];

/// All steps in their order.
pub const ALL: &[Step] = &[
    Step { name: "format", needs: &[], run: format },
    Step { name: "tidy", needs: &[], run: tidy_step },
    Step { name: "web packages", needs: &[], run: web_packages },
    Step { name: "web lint", needs: NPM, run: |session| npm(session, "lint") },
    Step { name: "web types", needs: NPM, run: |session| npm(session, "types") },
    Step { name: "web unit", needs: NPM, run: web_unit },
    Step { name: "web build", needs: NPM, run: web_build },
    Step { name: "build", needs: &["web build"], run: build },
    Step { name: "contract", needs: &["web packages", "build"], run: contract_step },
    Step { name: "clippy", needs: &["web build"], run: clippy },
    Step { name: "rust", needs: &["build"], run: rust },
    Step { name: "server on PostgreSQL", needs: &["rust"], run: server_on_postgres },
    Step { name: "journeys", needs: &["build"], run: journeys },
    Step { name: "schemathesis", needs: &["build"], run: super::fuzz::run },
    Step { name: "trust", needs: &["build"], run: trust_step },
    Step { name: WINDOWS, needs: &[], run: |session| windows::check(&session.place).map(|()| Count::one(true)) },
];

fn ran(command: &mut std::process::Command) -> Answer<Count> {
    command::run(command).map(|ran| Count::one(ran.ok))
}

fn format(session: &mut Session) -> Answer<Count> {
    ran(command::cargo(&session.place.root).args(["fmt", "--all", "--check"]))
}

fn tidy_step(session: &mut Session) -> Answer<Count> {
    let found = tidy::check(&session.place)?;
    for finding in &found {
        println!("{finding}");
    }
    Ok(Count::one(found.is_empty()))
}

fn web_packages(session: &mut Session) -> Answer<Count> {
    machine::node()?;
    machine::packages(&session.place.web())?;
    machine::packages(&session.place.web().join("tools/openapi-client"))?;
    Ok(Count::one(true))
}

fn npm(session: &mut Session, script: &str) -> Answer<Count> {
    ran(&mut command::npm(&session.place.web(), &["run", "--silent", script]))
}

fn web_unit(session: &mut Session) -> Answer<Count> {
    let ran = command::run(command::npm(&session.place.web(), &["run", "--silent", "test"]).env("NO_COLOR", "1"))?;
    Ok(count::vitest(&ran.text).and(ran.ok))
}

fn web_build(session: &mut Session) -> Answer<Count> {
    page::build(&session.place).map(|()| Count::one(true))
}

fn build(session: &mut Session) -> Answer<Count> {
    ran(command::cargo(&session.place.root).args(["build", "--workspace"]))
}

fn contract_step(session: &mut Session) -> Answer<Count> {
    let faults = contract::check(&session.place)?;
    for fault in &faults {
        println!("{fault}");
    }
    Ok(Count::one(faults.is_empty()))
}

fn clippy(session: &mut Session) -> Answer<Count> {
    let mut cargo = command::cargo(&session.place.root);
    ran(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn rust(session: &mut Session) -> Answer<Count> {
    let url = session.postgres_url()?;
    machine::faketime()?;
    machine::tunnels();
    let smtp = machine::smtp(&session.place)?;
    let mut cargo = command::cargo(&session.place.root);
    cargo.args(["test", "--workspace", "--no-fail-fast"]).env("ORC_TEST_SMTP_PYTHON", smtp);
    if session.full {
        cargo.env("ORC_TEST_FULL", "1");
    }
    cargo.env("ORC_TEST_POSTGRES_URL", url).env("CARGO_TERM_COLOR", "never");
    let ran = command::run(cargo.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0"))?;
    Ok(count::cargo(&ran.text).and(ran.ok))
}

/// Modules of `server/tests/it` whose tests use the kit, and therefore run on either database.
const ON_EITHER: [&str; 17] = [
    "access::",
    "api::",
    "credentials::",
    "notify::",
    "damaged",
    "dependencies::",
    "engine::",
    "exporting::",
    "names::",
    "networks::",
    "reports::",
    "round_trips::",
    "security::",
    "silenced::",
    "system::frame::",
    "system::stream::",
    "values::",
];

/// Runs the tests of the engine and of HTTP again, on the other database.
fn server_on_postgres(session: &mut Session) -> Answer<Count> {
    let (url, smtp) = (session.postgres_url()?, machine::smtp(&session.place)?);
    let mut cargo = command::cargo(&session.place.root);
    cargo.args(["test", "-p", "orc-server", "--test", "it", "--no-fail-fast", "--"]).args(ON_EITHER);
    cargo.env("ORC_TEST_SMTP_PYTHON", smtp);
    cargo.env("ORC_TEST_ON_POSTGRES", "1").env("ORC_TEST_POSTGRES_URL", url).env("CARGO_TERM_COLOR", "never");
    // A missing or different snapshot fails. Nothing is written beside it.
    let ran = command::run(cargo.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0"))?;
    Ok(count::cargo(&ran.text).and(ran.ok))
}

fn journeys(session: &mut Session) -> Answer<Count> {
    let folder = session.place.e2e();
    let chromium = machine::chromium()?;
    machine::packages(&folder)?;
    let mut playwright = command::npx(&folder, &["playwright", "test", "--reporter=list"]);
    playwright
        .env("ORC_TEST_CHROMIUM", chromium)
        .env("NO_COLOR", "1")
        .env("ORC_TEST_BIN", session.place.target.join("debug"));
    if session.full {
        playwright.env("ORC_TEST_FULL", "1");
    }
    let ran = command::run(&mut playwright)?;
    Ok(count::playwright(&ran.text).and(ran.ok))
}

/// The quick form: the full one takes too long for every run of the tests.
fn trust_step(session: &mut Session) -> Answer<Count> {
    let form = trust::Form { size: trust::Size::Quick, kills: None, exact: None, publish: false };
    trust::run(&session.place, "debug", form, &[]).map(Count::one)
}
