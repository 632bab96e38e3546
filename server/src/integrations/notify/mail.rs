//! Sending mail through an SMTP server, step by step, so that each step can be shown.
//!
//! The server is checked as targets of requests are (server/docs/decisions.md, 36). Without encryption, mail goes only
//! to this machine, and a login is never sent in plain text to another one. Start reading at `send`.

use super::{bounded, mail_page};
use crate::domain::notify::MailTarget;
use crate::domain::notify::notice::Notice;
use crate::domain::notify::words::{MailSecurity, Speaker};
use crate::integrations::authorities;
use crate::integrations::hop::{self, HttpError};
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use std::path::PathBuf;

/// A mail to send.
#[derive(Debug, Clone)]
pub struct MailRequest<'a> {
    /// Where it goes.
    pub target: &'a MailTarget,
    /// User name and password; none: no login.
    pub login: Option<Login<'a>>,
    /// What it says.
    pub notice: &'a Notice,
    /// Port on which this server listens. It is refused on this machine's own addresses.
    pub own_port: u16,
}

/// A login at an SMTP server.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// User name.
    pub user: &'a str,
    /// Password.
    pub password: &'a str,
}

impl std::fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What is wrong with a mail address, with or without a name before it.
pub fn address_problem(text: &str) -> Option<String> {
    let error = text.parse::<Mailbox>().err()?;
    Some(format!("\"{text}\" is not a mail address: {error}"))
}

/// A recipient that the server refused while it took the mail for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreached {
    /// Address of the recipient, as the target names it.
    pub to: String,
    /// What the server said.
    pub problem: String,
}

/// Sends a mail to all its recipients. Tells each step. Returns the recipients that the server refused; if it refused
/// all of them, that is an error.
pub async fn send(
    request: &MailRequest<'_>,
    tell: &(dyn Fn(Speaker, String) + Sync),
) -> Result<Vec<Unreached>, HttpError> {
    let MailRequest { target, login, .. } = request;
    let message = message(request)?;
    let mut server = connect(request, tell).await?;
    if let Some(Login { user, password }) = *login {
        tell(Speaker::Orc, format!("logs in as {user}"));
        let credentials = Credentials::new(user.to_owned(), password.to_owned());
        let answer = server.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
        heard(answer, "the login", tell)?;
    }
    let body = message.formatted();
    let envelope = message.envelope();
    let wide = envelope.to().iter().chain(envelope.from()).any(|address| !address.to_string().is_ascii());
    let options = options(&server, wide, body.is_ascii())?;
    tell(Speaker::Orc, format!("sends a mail from {}", target.from));
    heard(server.command(Mail::new(envelope.from().cloned(), options)).await, "the sender", tell)?;
    let mut refused = Vec::new();
    for (to, named) in envelope.to().iter().zip(&target.to) {
        tell(Speaker::Orc, format!("to {to}"));
        let what = format!("the recipient {to}");
        if let Err(error) = heard(server.command(Rcpt::new(to.clone(), Vec::new())).await, &what, tell) {
            if server.has_broken() || envelope.to().len() == 1 {
                return Err(error);
            }
            refused.push(Unreached { to: named.clone(), problem: error.to_string() });
        }
    }
    if refused.len() == envelope.to().len() {
        let problems: Vec<String> = refused.into_iter().map(|unreached| unreached.problem).collect();
        return Err(HttpError::Failed(problems.join("; ")));
    }
    heard(server.command(Data).await, "the mail", tell)?;
    tell(Speaker::Orc, format!("sends the text of {} bytes", body.len()));
    heard(server.message(&body).await, "the text", tell)?;
    let _the_mail_is_accepted_already = server.quit().await;
    Ok(refused)
}

async fn connect(
    request: &MailRequest<'_>,
    tell: &(dyn Fn(Speaker, String) + Sync),
) -> Result<AsyncSmtpConnection, HttpError> {
    let MailTarget { host, port, security, ca_file, .. } = request.target;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses = hop::addresses_of(bare, *port, request.own_port).await?;
    if *security == MailSecurity::None && !addresses.iter().all(|address| address.ip().is_loopback()) {
        let problem = format!("{host} is not this machine, so Orc sends no mail to it without encryption");
        return Err(HttpError::Refused(problem));
    }
    let tls = tls(bare, ca_file.as_deref(), tell).await?;
    let (at_once, later) = match security {
        MailSecurity::Tls => (Some(tls), None),
        MailSecurity::Starttls => (None, Some(tls)),
        MailSecurity::None => (None, None),
    };
    let way = if at_once.is_some() { ", encrypted" } else { "" };
    tell(Speaker::Orc, format!("connects to {host}, port {port}{way}"));
    let hello = ClientId::default();
    let place = format!("{host} port {port}");
    let stream = bounded::connect(&addresses).await.map_err(|error| failed(&place, &error))?;
    let stream: Box<dyn AsyncTokioStream> = match at_once {
        None => Box::new(stream),
        Some(tls) => Box::new(bounded::encrypt(stream, tls).await.map_err(|error| failed(&place, &error))?),
    };
    let connected = AsyncSmtpConnection::connect_with_transport(stream, &hello).await;
    let mut server = connected.map_err(|error| failed(&place, &error))?;
    tell(Speaker::Service, format!("welcomes Orc: {}", server.server_info()));
    if let Some(tls) = later {
        tell(Speaker::Orc, "asks for encryption (STARTTLS)".to_owned());
        if !server.can_starttls() {
            let problem = format!("{host} offers no encryption (STARTTLS); choose tls and its port, or another server");
            return Err(HttpError::Failed(problem));
        }
        server.starttls(tls, &hello).await.map_err(|error| failed("STARTTLS", &error))?;
        tell(Speaker::Service, format!("continues encrypted: {}", server.server_info()));
    }
    Ok(server)
}

