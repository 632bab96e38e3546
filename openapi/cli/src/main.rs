//! `orc`, the command line client: every operation of the contract is a command.
//!
//! The commands come from a table that is made from the published contract (`generated/`). A few are written by hand
//! and mounted beside them (`comfort/`). Deliberately absent: any code of the server. This client knows Orc only
//! through the contract, so a working client shows that the contract is complete. Start reading at `tree`, then
//! `execute`.

mod ask;
mod comfort;
mod connection;
mod contract;
mod execute;
mod failure;
mod flags;
mod generated;
mod output;
mod request;
mod table;
mod tree;
mod yaml;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::ArgMatches;

use crate::comfort::{COMFORTS, Context};
use crate::connection::client::Client;
use crate::connection::target::Target;
use crate::failure::{Failure, Outcome};
use crate::tree::Scope;

fn main() -> ExitCode {
    let words = std::env::args().skip(1).collect();
    let matches = tree::root(&Scope::Words(words)).get_matches();
    match start(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Writes a failure to stderr.
fn report(failure: &Failure) {
    let text = failure.text();
    if text.is_empty() {
        return;
    }
    let mut stderr = std::io::stderr();
    let colour = stderr.is_terminal() && output::colours_allowed();
    let error = if colour { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    let _a_closed_stderr_hears_nothing = write!(stderr, "{error}: {text}");
}

fn start(matches: &ArgMatches) -> Outcome<()> {
    let _already_installed_is_fine = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::failed("the runtime", error))?.block_on(dispatch(matches))
}

/// Finds the command that the command line names, and runs it.
async fn dispatch(matches: &ArgMatches) -> Outcome<()> {
    let mut path = Vec::new();
    let mut levels = vec![matches];
    let mut level = matches;
    while let Some((name, inner)) = level.subcommand() {
        path.push(name);
        levels.push(inner);
        level = inner;
    }
    if let Some(comfort) = COMFORTS.iter().find(|comfort| comfort.path == path) {
        return (comfort.run)(Context { matches: level, levels: &levels, whole: tree::whole }).await;
    }
    let operation = contract::operation(&path)?;
    let client = Client::new(Target::find(&levels)?)?;
    execute::execute(&client, operation, level).await
}
