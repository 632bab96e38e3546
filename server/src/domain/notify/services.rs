//! The request that each service expects for a notice. Pure.
//!
//! The limits of texts are those that the services publish. A text that is too long is cut, because a short
//! notification is better than one that the service refuses. Start reading at `call`.

use super::notice::{Notice, cut};
use super::target::{
    CommandTarget, GotifyTarget, HookTarget, MatrixTarget, NtfyTarget, OpsgenieTarget, PagerdutyTarget, PushoverTarget,
    Target, TelegramTarget, WebhookTarget,
};
use super::words::NoticeLevel;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Names that stand for values in the body of a webhook, as `${NAME}`.
pub const BODY_NAMES: [&str; 7] = ["subject", "text", "level", "key", "link", "at", "resolved"];

/// A request to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// HTTP method.
    pub method: &'static str,
    /// Address. It may mention credentials.
    pub url: String,
    /// Headers. Their values may mention credentials.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: String,
}

/// The request for a notice. `secret` is the value of the credential that the target names. Mail and commands are no
/// requests.
pub fn call(target: &Target, secret: &str, notice: &Notice) -> Option<Call> {
    Some(match target {
        Target::Mail(_) | Target::Command(_) => return None,
        Target::Webhook(hook) => webhook(hook, notice),
        Target::Slack(HookTarget { .. }) => post(secret, slack(notice)),
        Target::Teams(HookTarget { .. }) => post(secret, teams(notice)),
        Target::Discord(HookTarget { .. }) => post(secret, discord(notice)),
        Target::Telegram(to) => telegram(to, secret, notice),
        Target::Ntfy(to) => ntfy(to, secret, notice),
        Target::Gotify(to) => gotify(to, secret, notice),
        Target::Pushover(to) => pushover(to, secret, notice),
        Target::Pagerduty(to) => pagerduty(to, secret, notice),
        Target::Opsgenie(to) => opsgenie(to, secret, notice),
        Target::Matrix(to) => matrix(to, secret, notice),
    })
}

fn post(url: &str, body: Value) -> Call {
    let headers = [("content-type".to_owned(), "application/json".to_owned())].into();
    Call { method: "POST", url: url.to_owned(), headers, body: body.to_string() }
}

fn at(server: &str, path: &str) -> String {
    format!("{}{path}", server.trim_end_matches('/'))
}

/// Colour of a level, as RGB.
const fn colour(level: NoticeLevel) -> u32 {
    match level {
        NoticeLevel::Critical => 0x00b4_2318,
        NoticeLevel::Warning => 0x00b5_4708,
        NoticeLevel::Info => 0x0017_5cd3,
        NoticeLevel::Resolved => 0x0006_7647,
    }
}

/// Characters that Slack would read as mark-up.
fn slack_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Source: Slack, "Sending messages using incoming webhooks", block kit limits (header 150, section 3,000 characters).
fn slack(notice: &Notice) -> Value {
    let mut blocks = vec![json!({"type": "header", "text": {"type": "plain_text", "text": cut(&notice.subject, 150)}})];
    let text = slack_escaped(&notice.text());
    if !text.trim().is_empty() {
        blocks.push(json!({"type": "section", "text": {"type": "mrkdwn", "text": cut(&text, 3000), "verbatim": true}}));
    }
    let colour = format!("#{:06x}", colour(notice.level));
    json!({"text": slack_escaped(&cut(&notice.subject, 150)), "attachments": [{"color": colour, "blocks": blocks}]})
}

/// Most bytes of a card that Teams takes.
const TEAMS_MAX: usize = 28_000;

/// Source: Microsoft, "Create incoming webhooks with Workflows", Adaptive Card 1.4; at most 28 KB. Texts become shorter
/// until the whole card fits.
fn teams(notice: &Notice) -> Value {
    let cards = [500, 200, 80].map(|value_max| teams_card(notice, value_max));
    let fits = cards.iter().find(|card| card.to_string().len() <= TEAMS_MAX).cloned();
    fits.unwrap_or_else(|| teams_card(notice, 20))
}

