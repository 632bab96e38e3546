//! Sends a notice by a channel: opens its credential, sends, and masks the credential in everything that was said.
//!
//! Deliberately absent: deciding what is sent to whom. Start reading at `notice_send`.

pub mod commands;

use crate::app::credentials::filling::{Written, fill, masked, value};
use crate::app::credentials::using::{OpenCredential, OpenCredentials};
use crate::app::{App, Result};
use crate::domain::ids::DeliveryId;
use crate::domain::notify::notice::{MailForm, Notice, cut};
use crate::domain::notify::words::{NoticeLevel, Speaker};
use crate::domain::notify::{MailTarget, Target, WebhookTarget, services};
use crate::domain::reason::Reason;
use crate::domain::runs::travel::Travel;
use crate::domain::vocabulary::CredentialKind;
use crate::integrations::hop::HttpError;
use crate::integrations::http_request::{HttpRequest, Private};
use crate::integrations::notify::mail::Unreached;
use crate::integrations::notify::service::Refusal;
use crate::integrations::notify::{mail, service};
use crate::security::secret::Secret;
use crate::security::signature;
use orc_runner::{Inject, PlanSecret, Secrets, redact_text};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;
use url::Url;

/// How long one sending may take, unless the settings say otherwise. A request to test a channel may take longer.
pub const SEND_WITHIN: Duration = Duration::from_secs(45);

/// Largest number of characters of a problem. Servers may answer with whole pages.
const PROBLEM_MAX: usize = 600;

/// Shortest part of a secret address that is masked when it appears alone.
const ADDRESS_PART_FROM: usize = 8;

/// What became of a sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Why it was not accepted, or not for all recipients; none: it was.
    pub problem: Option<Reason>,
    /// Recipients that were refused while others were accepted.
    pub unreached: Vec<String>,
    /// How long the other side wants to be left alone; none: it does not say.
    pub wait: Option<Duration>,
    /// What both sides said, without secrets.
    pub conversation: Vec<Line>,
}

/// Why nothing was accepted.
struct Failure {
    reason: Reason,
    wait: Option<Duration>,
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self { reason, wait: None }
    }
}

impl Sent {
    /// Nothing was sent, for a reason.
    fn not_at_all(problem: Option<Reason>) -> Self {
        Self { problem, unreached: Vec::new(), wait: None, conversation: Vec::new() }
    }

    /// There was nobody left to send it to.
    pub(super) fn to_nobody() -> Self {
        Self::not_at_all(None)
    }
}

/// A line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who said it.
    pub by: Speaker,
    /// What was said.
    pub text: String,
}

/// The notice of a test.
pub(super) fn test_notice(app: &App, id: DeliveryId, channel: &str) -> Notice {
    let now = app.clock().now();
    Notice {
        act: None,
        key: format!("test {id}"),
        id: id.to_string(),
        subject: format!("Test of the channel {channel}"),
        level: NoticeLevel::Info,
        facts: vec![
            Notice::fact("Channel", channel),
            Notice::fact("Server", &app.settings().node),
            Notice::fact("What to do", "Nothing. Somebody tested whether notifications arrive."),
        ],
        excerpt: None,
        link: None,
        at: now,
        mail: MailForm::default(),
    }
}

impl App {
    /// Sends a notice to a target. A problem of the other side is part of what is returned.
    ///
    /// # Errors
    /// The vault or the database cannot be used.
    pub(in crate::app) async fn notice_send(&self, target: &Target, notice: &Notice) -> Result<Sent> {
        let notice = &notice.clone().bounded();
        let names: BTreeSet<String> = target.needs().into_iter().map(|need| need.name).collect();
        let opened = if names.is_empty() {
            OpenCredentials::new()
        } else {
            match self.credentials_read(names).await? {
                Ok(opened) => opened,
                Err(reason) => return Ok(Sent::not_at_all(Some(reason))),
            }
        };
        let mut secrets = masked(&opened);
        secrets.extend(target.credential().and_then(|name| opened.get(name)).into_iter().flat_map(as_address));
        let secrets = compiled(secrets).await;
        let said = Mutex::new(Vec::new());
        let tell = |by: Speaker, text: String| {
            let text = without_link(notice, &redact_text(&secrets, &text));
            said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(Line { by, text });
        };
        let sending = self.exchange(target, &opened, notice, &tell);
        let within = self.settings().send_within;
        let result = tokio::time::timeout(within, sending).await;
        let conversation = said.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let result = result.unwrap_or_else(|_| Err(late(within, &conversation).into()));
        let wait = result.as_ref().err().and_then(|failure| failure.wait);
        let (problem, unreached) = match result {
            Ok(unreached) if unreached.is_empty() => (None, unreached),
            Ok(unreached) => {
                let problems: Vec<&str> = unreached.iter().map(|unreached| unreached.problem.as_str()).collect();
                (Some(Reason::RequestFailed { problem: problems.join("; ") }), unreached)
            }
            Err(failure) => (Some(failure.reason), Vec::new()),
        };
        let problem = problem.map(|reason| cleared(reason, notice, &secrets));
        let unreached = unreached.into_iter().map(|unreached| unreached.to).collect();
        Ok(Sent { problem, unreached, wait, conversation })
    }

