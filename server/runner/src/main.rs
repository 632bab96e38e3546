//! `orc-runner <log file>` runs one attempt. The server starts it and sends the plan over standard input.
//!
//! `orc-runner --fork-server <log folder>` starts such runners faster by forking itself. The folder is an argument
//! only to be visible in process lists.

use std::path::Path;
use std::process::ExitCode;

#[global_allocator]
static MEMORY: orc_runner::WipingAllocator = orc_runner::WipingAllocator;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(first), Some(_)) if first == "--fork-server" => orc_runner::fork_server(),
        (Some(log), None) => orc_runner::run(Path::new(&log)),
        _ => {
            eprintln!("usage: orc-runner <log file> (started by orc-server, plan on standard input)");
            ExitCode::from(2)
        }
    }
}
