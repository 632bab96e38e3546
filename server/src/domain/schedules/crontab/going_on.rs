//! Finds commands that start a program which continues after them.
//!
//! Cron leaves such programs alone. Orc stops what a run leaves behind unless its task says otherwise, so an import
//! has to report them. This file splits a command into words as a shell would, and knows only the usual ways to start
//! such programs. Deliberately absent: variables, aliases, and what the programs themselves do.

/// The part of a command that starts a program which continues; none if no such part is known.
pub(super) fn starter(command: &str) -> Option<String> {
    let commands = simple_commands(command);
    let waits = commands.iter().rposition(|it| it.words.first().is_some_and(|word| word == "wait"));
    let going_on = |(at, it): (usize, &Simple)| {
        let background = it.background && waits.is_none_or(|wait| wait < at);
        let first = it.words.first().map_or("( ... )", String::as_str);
        if background { Some(format!("{first} &")) } else { by_itself(&it.words) }
    };
    commands.iter().enumerate().find_map(going_on)
}

/// Options with which programs continue in the background.
const OPTIONS: [&str; 5] = ["--background", "--daemon", "--daemonize", "--detach", "--fork"];

/// Words that may be before a command and do not matter here.
const PREFIXES: [&str; 8] = ["sudo", "env", "nice", "ionice", "exec", "command", "nohup", "time"];

/// Actions of `service` and `systemctl` that start something.
const STARTS: [&str; 7] =
    ["start", "restart", "force-restart", "try-restart", "reload-or-restart", "condrestart", "force-reload"];

fn by_itself(words: &[String]) -> Option<String> {
    let prefix = |word: &&String| {
        let assigns = word.contains('=') && !word.starts_with(['=', '-', '/']);
        let option = word.starts_with('-') || word.parse::<i64>().is_ok();
        assigns || option || PREFIXES.contains(&word.as_str())
    };
    let words: Vec<&str> = words.iter().skip_while(prefix).map(String::as_str).collect();
    let (program, rest) = words.split_first()?;
    let name = program.rsplit('/').next().unwrap_or(program);
    let starts = rest.iter().any(|word| STARTS.contains(word));
    let service = match name {
        "service" | "systemctl" | "rc-service" | "initctl" => starts,
        _ => starts && program.starts_with("/etc/init.d/"),
    };
    let detaches = match name {
        "setsid" => !rest.iter().any(|word| matches!(*word, "-w" | "--wait")),
        "daemonize" | "daemon" => true,
        "start-stop-daemon" => rest.iter().any(|word| matches!(*word, "-b" | "--background")),
        "screen" => rest.iter().any(|word| word.starts_with("-d") && word.contains('m')),
        "tmux" => rest.contains(&"-d"),
        _ => rest.iter().any(|word| OPTIONS.contains(word)),
    };
    (service || detaches).then(|| words.iter().take(4).copied().collect::<Vec<_>>().join(" "))
}

/// A command between two separators, and whether the separator after it is `&`.
#[derive(Debug, Default)]
struct Simple {
    words: Vec<String>,
    background: bool,
}

fn simple_commands(text: &str) -> Vec<Simple> {
    let mut all = vec![Simple::default()];
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars().peekable();
    let mut before = ' ';
    while let Some(it) = characters.next() {
        let current = all.last_mut().expect("it begins with one");
        match (quote, it) {
            (Some(open), _) if it == open => quote = None,
            (Some(_), _) => word.get_or_insert_default().push(it),
            (None, '\'' | '"') => {
                word.get_or_insert_default();
                quote = Some(it);
            }
            (None, '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, '#') if word.is_none() => break,
            (None, '&') if matches!(before, '>' | '<') || characters.peek() == Some(&'>') => {}
            (None, '&' | ';' | '|' | '\n' | '(' | ')' | '{' | '}') => {
                current.words.extend(word.take());
                let double = it == '&' && characters.next_if_eq(&'&').is_some();
                current.background = it == '&' && !double;
                all.push(Simple::default());
            }
            (None, ' ' | '\t') => current.words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(it),
        }
        before = it;
    }
    all.last_mut().expect("it begins with one").words.extend(word);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_is_seen() {
        for (command, wanted) in [
            ("cd /srv/shop && nohup ./worker >/dev/null 2>&1 &", "nohup &"),
            ("/opt/bin/ensure-daemon --background", "/opt/bin/ensure-daemon --background"),
            ("service shop restart", "service shop restart"),
            ("/usr/sbin/service nginx start >/dev/null", "/usr/sbin/service nginx start >/dev/null"),
            ("test -x /etc/init.d/x && /etc/init.d/x restart", "/etc/init.d/x restart"),
            ("sudo -n systemctl restart shop", "systemctl restart shop"),
            ("setsid ./worker", "setsid ./worker"),
            ("LANG=C nice -n 5 setsid -f x", "setsid -f x"),
            ("(sleep 5; ./worker) & true", "( ... ) &"),
            ("./worker&", "./worker &"),
            ("screen -dmS shop ./worker", "screen -dmS shop ./worker"),
            ("start-stop-daemon --start -b --exec /x", "start-stop-daemon --start -b --exec"),
        ] {
            assert_eq!(starter(command).as_deref(), Some(wanted), "{command}");
        }
    }

    #[test]
    fn what_ends_is_not() {
        for command in [
            "a && b",
            "a 2>&1 | b",
            "a &> log",
            "echo 'x &' \"y &\" \\&",
            "a & b & wait",
            "service shop status",
            "systemctl is-active shop",
            "setsid -w ./job",
            "./backup.sh # then & done",
            "nohup ./job",
            "echo --background-color",
        ] {
            assert_eq!(starter(command), None, "{command}");
        }
    }
}