    async fn exchange(
        &self,
        target: &Target,
        opened: &OpenCredentials,
        notice: &Notice,
        tell: &(dyn Fn(Speaker, String) + Sync),
    ) -> std::result::Result<Vec<Unreached>, Failure> {
        // People paste tokens with a line end.
        let secret = target.credential().and_then(|name| value(opened, name, None)).unwrap_or_default().trim();
        if let Target::Mail(mail) = target {
            return Ok(self.mail(mail, opened, notice, tell).await?);
        }
        if let Target::Command(command) = target {
            self.notice_command(command, notice, tell).await?;
            return Ok(Vec::new());
        }
        let Some(call) = services::call(target, secret, notice) else { return Ok(Vec::new()) };
        let missing = |credential: String| Reason::CredentialMissing { credential };
        let mut headers = call.headers;
        let mut url = call.url;
        if let Target::Webhook(WebhookTarget { signed_by, .. }) = target {
            url = webhook_url(&url, opened).map_err(missing)?;
            for text in headers.values_mut() {
                *text = fill(text, opened, Written::Plain).map_err(missing)?;
            }
            if let Some(by) = signed_by {
                // Whoever checks signatures refuses old ones, and the notice may be old.
                let timestamp = self.clock().now().timestamp().to_string();
                let key = Secret::new(value(opened, by, None).unwrap_or_default().to_owned());
                let signature = signature::sign(&key, &timestamp, call.body.as_bytes());
                headers.insert("x-orc-timestamp".to_owned(), timestamp);
                headers.insert("x-orc-signature".to_owned(), signature);
            }
        }
        // A redirect to another server gets no credential: in headers, or in the body of the two that put it there.
        let body = matches!(target, Target::Pushover(_) | Target::Pagerduty(_));
        let private = Private { headers: headers.keys().cloned().collect(), body };
        let server = &self.settings().travel;
        let (proxy, ca_files) = (Travel::default().proxy(server), server.ca_file.iter().map(PathBuf::from).collect());
        let (method, body) = (call.method.to_owned(), Some(call.body));
        let request = HttpRequest { method, url, headers, body, private, proxy, ca_files, own_port: self.own_port() };
        let sent = service::send(&request, self.clock().now(), tell).await;
        sent.map_err(|Refusal { error, wait }| Failure { reason: reason(error), wait })?;
        Ok(Vec::new())
    }

    async fn mail(
        &self,
        target: &MailTarget,
        opened: &OpenCredentials,
        notice: &Notice,
        tell: &(dyn Fn(Speaker, String) + Sync),
    ) -> std::result::Result<Vec<Unreached>, Reason> {
        let login = match &target.credential {
            None => None,
            Some(name) => {
                let field_missing =
                    |field: &str| Reason::CredentialFieldMissing { credential: name.clone(), field: field.to_owned() };
                let field = |field: &str| value(opened, name, Some(field)).ok_or_else(|| field_missing(field));
                Some(mail::Login { user: field("username")?, password: field("password")? })
            }
        };
        let request = mail::MailRequest { target, login, notice, own_port: self.own_port() };
        mail::send(&request, tell).await.map_err(reason)
    }
}

/// Says after which step nothing came any more.
fn late(within: Duration, conversation: &[Line]) -> Reason {
    let step = conversation.last().map(|line| line.text.lines().next().unwrap_or_default());
    let step = step.map(|step| format!("; the last step was: {}", cut(step, 120))).unwrap_or_default();
    Reason::RequestFailed { problem: format!("no end within {} s{step}", within.as_secs_f64()) }
}

