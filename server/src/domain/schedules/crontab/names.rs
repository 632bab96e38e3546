//! Makes names of tasks from commands: the name of the script or program that a command is about.
//!
//! The same command always gives the same name.

use crate::domain::names::{NameRule, name_problem};

/// Programs that only prepare for what follows.
const PREPARING: [&str; 18] = [
    "cd", "test", "[", "[[", "export", "set", "source", ".", "true", "false", ":", "sleep", "umask", "if", "then",
    "exit", "command", "exec",
];

/// Programs that run the command after them.
const RUNNING: [&str; 27] = [
    "sudo", "nice", "ionice", "nohup", "env", "time", "timeout", "flock", "chronic", "cronic", "setsid", "chrt",
    "exec", "then", "sh", "bash", "dash", "zsh", "ksh", "php", "python", "python2", "python3", "perl", "ruby", "node",
    "java",
];

/// A name for a task that runs a command.
pub fn name_of(command: &str, prefix: &str) -> String {
    let segments: Vec<&str> = command.split(['&', '|', ';', '(', ')', '{', '}', '\n']).collect();
    let heads = segments.iter().map(|segment| subject(segment)).filter(|head| !head.is_empty());
    let heads: Vec<&str> = heads.collect();
    let chosen = heads.iter().find(|head| !PREPARING.contains(head)).or(heads.first()).copied().unwrap_or("task");
    named(&format!("{prefix}{}", slug(chosen)))
}

/// A name with a number, still short enough.
pub fn with_number(name: &str, number: usize) -> String {
    let end = format!("-{number}");
    let kept = name.len().min(NameRule::NAME.max - end.len());
    format!("{}{end}", name[..kept].trim_end_matches(['-', '.', '_']))
}

/// The word that describes what a simple command does.
fn subject(segment: &str) -> &str {
    let is_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let assigns = |word: &str| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    let bare = |word: &'static str| move |other: &&str| *other == word;
    let mut words = segment.split_whitespace().map(unquoted).filter(|word| !word.is_empty()).peekable();
    let mut last = "";
    while let Some(word) = words.next() {
        if assigns(word)
            || !last.is_empty() && (word.starts_with('-') || word.starts_with(|c: char| c.is_ascii_digit()))
        {
            continue;
        }
        if word.starts_with(['<', '>']) {
            break;
        }
        let base = base(word);
        match base {
            "run-parts" => return words.find(|word| word.starts_with('/')).map_or(base, super::names::base),
            "flock" => {
                while words.next_if(|word| word.starts_with('-')).is_some() {}
                words.next();
            }
            "sudo" => while words.next_if(bare("-u")).is_some() && words.next().is_some() {},
            _ if RUNNING.contains(&base) => {}
            _ => return base,
        }
        last = base;
    }
    last
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', '!'])
}

fn base(word: &str) -> &str {
    let word = word.trim_end_matches('/');
    word.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(word)
}

/// The word in lower case, with a single dash for everything else.
fn slug(word: &str) -> String {
    let lower = word.to_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// Turns a text into a valid name of a task.
fn named(wanted: &str) -> String {
    let wanted = wanted.trim_start_matches(['-', '.', '_']);
    let mut name: String = wanted.chars().take(NameRule::NAME.max - 10).collect();
    if name.is_empty() {
        name.push_str("task");
    }
    if name_problem(&name).is_some() {
        name.push_str("-task");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_commands() {
        let cases = [
            ("/usr/local/bin/backup.sh --full", "backup-sh"),
            ("cd / && run-parts --report /etc/cron.hourly", "cron-hourly"),
            ("test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", "cron-daily"),
            (
                "[ -x /usr/lib/php/sessionclean ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/sessionclean; fi",
                "sessionclean",
            ),
            ("/usr/bin/php /home/shop/public_html/artisan schedule:run >> /dev/null 2>&1", "artisan"),
            ("/usr/local/bin/php -q /home/shop/cron.php", "cron-php"),
            ("wget -q -O - 'https://example.com/wp-cron.php?x=1' > /dev/null", "wget"),
            ("PATH=/opt/bin:$PATH sudo -u www-data nice -n 19 /opt/bin/Report_Daily.py", "report-daily-py"),
            ("flock -n /tmp/lock /usr/bin/rsync -a a b", "rsync"),
            ("cd /srv/app; ./bin/tick", "tick"),
            ("cd /srv", "cd"),
            ("import", "import-task"),
            ("(\u{e4}\u{f6})", "task"),
            ("python3 -m reports.daily", "reports-daily"),
        ];
        for (command, name) in cases {
            assert_eq!(name_of(command, ""), name, "{command}");
            assert_eq!(name_problem(&name_of(command, "")), None, "{command}");
        }
        assert_eq!(name_of("/bin/x", "web-"), "web-x");
        assert_eq!(name_problem(&with_number(&name_of(&"y".repeat(300), ""), 5000)), None);
    }
}
