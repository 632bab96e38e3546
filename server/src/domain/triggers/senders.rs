//! What is known of each sender of webhooks besides its signature: one table.
//!
//! Sources: the senders' own documentation, named in `server/docs/webhooks.md`. Deliberately absent: checking a
//! signature, which `security::webhook` does.

use crate::domain::triggers::words::WebhookSender;

/// How a sender tests a new address before it uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// It does not, or an ordinary answer is enough.
    None,
    /// A signed `POST` whose JSON body has `type: url_verification`; the answer is its `challenge`.
    UrlVerification,
    /// A `POST` with `validationToken` in the query; the answer is the token.
    ValidationToken,
    /// A `GET` with `challenge` in the query; the answer is its value.
    QueryChallenge,
    /// A `GET` with `hub.mode`, `hub.verify_token` and `hub.challenge` in the query; the answer is the challenge.
    HubChallenge,
    /// A signed `POST` with the event `ping`, which is to start nothing.
    Ping,
}

/// Where the key of a sender's signatures comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretOrigin {
    /// Whoever sets up the webhook chooses it, so Orc may make it.
    Chosen,
    /// The sender makes it, so Orc must be given it.
    Given,
    /// There is none.
    Absent,
}

/// What is known of a sender.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// Name for people.
    pub name: &'static str,
    /// Headers that name a delivery. The first one that is present counts. Repetitions of a delivery have the same.
    pub delivery_headers: &'static [&'static str],
    /// JSON pointer to the name of a delivery in the body, if headers have none.
    pub delivery_pointer: Option<&'static str>,
    /// How it tests an address.
    pub challenge: Challenge,
    /// Where its secret comes from.
    pub secret: SecretOrigin,
    /// Whether its secret is `whsec_` and a key in base64 (Standard Webhooks).
    pub whsec: bool,
}

const PLAIN: Sender = Sender {
    name: "Orc",
    delivery_headers: &[],
    delivery_pointer: None,
    challenge: Challenge::None,
    secret: SecretOrigin::Chosen,
    whsec: false,
};

/// What is known of a sender.
pub const fn sender(sender: WebhookSender) -> Sender {
    match sender {
        WebhookSender::Orc => PLAIN,
        WebhookSender::Generic => Sender { name: "this sender", ..PLAIN },
        WebhookSender::Github => {
            Sender { name: "GitHub", delivery_headers: &["x-github-delivery"], challenge: Challenge::Ping, ..PLAIN }
        }
        WebhookSender::Gitlab => {
            Sender { name: "GitLab", delivery_headers: &["idempotency-key", "webhook-id"], whsec: true, ..PLAIN }
        }
        WebhookSender::Gitea => Sender {
            name: "Gitea",
            delivery_headers: &["x-forgejo-delivery", "x-gitea-delivery", "x-gogs-delivery", "x-github-delivery"],
            ..PLAIN
        },
        WebhookSender::Bitbucket => {
            Sender { name: "Bitbucket", delivery_headers: &["x-request-uuid", "x-request-id"], ..PLAIN }
        }
        WebhookSender::Stripe => {
            Sender { name: "Stripe", delivery_pointer: Some("/id"), secret: SecretOrigin::Given, ..PLAIN }
        }
        WebhookSender::Slack => Sender {
            name: "Slack",
            delivery_pointer: Some("/event_id"),
            challenge: Challenge::UrlVerification,
            secret: SecretOrigin::Given,
            ..PLAIN
        },
        WebhookSender::Shopify => Sender {
            name: "Shopify",
            delivery_headers: &["x-shopify-webhook-id", "shopify-webhook-id"],
            secret: SecretOrigin::Given,
            ..PLAIN
        },
        WebhookSender::Dropbox => {
            Sender { name: "Dropbox", challenge: Challenge::QueryChallenge, secret: SecretOrigin::Given, ..PLAIN }
        }
        WebhookSender::Meta => {
            Sender { name: "Meta", challenge: Challenge::HubChallenge, secret: SecretOrigin::Given, ..PLAIN }
        }
        WebhookSender::MicrosoftGraph => Sender {
            name: "Microsoft Graph",
            challenge: Challenge::ValidationToken,
            secret: SecretOrigin::Absent,
            ..PLAIN
        },
        WebhookSender::StandardWebhooks => Sender {
            name: "the sender",
            delivery_headers: &["webhook-id", "svix-id"],
            secret: SecretOrigin::Chosen,
            whsec: true,
            ..PLAIN
        },
    }
}
