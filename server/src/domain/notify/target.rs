//! Where a channel leads: one shape for each kind, and the credentials that it needs. Pure.
//!
//! A target stores no secret. It names a credential. Start reading at `Target`.

use super::words::{ChannelKind, MailSecurity};
use crate::domain::credentials::{Need, mentioned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a channel leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// Mail through an SMTP server.
    Mail(MailTarget),
    /// An HTTP request with a body of one's own.
    Webhook(WebhookTarget),
    /// An incoming webhook of Slack. The credential is its address.
    Slack(HookTarget),
    /// A workflow of Microsoft Teams. The credential is its address.
    Teams(HookTarget),
    /// A webhook of Discord. The credential is its address.
    Discord(HookTarget),
    /// A bot of Telegram. The credential is its token.
    Telegram(TelegramTarget),
    /// A topic of ntfy. The credential is an access token.
    Ntfy(NtfyTarget),
    /// An application of Gotify. The credential is its token.
    Gotify(GotifyTarget),
    /// A user or group of Pushover. The credential is the token of the application.
    Pushover(PushoverTarget),
    /// A service of PagerDuty. The credential is its integration key (Events API v2).
    Pagerduty(PagerdutyTarget),
    /// A team of Opsgenie. The credential is the key of its API integration.
    Opsgenie(OpsgenieTarget),
    /// A room of Matrix. The credential is an access token.
    Matrix(MatrixTarget),
    /// A command on this machine, without a shell.
    Command(CommandTarget),
}

/// Mail through an SMTP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailTarget {
    /// Host of the server.
    pub host: String,
    /// Port of the server.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: MailSecurity,
    /// Credential with user name and password; none: no login.
    pub credential: Option<String>,
    /// File with certificates (PEM) of authorities to trust in addition to those of the system.
    pub ca_file: Option<String>,
    /// Address of the sender.
    pub from: String,
    /// Address for answers; none: the sender.
    pub reply_to: Option<String>,
    /// Addresses of the recipients.
    pub to: Vec<String>,
    /// Largest number of mails within an hour. Those above it wait. None: there is no limit.
    #[serde(default)]
    pub mails_per_hour: Option<u32>,
}

/// An HTTP request with a body of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookTarget {
    /// Address. It may mention credentials.
    pub url: String,
    /// Headers. Their values may mention credentials.
    pub headers: BTreeMap<String, String>,
    /// JSON with names in the place of values; none: a body with all that is known.
    pub body: Option<String>,
    /// Credential whose value signs the request; none: it is not signed.
    pub signed_by: Option<String>,
}

/// A webhook whose address is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookTarget {
    /// Credential whose value is the address.
    pub credential: String,
}

/// A bot of Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelegramTarget {
    /// Credential whose value is the bot's token.
    pub credential: String,
    /// Number or `@name` of the chat.
    pub chat: String,
    /// Address of the service.
    pub server: String,
}

/// A topic of ntfy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NtfyTarget {
    /// Address of the service.
    pub server: String,
    /// Name of the topic.
    pub topic: String,
    /// Credential whose value is an access token; none: the topic is open.
    pub credential: Option<String>,
}

/// An application of Gotify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GotifyTarget {
    /// Address of the service.
    pub server: String,
    /// Credential whose value is the application's token.
    pub credential: String,
}

/// A user or group of Pushover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushoverTarget {
    /// Credential whose value is the application's token.
    pub credential: String,
    /// Key of the user or group.
    pub user: String,
    /// Address of the service.
    pub server: String,
}

/// A service of PagerDuty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PagerdutyTarget {
    /// Credential whose value is the integration key.
    pub credential: String,
    /// Address of the service.
    pub server: String,
}

/// A team of Opsgenie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpsgenieTarget {
    /// Credential whose value is the key.
    pub credential: String,
    /// Address of the service.
    pub server: String,
}

/// A room of Matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixTarget {
    /// Address of the home server.
    pub server: String,
    /// Id of the room, such as `!abc:example.org`.
    pub room: String,
    /// Credential whose value is an access token.
    pub credential: String,
}

