//! `%` in a command: the first one ends the command, the text after it is standard input, and further ones are line
//! ends.
//!
//! As in cron, there are two passes: first over the command, then over the input.

/// A command and its input, separated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Split {
    /// The command.
    pub command: String,
    /// Its input, which ends with a line end unless it is empty.
    pub input: Option<String>,
}

/// Separates a command from its input.
pub(in crate::domain) fn split(written: &str) -> Split {
    let mut command = String::new();
    let mut escaped = false;
    for (at, character) in written.char_indices() {
        match (escaped, character) {
            (true, '%') => {
                command.pop();
                command.push('%');
                escaped = false;
            }
            (false, '%') => return Split { command, input: Some(input(&written[at + 1..])) },
            _ => {
                command.push(character);
                escaped = !escaped && character == '\\';
            }
        }
    }
    Split { command, input: None }
}

fn input(written: &str) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for character in written.chars() {
        let character = match (escaped, character) {
            (true, '%') => '%',
            (true, other) => {
                text.push('\\');
                other
            }
            (false, '%') => '\n',
            (false, other) => other,
        };
        escaped = character == '\\';
        if !escaped {
            text.push(character);
        }
    }
    if escaped {
        text.push('\\');
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// One text for a shell: the command, with its input as a here-document in which nothing is expanded.
pub(in crate::domain) fn shell_line(split: &Split) -> String {
    let Some(input) = &split.input else { return split.command.clone() };
    if input.is_empty() {
        return format!("{{ {}\n}} < /dev/null", split.command);
    }
    let taken = |word: &String| input.lines().any(|line| line == word);
    let end = std::iter::once("INPUT".to_owned())
        .chain((2..).map(|number| format!("INPUT{number}")))
        .find(|word| !taken(word))
        .expect("the numbers do not end");
    format!("{{ {}\n}} <<'{end}'\n{input}{end}\n", split.command)
}
