//! `cargo xtask`: parses the command line and hands over.

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use xtask::command::Answer;
use xtask::place::Place;
use xtask::tidy;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, test and release tasks of Orc")]
struct Line {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the rules of the house: rooms, foreign words, vocabulary, sizes, headers
    Tidy,
}

fn main() -> ExitCode {
    let place = Place::find();
    let answer = match Line::parse().command {
        Task::Tidy => tidy(&place),
    };
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn tidy(place: &Place) -> Answer<()> {
    let found = tidy::check(place)?;
    for finding in &found {
        eprintln!("{finding}");
    }
    if found.is_empty() { Ok(()) } else { Err(format!("{} findings", found.len())) }
}
