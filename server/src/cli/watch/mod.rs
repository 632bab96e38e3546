//! `watch`: looks at another server from a second machine, and tells by a channel of its own when it is silent.
//!
//! It needs neither a data folder nor a server of its own. What it knows is in one small file, so a timer of the system
//! may call it with `--once`. Start reading at `watch`.

mod channel;
mod outage;

use self::channel::Channel;
use self::outage::{Known, News, seen, told};
use crate::clock::Clock;
use crate::integrations::http_request::{self, HttpRequest, Private};
use chrono::TimeDelta;
use clap::Args;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// How long one answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// The server did not answer.
const EXIT_SILENT: u8 = 1;

/// The address or a file is wrong.
const EXIT_USAGE: u8 = 2;

/// A message could not be sent.
const EXIT_UNTOLD: u8 = 5;

const AFTER_HELP: &str = "The file of the channel is JSON: {\"target\": ..., \"credentials\": {\"NAME\": \"value\"}}. \
    The target is written as `orc channel view` shows it; the credentials that it names have their values here, for mail \
    {\"username\": ..., \"password\": ...}. Only you should be able to read it.\n\nExit codes with --once: 0 the server \
    answers, 1 it does not, 2 wrong usage, 5 a message could not be sent (it is sent after the next look).";

/// What `watch` is told.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub struct Watch {
    /// Address of the server, such as https://orc.example.org
    url: String,
    /// File with the channel by which is told that the server is silent or back
    #[arg(long, value_name = "FILE")]
    channel: PathBuf,
    /// File in which the watcher keeps what it knows; with --once it is needed
    #[arg(long, value_name = "FILE", required_if_eq("once", "true"))]
    state: Option<PathBuf>,
    /// Minutes for which the server must be silent before it is told
    #[arg(long, value_name = "MINUTES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=10_080))]
    silent_minutes: u32,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    every_seconds: u32,
    /// Certificates of authorities to trust in addition to those of the system, PEM
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Look once and end, for cron, a systemd timer or the Task Scheduler
    #[arg(long)]
    once: bool,
    /// Send a test message and end
    #[arg(long, conflicts_with = "once")]
    test: bool,
}

/// Watches a server. Ends only with `--once` or `--test`, or if something is wrong with what it was told.
pub async fn watch(wanted: Watch) -> ExitCode {
    let channel = match checked(&wanted) {
        Ok(channel) => channel,
        Err(problem) => {
            eprintln!("orc-server: {problem}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let (clock, url) = (Clock::system(), wanted.url.trim_end_matches('/').to_owned());
    if wanted.test {
        let now = clock.now();
        return match channel.send(&channel::test(&url, now), now).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                eprintln!("orc-server: the test could not be sent: {problem}");
                ExitCode::from(EXIT_UNTOLD)
            }
        };
    }
    let mut known = Known::default();
    loop {
        match round(&wanted, &url, &channel, &clock, known).await {
            Ok(Round { known: next, answers, untold }) => {
                if wanted.once {
                    return match (untold, answers) {
                        (true, _) => ExitCode::from(EXIT_UNTOLD),
                        (false, true) => ExitCode::SUCCESS,
                        (false, false) => ExitCode::from(EXIT_SILENT),
                    };
                }
                known = next;
            }
            Err(problem) => {
                eprintln!("orc-server: {problem}");
                return ExitCode::from(EXIT_USAGE);
            }
        }
        tokio::time::sleep(Duration::from_secs(wanted.every_seconds.into())).await;
    }
}

fn checked(wanted: &Watch) -> Result<Channel, String> {
    let url =
        url::Url::parse(&wanted.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.is_none() {
        return Err(format!("\"{}\" is not the address of a server, such as https://orc.example.org", wanted.url));
    }
    if !private(&wanted.channel) {
        eprintln!("orc-server: note: others can read {}, which has secrets", wanted.channel.display());
    }
    Channel::read(&wanted.channel)
}

/// Whether nobody else may read a file.
#[cfg(unix)]
fn private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).map_or(true, |facts| facts.permissions().mode() & 0o077 == 0)
}

/// Whether nobody else may read a file. Elsewhere this is not looked at.
#[cfg(not(unix))]
const fn private(_: &Path) -> bool {
    true
}

/// What one round left.
struct Round {
    known: Known,
    answers: bool,
    untold: bool,
}

/// Looks once, tells what is to be told, and keeps what is known.
async fn round(wanted: &Watch, url: &str, channel: &Channel, clock: &Clock, before: Known) -> Result<Round, String> {
    let before = match &wanted.state {
        Some(file) => read(file)?,
        None => before,
    };
    let look = look(url, wanted.ca_file.as_deref()).await;
    let (answers, now) = (look.is_ok(), clock.now());
    let patience = TimeDelta::minutes(wanted.silent_minutes.into());
    let (mut known, news) = seen(&before, look, now, patience);
    if known.silent_since_at.is_some() && before.silent_since_at.is_none() {
        eprintln!("orc-server: {url} is silent: {}", known.problem.as_deref().unwrap_or_default());
    }
    // Before anything is told, so that a watcher that is stopped while it tells knows since when the server is silent.
    keep(wanted.state.as_deref(), &before, &known)?;
    let mut untold = false;
    if let Some(news) = news {
        match channel.send(&channel::notice(url, &news, now), now).await {
            Ok(()) => {
                let after = told(&known, &news, now);
                keep(wanted.state.as_deref(), &known, &after)?;
                known = after;
                let what = if matches!(news, News::Silent { .. }) { "is silent" } else { "answers again" };
                eprintln!("orc-server: told that {url} {what}");
            }
            Err(problem) => {
                untold = true;
                eprintln!("orc-server: the message about {url} could not be sent: {problem}");
            }
        }
    }
    Ok(Round { known, answers, untold })
}

/// Asks the server whether it can work.
async fn look(url: &str, ca_file: Option<&Path>) -> Result<(), String> {
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: format!("{url}/readyz"),
        headers: BTreeMap::new(),
        body: None,
        private: Private::default(),
        proxy: None,
        ca_files: ca_file.into_iter().map(Path::to_owned).collect(),
        own_port: 0,
    };
    let asked = tokio::time::timeout(ANSWER_WITHIN, http_request::send(&request, &|_| {})).await;
    match asked {
        Err(_) => Err(format!("no answer within {} s", ANSWER_WITHIN.as_secs())),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(answer)) if answer.code() == 200 => Ok(()),
        Ok(Ok(answer)) => Err(format!("it answers {} when it is asked whether it can work", answer.code())),
    }
}

/// What is known from earlier looks. A file that is not there, or cannot be understood, knows nothing.
fn read(file: &Path) -> Result<Known, String> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Known::default()),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

/// Writes what is known, if it changed: to a file beside, which then takes the name.
fn keep(file: Option<&Path>, before: &Known, known: &Known) -> Result<(), String> {
    let Some(file) = file.filter(|_| before != known) else { return Ok(()) };
    let named = |error: io::Error| format!("{}: {error}", file.display());
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let text = serde_json::to_vec(known).map_err(io::Error::other).map_err(named)?;
    std::fs::write(&beside, text).map_err(named)?;
    std::fs::rename(&beside, file).map_err(named)
}
