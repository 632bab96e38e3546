//! `cargo xtask start`: builds page, server, runner and command line (release) and starts the server in the foreground.

use crate::command::{self, Answer};
use crate::page;
use crate::place::Place;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

const LISTEN: &str = "127.0.0.1:5000";

/// Builds and starts the server. Returns when the server ends.
///
/// # Errors
/// One clear sentence: port in use, missing tool, old Node, failed build.
pub fn run(place: &Place) -> Answer<()> {
    port_is_free()?;
    page::build(place)?;
    programs(place, "release")?;
    let server = place.program("release", "orc-server");
    println!("\nThe server starts. The command line is {}", place.program("release", "orc").display());
    command::must(Command::new(server).current_dir(&place.root))
}

/// Builds server, runner and command line.
///
/// # Errors
/// Fails with a sentence if the build fails.
pub fn programs(place: &Place, profile: &str) -> Answer<()> {
    let mut cargo = command::cargo(&place.root);
    cargo.args(["build", "--profile", profile, "-p", "orc-server", "-p", "orc-runner", "-p", "orc-cli"]);
    command::must(&mut cargo)
}

fn port_is_free() -> Answer<()> {
    let listen = std::env::var("ORC_LISTEN").unwrap_or_else(|_| LISTEN.to_owned());
    let Ok(address) = listen.parse::<SocketAddr>() else { return Ok(()) };
    TcpListener::bind(address).map(drop).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("{address} is in use by another program: stop it, or choose another address with ORC_LISTEN")
        }
        _ => format!("{address} cannot be listened on: {error}"),
    })
}
