//! Wire types of channels.

use crate::api::contract::names::Name;
use crate::api::core::answer::Reason;
use crate::api::core::defaults::yes;
use crate::api::core::page::page;
use crate::domain::notify::words::{ChannelHealth, ChannelKind, MailSecurity, Speaker};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! target {
    ($(#[$meta:meta])* $name:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($fields)* }
    };
}

target! {
    /// Mail through an SMTP server.
    ChannelMail {
        /// Name or address of the SMTP server.
        #[schema(min_length = 1, max_length = 253, example = "smtp.example.org")]
        pub host: String,
        /// Port of the SMTP server.
        #[serde(default = "submission")]
        #[schema(minimum = 1, maximum = 65_535, default = 587)]
        pub port: u16,
        /// How the connection is encrypted. `none` is allowed only for a server on this machine.
        #[serde(default = "starttls")]
        #[schema(inline = false)]
        pub security: MailSecurity,
        /// Credential of kind smtp or login; null: no login.
        #[serde(default)]
        #[schema(value_type = Option<Name>)]
        pub credential: Option<String>,
        /// File on the server with certificates (PEM) of authorities to trust in addition to those of the system.
        #[serde(default)]
        #[schema(max_length = 4096)]
        pub ca_file: Option<String>,
        /// Address of the sender, with or without a name.
        #[schema(min_length = 3, max_length = 320, example = "Orc <orc@example.org>")]
        pub from: String,
        /// Address for answers; null: the sender.
        #[serde(default)]
        #[schema(max_length = 320)]
        pub reply_to: Option<String>,
        /// Addresses of the recipients.
        #[schema(min_items = 1, max_items = 50, example = json!(["ops@example.org"]))]
        pub to: Vec<String>,
        /// Largest number of mails within an hour. Those above it wait their turn. Null: there is no limit.
        #[serde(default)]
        #[schema(minimum = 1, maximum = 100_000)]
        pub mails_per_hour: Option<u32>,
    }
}
target! {
    /// An HTTP request with a body of your own.
    ChannelWebhook {
        /// Address. `${credential.NAME}` stands for the value of a credential.
        #[schema(min_length = 1, max_length = 2000, example = "https://example.org/hook")]
        pub url: String,
        /// Headers. `${credential.NAME}` in a value stands for the value of a credential.
        #[serde(default)]
        pub headers: BTreeMap<String, String>,
        /// JSON in which `${subject}`, `${text}`, `${level}`, `${key}`, `${link}`, `${at}` and `${resolved}` stand for
        /// values; null: an object with all that is known.
        #[serde(default)]
        #[schema(max_length = 20_000, example = json!("{\"text\": \"${subject}\"}"))]
        pub body: Option<String>,
        /// Credential whose value signs the request, in the headers X-Orc-Timestamp and X-Orc-Signature; null: it is
        /// not signed.
        #[serde(default)]
        #[schema(value_type = Option<Name>)]
        pub signed_by: Option<String>,
    }
}
target! {
    /// An incoming webhook of Slack.
    ChannelSlack {
        /// Credential whose value is the address of the webhook.
        #[schema(value_type = Name)]
        pub credential: String,
    }
}
target! {
    /// A workflow of Microsoft Teams.
    ChannelTeams {
        /// Credential whose value is the address of the workflow.
        #[schema(value_type = Name)]
        pub credential: String,
    }
}
target! {
    /// A webhook of Discord.
    ChannelDiscord {
        /// Credential whose value is the address of the webhook.
        #[schema(value_type = Name)]
        pub credential: String,
    }
}
target! {
    /// A bot of Telegram.
    ChannelTelegram {
        /// Credential whose value is the bot's token.
        #[schema(value_type = Name)]
        pub credential: String,
        /// Number or @name of the chat.
        #[schema(min_length = 1, max_length = 100, example = "-1001234567890")]
        pub chat: String,
        /// Address of the service.
        #[serde(default = "telegram")]
        #[schema(max_length = 500, default = "https://api.telegram.org")]
        pub server: String,
    }
}
target! {
    /// A topic of ntfy.
    ChannelNtfy {
        /// Address of the service.
        #[serde(default = "ntfy")]
        #[schema(max_length = 500, default = "https://ntfy.sh")]
        pub server: String,
        /// Name of the topic.
        #[schema(min_length = 1, max_length = 64, example = "orc-alerts")]
        pub topic: String,
        /// Credential whose value is an access token; null: the topic is open to everybody.
        #[serde(default)]
        #[schema(value_type = Option<Name>)]
        pub credential: Option<String>,
    }
}
target! {
    /// An application of Gotify.
    ChannelGotify {
        /// Address of the service.
        #[schema(min_length = 1, max_length = 500, example = "https://gotify.example.org")]
        pub server: String,
        /// Credential whose value is the application's token.
        #[schema(value_type = Name)]
        pub credential: String,
    }
}
target! {
    /// A user or group of Pushover.
    ChannelPushover {
        /// Credential whose value is the application's token.
        #[schema(value_type = Name)]
        pub credential: String,
        /// Key of the user or group.
        #[schema(min_length = 1, max_length = 100)]
        pub user: String,
        /// Address of the service.
        #[serde(default = "pushover")]
        #[schema(max_length = 500, default = "https://api.pushover.net")]
        pub server: String,
    }
}
target! {
    /// A service of PagerDuty.
    ChannelPagerduty {
        /// Credential whose value is the integration key (Events API v2).
        #[schema(value_type = Name)]
        pub credential: String,
        /// Address of the service. In the EU: https://events.eu.pagerduty.com.
        #[serde(default = "pagerduty")]
        #[schema(max_length = 500, default = "https://events.pagerduty.com")]
        pub server: String,
    }
}
target! {
    /// A team of Opsgenie.
    ChannelOpsgenie {
        /// Credential whose value is the key of the API integration.
        #[schema(value_type = Name)]
        pub credential: String,
        /// Address of the service. In the EU: https://api.eu.opsgenie.com.
        #[serde(default = "opsgenie")]
        #[schema(max_length = 500, default = "https://api.opsgenie.com")]
        pub server: String,
    }
}
target! {
    /// A room of Matrix.
    ChannelMatrix {
        /// Address of the home server.
        #[schema(min_length = 1, max_length = 500, example = "https://matrix.example.org")]
        pub server: String,
        /// Id of the room.
        #[schema(min_length = 1, max_length = 255, example = "!abc:example.org")]
        pub room: String,
        /// Credential whose value is an access token.
        #[schema(value_type = Name)]
        pub credential: String,
    }
}

target! {
    /// A command on the server's machine, started without a shell. It gets the notification as a JSON object on its
    /// standard input, runs as tasks do, and has 30 seconds. Exit code 0 means that it took the notification.
    ChannelCommand {
        /// Program: a path, or a name searched in PATH.
        #[schema(min_length = 1, max_length = 4096, example = "/usr/bin/notify-send")]
        pub program: String,
        /// Its arguments. `${subject}`, `${text}`, `${level}`, `${key}`, `${link}`, `${at}` and `${resolved}` stand for
        /// values.
        #[serde(default)]
        #[schema(max_items = 100, default = json!([]), example = json!(["Orc", "${subject}"]))]
        pub arguments: Vec<String>,
    }
}

/// Where a channel leads.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelTarget {
    /// Mail through an SMTP server.
    Mail(ChannelMail),
    /// An HTTP request with a body of your own.
    Webhook(ChannelWebhook),
    /// An incoming webhook of Slack. The credential is its address.
    Slack(ChannelSlack),
    /// A workflow of Microsoft Teams. The credential is its address.
    Teams(ChannelTeams),
    /// A webhook of Discord. The credential is its address.
    Discord(ChannelDiscord),
    /// A bot of Telegram.
    Telegram(ChannelTelegram),
    /// A topic of ntfy.
    Ntfy(ChannelNtfy),
    /// An application of Gotify.
    Gotify(ChannelGotify),
    /// A user or group of Pushover.
    Pushover(ChannelPushover),
    /// A service of PagerDuty.
    Pagerduty(ChannelPagerduty),
    /// A team of Opsgenie.
    Opsgenie(ChannelOpsgenie),
    /// A room of Matrix.
    Matrix(ChannelMatrix),
    /// A command on the server's machine, started without a shell.
    Command(ChannelCommand),
}

