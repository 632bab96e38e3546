//! `orc completion SHELL`: the script that completes commands and flags.

use clap::{Arg, Command, value_parser};
use clap_complete::Shell;
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use super::{Comfort, Context};
use crate::commands::{self, Wanted};
use crate::failure::Outcome;
use crate::output;

/// `orc completion`.
pub const COMPLETION: Comfort =
    Comfort { path: &["completion"], about: "Print the completion script of a shell", keeps: false, extend, run };

fn extend(command: Command) -> Command {
    let shell = Arg::new("shell").required(true).value_parser(value_parser!(Shell)).help("Shell to complete in");
    command.arg(shell).after_help("bash: source <(orc completion bash)")
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let mut script = Vec::new();
        if let Some(shell) = context.matches.get_one::<Shell>("shell") {
            clap_complete::generate(*shell, &mut commands::root(&Wanted::All), "orc", &mut script);
        }
        output::write_bytes(&script)
    }
    .boxed_local()
}
