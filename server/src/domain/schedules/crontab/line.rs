//! One line of a crontab: blank, a comment, a variable, or a schedule with the text after it.

/// Content of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) enum Line<'a> {
    /// Only spaces.
    Blank,
    /// A comment, without `#` and spaces.
    Comment(&'a str),
    /// A variable.
    Variable { name: String, value: String },
    /// A schedule and the text after it.
    Entry(Entry<'a>),
}

/// A schedule and the text after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Entry<'a> {
    /// The schedule's fields as written.
    pub expression: &'a str,
    /// Number of characters in the line before the schedule.
    pub offset: usize,
    /// The text after the schedule, without leading spaces.
    pub rest: &'a str,
    /// Whether the line begins with `-`, which tells cron not to log the run.
    pub quiet: bool,
}

/// Reads one line.
pub(in crate::domain) fn read(line: &str) -> Line<'_> {
    let text = line.trim_start();
    if text.is_empty() {
        return Line::Blank;
    }
    if let Some(comment) = text.strip_prefix('#') {
        return Line::Comment(comment.trim_start_matches('#').trim());
    }
    match variable(text) {
        Some((name, value)) => Line::Variable { name, value },
        None => Line::Entry(entry(line)),
    }
}

/// Parses `NAME = value`, where both may be in quotes of either kind.
fn variable(text: &str) -> Option<(String, String)> {
    let (name, rest) = match text.chars().next()? {
        quote @ ('"' | '\'') => text[1..].split_once(quote)?,
        _ => text.split_at(text.find(|c: char| c == '=' || c.is_whitespace())?),
    };
    let value = rest.trim_start().strip_prefix('=')?.trim();
    if name.is_empty() {
        return None;
    }
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    });
    Some((name.to_owned(), quoted.unwrap_or(value).to_owned()))
}

/// Splits a line into five fields, or a macro, and the rest.
fn entry(line: &str) -> Entry<'_> {
    let mut text = line.trim_start();
    let quiet = text.starts_with('-');
    if quiet {
        text = text[1..].trim_start();
    }
    let fields = match first_word(text).0.to_ascii_lowercase().as_str() {
        "@every" => 2,
        word if word.starts_with('@') => 1,
        _ => 5,
    };
    let mut rest = text;
    let mut end = 0;
    for _ in 0..fields {
        let (word, after) = first_word(rest);
        end = offset_in(text, word) + word.len();
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    let offset = line[..offset_in(line, text)].chars().count();
    Entry { expression: &text[..end], offset, rest, quiet }
}

/// The first word of a text, and the rest without leading spaces.
pub(in crate::domain) fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    (word, rest.trim_start())
}

/// Number of bytes before a part of a text.
pub(in crate::domain) fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}
