//! What exit codes and signals usually mean, in words. Pure.
//!
//! Programs may mean something else by a code. Only what shells and systems agree on is said. Start reading at
//! `exit_words`.

use crate::domain::reason::Reason;

/// What the end of a process usually means; none: nothing is agreed on, or no process ended.
pub fn exit_words(reason: &Reason) -> Option<String> {
    match reason.main() {
        Reason::ExitCode { exit_code } => code_words(*exit_code),
        Reason::Signal { signal } => signal_words(*signal),
        _ => None,
    }
}

fn code_words(code: i32) -> Option<String> {
    let words = match code {
        1 => "a general error",
        2 => "usually a wrong use of a command: an unknown option, or a missing argument",
        126 => "the command was found, but could not be executed: look at its permissions",
        127 => "a command was not found: look at its spelling and at PATH",
        129..=159 => return signal_words(code - 128),
        _ => return None,
    };
    Some(words.to_owned())
}

fn signal_words(signal: i32) -> Option<String> {
    let words = match signal {
        1 => "its terminal was closed (SIGHUP)",
        2 => "somebody interrupted it (SIGINT)",
        6 => "it gave up itself, as after a failed check (SIGABRT)",
        7 => "it used memory in a way that the machine does not know (SIGBUS)",
        8 => "it calculated something impossible, such as a division by zero (SIGFPE)",
        9 => "something killed it, often the system because memory ran out (SIGKILL)",
        11 => "it used memory that is not its own, which is a fault of the program (SIGSEGV)",
        13 => "nobody read what it wrote (SIGPIPE)",
        14 => "a timer of its own ran out (SIGALRM)",
        15 => "somebody asked it to end (SIGTERM)",
        24 => "it used more processor time than a limit allows (SIGXCPU)",
        25 => "it wrote a file larger than a limit allows (SIGXFSZ)",
        _ => return None,
    };
    Some(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_agreed_on_is_said() {
        let said = |reason: &Reason| exit_words(reason).unwrap_or_default();
        for (reason, word) in [
            (Reason::ExitCode { exit_code: 127 }, "PATH"),
            (Reason::ExitCode { exit_code: 137 }, "SIGKILL"),
            (Reason::Signal { signal: 11 }, "SIGSEGV"),
            (
                Reason::Several { reasons: vec![Reason::Signal { signal: 15 }, Reason::ProcessesStopped { count: 1 }] },
                "SIGTERM",
            ),
        ] {
            assert!(said(&reason).contains(word), "{reason}");
        }
        for reason in [Reason::ExitCode { exit_code: 0 }, Reason::ExitCode { exit_code: 42 }, Reason::EarlierRun {}] {
            assert_eq!(exit_words(&reason), None, "{reason}");
        }
    }
}
