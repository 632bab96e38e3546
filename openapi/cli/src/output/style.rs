//! What to show of a list, and what the stdout of this process can show.

use std::io::IsTerminal as _;

use super::cells;

/// Columns of a list, as dotted paths.
#[derive(Debug, Default, Clone)]
pub struct Columns {
    /// Columns of tables and of CSV.
    pub shown: Vec<String>,
    /// Additional columns of CSV, after the others.
    pub more: Vec<String>,
}

/// What the stdout of this process can show.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether to print colours.
    pub colour: bool,
    /// Width of the terminal in characters; none, if stdout is no terminal.
    pub width: Option<usize>,
}

impl Style {
    /// The style for this stdout.
    #[must_use]
    pub fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let width = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let width = width.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)));
        Self { colour: terminal && colours_allowed(), width: width.filter(|_| terminal) }
    }

    /// The text in the colour of a state, if the state has one and stdout shows colours.
    #[must_use]
    pub fn state(&self, text: &str, state: &str) -> String {
        let code = cells::colour(state).filter(|_| self.colour);
        code.map_or_else(|| text.to_owned(), |code| cells::paint(text, code))
    }
}

/// Whether the environment allows colours (`NO_COLOR`, `TERM=dumb`).
#[must_use]
pub fn colours_allowed() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
