//! `orc task export > tasks.yaml`: writes tasks as a file that `orc task apply -f` accepts unchanged.
//!
//! The default is YAML, because a table would leave out fields that the file needs.

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use crate::comfort::command::{Comfort, Context};
use crate::failure::Outcome;
use crate::output::{self, Columns, Format};
use crate::{contract, request};

/// `orc task export`.
pub const EXPORT: Comfort = Comfort {
    path: &["task", "export"],
    about: "Write tasks (at most 10,000) as a file for `orc task apply -f`: YAML, or JSON with -o json",
    inherits: true,
    extend: std::convert::identity,
    run,
};

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let operation = contract::operation(EXPORT.path)?;
        let answer = context.client()?.json(request::request(operation, context.matches)?).await?;
        match Format::of(context.matches) {
            Format::Table => output::print(&answer, &Columns::default(), Format::Yaml),
            format => output::print(&answer, &Columns::default(), format),
        }
    }
    .boxed_local()
}
