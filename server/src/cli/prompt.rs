//! Reads a password: twice from the terminal without showing it, or one line of standard input.

use std::io::{self, BufRead, IsTerminal, Write};

/// Reads a new password for a user.
pub fn password(from_stdin: bool, user: &str) -> Result<String, String> {
    if from_stdin {
        return line().map_err(|error| format!("the password cannot be read: {error}"));
    }
    if !io::stdin().is_terminal() {
        return Err("there is no terminal to ask for the password on; use --password-stdin".to_owned());
    }
    let first = hidden(&format!("Password for {user}: ")).map_err(|error| error.to_string())?;
    let second = hidden("Again: ").map_err(|error| error.to_string())?;
    if first == second { Ok(first) } else { Err("the two passwords are different".to_owned()) }
}

/// Reads the passphrase of the vault.
pub fn passphrase(from_stdin: bool) -> Result<String, String> {
    if from_stdin {
        return line().map_err(|error| format!("the passphrase cannot be read: {error}"));
    }
    if !io::stdin().is_terminal() {
        return Err("there is no terminal to ask for the passphrase on; use --passphrase-stdin".to_owned());
    }
    hidden("Passphrase of the vault: ").map_err(|error| error.to_string())
}

fn hidden(question: &str) -> io::Result<String> {
    let mut terminal = io::stderr();
    write!(terminal, "{question}")?;
    terminal.flush()?;
    let answer = without_echo(line);
    writeln!(terminal)?;
    answer
}

fn line() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_line(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(unix)]
fn without_echo<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let before = tcgetattr(io::stdin())?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
    let answer = read();
    tcsetattr(io::stdin(), OptionalActions::Flush, &before)?;
    answer
}

#[cfg(not(unix))]
fn without_echo<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    read()
}
