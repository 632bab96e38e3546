//! `orc task export > tasks.yaml`: a file that `orc task apply -f` takes as it is.
//!
//! YAML where no other format is asked for: a table would leave out what the file needs.

use clap::Command;
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use super::{Comfort, Context};
use crate::failure::{Failure, Outcome};
use crate::output::{self, Columns, Format};
use crate::{commands, request};

/// `orc task export`.
pub const EXPORT: Comfort = Comfort {
    path: &["task", "export"],
    about: "Write the definitions of tasks (at most 10,000) as `orc task apply -f` takes them: YAML, or JSON by -o json",
    keeps: true,
    extend,
    run,
};

fn extend(command: Command) -> Command {
    command
}

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = commands::operation(EXPORT.path).ok_or_else(|| Failure::Usage("no such command".into()))?;
        let answer = context.client()?.json(request::request(operation, context.matches)?).await?;
        match Format::of(context.matches) {
            Format::Table => output::print(&answer, &Columns::default(), Format::Yaml),
            format => output::print(&answer, &Columns::default(), format),
        }
    }
    .boxed_local()
}
