//! Looking whether a network profile holds now.
//!
//! Nothing of a look is stored, and no transaction is open meanwhile. All rules of a profile are looked at together, each
//! with its time limit, so a look ends within about ten seconds. Few looks happen at once, because each may open connections;
//! a person who finds no place is refused, and a waiting run looks again later. Start reading at `network_holds`.

use super::no_network;
use crate::app::{App, Caller, Error, Result};
use crate::domain::networks::{
    Interface, NetworkFact, NetworkSight, Profile, Rule, RuleSight, answer_sight, dns_server, interface_sight,
    resolved_sight, suggestion, way_sight,
};
use crate::domain::vocabulary::Permission;
use crate::integrations::network::reach::{self, Unreached};
use crate::integrations::network::{interfaces, way};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Number of looks that happen at once.
const LOOKS: usize = 8;

/// How long a person's look waits for a place.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a rule without a limit of its own may take: the system answers such questions at once, but a name may have to be
/// resolved first.
const QUICK: Duration = Duration::from_secs(5);

/// Places for looks.
#[derive(Debug, Clone)]
pub(in crate::app) struct Lookout {
    free: Arc<Semaphore>,
}

impl Default for Lookout {
    fn default() -> Self {
        Self { free: Arc::new(Semaphore::new(LOOKS)) }
    }
}

/// The interfaces of the machine, and a profile to begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkSurvey {
    /// The interfaces.
    pub interfaces: Vec<Interface>,
    /// A profile made from the tunnel that is up now; none: there is none.
    pub suggestion: Option<Profile>,
}

impl App {
    /// Looks whether a saved profile holds now.
    pub async fn network_probe(&self, caller: &Caller, network: &str) -> Result<NetworkSight> {
        caller.require(Permission::Run)?;
        let found = self.store().network_find(network).await?.ok_or_else(|| no_network(network))?;
        self.look_for_person(found.profile).await
    }

    /// Looks whether a profile would hold now that is not saved.
    pub async fn network_check(&self, caller: &Caller, wanted: Profile) -> Result<NetworkSight> {
        caller.require(Permission::Define)?;
        let problems = wanted.rule_problems();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.look_for_person(wanted).await
    }

    /// Shows the interfaces of the machine, and a profile to begin with.
    pub async fn network_survey(&self, caller: &Caller) -> Result<NetworkSurvey> {
        caller.require(Permission::Read)?;
        let found = all_interfaces().await;
        let interfaces = found.map_err(|problem| Error::Unavailable(format!("the system does not say: {problem}")))?;
        Ok(NetworkSurvey { suggestion: suggestion(&interfaces), interfaces })
    }

    /// Says whether a profile holds now, for workers: waits for a place as long as it takes, and asks nobody's permission.
    /// Fails with `NotFound` if there is no such profile.
    pub async fn network_holds(&self, network: &str) -> Result<NetworkSight> {
        let found = self.store().network_find(network).await?.ok_or_else(|| no_network(network))?;
        let _place = Arc::clone(&self.lookout().free).acquire_owned().await.map_err(|_| busy())?;
        Ok(self.look(found.profile).await)
    }

    async fn look_for_person(&self, profile: Profile) -> Result<NetworkSight> {
        let place = timeout(PATIENCE, Arc::clone(&self.lookout().free).acquire_owned()).await;
        let _place = place.ok().and_then(std::result::Result::ok).ok_or_else(busy)?;
        Ok(self.look(profile).await)
    }

    async fn look(&self, profile: Profile) -> NetworkSight {
        let looked_at = self.clock().now();
        let looks = profile.rules.iter().map(|rule| self.look_at(rule));
        let seen = futures::future::join_all(looks).await;
        NetworkSight::of(&profile, seen, looked_at)
    }

    async fn look_at(&self, rule: &Rule) -> RuleSight {
        let own_port = self.own_port();
        let begun = self.clock().running();
        let took = || u64::try_from((self.clock().running() - begun).as_millis()).unwrap_or(u64::MAX);
        match rule {
            Rule::Interface { interface, tunnel, address } => match all_interfaces().await {
                Ok(all) => interface_sight(interface, *tunnel, address.as_deref(), &all),
                Err(problem) => RuleSight::unmet(NetworkFact::Unreadable { problem }),
            },
            Rule::Route { to, interface } => match ways(to, own_port).await {
                Ok(ways) => way_sight(to, interface, &ways),
                Err(error) => unreached(error, to, QUICK, |to, problem| NetworkFact::NoWay { to, problem }),
            },
            Rule::Dns { host, address, server, timeout_seconds } => {
                let limit = Duration::from_secs_f64(*timeout_seconds);
                let server = server.as_deref().and_then(|server| dns_server(server).ok());
                match reach::resolve(host, server, own_port, limit).await {
                    Ok(found) => resolved_sight(host, address.as_deref(), &found, took()),
                    Err(error) => {
                        unreached(error, host, limit, |host, problem| NetworkFact::Unresolved { host, problem })
                    }
                }
            }
            Rule::Tcp { host, port, timeout_seconds } => {
                let limit = Duration::from_secs_f64(*timeout_seconds);
                let to = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
                match reach::connect(host, *port, own_port, limit).await {
                    Ok(()) => RuleSight::met(NetworkFact::Connected { to, milliseconds: took() }),
                    Err(error) => unreached(error, &to, limit, |to, problem| NetworkFact::NotConnected { to, problem }),
                }
            }
            Rule::Http { url, expected_codes, timeout_seconds } => {
                let limit = Duration::from_secs_f64(*timeout_seconds);
                let ca_files = self.settings().travel.ca_file.iter().map(PathBuf::from).collect();
                match reach::answer(url, ca_files, own_port, limit).await {
                    Ok(status) => answer_sight(url, expected_codes, status, took()),
                    Err(error) => unreached(error, url, limit, |url, problem| NetworkFact::Unanswered { url, problem }),
                }
            }
        }
    }
}

/// What a failed look means.
fn unreached(
    error: Unreached,
    to: &str,
    limit: Duration,
    failed: impl FnOnce(String, String) -> NetworkFact,
) -> RuleSight {
    let limit_milliseconds = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    RuleSight::unmet(match error {
        Unreached::Forbidden(problem) => NetworkFact::Forbidden { problem },
        Unreached::Failed(problem) => failed(to.to_owned(), problem),
        Unreached::TooSlow => NetworkFact::TooSlow { to: to.to_owned(), limit_milliseconds },
    })
}

async fn all_interfaces() -> std::result::Result<Vec<Interface>, String> {
    let found = tokio::task::spawn_blocking(interfaces).await.map_err(|error| error.to_string())?;
    found.map_err(|error| error.to_string())
}

type Ways = Vec<(IpAddr, std::result::Result<Interface, String>)>;

/// The way to each address of a host.
async fn ways(to: &str, own_port: u16) -> std::result::Result<Ways, Unreached> {
    let found = reach::resolve(to, None, own_port, QUICK).await?;
    let look = move || {
        let way = |address| (address, way(address).map_err(|error| reach::words(&error)));
        found.into_iter().map(way).collect()
    };
    tokio::task::spawn_blocking(look).await.map_err(|error| Unreached::Failed(error.to_string()))
}

fn busy() -> Error {
    Error::Unavailable("the server is looking at many networks already; try again in a moment".into())
}
