//! Tests what services are sent, at the limits that they publish.

use super::notice::Notice;
use super::services::{BODY_NAMES, body_problem, call};
use super::words::{ChannelKind, NoticeLevel};
use super::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn notice(level: NoticeLevel) -> Notice {
    Notice {
        act: None,
        id: "n1".to_owned(),
        subject: "nightly failed: <b>*1*</b> & more".to_owned(),
        level,
        facts: vec![Notice::fact("Task", "nightly"), Notice::fact("Ended", "with exit code 3")],
        excerpt: Some("line \"1\"\nline 2".to_owned()),
        link: Some("https://orc.example/runs/1".to_owned()),
        key: "task nightly failed".to_owned(),
        at: chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("an instant"),
        mail: super::notice::MailForm::default(),
    }
}

fn huge(level: NoticeLevel) -> Notice {
    let long = |text: &str, count: usize| text.repeat(count);
    Notice {
        subject: long("é🙂", 3_000),
        facts: (0..100).map(|_| Notice::fact(&long("ü", 100), long("*🙂", 2_000))).collect(),
        excerpt: Some(long("🙂_\n", 40_000)),
        link: Some(format!("https://orc.example/{}", long("a", 900))),
        key: long("ké", 600),
        ..notice(level)
    }
}

fn targets() -> Vec<Target> {
    let (server, credential) = ("https://x.example/".to_owned(), "c".to_owned());
    let all = [
        json!({"kind": "webhook", "url": "https://x.example", "headers": {}, "body": null, "signed_by": null}),
        json!({"kind": "slack", "credential": credential}),
        json!({"kind": "teams", "credential": credential}),
        json!({"kind": "discord", "credential": credential}),
        json!({"kind": "telegram", "credential": credential, "chat": "1", "server": server}),
        json!({"kind": "ntfy", "credential": credential, "topic": "t", "server": server}),
        json!({"kind": "gotify", "credential": credential, "server": server}),
        json!({"kind": "pushover", "credential": credential, "user": "u", "server": server}),
        json!({"kind": "pagerduty", "credential": credential, "server": server}),
        json!({"kind": "opsgenie", "credential": credential, "server": server}),
        json!({"kind": "matrix", "credential": credential, "room": "!a:b", "server": server}),
    ];
    all.into_iter().map(|target| serde_json::from_value(target).expect("a target")).collect()
}

fn body(target: &Target, notice: &Notice) -> Value {
    let call = call(target, "secret", notice).expect("no mail");
    serde_json::from_str(&call.body).expect("JSON")
}

fn chars(value: &Value, pointer: &str) -> usize {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} of {value}")).chars().count()
}

#[test]
fn a_subject_is_one_short_line_and_of_an_excerpt_the_end_stays() {
    let bounded = Notice {
        subject: format!("one\r\nBcc: eve@example.org\u{85}\u{2028}{}", "x".repeat(900)),
        excerpt: Some(format!("{}the end", "x".repeat(9_000))),
        ..huge(NoticeLevel::Info)
    }
    .bounded();
    assert!(bounded.subject.starts_with("one Bcc: eve@example.org xxx") && bounded.subject.ends_with('…'));
    assert_eq!((bounded.subject.chars().count(), bounded.facts.len()), (250, 20));
    assert!(bounded.excerpt.is_some_and(|text| text.ends_with("xthe end") && text.chars().count() == 4_000));
}

#[test]
fn every_kind_is_covered() {
    let mut kinds: Vec<ChannelKind> = targets().iter().map(Target::kind).collect();
    kinds.extend([ChannelKind::Mail, ChannelKind::Command]);
    kinds.sort_unstable();
    let mut all = ChannelKind::ALL.to_vec();
    all.sort_unstable();
    assert_eq!(kinds, all);
}