fn teams_card(notice: &Notice, value_max: usize) -> Value {
    let style = match notice.level {
        NoticeLevel::Critical => "Attention",
        NoticeLevel::Warning => "Warning",
        NoticeLevel::Info => "Accent",
        NoticeLevel::Resolved => "Good",
    };
    let plain = |text: &str, most: usize| json!({"type": "TextBlock", "text": markdown_escaped(&cut(text, most)), "wrap": true});
    let mut title = plain(&notice.subject, 200);
    title["weight"] = json!("Bolder");
    title["size"] = json!("Medium");
    title["color"] = json!(style);
    let mut body = vec![title];
    if !notice.facts.is_empty() {
        let fact = |fact: &super::notice::Fact| json!({"title": cut(&fact.label, 60), "value": markdown_escaped(&cut(&fact.value, value_max))});
        body.push(json!({"type": "FactSet", "facts": notice.facts.iter().take(20).map(fact).collect::<Vec<_>>()}));
    }
    if let Some(excerpt) = &notice.excerpt {
        let mut block = plain(excerpt, value_max * 6);
        block["fontType"] = json!("Monospace");
        body.push(block);
    }
    let mut card = json!({"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body});
    if let Some(link) = &notice.link {
        card["actions"] = json!([{"type": "Action.OpenUrl", "title": "Open in Orc", "url": link}]);
    }
    let attachment =
        json!({"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card});
    json!({"type": "message", "attachments": [attachment]})
}

/// Characters that Markdown would read as mark-up.
fn markdown_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '\\' | '*' | '_' | '[' | ']' | '`' | '~' | '#' | '<' | '>' | '|') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

/// Source: Discord, "Execute Webhook" (title 256, description 4,096 characters). Nobody is mentioned.
fn discord(notice: &Notice) -> Value {
    let mut embed = json!({
        "title": cut(&markdown_escaped(&cut(&notice.subject, 200)), 256),
        "description": cut(&markdown_escaped(&notice.text()), 4096),
        "color": colour(notice.level),
        "timestamp": notice.at_text(),
    });
    if let Some(link) = &notice.link {
        embed["url"] = json!(link);
    }
    json!({"embeds": [embed], "allowed_mentions": {"parse": []}})
}

/// Source: Telegram, "sendMessage" (4,096 characters). Without `parse_mode`, nothing is mark-up.
fn telegram(to: &TelegramTarget, secret: &str, notice: &Notice) -> Call {
    let text = cut(&format!("{}\n\n{}", notice.subject, notice.text()), 4096);
    let quiet = matches!(notice.level, NoticeLevel::Info | NoticeLevel::Resolved);
    let body = json!({
        "chat_id": to.chat, "text": text.trim_end(), "disable_notification": quiet,
        "link_preview_options": {"is_disabled": true},
    });
    post(&at(&to.server, &format!("/bot{secret}/sendMessage")), body)
}

/// Source: ntfy, "Publish as JSON" (message 4,096 bytes).
fn ntfy(to: &NtfyTarget, secret: &str, notice: &Notice) -> Call {
    let (priority, tag) = match notice.level {
        NoticeLevel::Critical => (5, "rotating_light"),
        NoticeLevel::Warning => (4, "warning"),
        NoticeLevel::Info => (3, "information_source"),
        NoticeLevel::Resolved => (3, "white_check_mark"),
    };
    let mut body = json!({
        "topic": to.topic, "title": cut(&notice.subject, 250), "message": cut_bytes(&notice.text(), 4096),
        "priority": priority, "tags": [tag],
    });
    if let Some(link) = &notice.link {
        body["click"] = json!(link);
    }
    let mut call = post(&to.server, body);
    if to.credential.is_some() {
        call.headers.insert("authorization".to_owned(), format!("Bearer {secret}"));
    }
    call
}

/// The beginning of a text, at most so many bytes of UTF-8.
fn cut_bytes(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most - '…'.len_utf8());
    format!("{}…", &text[..end])
}

/// Source: Gotify, "POST /message".
fn gotify(to: &GotifyTarget, secret: &str, notice: &Notice) -> Call {
    let priority = match notice.level {
        NoticeLevel::Critical => 8,
        NoticeLevel::Warning => 6,
        NoticeLevel::Info | NoticeLevel::Resolved => 4,
    };
    let mut body =
        json!({"title": cut(&notice.subject, 250), "message": cut(&notice.text(), 10_000), "priority": priority});
    if let Some(link) = &notice.link {
        body["extras"] = json!({"client::notification": {"click": {"url": link}}});
    }
    let mut call = post(&at(&to.server, "/message"), body);
    call.headers.insert("x-gotify-key".to_owned(), secret.to_owned());
    call
}

/// Source: Pushover, "Message API" (title 250, message 1,024, address 512 characters).
fn pushover(to: &PushoverTarget, secret: &str, notice: &Notice) -> Call {
    let priority = match notice.level {
        NoticeLevel::Critical => 1,
        NoticeLevel::Warning => 0,
        NoticeLevel::Info | NoticeLevel::Resolved => -1,
    };
    let text = notice.text();
    let message = if text.trim().is_empty() { notice.subject.clone() } else { text };
    let mut body = json!({
        "token": secret, "user": to.user, "title": cut(&notice.subject, 250), "message": cut(&message, 1024),
        "priority": priority, "timestamp": notice.at.timestamp(),
    });
    if let Some(link) = notice.link.as_ref().filter(|link| link.chars().count() <= 512) {
        body["url"] = json!(link);
    }
    post(&at(&to.server, "/1/messages.json"), body)
}

/// Source: PagerDuty, "Send an alert event" (Events API v2; summary 1,024, key 255 characters).
fn pagerduty(to: &PagerdutyTarget, secret: &str, notice: &Notice) -> Call {
    let key = cut(&notice.key, 255);
    let severity = match notice.level {
        NoticeLevel::Resolved => {
            let body = json!({"routing_key": secret, "event_action": "resolve", "dedup_key": key});
            return post(&at(&to.server, "/v2/enqueue"), body);
        }
        NoticeLevel::Critical => "critical",
        NoticeLevel::Warning => "warning",
        NoticeLevel::Info => "info",
    };
    let details: BTreeMap<_, _> = notice.facts.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
    let mut body = json!({
        "routing_key": secret, "event_action": "trigger", "dedup_key": key, "client": "Orc",
        "payload": {"summary": cut(&notice.subject, 1024), "source": "orc", "severity": severity,
            "timestamp": notice.at_text(), "custom_details": details},
    });
    if let Some(link) = &notice.link {
        body["links"] = json!([{"href": link, "text": "Open in Orc"}]);
    }
    post(&at(&to.server, "/v2/enqueue"), body)
}

/// Source: Opsgenie, "Create alert" and "Close alert" (message 130, alias 512, description 15,000 characters).
fn opsgenie(to: &OpsgenieTarget, secret: &str, notice: &Notice) -> Call {
    let alias = cut(&notice.key, 512);
    let mut call = if notice.level == NoticeLevel::Resolved {
        let path: String = url::form_urlencoded::byte_serialize(alias.as_bytes()).collect();
        let url = at(&to.server, &format!("/v2/alerts/{}/close?identifierType=alias", path.replace('+', "%20")));
        post(&url, json!({"source": "Orc", "note": cut(&notice.subject, 1000)}))
    } else {
        let priority = match notice.level {
            NoticeLevel::Critical => "P1",
            NoticeLevel::Warning => "P3",
            NoticeLevel::Info | NoticeLevel::Resolved => "P5",
        };
        let body = json!({
            "message": cut(&notice.subject, 130), "alias": alias, "description": cut(&notice.text(), 15_000),
            "priority": priority, "source": "Orc",
        });
        post(&at(&to.server, "/v2/alerts"), body)
    };
    call.headers.insert("authorization".to_owned(), format!("GenieKey {secret}"));
    call
}

/// Source: Matrix, "PUT /rooms/{roomId}/send/{eventType}/{txnId}". A repetition with the same id is sent once.
fn matrix(to: &MatrixTarget, secret: &str, notice: &Notice) -> Call {
    let encoded = |text: &str| -> String {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        encoded.replace('+', "%20")
    };
    let (room, key) = (encoded(&to.room), encoded(&notice.id));
    let text = cut_bytes(&format!("{}\n\n{}", notice.subject, notice.text()), 30_000);
    let body = json!({"msgtype": "m.text", "body": text.trim_end()});
    let path = format!("/_matrix/client/v3/rooms/{room}/send/m.room.message/{key}");
    let mut call = post(&at(&to.server, &path), body);
    call.method = "PUT";
    call.headers.insert("authorization".to_owned(), format!("Bearer {secret}"));
    call
}

fn webhook(hook: &WebhookTarget, notice: &Notice) -> Call {
    let mut call = post(&hook.url, everything(notice));
    if let Some(body) = &hook.body {
        call.body = filled(body, notice, &notice.text(), json_inside);
    }
    for (name, value) in &hook.headers {
        call.headers.insert(name.to_ascii_lowercase(), value.clone());
    }
    call
}

/// The body of a webhook that has none of its own.
fn everything(notice: &Notice) -> Value {
    let facts: Vec<Value> = notice.facts.iter().map(|fact| json!({"label": fact.label, "value": fact.value})).collect();
    json!({
        "subject": notice.subject, "level": notice.level, "facts": facts, "excerpt": notice.excerpt,
        "link": notice.link, "act": notice.act, "id": notice.id, "key": notice.key, "at": notice.at_text(),
    })
}

/// A name in a body, and where it stands.
struct Named<'a> {
    name: &'a str,
    begin: usize,
    end: usize,
}

fn named(text: &str) -> Vec<Named<'_>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(begin) = text[from..].find("${").map(|at| from + at) {
        let Some(end) = text[begin..].find('}').map(|at| begin + at + 1) else { break };
        found.push(Named { name: &text[begin + 2..end - 1], begin, end });
        from = end;
    }
    found
}

