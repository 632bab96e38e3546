//! Commands written by hand, mounted by path beside or over the generated ones.
//!
//! Each is made of requests of the contract; none knows more than the contract says.

mod apply;
mod completion;
mod export;
mod follow;
mod import;
mod login;
mod open;
mod raw;
mod run;
mod slots;

use clap::{ArgMatches, Command};
use futures::future::LocalBoxFuture;

use crate::client::Client;
use crate::failure::Outcome;
use crate::target::Target;

/// A command written by hand.
pub struct Comfort {
    /// Words of the command.
    pub path: &'static [&'static str],
    /// One sentence.
    pub about: &'static str,
    /// Whether the generated flags of the operation at this path stay.
    pub keeps: bool,
    /// Adds its own flags.
    pub extend: fn(Command) -> Command,
    /// Does it.
    pub run: for<'c> fn(Context<'c>) -> LocalBoxFuture<'c, Outcome<()>>,
}

/// What a command written by hand gets to work with.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The command's own flags.
    pub matches: &'c ArgMatches,
    /// Flags of all levels, outermost first.
    pub levels: &'c [&'c ArgMatches],
}

impl Context<'_> {
    /// The server to talk to.
    pub fn client(&self) -> Outcome<Client> {
        Client::new(Target::find(self.levels)?)
    }

    /// Value of a text flag.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&String> {
        self.matches.get_one::<String>(name)
    }

    /// Whether a switch is set.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.matches.get_flag(name)
    }
}

/// All of them.
pub static COMFORTS: &[Comfort] = &[
    apply::APPLY,
    export::EXPORT,
    import::IMPORT,
    run::TASK_RUN,
    run::RUN_WAIT,
    run::RUN_LOG,
    slots::SLOT_LIST,
    login::LOGIN,
    login::LOGOUT,
    raw::API,
    open::OPEN,
    completion::COMPLETION,
];
