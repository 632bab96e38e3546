//! Signatures of webhooks by the rules of their senders: one table of schemes, and one check for all of them.
//!
//! The check covers the bytes of the body as they came, is total over all input, and computes exactly one HMAC
//! (RFC 2104) whatever the call lacks. Comparisons take the same time for any difference. Each line of the table was
//! held against the sender's documentation; `server/docs/webhooks.md` names the pages. Deliberately absent: secrets
//! in addresses, and what a call starts. Start reading at `schemes`, then `verify`.

use super::secret::Secret;
use super::token::same;
use crate::domain::triggers::call::{Found, Headers};
use crate::domain::triggers::webhook::SignatureRule;
use crate::domain::triggers::words::{HmacAlgorithm, SignatureEncoding, SignedParts, WebhookSender};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};

/// Longest time between a signature and its arrival that Orc allows, in seconds.
pub const TOLERANCE_MAX: u32 = 3600;

/// Most signatures that one header may list, as while a secret is replaced.
const LISTED: usize = 10;

/// Prefix of the secrets of Standard Webhooks.
const WHSEC: &str = "whsec_";

/// What a call proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Its sender knows the secret.
    Right {
        /// The signature, if it has a time, so that it can be accepted only once.
        once: Option<String>,
    },
    /// Its sender knew the secret, but its time is too far away.
    TooOld,
    /// Nothing.
    Wrong,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The headers.
    pub headers: &'a Headers,
    /// The body, as it was sent.
    pub body: &'a [u8],
    /// The present time, in seconds since 1970.
    pub now: i64,
}

/// How the value of a header holds signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One signature behind a prefix.
    One,
    /// `t=TIME,v1=SIGNATURE,v1=SIGNATURE` (Stripe). Entries of other names do not count.
    Listed,
    /// `v1,SIGNATURE v1,SIGNATURE` (Standard Webhooks). Entries of other versions do not count.
    Versions,
    /// The secret itself.
    Token,
}

/// One way of signing.
#[derive(Debug, Clone, Copy)]
struct Scheme<'a> {
    /// Header that has the signature.
    header: &'a str,
    shape: Shape,
    prefix: &'a str,
    algorithm: HmacAlgorithm,
    encoding: SignatureEncoding,
    signed: SignedParts,
    /// Header that has the time.
    timestamp: Option<&'a str>,
    /// Header whose value is signed before the time, with a full stop (Standard Webhooks).
    id: Option<&'a str>,
    tolerance: i64,
}

const BODY: Scheme<'_> = Scheme {
    header: "",
    shape: Shape::One,
    prefix: "",
    algorithm: HmacAlgorithm::Sha256,
    encoding: SignatureEncoding::Hex,
    signed: SignedParts::Body,
    timestamp: None,
    id: None,
    tolerance: 300,
};
const HUB_256: Scheme<'_> = Scheme { header: "x-hub-signature-256", prefix: "sha256=", ..BODY };
const STANDARD_WEBHOOKS: Scheme<'_> = Scheme {
    header: "webhook-signature",
    shape: Shape::Versions,
    encoding: SignatureEncoding::Base64,
    signed: SignedParts::TimestampDotBody,
    timestamp: Some("webhook-timestamp"),
    id: Some("webhook-id"),
    ..BODY
};