/// An address that is a secret, as errors write it: in its normal form, and without the host.
fn as_address(credential: &OpenCredential) -> Vec<PlanSecret> {
    let main = credential.record.kind.main_field();
    let Some(url) = credential.values.get(main).and_then(|value| Url::parse(value.expose().trim()).ok()) else {
        return Vec::new();
    };
    let path = url.path().trim_start_matches('/').to_owned();
    let parts = [String::from(url.clone()), url.query().map(ToOwned::to_owned).unwrap_or_default(), path];
    let masked = |value: String| PlanSecret {
        name: credential.record.name.clone(),
        field: None,
        value: value.as_str().into(),
        inject: Inject::None,
        masked: true,
    };
    parts.into_iter().filter(|part| part.len() >= ADDRESS_PART_FROM).map(masked).collect()
}

/// A credential that stands for the whole address is written as it is; one inside an address is encoded.
fn webhook_url(url: &str, opened: &OpenCredentials) -> std::result::Result<String, String> {
    let whole = url.starts_with("${credential.") && url.ends_with('}') && url.matches("${").count() == 1;
    fill(url, opened, if whole { Written::Plain } else { Written::Address })
}

async fn compiled(all: Vec<orc_runner::PlanSecret>) -> Secrets {
    if all.is_empty() {
        return Secrets::default();
    }
    let compiling = tokio::task::spawn_blocking(move || Secrets::new(&all));
    compiling.await.expect("compiling ends, and nobody cancels it")
}

fn reason(error: HttpError) -> Reason {
    match error {
        HttpError::Refused(problem) => Reason::RequestRefused { problem },
        HttpError::Failed(problem) => Reason::RequestFailed { problem },
        HttpError::FailedAtProxy { proxy, problem } => Reason::RequestFailedAtProxy { proxy, problem },
        HttpError::Authorities(file) => {
            Reason::CaFileUnusable { path: file.path, line: file.line, problem: file.problem }
        }
    }
}

/// A text without the link by which somebody acts. Services repeat what they get, and readers of deliveries see that.
fn without_link(notice: &Notice, text: &str) -> String {
    let link = notice.act.as_deref().and_then(|act| act.rsplit('/').next()).filter(|link| !link.is_empty());
    link.map_or_else(|| text.to_owned(), |link| text.replace(link, "***"))
}

fn cleared(reason: Reason, notice: &Notice, secrets: &Secrets) -> Reason {
    let clear = |text: String| cut(&without_link(notice, &redact_text(secrets, &text)), PROBLEM_MAX);
    match reason {
        Reason::RequestFailed { problem } => Reason::RequestFailed { problem: clear(problem) },
        Reason::RequestRefused { problem } => Reason::RequestRefused { problem: clear(problem) },
        Reason::RequestFailedAtProxy { proxy, problem } => {
            Reason::RequestFailedAtProxy { proxy, problem: clear(problem) }
        }
        Reason::ChannelCommandFailed { problem } => Reason::ChannelCommandFailed { problem: clear(problem) },
        other => other,
    }
}

/// Whether a kind of credential has what a login at an SMTP server needs.
pub(super) const fn logs_in(kind: CredentialKind) -> bool {
    matches!(kind, CredentialKind::Login | CredentialKind::Smtp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn the_link_by_which_somebody_acts_is_not_in_what_a_service_repeats() {
        let notice = |act: Option<&str>| Notice {
            act: act.map(str::to_owned),
            key: String::new(),
            id: String::new(),
            subject: String::new(),
            level: NoticeLevel::Info,
            facts: Vec::new(),
            excerpt: None,
            link: None,
            at: DateTime::UNIX_EPOCH,
            mail: MailForm::default(),
        };
        let said = "no: {\"act\":\"https:\\/\\/orc.example.org\\/act\\/orc_1_canary\"}";
        let shown = without_link(&notice(Some("https://orc.example.org/act/orc_1_canary")), said);
        assert_eq!(shown, "no: {\"act\":\"https:\\/\\/orc.example.org\\/act\\/***\"}", "also if it escapes slashes");
        for act in [None, Some(""), Some("https://orc.example.org/act/")] {
            assert_eq!(without_link(&notice(act), said), said);
        }
    }
}
