//! What every handler can reach.

use super::metrics::Metrics;
use crate::api::contract::Contract;
use crate::app::App;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Maximum number of open event streams.
pub const STREAMS_MAX: usize = 256;

/// State of the router; cheap to clone.
#[derive(Debug, Clone)]
pub struct ApiState {
    /// The use cases.
    pub app: App,
    /// Settings of the API.
    pub settings: Arc<ApiSettings>,
    /// The published contract.
    pub contract: Arc<Contract>,
    /// The counters of this process.
    pub metrics: Metrics,
    /// Free places for event streams.
    pub streams: Arc<Semaphore>,
    /// Cancelled when the server stops, which ends all streams.
    pub stop: CancellationToken,
}

impl ApiState {
    /// Creates the state.
    pub fn new(app: App, contract: Arc<Contract>, settings: ApiSettings, stop: CancellationToken) -> Self {
        let (settings, streams) = (Arc::new(settings), Arc::new(Semaphore::new(STREAMS_MAX)));
        Self { app, settings, contract, metrics: Metrics::default(), streams, stop }
    }
}

/// The part of the configuration that the API needs, as plain values.
#[derive(Clone, Default)]
pub struct ApiSettings {
    /// Host names (without port) that requests may use in addition to the loopback names.
    pub allowed_hosts: Vec<String>,
    /// Whether the server itself or a proxy in front of it uses TLS. Cookies are then `Secure`.
    pub secure_cookies: bool,
    /// Whether to trust `X-Forwarded-For` of the proxy in front.
    pub behind_proxy: bool,
    /// The token of the local command line (`orc_local_...`), new with every start. Whoever sends it is
    /// `Caller::local()`. None if there is no such token.
    pub local_token: Option<String>,
    /// How long a request may take until its answer begins. None means `layers::DEADLINE`.
    pub deadline: Option<Duration>,
    /// Operating system and processor.
    pub platform: String,
    /// Settings as shown to administrators.
    pub shown: Vec<ShownSetting>,
}

/// A setting as administrators see it.
#[derive(Debug, Clone)]
pub struct ShownSetting {
    /// Its name.
    pub name: String,
    /// Its value; secrets are masked.
    pub value: String,
    /// Where the value comes from: default, file, environment or flag.
    pub source: String,
    /// What the setting is for.
    pub description: String,
}

impl std::fmt::Debug for ApiSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiSettings").field("allowed_hosts", &self.allowed_hosts).finish_non_exhaustive()
    }
}
