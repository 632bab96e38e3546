//! `cargo xtask`: parses the command line and calls the library.

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use xtask::command::Answer;
use xtask::place::Place;
use xtask::{bench, check, contract, dist, seed, start, test, tidy, trust, windows};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, test and release tasks of Orc")]
struct Line {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build page, server, runner and command line (release), then start the server on 127.0.0.1:5000
    Start,
    /// Run every test of every layer; the last line is `N passed, N failed`
    Test {
        /// Run the most thorough form of each suite
        #[arg(long)]
        full: bool,
        /// Run only steps whose names contain one of these words
        filters: Vec<String>,
    },
    /// Check format, clippy and tidy, in seconds
    Check {
        /// Type-check for Windows instead, with Debian's compiler
        #[arg(long)]
        windows: bool,
    },
    /// Make openapi.json, the page's client and the command line's table from the handlers
    Contract {
        /// Compare only and write nothing
        #[arg(long)]
        check: bool,
    },
    /// Measure with a release build; fail if a figure is below its floor
    Bench {
        /// Only parts named like this: size, idle, now, firing, together, many, due, ahead, looking, rate, page, log
        filters: Vec<String>,
    },
    /// Make a demo data folder with believable history
    Seed {
        /// Path of the folder, which must not exist yet
        #[arg(default_value = "target/demo")]
        folder: std::path::PathBuf,
    },
    /// Build what ships into dist/
    Dist,
    /// Append the current instant to a file (helper of bench)
    #[command(hide = true)]
    Moment {
        /// Path of the file
        file: std::path::PathBuf,
    },
    /// Break the server on purpose, case by case, and compare its books with what the tasks wrote down
    Trust {
        /// Do as much as is published: 1,000 kills, 500 of them at exact system calls
        #[arg(long)]
        full: bool,
        /// Do this share of the full form's numbers, in percent, on a machine that has less time; the page says so
        #[arg(long, default_value_t = 100)]
        share: u32,
        /// Write the page server/docs/trust.md
        #[arg(long)]
        publish: bool,
        /// Number of random kills, if not that of the form
        #[arg(long)]
        kills: Option<u32>,
        /// Number of kills at exact system calls, if not that of the form
        #[arg(long)]
        exact: Option<u32>,
        /// `debug` or `release`; that profile must be built
        #[arg(long, default_value = "debug")]
        profile: String,
        /// Only these cases, such as A1 B19; all without
        cases: Vec<String>,
    },
    /// Print a secret in every form (helper of trust)
    #[command(hide = true)]
    Speak,
    /// Check the rules of the house: rooms, subjects, circles, foreign words, vocabulary, sizes, headers
    Tidy {
        /// Show the shape of the house in figures instead
        #[arg(long)]
        report: bool,
    },
}

fn main() -> ExitCode {
    let place = Place::find();
    match perform(Line::parse().command, &place) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task, place: &Place) -> Answer<bool> {
    match task {
        Task::Start => start::run(place).map(|()| true),
        Task::Test { full, filters } => test::run(place, full, &filters),
        Task::Check { windows: false } => check::run(place).map(|()| true),
        Task::Check { windows: true } => windows::check(place).map(|()| true),
        Task::Contract { check: false } => contract::write(place).map(|()| true),
        Task::Contract { check: true } => {
            let faults = contract::check(place)?;
            faults.iter().for_each(|fault| eprintln!("{fault}"));
            Ok(faults.is_empty())
        }
        Task::Trust { full, share, publish, kills, exact, profile, cases } => {
            let size = if full { trust::Size::Full(share) } else { trust::Size::Quick };
            let form = trust::Form { size, kills, exact, publish };
            trust::run(place, &profile, form, &cases)
        }
        Task::Speak => {
            trust::speak();
            Ok(true)
        }
        Task::Bench { filters } => bench::run(place, &filters),
        Task::Seed { folder } => seed::run(place, &folder).map(|()| true),
        Task::Dist => dist::run(place).map(|()| true),
        Task::Moment { file } => bench::moment(&file).map(|()| true),
        Task::Tidy { report: false } => check::tidy(place).map(|()| true),
        Task::Tidy { report: true } => tidy::report(place).map(|text| {
            print!("{text}");
            true
        }),
    }
}
