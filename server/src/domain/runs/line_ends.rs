//! Line ends of scripts that were written on Windows and are run by a Unix interpreter.
//!
//! A Unix shell treats the carriage return before a line end as part of the line: `fi\r` is not `fi`, `cd /tmp\r`
//! names another folder, and a byte order mark hides the first command. Interpreters of Windows keep both, because
//! they need them.

use crate::domain::vocabulary::TaskMend;
use std::borrow::Cow;

/// A text in the form that an interpreter needs.
#[derive(Debug, PartialEq, Eq)]
pub struct Mended<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The changes that were made.
    pub mends: Vec<TaskMend>,
}

/// The text of a script for its interpreter.
pub fn for_interpreter<'a>(interpreter: &str, text: &'a str) -> Mended<'a> {
    if is_of_windows(interpreter) { kept(text) } else { mended(text) }
}

/// A line for a shell. Without a shell, the platform's own is meant.
pub fn for_shell<'a>(shell: Option<&str>, line: &'a str) -> Mended<'a> {
    match shell {
        Some(shell) if is_of_windows(shell) => kept(line),
        None if cfg!(windows) => kept(line),
        _ => mended(line),
    }
}

/// The name of a program, to which a file with Windows line ends may have added a carriage return.
pub fn for_name(name: &str) -> Mended<'_> {
    mended(name)
}

fn is_of_windows(program: &str) -> bool {
    let stem = program.trim_end().rsplit(['/', '\\']).next().unwrap_or(program).to_ascii_lowercase();
    matches!(stem.trim_end_matches(".exe"), "cmd" | "powershell" | "pwsh")
}

const fn kept(text: &str) -> Mended<'_> {
    Mended { text: Cow::Borrowed(text), mends: Vec::new() }
}

fn mended(text: &str) -> Mended<'_> {
    let (unmarked, mut mends) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, vec![TaskMend::ByteOrderMark]),
        None => (text, Vec::new()),
    };
    if !unmarked.contains("\r\n") && !unmarked.ends_with('\r') {
        return Mended { text: Cow::Borrowed(unmarked), mends };
    }
    mends.push(TaskMend::LineEnds);
    let lines: Vec<&str> = unmarked.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    Mended { text: Cow::Owned(lines.join("\n")), mends }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_interpreters_get_unix_line_ends() {
        use TaskMend::{ByteOrderMark, LineEnds};
        let cases: [(&str, &str, &str, &[TaskMend]); 8] = [
            ("bash", "if true; then\r\n  echo yes\r\nfi\r\n", "if true; then\n  echo yes\nfi\n", &[LineEnds]),
            ("/bin/sh", "\u{feff}#!/bin/sh\r\necho\r\n", "#!/bin/sh\necho\n", &[ByteOrderMark, LineEnds]),
            ("python", "\u{feff}print(1)\n", "print(1)\n", &[ByteOrderMark]),
            ("sh", "echo a\r\r\n\r\necho b\r", "echo a\n\necho b", &[LineEnds]),
            ("bash", "printf 'a\rb'\n", "printf 'a\rb'\n", &[]),
            ("powershell", "\u{feff}echo\r\n", "\u{feff}echo\r\n", &[]),
            (r"C:\Windows\System32\cmd.exe", "echo\r\n", "echo\r\n", &[]),
            ("pwsh\r", "echo\r\n", "echo\r\n", &[]),
        ];
        for (interpreter, text, wanted, mends) in cases {
            let Mended { text: got, mends: made } = for_interpreter(interpreter, text);
            assert_eq!((got.as_ref(), made.as_slice()), (wanted, mends), "{interpreter}: {text:?}");
        }
    }

    #[test]
    fn lines_and_names_lose_a_trailing_carriage_return() {
        assert_eq!(for_shell(Some("bash"), "cd /tmp\r").text, "cd /tmp");
        assert_eq!(for_shell(Some("cmd"), "cd C:\\\r").text, "cd C:\\\r");
        assert_eq!(for_name("/usr/bin/rsync\r").text, "/usr/bin/rsync");
    }
}
