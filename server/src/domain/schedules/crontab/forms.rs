//! Guesses the form of a crontab.

use super::Form;
use super::line::{Entry, Line, first_word};

/// Accounts that are usual in system crontabs and are not names of commands.
const ACCOUNTS: [&str; 18] = [
    "root", "www-data", "nobody", "postgres", "nginx", "apache", "httpd", "daemon", "smmsp", "munin", "logcheck",
    "amavis", "clamav", "ubuntu", "debian", "admin", "deploy", "vagrant",
];

/// Programs that often begin a user's command.
const PROGRAMS: [&str; 16] = [
    "cd", "test", "php", "python", "python3", "perl", "ruby", "node", "sh", "bash", "sleep", "wget", "curl", "nice",
    "env", "sudo",
];

/// The form of a text: the system's if every entry seems to name an account.
pub(in crate::domain) fn guess(lines: &[Line<'_>]) -> Form {
    let entries: Vec<&Entry<'_>> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Entry(entry) if !entry.rest.is_empty() => Some(entry),
            _ => None,
        })
        .collect();
    let headed = lines.iter().any(|line| matches!(line, Line::Comment(text) if is_system_header(text)));
    let accounts = entries.iter().all(|entry| names_account(entry.rest));
    let usual = entries.iter().any(|entry| ACCOUNTS.contains(&first_word(entry.rest).0));
    if !entries.is_empty() && accounts && (headed || usual) { Form::System } else { Form::User }
}

/// Returns whether a comment is a heading for the columns of a crontab, or explains them.
pub(in crate::domain) fn is_header(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    let drawn = !lower.contains(|c: char| c.is_alphanumeric());
    let columns = lower.starts_with("m h ") || lower.starts_with("min hour ") || lower.starts_with("minute hour ");
    drawn || columns || lower.starts_with(['|', '.', '*', '+', '-', '\u{250c}', '\u{2502}'])
}

fn is_system_header(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    is_header(comment) && lower.contains("user") && lower.contains("command")
}

fn names_account(rest: &str) -> bool {
    let (word, command) = first_word(rest);
    let name = word.strip_suffix('$').unwrap_or(word);
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let shaped = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
    begins && shaped && name.len() <= 32 && !command.is_empty() && !PROGRAMS.contains(&word)
}