/// The ways in which a sender signs. The first one whose header is there counts.
const fn schemes(sender: WebhookSender) -> &'static [Scheme<'static>] {
    match sender {
        WebhookSender::Orc => &[Scheme {
            header: "x-orc-signature",
            prefix: "sha256=",
            signed: SignedParts::TimestampDotBody,
            timestamp: Some("x-orc-timestamp"),
            ..BODY
        }],
        WebhookSender::Github | WebhookSender::Meta => &[HUB_256],
        WebhookSender::Gitlab => &[STANDARD_WEBHOOKS, Scheme { header: "x-gitlab-token", shape: Shape::Token, ..BODY }],
        WebhookSender::Gitea => &[
            Scheme { header: "x-forgejo-signature", ..BODY },
            Scheme { header: "x-gitea-signature", ..BODY },
            Scheme { header: "x-gogs-signature", ..BODY },
            HUB_256,
        ],
        WebhookSender::Bitbucket => &[Scheme { header: "x-hub-signature", prefix: "sha256=", ..BODY }],
        WebhookSender::Stripe => &[Scheme {
            header: "stripe-signature",
            shape: Shape::Listed,
            signed: SignedParts::TimestampDotBody,
            ..BODY
        }],
        WebhookSender::Slack => &[Scheme {
            header: "x-slack-signature",
            prefix: "v0=",
            signed: SignedParts::V0TimestampBody,
            timestamp: Some("x-slack-request-timestamp"),
            ..BODY
        }],
        WebhookSender::Shopify => &[
            Scheme { header: "x-shopify-hmac-sha256", encoding: SignatureEncoding::Base64, ..BODY },
            Scheme { header: "shopify-hmac-sha256", encoding: SignatureEncoding::Base64, ..BODY },
        ],
        WebhookSender::Dropbox => &[Scheme { header: "x-dropbox-signature", ..BODY }],
        WebhookSender::StandardWebhooks => &[
            STANDARD_WEBHOOKS,
            Scheme {
                header: "svix-signature",
                timestamp: Some("svix-timestamp"),
                id: Some("svix-id"),
                ..STANDARD_WEBHOOKS
            },
        ],
        WebhookSender::MicrosoftGraph | WebhookSender::Generic => &[],
    }
}

/// Checks a call by the rules of its sender. `rule` describes the sender `generic`.
pub fn verify(sender: WebhookSender, rule: Option<&SignatureRule>, secret: &Secret, call: Signed<'_>) -> Proof {
    let described = rule.filter(|_| sender == WebhookSender::Generic).map(described);
    let there = |scheme: &&Scheme<'_>| {
        call.headers.find(scheme.header) != Found::Absent
            && (scheme.shape != Shape::Versions || whsec(secret).is_some())
    };
    let known = schemes(sender).iter().find(there).or_else(|| schemes(sender).first());
    match described.as_ref().or(known) {
        Some(scheme) => check(scheme, secret, call),
        // Somebody who measures time learns nothing about the address.
        None => {
            let _nothing = mac(HmacAlgorithm::Sha256, secret.expose().as_bytes(), &[call.body]);
            Proof::Wrong
        }
    }
}

fn described(rule: &SignatureRule) -> Scheme<'_> {
    Scheme {
        header: &rule.header,
        prefix: &rule.prefix,
        algorithm: rule.algorithm,
        encoding: rule.encoding,
        signed: rule.signed,
        timestamp: rule.timestamp_header.as_deref(),
        tolerance: i64::from(rule.tolerance_seconds.min(TOLERANCE_MAX)),
        ..BODY
    }
}

fn check(scheme: &Scheme<'_>, secret: &Secret, call: Signed<'_>) -> Proof {
    let value = call.headers.one(scheme.header).unwrap_or_default();
    let listed = (scheme.shape == Shape::Listed).then(|| entry(value, "t").next()).flatten();
    let named = scheme.timestamp.and_then(|header| call.headers.one(header));
    let timestamp = listed.or(named).unwrap_or_default();
    let id = scheme.id.map(|header| call.headers.one(header).unwrap_or_default());
    let key = match scheme.shape {
        Shape::Versions => whsec(secret).unwrap_or_default(),
        Shape::One | Shape::Listed | Shape::Token => secret.expose().as_bytes().to_vec(),
    };
    let made = mac(scheme.algorithm, &key, &parts(scheme, id, timestamp, call.body));
    let right = match scheme.shape {
        Shape::Token => same(secret.expose().as_bytes(), value.as_bytes()),
        Shape::One => value.strip_prefix(scheme.prefix).is_some_and(|text| written(scheme.encoding, text, &made)),
        Shape::Listed => any_right(entry(value, "v1"), |text| written(scheme.encoding, text, &made)),
        Shape::Versions => {
            let current = value.split(' ').filter_map(|entry| entry.strip_prefix("v1,"));
            // An id with a full stop could take the time's place, and the time that of the body's beginning.
            any_right(current, |text| written(scheme.encoding, text, &made))
                && id.is_some_and(|id| !id.is_empty() && !id.contains('.'))
        }
    };
    if !right || key.is_empty() || value.is_empty() {
        return Proof::Wrong;
    }
    if scheme.signed == SignedParts::Body {
        return Proof::Right { once: None };
    }
    match seconds(timestamp) {
        None => Proof::Wrong,
        Some(at) if call.now.abs_diff(at) > scheme.tolerance.unsigned_abs() => Proof::TooOld,
        Some(_) => Proof::Right { once: Some(hex::encode(made)) },
    }
}

