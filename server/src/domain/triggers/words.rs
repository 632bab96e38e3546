//! The words of webhooks: who sends, how a signature is made, and what became of a call.
//!
//! They stand beside the vocabulary, and are made as it is. Deliberately absent: the rules behind the words, which
//! `senders` and `security::webhook` have.

use crate::domain::core::words::words;

words!(
    /// Program that calls a webhook. Its rules decide how a call is signed, which calls are repetitions, and which
    /// challenge is answered.
    WebhookSender ("webhook sender") {
        /// A program of your own, by Orc's rules: `X-Orc-Timestamp` and `X-Orc-Signature`.
        Orc = "orc",
        /// GitHub.
        Github = "github",
        /// GitLab.
        Gitlab = "gitlab",
        /// Gitea, Forgejo or Gogs.
        Gitea = "gitea",
        /// Bitbucket Cloud or Data Center.
        Bitbucket = "bitbucket",
        /// Stripe.
        Stripe = "stripe",
        /// Slack.
        Slack = "slack",
        /// Shopify.
        Shopify = "shopify",
        /// Dropbox.
        Dropbox = "dropbox",
        /// Meta (Facebook, Instagram, WhatsApp).
        Meta = "meta",
        /// Microsoft Graph, which does not sign: only with a secret address.
        MicrosoftGraph = "microsoft_graph",
        /// A sender that follows Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
        StandardWebhooks = "standard_webhooks",
        /// Any other sender that signs with an HMAC; `signature` describes how.
        Generic = "generic",
    }
);

words!(
    /// Hash function of an HMAC.
    HmacAlgorithm ("HMAC algorithm") {
        /// HMAC-SHA1. Only for senders that offer nothing better.
        Sha1 = "sha1",
        /// HMAC-SHA256.
        Sha256 = "sha256",
        /// HMAC-SHA512.
        Sha512 = "sha512",
    }
);

words!(
    /// How the bytes of a signature are written in its header.
    SignatureEncoding ("signature encoding") {
        /// Hexadecimal digits, small or capital.
        Hex = "hex",
        /// Base64 with padding (RFC 4648, 4).
        Base64 = "base64",
    }
);

words!(
    /// What a signature covers. The time is written as in its header; the body is the bytes that were sent.
    SignedParts ("signed parts") {
        /// The body alone.
        Body = "body",
        /// Time, a full stop, body.
        TimestampDotBody = "timestamp_dot_body",
        /// Time, a colon, body.
        TimestampColonBody = "timestamp_colon_body",
        /// Time and body, with nothing in between.
        TimestampBody = "timestamp_body",
        /// `v0`, a colon, time, a colon, body.
        V0TimestampBody = "v0_timestamp_body",
    }
);

words!(
    /// What became of a call of a webhook.
    HookVerdict ("webhook verdict") {
        /// It started a run.
        Started = "started",
        /// It made a run that was skipped, for the reason in the run.
        Skipped = "skipped",
        /// It told the end of a heartbeat's run.
        Ended = "ended",
        /// It added to the log of a heartbeat's run.
        Noted = "noted",
        /// It was to be added to the log of a heartbeat's run, and none was open.
        NothingOpen = "nothing_open",
        /// What follows its address, or the `rid`, means nothing.
        BadAddress = "bad_address",
        /// A filter kept it out. Nothing was started.
        Filtered = "filtered",
        /// The same delivery came before. The answer was its run.
        Repeated = "repeated",
        /// The sender tested the address and got its answer. Nothing was started.
        Challenge = "challenge",
        /// The secret, the signature or the address was wrong.
        WrongProof = "wrong_proof",
        /// The signature was right, but too old, or its time lies in the future.
        TooOld = "too_old",
        /// The signature was right, but was used before.
        Replayed = "replayed",
        /// The body could not be read.
        BadBody = "bad_body",
        /// Params were missing or wrong.
        BadParams = "bad_params",
        /// The task is disabled.
        TaskDisabled = "task_disabled",
        /// Everything was on hold.
        OnHold = "on_hold",
        /// Orc could not handle the call; the server's log says why.
        Failed = "failed",
    }
);

impl HookVerdict {
    /// Whether the caller proved that it may call.
    pub const fn is_proved(self) -> bool {
        !matches!(self, Self::WrongProof | Self::TooOld | Self::Replayed)
    }
}
