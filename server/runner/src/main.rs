//! `orc-runner <log file>`: runs one attempt. Started by the server, which sends the plan over standard input.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(log), None) => orc_runner::run(Path::new(&log)),
        _ => {
            eprintln!("usage: orc-runner <log file> (started by orc-server, plan on standard input)");
            ExitCode::from(2)
        }
    }
}
