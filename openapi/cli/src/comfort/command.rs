//! What a command written by hand consists of, and what it works with.

use clap::{ArgMatches, Command};
use futures::future::LocalBoxFuture;

use crate::connection::client::Client;
use crate::connection::target::Target;
use crate::failure::Outcome;

/// A command written by hand.
pub struct Comfort {
    /// Words of the command: `["task", "apply"]`.
    pub path: &'static [&'static str],
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Whether it also has the flags of the generated command at this path.
    pub inherits: bool,
    /// Adds its own flags.
    pub extend: fn(Command) -> Command,
    /// Runs it.
    pub run: for<'c> fn(Context<'c>) -> LocalBoxFuture<'c, Outcome<()>>,
}

/// What a command written by hand works with.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The command's own flags.
    pub matches: &'c ArgMatches,
    /// The flags of all levels, outermost first.
    pub levels: &'c [&'c ArgMatches],
    /// Builds the whole command `orc`, for completion scripts.
    pub whole: fn() -> Command,
}

impl Context<'_> {
    /// A client for the server that the command line names.
    pub fn client(&self) -> Outcome<Client> {
        Client::new(Target::find(self.levels)?)
    }

    /// The value of a flag, if it was given or has a default.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&String> {
        self.matches.get_one::<String>(name)
    }

    /// Whether a switch was given.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.matches.get_flag(name)
    }
}
