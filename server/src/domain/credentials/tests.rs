use super::*;

fn values<'a>(pairs: &[(&'a str, &'a str)]) -> BTreeMap<&'a str, &'a str> {
    pairs.iter().copied().collect()
}

fn refused(kind: CredentialKind, pairs: &[(&str, &str)], pointer: &str) {
    let found = value_problems(kind, &values(pairs));
    assert!(found.iter().any(|problem| problem.pointer == pointer), "{kind} {pairs:?}: {found:?}");
}

#[test]
fn values_fit_their_kind() {
    assert_eq!(value_problems(CredentialKind::Generic, &values(&[("value", "hush")])), []);
    assert_eq!(value_problems(CredentialKind::Login, &values(&[("username", "ada"), ("password", "hush")])), []);
    let full = [("username", "ada"), ("password", "hush"), ("host", "mail.example"), ("port", "587")];
    assert_eq!(value_problems(CredentialKind::Smtp, &values(&full)), []);
    refused(CredentialKind::Generic, &[], "/value");
    refused(CredentialKind::Generic, &[("value", "")], "/value");
    refused(CredentialKind::Generic, &[("value", "a\0b")], "/value");
    refused(CredentialKind::Generic, &[("value", &"a".repeat(VALUE_MAX + 1))], "/value");
    refused(CredentialKind::Login, &[("username", "ada")], "/values/password");
    refused(CredentialKind::Login, &[("username", "ada"), ("password", "x"), ("pin", "1")], "/values/pin");
    refused(CredentialKind::Smtp, &[("username", "a"), ("password", "x"), ("port", "0")], "/values/port");
    refused(CredentialKind::SshKey, &[("value", "ssh-ed25519 AAAA")], "/value");
}

#[test]
fn no_value_is_ever_part_of_a_problem() {
    let long = "hush".repeat(VALUE_MAX);
    for (kind, pairs) in [
        (CredentialKind::Generic, vec![("value", long.as_str())]),
        (CredentialKind::SshKey, vec![("value", "hush")]),
        (CredentialKind::Smtp, vec![("username", "hush"), ("password", "hush\0"), ("port", "hush")]),
    ] {
        let found = value_problems(kind, &values(&pairs));
        assert!(!found.is_empty() && !format!("{found:?}").contains("hush"), "{found:?}");
    }
}

#[test]
fn mentions_are_found_in_texts() {
    let text = "Bearer ${credential.api.token} and ${credential.db:username}!";
    let mention = |name, field| Part::Mention { name, field };
    let expected = [
        Part::Words("Bearer "),
        mention("api.token", None),
        Part::Words(" and "),
        mention("db", Some("username")),
        Part::Words("!"),
    ];
    assert_eq!(parts(text), expected);
    assert_eq!(parts("${credential.open"), [Part::Words("${credential.open")]);
    assert_eq!(parts("${params.day}"), [Part::Words("${params.day}")]);
    let filled = fill(text, |name, field| Some(format!("<{name}/{}>", field.unwrap_or("main"))));
    assert_eq!(filled.as_deref(), Ok("Bearer <api.token/main> and <db/username>!"));
    assert_eq!(fill(text, |name, _| (name != "db").then(String::new)), Err("db".to_owned()));
}

#[test]
fn a_value_is_never_read_for_further_mentions() {
    let filled = fill("${credential.a}", |_, _| Some("${credential.b}".to_owned()));
    assert_eq!(filled.as_deref(), Ok("${credential.b}"));
}