/// Puts the values of a notice in the place of names, each as `write` has it. `long` is the value of the name `text`.
fn filled(body: &str, notice: &Notice, long: &str, write: impl Fn(String) -> String) -> String {
    let value = |name: &str| match name {
        "subject" => notice.subject.clone(),
        "text" => long.to_owned(),
        "level" => notice.level.to_string(),
        "key" => notice.key.clone(),
        "link" => notice.link.clone().unwrap_or_default(),
        "at" => notice.at_text(),
        "resolved" => (notice.level == NoticeLevel::Resolved).to_string(),
        _ => String::new(),
    };
    let (mut text, mut from) = (String::with_capacity(body.len()), 0);
    for Named { name, begin, end } in named(body) {
        text.push_str(&body[from..begin]);
        text.push_str(&write(value(name)));
        from = end;
    }
    text.push_str(&body[from..]);
    text
}

/// A value as the inside of a JSON text.
fn json_inside(value: String) -> String {
    let quoted = Value::String(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The arguments of a command for a notice. Other users of the machine see them, so they contain no address at which
/// somebody acts.
pub fn command_arguments(target: &CommandTarget, notice: &Notice) -> Vec<String> {
    let shown = notice.shown();
    let plain = |value: String| value.replace('\0', "");
    target.arguments.iter().map(|argument| filled(argument, notice, &shown, plain)).collect()
}

/// The standard input of a command for a notice: a JSON object with all that is known.
pub fn command_input(notice: &Notice) -> String {
    format!("{}\n", everything(notice))
}

/// A name in a text that stands for nothing.
pub fn names_problem(text: &str) -> Option<String> {
    let Named { name, .. } = named(text).into_iter().find(|named| !BODY_NAMES.contains(&named.name))?;
    let known = BODY_NAMES.map(|name| format!("${{{name}}}")).join(", ");
    Some(format!("\"${{{name}}}\" stands for nothing here; there are {known}"))
}

/// What is wrong with the body of a webhook.
pub fn body_problem(body: &str) -> Option<String> {
    if let Some(problem) = names_problem(body) {
        return Some(problem);
    }
    let example = Notice {
        act: None,
        id: "id".to_owned(),
        subject: "subject".to_owned(),
        level: NoticeLevel::Info,
        facts: Vec::new(),
        excerpt: None,
        link: None,
        key: "key".to_owned(),
        at: chrono::DateTime::UNIX_EPOCH,
        mail: super::notice::MailForm::default(),
    };
    let error = serde_json::from_str::<Value>(&filled(body, &example, "text", json_inside)).err()?;
    Some(format!("must be JSON; line {}, column {}: {error}", error.line(), error.column()))
}
