//! `orc-runner <log file>`: runs one attempt. Started by the server, which sends the plan over standard input.
//!
//! `orc-runner --fork-server <log folder>`: starts such runners faster, by forking itself (the folder is only there to
//! be seen in a list of processes).

use std::path::Path;
use std::process::ExitCode;

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