/// A command on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandTarget {
    /// Program: a path, or a name searched in PATH.
    pub program: String,
    /// Its arguments, with names in the place of values.
    pub arguments: Vec<String>,
}

impl Target {
    /// Its kind.
    pub const fn kind(&self) -> ChannelKind {
        match self {
            Self::Mail(_) => ChannelKind::Mail,
            Self::Webhook(_) => ChannelKind::Webhook,
            Self::Slack(_) => ChannelKind::Slack,
            Self::Teams(_) => ChannelKind::Teams,
            Self::Discord(_) => ChannelKind::Discord,
            Self::Telegram(_) => ChannelKind::Telegram,
            Self::Ntfy(_) => ChannelKind::Ntfy,
            Self::Gotify(_) => ChannelKind::Gotify,
            Self::Pushover(_) => ChannelKind::Pushover,
            Self::Pagerduty(_) => ChannelKind::Pagerduty,
            Self::Opsgenie(_) => ChannelKind::Opsgenie,
            Self::Matrix(_) => ChannelKind::Matrix,
            Self::Command(_) => ChannelKind::Command,
        }
    }

    /// The one credential of a service or an SMTP server.
    pub fn credential(&self) -> Option<&str> {
        match self {
            Self::Mail(MailTarget { credential, .. }) | Self::Ntfy(NtfyTarget { credential, .. }) => {
                credential.as_deref()
            }
            Self::Webhook(WebhookTarget { signed_by, .. }) => signed_by.as_deref(),
            Self::Command(_) => None,
            Self::Slack(HookTarget { credential })
            | Self::Teams(HookTarget { credential })
            | Self::Discord(HookTarget { credential })
            | Self::Telegram(TelegramTarget { credential, .. })
            | Self::Gotify(GotifyTarget { credential, .. })
            | Self::Pushover(PushoverTarget { credential, .. })
            | Self::Pagerduty(PagerdutyTarget { credential, .. })
            | Self::Opsgenie(OpsgenieTarget { credential, .. })
            | Self::Matrix(MatrixTarget { credential, .. }) => Some(credential),
        }
    }

    /// The places that need a credential.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        if let Self::Webhook(WebhookTarget { url, headers, .. }) = self {
            needs.extend(mentioned("/target/url", url));
            needs.extend(headers.iter().flat_map(|(name, text)| mentioned(&format!("/target/headers/{name}"), text)));
        }
        let place = if matches!(self, Self::Webhook(_)) { "/target/signed_by" } else { "/target/credential" };
        if let Some(name) = self.credential() {
            needs.push(Need { pointer: place.to_owned(), name: name.to_owned(), field: None });
        }
        needs
    }

    /// The address of a service that people may enter.
    pub fn server(&self) -> Option<&str> {
        match self {
            Self::Telegram(TelegramTarget { server, .. })
            | Self::Ntfy(NtfyTarget { server, .. })
            | Self::Gotify(GotifyTarget { server, .. })
            | Self::Pushover(PushoverTarget { server, .. })
            | Self::Pagerduty(PagerdutyTarget { server, .. })
            | Self::Opsgenie(OpsgenieTarget { server, .. })
            | Self::Matrix(MatrixTarget { server, .. }) => Some(server),
            Self::Mail(_)
            | Self::Webhook(_)
            | Self::Slack(_)
            | Self::Teams(_)
            | Self::Discord(_)
            | Self::Command(_) => None,
        }
    }

    /// Texts that must not be empty, by name of their field.
    pub fn required(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Mail(MailTarget { host, from, .. }) => vec![("host", host), ("from", from)],
            Self::Telegram(TelegramTarget { chat, .. }) => vec![("chat", chat)],
            Self::Ntfy(NtfyTarget { topic, .. }) => vec![("topic", topic)],
            Self::Pushover(PushoverTarget { user, .. }) => vec![("user", user)],
            Self::Matrix(MatrixTarget { room, .. }) => vec![("room", room)],
            Self::Command(CommandTarget { program, .. }) => vec![("program", program)],
            _ => Vec::new(),
        }
    }
}
