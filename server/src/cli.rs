//! The server's own command line: serving, and work on the data folder itself.

mod door;
mod people;
mod prompt;
mod upkeep;
mod watch;

use crate::config::{Config, Inputs};
use crate::serve::{self, ServeError};
use clap::{Args, Parser, Subcommand};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

const EXIT_CODES: &str = "Settings come from flags, ORC_* variables (--run-limit is ORC_RUN_LIMIT), orc.toml in the \
    data folder, and defaults, in this order.\n\nExit codes: 0 success, 1 failure, 2 wrong configuration or usage, 3 \
    another server uses the data folder, 4 the port is in use.";

#[derive(Debug, Parser)]
#[command(name = "orc-server", version, about = "Orc: a local-first task orchestrator", after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Settings {
    /// Folder for the database, logs and keys
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// File with settings; default: orc.toml in the data folder
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port; any address other than loopback needs TLS or --behind-proxy
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// URL under which people reach the server
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Host names that requests may use, comma-separated
    #[arg(long, global = true, value_name = "NAMES")]
    allowed_hosts: Option<String>,
    /// A proxy in front of the server handles TLS and sets X-Forwarded-For
    #[arg(long, global = true)]
    behind_proxy: bool,
    /// Certificate chain, PEM
    #[arg(long, global = true, value_name = "FILE")]
    tls_cert: Option<String>,
    /// Private key, PEM
    #[arg(long, global = true, value_name = "FILE")]
    tls_key: Option<String>,
    /// postgres://...; default: SQLite in the data folder
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Maximum number of simultaneous runs
    #[arg(long, global = true, value_name = "COUNT")]
    run_limit: Option<String>,
    /// Default time zone of schedules
    #[arg(long, global = true, value_name = "ZONE")]
    timezone: Option<String>,
    /// Path of the orc-runner binary
    #[arg(long, global = true, value_name = "FILE")]
    runner: Option<String>,
    /// Name of this server
    #[arg(long, global = true, value_name = "NAME")]
    node: Option<String>,
    /// Folders in which file triggers may look, comma-separated; default: everywhere except the data folder
    #[arg(long, global = true, value_name = "FOLDERS")]
    file_roots: Option<String>,
    /// Permissions that new files of tasks do not get; default: 022
    #[arg(long, global = true, value_name = "UMASK")]
    task_umask: Option<String>,
    /// PATH of tasks: absolute folders, separated by colons
    #[arg(long, global = true, value_name = "FOLDERS")]
    task_path: Option<String>,
    /// User that tasks run as unless they name one; only if the server runs as root
    #[arg(long, global = true, value_name = "USER")]
    task_user: Option<String>,
    /// Proxy of http tasks, such as http://proxy.example:3128; HTTP_PROXY in the environment does not count
    #[arg(long, global = true, value_name = "URL")]
    http_proxy: Option<String>,
    /// Hosts that http tasks reach without the proxy, comma-separated
    #[arg(long, global = true, value_name = "HOSTS")]
    http_no_proxy: Option<String>,
    /// Certificates of authorities that http tasks trust in addition to those of the system, PEM
    #[arg(long, global = true, value_name = "FILE")]
    http_ca_file: Option<String>,
    /// What to log, such as info or warn,orc_server::engine=debug
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// Number of daily log files to keep
    #[arg(long, global = true, value_name = "COUNT")]
    log_files: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default)
    Serve,
    /// Print the contract (OpenAPI)
    Openapi,
    /// Bring the database up to date without starting the server
    Migrate,
    /// Manage the users of this server
    #[command(subcommand)]
    User(people::UserCommand),
    /// Create tokens for programs
    #[command(subcommand)]
    Token(people::TokenCommand),
    /// Give the passphrase of the vault to the running server, so that runs that need credentials start
    Unseal {
        /// Read the passphrase from the first line of standard input instead of asking
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Watch another server from a second machine, and tell by a channel of its own when it is silent
    Watch(watch::Watch),
    /// Check configuration, data folder, database and runner
    Doctor,
    /// Write a consistent copy of the database (SQLite)
    Backup {
        /// Path of the copy; the file must not exist yet
        file: PathBuf,
    },
    /// Invent weeks of history for demonstration tasks; not for data folders in real use
    Seed {
        /// Number of weeks
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=52))]
        weeks: u32,
    },
    /// Replace the database with a copy (SQLite); the old database is kept beside it
    Restore {
        /// A file that `backup` wrote
        file: PathBuf,
    },
}

