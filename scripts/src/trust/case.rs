//! What every case gets and answers.

use crate::place::Place;

/// How much of each case is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Minutes, as part of `cargo xtask test`.
    Quick,
    /// The figures that are published, or a share of them in percent.
    Full(u32),
}

impl Size {
    /// Whether times are judged. Among the tests they are only shown: how long something takes is no test.
    pub(super) const fn judges_times(self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// One of two numbers.
    pub(super) const fn pick(self, quick: u32, full: u32) -> u32 {
        match self {
            Self::Quick => quick,
            Self::Full(share) => {
                let part = full * share / 100;
                if part > quick { part } else { quick }
            }
        }
    }
}

/// What is asked for on the command line.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// How much of each case is done.
    pub size: Size,
    /// Number of random kills; none: that of the size.
    pub kills: Option<u32>,
    /// Number of kills at exact system calls; none: that of the size.
    pub exact: Option<u32>,
    /// Whether the page in the documentation is written.
    pub publish: bool,
}

/// How a case ended.
pub(super) enum Outcome {
    /// Everything held; the figures say how often.
    Held(String),
    /// What did not hold.
    Broken(Vec<String>),
    /// Why the case cannot run here.
    Unable(String),
}

impl Outcome {
    /// Held with these figures, unless there are faults. Then the figures come after them.
    pub fn of(mut faults: Vec<String>, figures: impl Into<String>) -> Self {
        if faults.is_empty() {
            return Self::Held(figures.into());
        }
        faults.truncate(20);
        faults.push(format!("counted: {}", figures.into()));
        Self::Broken(faults)
    }
}

/// What every case gets.
pub(super) struct Setting<'a> {
    pub place: &'a Place,
    pub profile: &'a str,
    pub size: Size,
    pub kills: Option<u32>,
    pub exact: Option<u32>,
}
