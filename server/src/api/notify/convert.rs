//! Conversions of channels between wire and domain. Every field is named, so a new one does not compile until somebody
//! decides about it.

use super::delivery_wire::{Delivery, DeliverySummary};
use super::wire::*;
use crate::app::notify::sending::{Line, Sent};
use crate::domain::model::{ChannelRecord, DeliveryRecord};
use crate::domain::notify as domain;

/// A definition as the domain knows it.
pub fn definition_in(wire: ChannelDefinition) -> domain::ChannelDefinition {
    let ChannelDefinition { name, description, enabled, target } = wire;
    domain::ChannelDefinition { name, description, enabled, target: target_in(target) }
}

/// Converts a target.
pub fn target_in(wire: ChannelTarget) -> domain::Target {
    match wire {
        ChannelTarget::Mail(mail) => {
            let ChannelMail { host, port, security, credential, ca_file, from, reply_to, to, mails_per_hour } = mail;
            domain::Target::Mail(domain::MailTarget {
                host,
                port,
                security,
                credential,
                ca_file,
                from,
                reply_to,
                to,
                mails_per_hour,
            })
        }
        ChannelTarget::Webhook(ChannelWebhook { url, headers, body, signed_by }) => {
            domain::Target::Webhook(domain::WebhookTarget { url, headers, body, signed_by })
        }
        ChannelTarget::Slack(ChannelSlack { credential }) => domain::Target::Slack(domain::HookTarget { credential }),
        ChannelTarget::Teams(ChannelTeams { credential }) => domain::Target::Teams(domain::HookTarget { credential }),
        ChannelTarget::Discord(ChannelDiscord { credential }) => {
            domain::Target::Discord(domain::HookTarget { credential })
        }
        ChannelTarget::Telegram(ChannelTelegram { credential, chat, server }) => {
            domain::Target::Telegram(domain::TelegramTarget { credential, chat, server })
        }
        ChannelTarget::Ntfy(ChannelNtfy { server, topic, credential }) => {
            domain::Target::Ntfy(domain::NtfyTarget { server, topic, credential })
        }
        ChannelTarget::Gotify(ChannelGotify { server, credential }) => {
            domain::Target::Gotify(domain::GotifyTarget { server, credential })
        }
        ChannelTarget::Pushover(ChannelPushover { credential, user, server }) => {
            domain::Target::Pushover(domain::PushoverTarget { credential, user, server })
        }
        ChannelTarget::Pagerduty(ChannelPagerduty { credential, server }) => {
            domain::Target::Pagerduty(domain::PagerdutyTarget { credential, server })
        }
        ChannelTarget::Opsgenie(ChannelOpsgenie { credential, server }) => {
            domain::Target::Opsgenie(domain::OpsgenieTarget { credential, server })
        }
        ChannelTarget::Matrix(ChannelMatrix { server, room, credential }) => {
            domain::Target::Matrix(domain::MatrixTarget { server, room, credential })
        }
        ChannelTarget::Command(ChannelCommand { program, arguments }) => {
            domain::Target::Command(domain::CommandTarget { program, arguments })
        }
    }
}