#[test]
fn no_text_is_longer_than_its_service_takes() {
    for level in NoticeLevel::ALL {
        let huge = huge(*level);
        for target in targets() {
            let body = body(&target, &huge);
            let limits: &[(&str, usize)] = match target.kind() {
                ChannelKind::Slack => {
                    &[("/attachments/0/blocks/0/text/text", 150), ("/attachments/0/blocks/1/text/text", 3_000)]
                }
                ChannelKind::Discord => &[("/embeds/0/title", 256), ("/embeds/0/description", 4_096)],
                ChannelKind::Telegram => &[("/text", 4_096)],
                ChannelKind::Pushover => &[("/title", 250), ("/message", 1_024)],
                ChannelKind::Pagerduty => &[("/dedup_key", 255)],
                ChannelKind::Opsgenie if *level != NoticeLevel::Resolved => {
                    &[("/message", 130), ("/alias", 512), ("/description", 15_000)]
                }
                _ => &[],
            };
            for (pointer, most) in limits {
                assert!(chars(&body, pointer) <= *most, "{} {pointer}", target.kind());
            }
            match target.kind() {
                ChannelKind::Teams => assert!(body.to_string().len() <= 28_000, "{}", body.to_string().len()),
                ChannelKind::Ntfy => assert!(body["message"].as_str().expect("text").len() <= 4_096),
                ChannelKind::Matrix => assert!(body.to_string().len() <= 65_000),
                ChannelKind::Pushover => assert_eq!(body["url"], Value::Null, "longer than 512 characters"),
                _ => {}
            }
        }
    }
}

#[test]
fn marks_of_a_service_in_a_text_stay_text() {
    let of = |kind: ChannelKind| {
        let target = targets().into_iter().find(|target| target.kind() == kind).expect("there");
        body(&target, &notice(NoticeLevel::Critical)).to_string()
    };
    assert!(of(ChannelKind::Slack).contains("&lt;b&gt;*1*&lt;/b&gt; &amp; more"));
    assert!(of(ChannelKind::Discord).contains("\\\\<b\\\\>\\\\*1\\\\*"));
    assert!(of(ChannelKind::Teams).contains("\\\\<b\\\\>\\\\*1\\\\*"));
    assert!(!of(ChannelKind::Telegram).contains("parse_mode"));
}

#[test]
fn what_is_over_resolves_the_incident_of_the_same_key() {
    let of = |kind: ChannelKind, level| {
        let target = targets().into_iter().find(|target| target.kind() == kind).expect("there");
        (call(&target, "secret", &notice(level)).expect("a call").url, body(&target, &notice(level)))
    };
    let (_, begun) = of(ChannelKind::Pagerduty, NoticeLevel::Critical);
    let (_, over) = of(ChannelKind::Pagerduty, NoticeLevel::Resolved);
    assert_eq!((&begun["event_action"], &over["event_action"]), (&json!("trigger"), &json!("resolve")));
    assert_eq!(begun["dedup_key"], over["dedup_key"]);
    let (url, _) = of(ChannelKind::Opsgenie, NoticeLevel::Resolved);
    assert_eq!(url, "https://x.example/v2/alerts/task%20nightly%20failed/close?identifierType=alias");
}

#[test]
fn a_body_of_ones_own_stays_json_whatever_is_put_into_it() {
    let own = "{\"text\": \"${subject}\", \"log\": \"${text}\", \"over\": ${resolved}, \"at\": \"${at}\"}";
    let hook = WebhookTarget {
        url: "https://x.example".into(),
        headers: BTreeMap::new(),
        body: Some(own.into()),
        signed_by: None,
    };
    let mut evil = notice(NoticeLevel::Resolved);
    evil.subject = "\"}, {\"${text}\\ \u{0} ${nothing}".to_owned();
    let body = body(&Target::Webhook(hook), &evil);
    assert_eq!((&body["text"], &body["over"]), (&json!(evil.subject), &json!(true)));
    assert_eq!(body_problem("{\"a\": \"${subject}\"}"), None);
    for (text, word) in
        [("{\"a\": ${subject}}", "line 1, column 7"), ("${nothing}", "${subject}"), ("", "must be JSON")]
    {
        assert!(body_problem(text).is_some_and(|problem| problem.contains(word)), "{text}: {:?}", body_problem(text));
    }
    for name in BODY_NAMES {
        let quoted = if name == "resolved" { format!("${{{name}}}") } else { format!("\"${{{name}}}\"") };
        assert_eq!(body_problem(&quoted), None, "{name}");
    }
}
