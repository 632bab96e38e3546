//! `orc`, the command line client: every operation of the contract is a command.
//!
//! The commands come from a table made from the published contract (`generated/`); a few are written
//! by hand and mounted beside them (`comfort/`). Deliberately absent: anything of the server. What the
//! client knows of Orc, it knows from the contract. Start reading at `commands.rs`, then `execute.rs`.

mod ask;
mod body;
mod client;
mod comfort;
mod commands;
mod execute;
mod failure;
mod generated;
mod logins;
mod output;
mod request;
mod sse;
mod table;
mod target;
mod unions;
mod values;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::ArgMatches;

use crate::client::Client;
use crate::comfort::{COMFORTS, Context};
use crate::commands::Wanted;
use crate::failure::{Failure, Outcome};
use crate::target::Target;

fn main() -> ExitCode {
    let words = std::env::args().skip(1).collect();
    let matches = commands::root(&Wanted::Words(words)).get_matches();
    match start(&matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn say(failure: &Failure) {
    let text = failure.text();
    if text.is_empty() {
        return;
    }
    let mut stderr = std::io::stderr();
    let colour = stderr.is_terminal() && output::colours_allowed();
    let error = if colour { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    let _ = write!(stderr, "{error}: {text}");
}

fn start(matches: &ArgMatches) -> Outcome<()> {
    let _already_installed_is_fine = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::failed("the runtime", error))?.block_on(dispatch(matches))
}

/// Finds the command that the words name, and runs it.
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
        return (comfort.run)(Context { matches: level, levels: &levels }).await;
    }
    let operation = commands::operation(&path).ok_or_else(|| Failure::Usage("no such command".into()))?;
    let client = Client::new(Target::find(&levels)?)?;
    execute::execute(&client, operation, level).await
}
