//! Commands written by hand, for what one request cannot do: wait, follow, log in, apply files.
//!
//! Each consists of requests of the contract; none knows more than the contract says. Deliberately absent: the tree of
//! commands, which mounts these by their path. Start reading at `COMFORTS`, then `runs`.

mod access;
mod attention;
mod command;
mod completion;
mod ledger;
mod open;
mod raw;
mod runs;
mod tasks;

pub use command::{Comfort, Context};

/// Every command written by hand.
pub static COMFORTS: &[Comfort] = &[
    tasks::APPLY,
    tasks::EXPORT,
    tasks::IMPORT,
    runs::TASK_RUN,
    runs::RUN_RERUN,
    runs::RUN_CHANGES,
    runs::RUN_WAIT,
    runs::RUN_LOG,
    ledger::SLOT_LIST,
    attention::ATTENTION,
    access::LOGIN,
    access::LOGOUT,
    raw::API,
    open::OPEN,
    completion::COMPLETION,
];
