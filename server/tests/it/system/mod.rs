//! The server as a process: starting, refusing, stopping; and what it shows of itself.

#[cfg(target_os = "linux")]
mod faketime;
mod frame;
mod heartbeats;
mod hooks;
mod pages;
pub mod process;
#[cfg(unix)]
mod proxied;
mod stopping;
mod stream;
#[cfg(unix)]
mod surroundings;
mod tls;
mod upkeep;
mod watch;

use crate::kit::{Client, House};
use orc_server::api::core::state::{ApiSettings, ShownSetting};

/// An administrator of a server with a setting to show.
async fn settled() -> Client {
    let shown = vec![ShownSetting {
        name: "listen".to_owned(),
        value: "127.0.0.1:5000".to_owned(),
        source: "default".to_owned(),
        description: String::new(),
    }];
    House::new(ApiSettings { shown, ..ApiSettings::default() }).await.admin().await
}