/// Whether one of the first values is right. All of them are looked at, so that time does not say which.
fn any_right<'a>(values: impl Iterator<Item = &'a str>, is_right: impl Fn(&str) -> bool) -> bool {
    values.take(LISTED).fold(false, |found, value| is_right(value) | found)
}

/// The values of a name in `a=1,b=2,b=3`.
fn entry<'a>(value: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    value
        .split(',')
        .filter_map(|entry| entry.split_once('='))
        .filter(move |(known, _)| known.trim() == name)
        .map(|it| it.1)
}

/// What is signed, in parts.
fn parts<'a>(scheme: &Scheme<'_>, id: Option<&'a str>, timestamp: &'a str, body: &'a [u8]) -> Vec<&'a [u8]> {
    let time = timestamp.as_bytes();
    let mut parts: Vec<&[u8]> = id.into_iter().flat_map(|id| [id.as_bytes(), b"."]).collect();
    match scheme.signed {
        SignedParts::Body => {}
        SignedParts::TimestampDotBody => parts.extend([time, b"."]),
        SignedParts::TimestampColonBody => parts.extend([time, b":"]),
        SignedParts::TimestampBody => parts.push(time),
        SignedParts::V0TimestampBody => parts.extend([b"v0:".as_slice(), time, b":"]),
    }
    parts.push(body);
    parts
}

fn mac(algorithm: HmacAlgorithm, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    match algorithm {
        HmacAlgorithm::Sha1 => mac_of(Hmac::<sha1::Sha1>::new_from_slice(key), parts),
        HmacAlgorithm::Sha256 => mac_of(Hmac::<sha2::Sha256>::new_from_slice(key), parts),
        HmacAlgorithm::Sha512 => mac_of(Hmac::<sha2::Sha512>::new_from_slice(key), parts),
    }
}

fn mac_of<M: Mac>(made: Result<M, impl std::fmt::Debug>, parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = made.expect("a key of any length is valid");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// Returns whether a text stands for these bytes.
fn written(encoding: SignatureEncoding, text: &str, made: &[u8]) -> bool {
    let decoded = match encoding {
        SignatureEncoding::Hex => hex::decode(text).ok(),
        SignatureEncoding::Base64 => STANDARD.decode(text).ok(),
    };
    decoded.is_some_and(|decoded| same(&decoded, made))
}

/// Seconds since 1970, as digits.
fn seconds(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// The key in a secret of Standard Webhooks; none: the secret has another form.
pub fn whsec(secret: &Secret) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.expose().strip_prefix(WHSEC)?).ok()?;
    (key.len() >= 16).then_some(key)
}

/// Makes a secret of Standard Webhooks.
pub fn new_whsec() -> Secret {
    Secret::new(format!("{WHSEC}{}", STANDARD.encode(rand::random::<[u8; 32]>())))
}

/// The token that Meta repeats when it tests an address. It is made from the secret, so that nobody has to keep it.
pub fn verify_token(secret: &Secret) -> Secret {
    let made = mac(HmacAlgorithm::Sha256, secret.expose().as_bytes(), &[b"hub.verify_token"]);
    Secret::new(hex::encode(&made[..16]))
}

#[cfg(test)]
mod tests;
