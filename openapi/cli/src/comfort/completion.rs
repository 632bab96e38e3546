//! `orc completion SHELL`: prints the script with which a shell completes commands and flags.

use clap::{Arg, Command, value_parser};
use clap_complete::Shell;
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use crate::comfort::command::{Comfort, Context};
use crate::failure::Outcome;
use crate::output;

/// `orc completion`.
pub const COMPLETION: Comfort = Comfort {
    path: &["completion"],
    about: "Print the script that completes `orc` commands in a shell",
    inherits: false,
    extend,
    run,
};

fn extend(command: Command) -> Command {
    let shell = Arg::new("shell").required(true).value_parser(value_parser!(Shell)).help("The shell");
    command.arg(shell).after_help("For bash: source <(orc completion bash)")
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let mut script = Vec::new();
        if let Some(shell) = context.matches.get_one::<Shell>("shell") {
            clap_complete::generate(*shell, &mut (context.whole)(), "orc", &mut script);
        }
        output::write_bytes(&script)
    }
    .boxed_local()
}