fn target_out(target: domain::Target) -> ChannelTarget {
    match target {
        domain::Target::Mail(mail) => {
            let domain::MailTarget { host, port, security, credential, ca_file, from, reply_to, to, mails_per_hour } =
                mail;
            ChannelTarget::Mail(ChannelMail {
                host,
                port,
                security,
                credential,
                ca_file,
                from,
                reply_to,
                to,
                mails_per_hour,
            })
        }
        domain::Target::Webhook(domain::WebhookTarget { url, headers, body, signed_by }) => {
            ChannelTarget::Webhook(ChannelWebhook { url, headers, body, signed_by })
        }
        domain::Target::Slack(domain::HookTarget { credential }) => ChannelTarget::Slack(ChannelSlack { credential }),
        domain::Target::Teams(domain::HookTarget { credential }) => ChannelTarget::Teams(ChannelTeams { credential }),
        domain::Target::Discord(domain::HookTarget { credential }) => {
            ChannelTarget::Discord(ChannelDiscord { credential })
        }
        domain::Target::Telegram(domain::TelegramTarget { credential, chat, server }) => {
            ChannelTarget::Telegram(ChannelTelegram { credential, chat, server })
        }
        domain::Target::Ntfy(domain::NtfyTarget { server, topic, credential }) => {
            ChannelTarget::Ntfy(ChannelNtfy { server, topic, credential })
        }
        domain::Target::Gotify(domain::GotifyTarget { server, credential }) => {
            ChannelTarget::Gotify(ChannelGotify { server, credential })
        }
        domain::Target::Pushover(domain::PushoverTarget { credential, user, server }) => {
            ChannelTarget::Pushover(ChannelPushover { credential, user, server })
        }
        domain::Target::Pagerduty(domain::PagerdutyTarget { credential, server }) => {
            ChannelTarget::Pagerduty(ChannelPagerduty { credential, server })
        }
        domain::Target::Opsgenie(domain::OpsgenieTarget { credential, server }) => {
            ChannelTarget::Opsgenie(ChannelOpsgenie { credential, server })
        }
        domain::Target::Matrix(domain::MatrixTarget { server, room, credential }) => {
            ChannelTarget::Matrix(ChannelMatrix { server, room, credential })
        }
        domain::Target::Command(domain::CommandTarget { program, arguments }) => {
            ChannelTarget::Command(ChannelCommand { program, arguments })
        }
    }
}

/// A channel as the wire shows it.
pub fn channel_out(record: ChannelRecord) -> Channel {
    let health = record.health();
    let ChannelRecord {
        id,
        key: _,
        definition: domain::ChannelDefinition { name, description, enabled, target },
        version,
        created_at,
        updated_at,
        accepted_at,
        refused_at,
        refused_count,
        problem,
    } = record;
    Channel {
        id: id.0,
        kind: target.kind(),
        version,
        created_at,
        updated_at,
        health,
        accepted_at,
        refused_at,
        refused_count,
        problem: problem.map(Into::into),
        name,
        description,
        enabled,
        target: target_out(target),
    }
}

/// What became of a test, as the wire shows it.
pub fn test_out(Sent { problem, unreached: _, wait: _, conversation }: Sent) -> ChannelTest {
    let line = |Line { by, text }: Line| ChannelLine { by, text };
    ChannelTest {
        accepted: problem.is_none(),
        problem: problem.map(Into::into),
        conversation: conversation.into_iter().map(line).collect(),
    }
}

/// A delivery in a list, as the wire shows it.
pub fn delivery_summary_out(record: DeliveryRecord) -> DeliverySummary {
    let Delivery {
        id,
        channel,
        state,
        subject,
        level,
        created_at,
        attempt_count,
        attempted_at,
        due_at,
        delivered_at,
        answer,
        problem,
        key: _,
        happened_at: _,
        text: _,
        unreached: _,
    } = delivery_out(record);
    DeliverySummary {
        id,
        channel,
        state,
        subject,
        level,
        created_at,
        attempt_count,
        attempted_at,
        due_at,
        delivered_at,
        answer,
        problem,
    }
}

/// A delivery as the wire shows it.
pub fn delivery_out(record: DeliveryRecord) -> Delivery {
    let DeliveryRecord {
        id,
        key: _,
        channel: _,
        channel_name,
        dedup_key: _,
        notice,
        state,
        created_at,
        begun_at: _,
        due_at,
        attempt_count,
        attempted_at,
        delivered_at,
        answer,
        unreached,
        problem,
    } = record;
    Delivery {
        id: id.0,
        channel: channel_name,
        state,
        text: notice.shown(),
        subject: notice.subject,
        level: notice.level,
        created_at,
        attempt_count,
        attempted_at,
        due_at,
        delivered_at,
        answer,
        problem: problem.map(Into::into),
        key: notice.key,
        happened_at: notice.at,
        unreached,
    }
}