impl Settings {
    fn inputs(self) -> Inputs {
        let Self { data_dir, config, listen, public_url, allowed_hosts, behind_proxy, tls_cert, tls_key, .. } = self;
        let given = [
            ("data_dir", data_dir),
            ("listen", listen),
            ("public_url", public_url),
            ("allowed_hosts", allowed_hosts),
            ("behind_proxy", behind_proxy.then(|| "true".to_owned())),
            ("tls_cert", tls_cert),
            ("tls_key", tls_key),
            ("database_url", self.database_url),
            ("run_limit", self.run_limit),
            ("timezone", self.timezone),
            ("runner", self.runner),
            ("node", self.node),
            ("file_roots", self.file_roots),
            ("task_umask", self.task_umask),
            ("task_path", self.task_path),
            ("task_user", self.task_user),
            ("http_proxy", self.http_proxy),
            ("http_no_proxy", self.http_no_proxy),
            ("http_ca_file", self.http_ca_file),
            ("log", self.log),
            ("log_files", self.log_files),
        ];
        let flags: BTreeMap<String, String> =
            given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        Inputs::of_process(flags, config)
    }
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Serve);
    if let Command::Openapi = command {
        print!("{}", crate::api::router::contract().text());
        return ExitCode::SUCCESS;
    }
    if let Command::Watch(wanted) = command {
        return watched(wanted);
    }
    let config = match Config::load(cli.settings.inputs()) {
        Ok(config) => config,
        Err(faults) => {
            eprintln!("{faults}");
            return ExitCode::from(serve::EXIT_CONFIG);
        }
    };
    match command {
        Command::Openapi | Command::Watch(_) | Command::Serve => ended(serve::run(config)),
        Command::Migrate => printed(alone(upkeep::migrate(&config))),
        Command::User(command) => {
            printed(alone(through_the_door(&config, async |door| people::user(door, command).await)))
        }
        Command::Token(command) => {
            printed(alone(through_the_door(&config, async |door| people::token(door, command).await)))
        }
        Command::Unseal { passphrase_stdin } => {
            printed(alone(through_the_door(&config, async |door| upkeep::unseal(door, passphrase_stdin).await)))
        }
        Command::Backup { file } => printed(alone(async { upkeep::backup(&config, &file).await.map_err(Failed) })),
        Command::Seed { weeks } => printed(alone(upkeep::seed(&config, weeks))),
        Command::Restore { file } => printed(alone(async { upkeep::restore(&config, &file).await.map_err(Failed) })),
        Command::Doctor => match alone(async { Ok::<_, Failed>(upkeep::doctor(&config).await) }) {
            Ok((text, well)) => {
                println!("{text}");
                if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(error) => printed(Err(error)),
        },
    }
}

/// Watches another server, which needs neither settings nor a data folder.
fn watched(wanted: watch::Watch) -> ExitCode {
    match alone(async { Ok::<_, Failed>(watch::watch(wanted).await) }) {
        Ok(code) => code,
        Err(error) => printed(Err(error)),
    }
}

/// Why a local command failed, in a sentence.
struct Failed(String);

impl From<ServeError> for Failed {
    fn from(error: ServeError) -> Self {
        Self(error.to_string())
    }
}

async fn through_the_door(
    config: &Config,
    work: impl AsyncFnOnce(&door::Door) -> Result<String, String>,
) -> Result<String, Failed> {
    let door = door::Door::open(config).await?;
    let done = work(&door).await;
    door.close().await;
    done.map_err(Failed)
}

/// Runs a local command to its end.
fn alone<T, E: Into<Failed>>(work: impl Future<Output = Result<T, E>>) -> Result<T, Failed> {
    serve::install_crypto();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failed(format!("cannot start threads: {error}")))?;
    runtime.block_on(work).map_err(Into::into)
}

fn printed(result: Result<String, Failed>) -> ExitCode {
    match result {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failed(sentence)) => {
            eprintln!("orc-server: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn ended(result: Result<(), ServeError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("orc-server: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
