//! Looks at probes: one place for all kinds, with the limits that hold for all of them.

use super::tools::Tools;
use super::{command, file, host, url};
use crate::app::App;
use crate::app::dependencies::{Place, Prober};
use crate::app::triggers::file_roots::{Disks, PATIENCE};
use crate::domain::dependencies::{Look, Probe, Sight};
use crate::engine::runs::fork_server::Runners;
use crate::integrations::disk::LocalDisk;
use crate::integrations::network::reach::{self, Unreached};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Looks at the world. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Looking {
    tools: Tools,
    /// Places for the looks of waiting runs. Looks on request bring a place of their own.
    places: Arc<Semaphore>,
}

impl Looking {
    /// Creates it. `own_port` is where this server listens, which nobody needs to look at.
    pub fn new(app: App, runners: Arc<Runners>, own_port: u16) -> Self {
        let places = usize::try_from(app.settings().probe_limit).unwrap_or(1);
        let disks = Arc::new(Disks::new(Arc::new(LocalDisk), PATIENCE));
        let tools = Tools { app, runners, disks, own_port };
        Self { tools, places: Arc::new(Semaphore::new(places)) }
    }

    async fn look_at(&self, probe: Probe, memory: Option<String>, place: Place) -> Look {
        match probe {
            Probe::Task { task, states, span } => self.tools.app.task_look(&task, &states, &span).await,
            Probe::File(rule) => file::look(&self.tools, &rule, memory.as_deref()).await,
            Probe::Url(rule) => url::look(&self.tools, rule).await,
            Probe::Command(rule) => command::look(self.tools.clone(), rule, place).await,
            Probe::Tcp(rule) => {
                let host = rule.host.trim_matches(['[', ']']);
                let address = match host.contains(':') {
                    true => format!("[{host}]:{}", rule.port),
                    false => format!("{host}:{}", rule.port),
                };
                let limit = Duration::from_secs_f64(rule.timeout_seconds);
                match reach::connect(host, rule.port, self.tools.own_port, limit).await {
                    Ok(()) => Look::of(true, Sight::TcpOpen { address }),
                    Err(Unreached::TooSlow) => Look::troubled(no_answer(rule.timeout_seconds)),
                    Err(error) => Look::of(false, Sight::TcpClosed { address, problem: error.to_string() }),
                }
            }
            Probe::Host(rule) => host::look(&self.tools.disks, rule, self.tools.app.clock().now()).await,
            Probe::Vpn { network } => self.tools.app.vpn_look(network).await,
        }
    }
}

impl Prober for Looking {
    fn look(&self, probe: Probe, memory: Option<String>, place: Option<Place>) -> BoxFuture<'static, Look> {
        let looking = self.clone();
        async move {
            let limit = probe.timeout_seconds();
            let place = match place {
                Some(place) => place,
                None => Arc::new(looking.places.clone().acquire_owned().await.expect("nobody closes it")),
            };
            let looked = looking.look_at(probe, memory.clone(), Arc::clone(&place));
            let within = Duration::from_secs_f64(limit.clamp(0.0, 86_400.0));
            match tokio::time::timeout(within, looked).await {
                Ok(look) => look,
                Err(_) => Look { memory, ..Look::troubled(no_answer(limit)) },
            }
        }
        .boxed()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most an hour")]
fn no_answer(seconds: f64) -> Sight {
    Sight::NoAnswer { limit_milliseconds: (seconds * 1000.0) as u64 }
}
