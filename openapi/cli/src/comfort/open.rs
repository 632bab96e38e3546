//! `orc open`: opens the page of the server in the browser.

use std::process::{Command as Process, Stdio};

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use crate::comfort::command::{Comfort, Context};
use crate::failure::Outcome;
use crate::output;

/// `orc open`.
pub const OPEN: Comfort = Comfort {
    path: &["open"],
    about: "Open the page of the server in the browser",
    inherits: false,
    extend: std::convert::identity,
    run,
};

fn run(context: Context<'_>) -> LocalBoxFuture<'_, Outcome<()>> {
    async move {
        let client = context.client()?;
        let url = client.target().url.to_string();
        output::write(&format!("{url}\n"))?;
        if !start(&url) {
            output::note("No browser could be started. Open the address yourself.");
        }
        Ok(())
    }
    .boxed_local()
}

/// Starts the browser; false, if there is no program that does it.
fn start(url: &str) -> bool {
    let (program, arguments) = if cfg!(windows) {
        ("rundll32", vec!["url.dll,FileProtocolHandler", url])
    } else if cfg!(target_os = "macos") {
        ("open", vec![url])
    } else {
        ("xdg-open", vec![url])
    };
    let mut process = Process::new(program);
    process.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    process.spawn().is_ok()
}
