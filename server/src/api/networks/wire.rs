//! Wire types of network profiles.

use crate::api::contract::names::Name;
use crate::api::core::answer::said;
use crate::api::core::page::page;
use crate::domain::networks;
use crate::domain::networks::NetworkFactCode;
use crate::domain::vocabulary::{LinkKind, LinkState, NetworkMatch, TunnelKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! network {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Unique name, by which tasks refer to the profile.
            #[schema(value_type = Name)]
            pub name: String,
            /// What the profile stands for.
            #[serde(default)]
            #[schema(max_length = 2000, default = "")]
            pub description: String,
            /// How many of the rules must hold.
            #[serde(default = "all")]
            #[schema(inline = false, default = "all")]
            pub r#match: NetworkMatch,
            /// What must be true of the network.
            #[schema(min_items = 1, max_items = 20)]
            pub rules: Vec<NetworkRule>,
        }
    };
}

network! {
    /// Everything a person defines about a network profile.
    NetworkDefinition {}
}
network! {
    /// A network profile: named facts about the network of the server's machine that tasks can need.
    Network {
        /// UUID of the profile.
        #[schema(read_only)]
        pub id: Uuid,
        /// Version of the definition. It grows by one with each change.
        #[schema(read_only)]
        pub version: u32,
        /// When the profile was created.
        #[schema(read_only)]
        pub created_at: DateTime<Utc>,
        /// When its definition last changed.
        #[schema(read_only)]
        pub updated_at: DateTime<Utc>,
        /// What should be known about its rules.
        #[schema(read_only)]
        pub warnings: Vec<NetworkFact>,
        /// Names of the tasks that need it.
        #[schema(read_only)]
        pub used_by: Vec<String>,
    }
}
page!(
    /// A page of network profiles, by name.
    NetworkPage,
    Network
);
said!(
    /// What Orc sees of the network.
    NetworkFact (NetworkFactCode, "wg0 (wireguard) is up with 10.8.0.2/24") = networks::NetworkFact
);

/// Rules that are looked at without being saved.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkCheck {
    /// How many of the rules must hold.
    #[serde(default = "all")]
    #[schema(inline = false, default = "all")]
    pub r#match: NetworkMatch,
    /// What must be true of the network.
    #[schema(min_items = 1, max_items = 20)]
    pub rules: Vec<NetworkRule>,
}

/// One fact about the network.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NetworkRule {
    /// An interface is up, has a carrier, and has an address.
    Interface(NetworkRuleInterface),
    /// Traffic to a host leaves through an interface, by the system's own decision.
    Route(NetworkRuleRoute),
    /// A name resolves.
    Dns(NetworkRuleDns),
    /// A port accepts connections.
    Tcp(NetworkRuleTcp),
    /// An address answers over HTTP.
    Http(NetworkRuleHttp),
}

/// An interface is up, has a carrier, and has an address.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkRuleInterface {
    /// Name of the interface, or a pattern such as `wg*`.
    #[serde(default = "every")]
    #[schema(max_length = 100, default = "*", example = "wg*")]
    pub interface: String,
    /// Which kind of tunnel it must be; null: it need not be a tunnel.
    #[serde(default)]
    #[schema(inline = false)]
    pub tunnel: Option<TunnelKind>,
    /// Network in which its address must be; null: any address that is not link-local.
    #[serde(default)]
    #[schema(max_length = 100, example = "10.8.0.0/16")]
    pub address: Option<String>,
}

/// Traffic to a host leaves through an interface.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkRuleRoute {
    /// Host or address. Nothing is sent to it.
    #[schema(max_length = 253, example = "10.8.0.1")]
    pub to: String,
    /// Name of the interface, or a pattern such as `wg*`.
    #[schema(max_length = 100, example = "wg*")]
    pub interface: String,
}

/// A name resolves.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkRuleDns {
    /// The name.
    #[schema(max_length = 253, example = "intranet.example")]
    pub host: String,
    /// Network in which all its addresses must be; null: anywhere.
    #[serde(default)]
    #[schema(max_length = 100, example = "10.8.0.0/16")]
    pub address: Option<String>,
    /// Address of the DNS server to ask, with or without a port; null: the name resolves as the machine resolves names.
    #[serde(default)]
    #[schema(max_length = 100, example = "10.8.0.1")]
    pub server: Option<String>,
    /// How long the answer may take.
    #[serde(default = "patience")]
    #[schema(minimum = 0.001, maximum = 10.0, default = 5.0)]
    pub timeout_seconds: f64,
}

/// A port accepts connections.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkRuleTcp {
    /// Host or address.
    #[schema(max_length = 253, example = "intranet.example")]
    pub host: String,
    /// The port.
    #[schema(minimum = 1, maximum = 65535, example = 443)]
    pub port: u16,
    /// How long that may take.
    #[serde(default = "patience")]
    #[schema(minimum = 0.001, maximum = 10.0, default = 5.0)]
    pub timeout_seconds: f64,
}

/// An address answers over HTTP. Redirects are followed, and no proxy is used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkRuleHttp {
    /// The address.
    #[schema(max_length = 4000, example = "https://intranet.example/health")]
    pub url: String,
    /// Status codes that count; empty: 200 to 299.
    #[serde(default)]
    #[schema(max_items = 100, default = json!([]))]
    pub expected_codes: Vec<u16>,
    /// How long the answer may take.
    #[serde(default = "patience")]
    #[schema(minimum = 0.001, maximum = 10.0, default = 5.0)]
    pub timeout_seconds: f64,
}

/// What was seen of a network profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkSight {
    /// Whether the profile holds.
    pub holds: bool,
    /// What was seen of each rule, in their order.
    pub rules: Vec<NetworkRuleSight>,
    /// When Orc looked.
    pub looked_at: DateTime<Utc>,
}

/// What was seen of one rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkRuleSight {
    /// Whether the rule is met.
    pub met: bool,
    /// What was seen.
    pub seen: NetworkFact,
}

/// The interfaces of the server's machine, and a profile to begin with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkSurvey {
    /// The interfaces.
    pub interfaces: Vec<NetworkInterface>,
    /// A profile made from the tunnel that is up now; null: no tunnel is up.
    pub suggestion: Option<NetworkDefinition>,
}

/// A network interface of the server's machine.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NetworkInterface {
    /// Its name.
    pub interface: String,
    /// What it is.
    #[schema(inline = false)]
    pub kind: LinkKind,
    /// Whether it can carry traffic.
    #[schema(inline = false)]
    pub state: LinkState,
    /// Its addresses, with the networks that they are in.
    pub addresses: Vec<String>,
}

fn all() -> NetworkMatch {
    NetworkMatch::All
}

fn every() -> String {
    "*".to_owned()
}

fn patience() -> f64 {
    5.0
}
