//! The watcher's own channel: a file with a target, as `orc channel view` shows it, and with the values of the
//! credentials that the target names.

use super::outage::News;
use crate::api::notify::target_in;
use crate::api::notify::wire::ChannelTarget;
use crate::domain::credentials;
use crate::domain::ids::DeliveryId;
use crate::domain::notify::notice::{MailForm, Notice};
use crate::domain::notify::words::NoticeLevel;
use crate::domain::notify::{ChannelDefinition, Target, WebhookTarget, services};
use crate::integrations::http_request::{HttpRequest, Private};
use crate::integrations::machine;
use crate::integrations::notify::{mail, service};
use crate::security::secret::Secret;
use crate::security::signature;
use chrono::{DateTime, SecondsFormat, Utc};
use orc_runner::{Secrets, redact_text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// How long one sending may take.
const SEND_WITHIN: Duration = Duration::from_secs(45);

/// The content of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelFile {
    target: ChannelTarget,
    /// Values of credentials, by name.
    #[serde(default)]
    credentials: BTreeMap<String, Value>,
}

/// The value of a credential.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    One(String),
    Fields(BTreeMap<String, String>),
}

/// A channel with all that it needs.
pub struct Channel {
    target: Target,
    values: BTreeMap<String, Value>,
    secrets: Secrets,
}

impl Channel {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn read(file: &Path) -> Result<Self, String> {
        let named = |problem: String| format!("{}: {problem}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
        let ChannelFile { target, credentials: values } =
            serde_json::from_str(&text).map_err(|error| named(format!("is not the file of a channel: {error}")))?;
        let target = target_in(target);
        if let Target::Command(_) = target {
            return Err(named(
                "a channel of kind command cannot be used here; take one that sends something".to_owned(),
            ));
        }
        let definition = ChannelDefinition {
            name: "watch".to_owned(),
            description: String::new(),
            enabled: true,
            target: target.clone(),
        };
        if let Some(problem) = definition.problems().into_iter().next() {
            return Err(named(format!("{} {}", problem.pointer, problem.message)));
        }
        let all: Vec<&str> = values
            .values()
            .flat_map(|value| match value {
                Value::One(value) => vec![value.trim()],
                Value::Fields(fields) => fields.values().map(|value| value.trim()).collect(),
            })
            .collect();
        let secrets = Secrets::of_values(all.iter().map(|value| value.as_bytes()));
        let channel = Self { target, values, secrets };
        for need in channel.target.needs() {
            let field = need.field.as_deref();
            if channel.value(&need.name, field).is_none() && !matches!(channel.target, Target::Mail(_)) {
                return Err(named(format!(
                    "\"credentials\" has no value for \"{}\", which the target names",
                    need.name
                )));
            }
        }
        Ok(channel)
    }

    fn value(&self, name: &str, field: Option<&str>) -> Option<&str> {
        match (self.values.get(name)?, field) {
            (Value::One(value), None) => Some(value.trim()),
            (Value::Fields(fields), Some(field)) => fields.get(field).map(|value| value.trim()),
            (Value::Fields(fields), None) => fields.get("value").map(|value| value.trim()),
            (Value::One(_), Some(_)) => None,
        }
    }

    /// Sends a notice.
    ///
    /// # Errors
    /// A sentence without secrets.
    pub async fn send(&self, notice: &Notice, now: DateTime<Utc>) -> Result<(), String> {
        let sending = self.exchange(notice, now);
        let within = format!("no end within {} s", SEND_WITHIN.as_secs());
        let sent = tokio::time::timeout(SEND_WITHIN, sending).await.unwrap_or(Err(within));
        sent.map_err(|problem| redact_text(&self.secrets, &problem).into_owned())
    }

    async fn exchange(&self, notice: &Notice, now: DateTime<Utc>) -> Result<(), String> {
        let missing = |name: &str| format!("the file of the channel has no value for credential \"{name}\"");
        if let Target::Mail(target) = &self.target {
            let login = match &target.credential {
                None => None,
                Some(name) => {
                    let field = |field| self.value(name, Some(field)).ok_or_else(|| missing(name));
                    Some(mail::Login { user: field("username")?, password: field("password")? })
                }
            };
            let request = mail::MailRequest { target, login, notice, own_port: 0 };
            let refused = mail::send(&request, &|_, _| {}).await.map_err(|error| error.to_string())?;
            refused.iter().for_each(|to| eprintln!("orc-server: the mail did not reach {}: {}", to.to, to.problem));
            return Ok(());
        }
        let secret = self.target.credential().and_then(|name| self.value(name, None)).unwrap_or_default();
        let Some(call) = services::call(&self.target, secret, notice) else { return Ok(()) };
        let (mut url, mut headers) = (call.url, call.headers);
        if let Target::Webhook(WebhookTarget { signed_by, .. }) = &self.target {
            let fill = |text: &str| {
                let filled = credentials::fill(text, |name, field| self.value(name, field).map(str::to_owned));
                filled.map_err(|name| missing(&name))
            };
            url = fill(&url)?;
            for text in headers.values_mut() {
                *text = fill(text)?;
            }
            if let Some(by) = signed_by {
                let timestamp = now.timestamp().to_string();
                let key = Secret::new(self.value(by, None).ok_or_else(|| missing(by))?.to_owned());
                let signature = signature::sign(&key, &timestamp, call.body.as_bytes());
                headers.insert("x-orc-timestamp".to_owned(), timestamp);
                headers.insert("x-orc-signature".to_owned(), signature);
            }
        }
        let request = HttpRequest {
            method: call.method.to_owned(),
            url,
            private: Private { headers: headers.keys().cloned().collect(), body: true },
            headers,
            body: Some(call.body),
            proxy: None,
            ca_files: Vec::new(),
            own_port: 0,
        };
        service::send(&request, now, &|_, _| {}).await.map_err(|refusal| refusal.error.to_string())
    }
}

/// What is told about a server.
pub fn notice(server: &str, news: &News, now: DateTime<Utc>) -> Notice {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (subject, level, mut facts) = match news {
        News::Silent { since_at, problem } => (
            format!("Orc at {server} is silent"),
            NoticeLevel::Critical,
            vec![Notice::fact("Silent since", text(*since_at)), Notice::fact("What happened", problem)],
        ),
        News::Back { since_at } => (
            format!("Orc at {server} answers again"),
            NoticeLevel::Resolved,
            vec![Notice::fact("Was silent since", text(*since_at))],
        ),
    };
    facts.push(Notice::fact("Watched by", machine::description()));
    made(server, subject, level, facts, now)
}

/// What a test says.
pub fn test(server: &str, now: DateTime<Utc>) -> Notice {
    let facts = vec![
        Notice::fact("Watched by", machine::description()),
        Notice::fact("What to do", "Nothing. Somebody tested whether messages arrive."),
    ];
    made(server, format!("Test: Orc at {server} is watched"), NoticeLevel::Info, facts, now)
}

fn made(
    server: &str,
    subject: String,
    level: NoticeLevel,
    facts: Vec<crate::domain::notify::notice::Fact>,
    at: DateTime<Utc>,
) -> Notice {
    Notice {
        id: DeliveryId::generate().to_string(),
        subject,
        level,
        facts,
        excerpt: None,
        link: Some(server.to_owned()),
        act: None,
        key: format!("orc-watch {server}"),
        at,
        mail: MailForm::default(),
    }
    .bounded()
}
