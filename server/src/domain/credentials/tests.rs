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
    // The first line alone is what a terminal gives that reads one line.
    refused(CredentialKind::SshKey, &[("value", "-----BEGIN OPENSSH PRIVATE KEY-----")], "/value");
    for value in ["hush", "://host", "postgres://", "my sql://host"] {
        refused(CredentialKind::DatabaseUrl, &[("value", value)], "/value");
    }
    for value in ["postgres://u:p@host/db", "mysql+pymysql://host/db", "jdbc:postgresql://host/db", "sqlite:///srv/x"] {
        assert_eq!(value_problems(CredentialKind::DatabaseUrl, &values(&[("value", value)])), [], "{value}");
    }
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

#[test]
fn a_mention_that_nobody_would_fill_is_refused() {
    let wrong = |text| mention_problem("/run/url", text).map(|problem| problem.pointer);
    assert_eq!(wrong("http://x/${credential.gen"), Some("/run/url".to_owned()));
    assert_eq!(wrong("http://x/${credential.gen}/${params.day}"), None);
    let need = |pointer: &str, name: &str| Need { pointer: pointer.into(), name: name.into(), field: None };
    assert_eq!(need("/run/url", "shop.db.username").meant().as_deref(), Some("${credential.shop.db:username}"));
    assert_eq!(need("/run/url", "shop.db").meant(), None);
    assert_eq!(need("/credentials/0/name", "shop.username").meant(), None);
}

#[test]
fn a_credential_takes_no_variable_of_the_account() {
    for (variable, fine) in [("PATH", false), ("Path", false), ("HOME", false), ("ORC_X", false), ("DB_PATH", true)] {
        let inject = Inject::Env { variable: variable.to_owned() };
        let mut found = Vec::new();
        let uses = [CredentialUse { name: "db".to_owned(), field: None, inject }];
        inject_problems(&uses, &BTreeMap::new(), &mut found);
        assert_eq!(found.is_empty(), fine, "{variable}: {found:?}");
    }
}
