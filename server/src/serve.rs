//! Serving: takes the data folder, opens the parts in order, and closes them in reverse order.

use crate::api::core::layers;
use crate::api::core::state::{ApiSettings, ApiState, ShownSetting};
use crate::api::listen;
use crate::api::router;
use crate::app::{self, App, AppSettings};
use crate::clock::Clock;
use crate::config::{Config, DataFolder, Faults, FolderError, HttpConfig, folder, platform};
use crate::domain::model::Surroundings;
use crate::domain::runs::travel::Travel;
use crate::engine::{Engine, EngineSettings};
use crate::security::vault;
use crate::store::{self, Store, StoreError};
use std::io::{self, IsTerminal};
use std::net::{SocketAddr, TcpListener};
use tokio_util::sync::CancellationToken;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Exit code for a wrong configuration.
pub const EXIT_CONFIG: u8 = 2;

/// Number of database connections for reading.
const READERS: u32 = 8;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration is wrong.
    #[error("{0}")]
    Config(#[from] Faults),
    /// The data folder cannot be used.
    #[error("{0}")]
    Folder(#[from] FolderError),
    /// The database cannot be opened.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The log files cannot be written.
    #[error("the log files cannot be written: {0}")]
    Log(#[from] InitError),
    /// The port is in use.
    #[error("the port of {0} is in use by another program; stop that program, or choose another port with --listen")]
    PortInUse(SocketAddr),
    /// The server cannot listen on the address.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The system refused something else.
    #[error("{0}")]
    System(#[from] io::Error),
}

impl ServeError {
    /// The exit code, as documented in `orc-server help`.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => EXIT_CONFIG,
            Self::Folder(FolderError::Held { .. }) => 3,
            Self::PortInUse(_) => 4,
            _ => 1,
        }
    }
}

/// Serves until told to stop.
///
/// # Errors
/// Returns what kept the server from starting or made it fail.
pub fn run(config: Config) -> Result<(), ServeError> {
    config.check_serving()?;
    folder::protect_new_files();
    folder::protect_memory();
    let folder = DataFolder::take(&config.data_dir)?;
    let _log = start_log(&config, &folder)?;
    layers::watch_panics();
    install_crypto();
    vault::self_test().map_err(io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(&config, &folder));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    served
}

/// Makes ring the TLS implementation of the process.
pub fn install_crypto() {
    let _installed_once = rustls::crypto::ring::default_provider().install_default();
}

async fn serve(config: &Config, folder: &DataFolder) -> Result<(), ServeError> {
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let (listener, bound) = bind(config.server.listen)?;
    let app = open(config, folder).await?;
    let stop = CancellationToken::new();
    stop_on_signal(stop.clone())?;
    let token = new_local_token();
    folder::write_private(&folder.path.join(LOCAL_TOKEN_FILE), &token)?;
    let state = ApiState::new(app.clone(), router::contract(), api_settings(config, token), stop.clone());
    let url = config.server.url(bound);
    app.listens_on(bound.port());
    orc_runner::remove_left_cgroups();
    let engine = Engine::start(app.clone(), engine_settings(config, bound)).await;
    announce(folder, &url)?;
    announce_setup(&app, config.server.public_url.as_deref().unwrap_or(&url)).await?;
    let tls = config.server.tls.clone().map(|files| (files.cert, files.key));
    let stopping = stop.clone();
    let (served, ()) = tokio::join!(
        async {
            let served = listen::serve(listener, tls, router::router(state), stop.clone()).await;
            stop.cancel();
            served
        },
        async {
            stopping.cancelled().await;
            engine.shutdown().await;
        }
    );
    if let Err(error) = app.hook_calls_record().await {
        tracing::warn!(%error, "the newest calls of webhooks are missing in their logs");
    }
    app.store().close().await;
    for file in [SERVER_FILE, LOCAL_TOKEN_FILE] {
        let _gone_already_is_fine = std::fs::remove_file(folder.path.join(file));
    }
    tracing::info!("stopped");
    Ok(served?)
}

/// Name of the file in the data folder that contains this server's address.
pub const SERVER_FILE: &str = "server.json";

/// Name of the file with the token of the local command line.
pub const LOCAL_TOKEN_FILE: &str = "local-token";

fn announce(folder: &DataFolder, url: &str) -> io::Result<()> {
    let text = serde_json::json!({"url": url, "pid": std::process::id()}).to_string();
    folder::write_private(&folder.path.join(SERVER_FILE), &text)?;
    tracing::info!(url, data_dir = %folder.path.display(), version = env!("CARGO_PKG_VERSION"), "serving");
    Ok(())
}

/// Opens the database and creates the use cases on it.
///
/// # Errors
/// Fails if the database cannot be opened.
pub async fn open(config: &Config, folder: &DataFolder) -> Result<App, ServeError> {
    let data_dir = folder.path.clone();
    let database =
        store::DatabaseConfig { url: config.database.url.clone(), data_dir: data_dir.clone(), readers: READERS };
    let store = Store::open(&database).await?;
    let (node, timezone) = (config.engine.node.clone(), config.engine.timezone.clone());
    let (run_limit, probe_limit) = (config.engine.run_limit, config.engine.probe_limit);
    let file_roots = config.engine.file_roots.clone();
    let environment = crate::config::task_environment(&config.task.path);
    let limits = crate::config::start_limits();
    let abilities = crate::engine::core::limits::abilities(config.task.user.clone());
    let surroundings = Surroundings { umask: config.task.umask, environment, limits, abilities };
    let HttpConfig { proxy, no_proxy, ca_file } = config.http.clone();
    let travel = Travel { proxy, no_proxy, ca_file };
    let send_within = app::notify::sending::SEND_WITHIN;
    let public_url = config.server.public_url.clone();
    let backup_within_days = config.database.backup_within_days;
    let settings = AppSettings {
        node,
        timezone,
        data_dir,
        run_limit,
        probe_limit,
        file_roots,
        surroundings,
        travel,
        send_within,
        backup_within_days,
        public_url,
    };
    let clock = Clock::system();
    app::clock::resume(&store, &clock, &settings.node).await?;
    let app = App::new(store, clock, settings);
    app.vault_prepare().await.map_err(io::Error::other)?;
    Ok(app)
}

/// Creates a token for the local command line, valid until this process ends.
pub fn new_local_token() -> String {
    format!("orc_local_{}", hex::encode(rand::random::<[u8; 32]>()))
}

/// The part of the configuration that the API needs.
pub fn api_settings(config: &Config, local_token: String) -> ApiSettings {
    let shown = config.settings.iter().map(|setting| {
        let (name, value) = (setting.name.clone(), setting.value.clone());
        ShownSetting {
            name,
            value,
            source: setting.source.as_str().to_owned(),
            description: setting.description.clone(),
        }
    });
    ApiSettings {
        allowed_hosts: config.server.allowed_hosts.clone(),
        secure_cookies: config.server.is_secure(),
        behind_proxy: config.server.behind_proxy,
        deadline: None,
        local_token: Some(local_token),
        platform: platform(),
        shown: shown.collect(),
    }
}

/// Prints the one-time link of a server without an administrator. It goes to the console only, never to a log file.
async fn announce_setup(app: &App, url: &str) -> Result<(), ServeError> {
    let prepared = app.setup_prepare().await.map_err(io::Error::other)?;
    if let Some(token) = prepared {
        println!("Set up Orc: {url}/setup?token={}", token.expose());
    }
    Ok(())
}

fn engine_settings(config: &Config, bound: SocketAddr) -> EngineSettings {
    EngineSettings { runner: config.engine.runner.clone(), own_port: bound.port() }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse(address),
        _ => ServeError::Listen(address, error),
    };
    let listener = TcpListener::bind(address).map_err(refused)?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}

/// Logs to stderr and to daily files. The files are complete when the guard is dropped.
fn start_log(config: &Config, folder: &DataFolder) -> Result<WorkerGuard, ServeError> {
    std::fs::create_dir_all(folder.path.join("logs"))?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("orc-server")
        .filename_suffix("log")
        .max_log_files(config.log.files)
        .build(folder.path.join("logs"))?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let filter = EnvFilter::new(&config.log.filter);
    let console = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let file = fmt::layer().with_writer(writer).with_ansi(false);
    let _one_log_per_process = tracing_subscriber::registry().with(filter).with(console).with(file).try_init();
    Ok(guard)
}

/// Makes the first signal stop the server in an orderly way, and the second one at once.
fn stop_on_signal(stop: CancellationToken) -> io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        tracing::info!("stopping in an orderly way; a second signal stops at once");
        stop.cancel();
        signals.next().await;
        tracing::warn!("stopped at once");
        std::process::exit(1);
    });
    Ok(())
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    close: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()?, close: tokio::signal::windows::ctrl_shutdown()? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.close.recv() => {}
        }
    }
}