macro_rules! channel {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($own)*
            /// Unique name.
            #[schema(value_type = Name)]
            pub name: String,
            /// What the channel is for.
            #[serde(default)]
            #[schema(max_length = 2000, default = "")]
            pub description: String,
            /// Whether anything but a test is sent through the channel.
            #[serde(default = "yes")]
            #[schema(default = true)]
            pub enabled: bool,
            /// Where the channel leads.
            #[schema(inline = false)]
            pub target: ChannelTarget,
        }
    };
}

channel! {
    /// Everything a person defines about a channel.
    ChannelDefinition {}
}
channel! {
    /// A way by which notifications leave Orc.
    Channel {
        /// UUID of the channel.
        #[schema(read_only)]
        pub id: Uuid,
        /// What the channel leads to.
        #[schema(read_only, inline = false)]
        pub kind: ChannelKind,
        /// Version of the definition. It grows by one with each change.
        #[schema(read_only)]
        pub version: u32,
        /// When the channel was created.
        #[schema(read_only)]
        pub created_at: DateTime<Utc>,
        /// When its definition last changed.
        #[schema(read_only)]
        pub updated_at: DateTime<Utc>,
        /// Whether the channel is known to work. A channel that leads elsewhere is unproven again.
        #[schema(read_only, inline = false)]
        pub health: ChannelHealth,
        /// When the other side last accepted something.
        #[schema(read_only)]
        pub accepted_at: Option<DateTime<Utc>>,
        /// When something was last not accepted.
        #[schema(read_only)]
        pub refused_at: Option<DateTime<Utc>>,
        /// How many in a row were not accepted, up to now.
        #[schema(read_only)]
        pub refused_count: u32,
        /// Why the last one was not accepted; null: it was, or there was none.
        #[schema(read_only)]
        pub problem: Option<Reason>,
    }
}
page!(
    /// A page of channels, by name.
    ChannelPage,
    Channel
);

/// What became of a test.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChannelTest {
    /// Whether the other side accepted the test.
    pub accepted: bool,
    /// Why it did not; null: it did.
    pub problem: Option<Reason>,
    /// What both sides said, in order. Secrets are masked.
    pub conversation: Vec<ChannelLine>,
}

/// A line of a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChannelLine {
    /// Who said it.
    #[schema(inline = false)]
    pub by: Speaker,
    /// What was said.
    pub text: String,
}

fn submission() -> u16 {
    587
}
fn starttls() -> MailSecurity {
    MailSecurity::Starttls
}
fn telegram() -> String {
    "https://api.telegram.org".to_owned()
}
fn ntfy() -> String {
    "https://ntfy.sh".to_owned()
}
fn pushover() -> String {
    "https://api.pushover.net".to_owned()
}
fn pagerduty() -> String {
    "https://events.pagerduty.com".to_owned()
}
fn opsgenie() -> String {
    "https://api.opsgenie.com".to_owned()
}