async fn tls(
    host: &str,
    ca_file: Option<&str>,
    tell: &(dyn Fn(Speaker, String) + Sync),
) -> Result<TlsParameters, HttpError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = ca_file {
        let path = PathBuf::from(file);
        let read = tokio::task::spawn_blocking(move || authorities::read_der(&path)).await;
        let found = read.map_err(|error| HttpError::Failed(error.to_string()))?.map_err(HttpError::Authorities)?;
        tell(Speaker::Orc, format!("also trusts {} of {file}", found.len()));
        for der in found {
            let certificate = Certificate::from_der(der).map_err(|error| failed(file, &error))?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build_rustls().map_err(|error| failed("encryption", &error))
}

fn options(server: &AsyncSmtpConnection, wide: bool, ascii: bool) -> Result<Vec<MailParameter>, HttpError> {
    let mut options = Vec::new();
    if wide {
        if !server.server_info().supports_feature(Extension::SmtpUtfEight) {
            let problem = "the server accepts only addresses in ASCII (it offers no SMTPUTF8)";
            return Err(HttpError::Failed(problem.to_owned()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !ascii && server.server_info().supports_feature(Extension::EightBitMime) {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(options)
}

fn heard(
    answer: Result<Response, lettre::transport::smtp::Error>,
    what: &str,
    tell: &(dyn Fn(Speaker, String) + Sync),
) -> Result<(), HttpError> {
    match answer {
        Ok(response) => {
            let text: Vec<&str> = response.message().collect();
            tell(Speaker::Service, format!("{} {}", response.code(), text.join(" ")).trim_end().to_owned());
            Ok(())
        }
        Err(error) => {
            let error = failed(what, &error);
            tell(Speaker::Service, error.to_string());
            Err(error)
        }
    }
}

/// Joins the whole chain of causes.
fn failed(what: &str, error: &dyn std::error::Error) -> HttpError {
    let said = error.to_string();
    let mut text = format!("{what}: {}", said.split(" (os error").next().unwrap_or_default());
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        // The number of an error of the system says nothing to a person.
        let words = words.split(" (os error").next().unwrap_or_default();
        if !text.contains(words) {
            text.push_str(&format!(": {words}"));
        }
        cause = inner.source();
    }
    HttpError::Failed(text)
}

fn message(request: &MailRequest<'_>) -> Result<Message, HttpError> {
    let MailRequest { target, notice, .. } = request;
    let mailbox = |text: &str| -> Result<Mailbox, HttpError> {
        text.parse().map_err(|_| HttpError::Refused(address_problem(text).unwrap_or_default()))
    };
    let from = mailbox(&target.from)?;
    let mut builder = Message::builder()
        .from(from.clone())
        .subject(&notice.subject)
        .date(notice.at.into())
        .message_id(Some(format!("<{}@{}>", notice.id, from.email.domain())));
    for to in &target.to {
        builder = builder.to(mailbox(to)?);
    }
    if let Some(reply_to) = &target.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    // No machine answers a mail from a machine.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    builder = builder.raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
    for (name, value) in headers(notice, from.email.domain()) {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    }
    let body = MultiPart::alternative_plain_html(mail_page::text(notice), mail_page::html(notice));
    builder.multipart(body).map_err(|error| HttpError::Refused(format!("the mail cannot be written: {error}")))
}

/// Headers that sort a mail into its thread, and that say where one changes what is sent.
fn headers(notice: &Notice, domain: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if let Some(thread) = &notice.mail.thread {
        // Nothing was sent with this id. Programs sort mails that name the same one together all the same.
        let root = format!("<{thread}@{domain}>");
        found.extend([("In-Reply-To", root.clone()), ("References", root)]);
    }
    found.extend(notice.mail.change_at.as_ref().map(|at| ("List-Unsubscribe", format!("<{at}>"))));
    found
}
