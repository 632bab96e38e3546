//! Channels: where notifications go, what is wrong with a definition, and what each service is sent. Pure.
//!
//! A channel stores no secret. It names a credential, whose value is put in place when something is sent. Deliberately
//! absent: sending, which `integrations` does. Start reading at `ChannelDefinition`, then `target`.

pub mod composing;
pub mod delivery;
pub mod exits;
pub mod incidents;
pub mod notice;
pub mod replay;
pub mod rules;
pub mod services;
pub mod target;
pub mod timing;
pub mod words;

pub use self::target::{
    CommandTarget, GotifyTarget, HookTarget, MailTarget, MatrixTarget, NtfyTarget, OpsgenieTarget, PagerdutyTarget,
    PushoverTarget, Target, TelegramTarget, WebhookTarget,
};
use self::words::MailSecurity;
use super::core::problem::Problem;
use super::credentials::mentioned;
use super::names::name_problem;
use url::Url;

/// Largest number of addresses that one mail goes to.
pub const RECIPIENTS_MAX: usize = 50;

/// What a person defines about a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelDefinition {
    /// Unique name.
    pub name: String,
    /// What the channel is for.
    pub description: String,
    /// Whether anything is sent through it. A test is sent all the same.
    pub enabled: bool,
    /// Where it leads.
    pub target: Target,
}

impl ChannelDefinition {
    /// Everything that is wrong with the definition, apart from mail addresses and credentials.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found: Vec<Problem> =
            name_problem(&self.name).map(|message| Problem::at("/name", message)).into_iter().collect();
        for (field, text) in self.target.required() {
            if text.trim().is_empty() {
                found.push(Problem::at(format!("/target/{field}"), "must not be empty"));
            }
        }
        if let Some(message) = self.target.server().and_then(server_problem) {
            found.push(Problem::at("/target/server", message));
        }
        match &self.target {
            Target::Ntfy(NtfyTarget { topic, .. }) => {
                let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
                if !topic.chars().all(plain) {
                    found.push(Problem::at("/target/topic", "must be letters, digits, \"-\" and \"_\""));
                }
            }
            Target::Mail(mail) => mail_problems(mail, &mut found),
            Target::Webhook(hook) => webhook_problems(hook, &mut found),
            Target::Command(command) => command_problems(command, &mut found),
            _ => {}
        }
        found
    }
}

/// What is wrong with the address of a service.
fn server_problem(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else { return Some("must be an address, such as https://ntfy.sh".to_owned()) };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("must not contain a user name or password; name a credential instead".to_owned());
    }
    let bare = url.query().is_none() && url.fragment().is_none();
    (!bare).then(|| "must not contain a query or a fragment".to_owned())
}

fn mail_problems(mail: &MailTarget, found: &mut Vec<Problem>) {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_' | ':' | '[' | ']');
    if !mail.host.is_empty() && !mail.host.chars().all(plain) {
        found.push(Problem::at("/target/host", "must be the name or address of a machine, such as smtp.example.org"));
    }
    if mail.port == 0 {
        found.push(Problem::at("/target/port", "must be a port, 1 to 65535"));
    }
    if mail.security == MailSecurity::None && !is_this_machine(&mail.host) {
        let message = "without encryption, Orc sends mail only to a server on this machine (localhost); choose \
                       starttls or tls";
        found.push(Problem::at("/target/security", message));
    }
    if mail.mails_per_hour == Some(0) {
        found.push(Problem::at("/target/mails_per_hour", "must be at least 1; leave it out for no limit"));
    }
    if mail.to.is_empty() {
        found.push(Problem::at("/target/to", "must name at least one recipient"));
    }
    if mail.to.len() > RECIPIENTS_MAX {
        let message = format!("has {} recipients; at most {RECIPIENTS_MAX} are allowed", mail.to.len());
        found.push(Problem::at("/target/to", message));
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: core::net::IpAddr| ip.is_loopback())
}

fn webhook_problems(hook: &WebhookTarget, found: &mut Vec<Problem>) {
    // A mention of a credential may stand for the whole address, which is known only when something is sent.
    let mentions = !mentioned("", &hook.url).is_empty();
    let url = Url::parse(&hook.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match url {
        None if !mentions => {
            found.push(Problem::at("/target/url", "must be an address, such as https://example.org/hook"));
        }
        Some(url) if url.password().is_some() => {
            let message = "must not contain a password; write ${credential.NAME} in its place";
            found.push(Problem::at("/target/url", message));
        }
        _ => {}
    }
    for (name, value) in &hook.headers {
        let token = |char: char| char.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(char);
        if name.is_empty() || !name.chars().all(token) || value.chars().any(char::is_control) {
            let message = "must be a header: a name without spaces, and a value of one line";
            found.push(Problem::at(format!("/target/headers/{name}"), message));
        }
    }
    if let Some(message) = hook.body.as_deref().and_then(services::body_problem) {
        found.push(Problem::at("/target/body", message));
    }
}

fn command_problems(command: &CommandTarget, found: &mut Vec<Problem>) {
    let arguments = command.arguments.iter().enumerate();
    let texts = arguments.map(|(index, text)| (format!("/target/arguments/{index}"), text));
    for (pointer, text) in std::iter::once(("/target/program".to_owned(), &command.program)).chain(texts) {
        if !mentioned("", text).is_empty() {
            let message =
                "must not mention a credential, because command lines are visible to every user of the machine";
            found.push(Problem::at(pointer, message));
        } else if text.contains('\0') {
            found.push(Problem::at(pointer, "must not contain a NUL character"));
        } else if let Some(message) = services::names_problem(text) {
            found.push(Problem::at(pointer, message));
        }
    }
}

#[cfg(test)]
mod tests;
