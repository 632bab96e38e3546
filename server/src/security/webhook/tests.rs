//! Signatures that senders published, and what is accepted of all others: nothing.

use super::*;
use proptest::prelude::*;

const EVERYBODY: &str = "It's a Secret to Everybody";
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=\
https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

fn headers(given: &[(&str, &str)]) -> Headers {
    Headers::new(given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn checked(sender: WebhookSender, secret: &str, given: &[(&str, &str)], body: &[u8], now: i64) -> Proof {
    let headers = headers(given);
    verify(sender, None, &Secret::new(secret), Signed { headers: &headers, body, now })
}

fn is_right(proof: &Proof) -> bool {
    matches!(proof, Proof::Right { .. })
}

#[test]
fn signatures_that_senders_published_are_right() {
    // docs.github.com, "Validating webhook deliveries".
    let github = [("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")];
    assert!(is_right(&checked(WebhookSender::Github, EVERYBODY, &github, b"Hello, World!", 0)));
    assert_eq!(checked(WebhookSender::Github, EVERYBODY, &github, b"Hello, World", 0), Proof::Wrong);
    // support.atlassian.com, "Manage webhooks".
    let bitbucket = [("X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")];
    assert!(is_right(&checked(WebhookSender::Bitbucket, EVERYBODY, &bitbucket, b"Hello World!", 0)));
    // api.slack.com, "Verifying requests from Slack".
    let slack = [
        ("X-Slack-Request-Timestamp", "1531420618"),
        ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
    ];
    let secret = "8f742231b10e8888abcd99yyyzzz85a5";
    let at = |now| checked(WebhookSender::Slack, secret, &slack, SLACK_BODY.as_bytes(), now);
    assert!(is_right(&at(1_531_420_918)) && is_right(&at(1_531_420_318)));
    assert_eq!((at(1_531_420_919), at(1_531_420_317)), (Proof::TooOld, Proof::TooOld));
    // standardwebhooks.com, the test of the reference libraries. GitLab's signing tokens follow it.
    let standard = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1a,bm9wZQ== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v2,x"),
    ];
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for sender in [WebhookSender::StandardWebhooks, WebhookSender::Gitlab] {
        assert!(is_right(&checked(sender, secret, &standard, br#"{"test": 2432232314}"#, 1_614_265_330)));
        assert_eq!(checked(sender, secret, &standard, br#"{"test":2432232314}"#, 1_614_265_330), Proof::Wrong);
        assert_eq!(checked(sender, secret, &standard, br#"{"test": 2432232314}"#, 1_614_266_000), Proof::TooOld);
    }
}

#[test]
fn the_other_schemes_are_those_of_openssl() {
    let secret = "a-secret-of-somebody";
    // `printf '{"a":1}' | openssl dgst -sha256 -hmac a-secret-of-somebody`, as hex and as base64.
    let (hex, base64) = (HEX_OF_BODY, BASE64_OF_BODY);
    for header in ["X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature"] {
        assert!(is_right(&checked(WebhookSender::Gitea, secret, &[(header, hex)], BODY_TEXT, 0)), "{header}");
    }
    let hub = format!("sha256={}", hex.to_uppercase());
    assert!(is_right(&checked(WebhookSender::Gitea, secret, &[("x-hub-signature-256", &hub)], BODY_TEXT, 0)));
    assert!(is_right(&checked(WebhookSender::Meta, secret, &[("x-hub-signature-256", &hub)], BODY_TEXT, 0)));
    assert!(is_right(&checked(WebhookSender::Dropbox, secret, &[("x-dropbox-signature", hex)], BODY_TEXT, 0)));
    assert!(is_right(&checked(WebhookSender::Shopify, secret, &[("x-shopify-hmac-sha256", base64)], BODY_TEXT, 0)));
    assert!(is_right(&checked(WebhookSender::Gitlab, secret, &[("X-Gitlab-Token", secret)], BODY_TEXT, 0)));
    // `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac a-secret-of-somebody`. Stripe lists two signatures
    // while a secret is replaced, and names an old scheme v0.
    let stripe = format!("t=1700000000,v1={},v1={HEX_WITH_TIME},v0=6ffbb59b", "0".repeat(64));
    let stripe = [("Stripe-Signature", stripe.as_str())];
    let once = Proof::Right { once: Some(HEX_WITH_TIME.to_owned()) };
    assert_eq!(checked(WebhookSender::Stripe, secret, &stripe, BODY_TEXT, 1_700_000_300), once);
    assert_eq!(checked(WebhookSender::Stripe, secret, &stripe, BODY_TEXT, 1_700_000_301), Proof::TooOld);
    let later = stripe[0].1.replace("1700000000", "1700000301");
    assert_eq!(
        checked(WebhookSender::Stripe, secret, &[("Stripe-Signature", &later)], BODY_TEXT, 1_700_000_301),
        Proof::Wrong
    );
}

const BODY_TEXT: &[u8] = br#"{"a":1}"#;
const HEX_OF_BODY: &str = "b521db27891c0e4e2220c83d566d05a843da0f0631b38ddd11cceb8005952412";
const BASE64_OF_BODY: &str = "tSHbJ4kcDk4iIMg9Vm0FqEPaDwYxs43dEczrgAWVJBI=";
const HEX_WITH_TIME: &str = "d85ec8312a86871be570869355b6611f823b0e59651f17c53cbd8fffb41a3d68";

#[test]
fn a_generic_sender_signs_as_its_rule_says() {
    let rule = |algorithm, encoding| SignatureRule {
        algorithm,
        header: "X-Sig".to_owned(),
        prefix: "s=".to_owned(),
        encoding,
        signed: SignedParts::TimestampColonBody,
        timestamp_header: Some("X-Time".to_owned()),
        tolerance_seconds: 60,
    };
    let secret = Secret::new("key");
    for algorithm in HmacAlgorithm::ALL {
        for encoding in SignatureEncoding::ALL {
            let made = mac(*algorithm, b"key", &[b"1700000000:x"]);
            let text = match encoding {
                SignatureEncoding::Hex => hex::encode(&made),
                SignatureEncoding::Base64 => STANDARD.encode(&made),
            };
            let headers = headers(&[("x-sig", &format!("s={text}")), ("x-time", "1700000000")]);
            let rule = rule(*algorithm, *encoding);
            let at = |body: &[u8], now| {
                verify(WebhookSender::Generic, Some(&rule), &secret, Signed { headers: &headers, body, now })
            };
            assert!(is_right(&at(b"x", 1_700_000_060)), "{algorithm} {encoding}");
            assert_eq!(at(b"x", 1_700_000_061), Proof::TooOld);
            assert_eq!(at(b"y", 1_700_000_000), Proof::Wrong);
        }
    }
    // RFC 2202, test case 2, and RFC 4231, test case 2.
    let jefe = |algorithm| hex::encode(mac(algorithm, b"Jefe", &[b"what do ya want ", b"for nothing?"]));
    assert_eq!(jefe(HmacAlgorithm::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert!(jefe(HmacAlgorithm::Sha256).starts_with("5bdcc146bf60754e6a042426089575c7"));
    assert!(jefe(HmacAlgorithm::Sha512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
}

#[test]
fn what_is_missing_doubled_or_of_another_form_is_wrong() {
    let good = format!("sha256={HEX_OF_BODY}");
    let secret = "a-secret-of-somebody";
    let github = |given: &[(&str, &str)]| checked(WebhookSender::Github, secret, given, BODY_TEXT, 0);
    assert!(is_right(&github(&[("x-hub-signature-256", &good)])));
    let wrong: &[&[(&str, &str)]] = &[
        &[],
        &[("x-hub-signature-256", "")],
        &[("x-hub-signature-256", HEX_OF_BODY)],
        &[("x-hub-signature-256", "sha256=")],
        &[("x-hub-signature", &good)],
        &[("x-hub-signature-256", &good), ("X-Hub-Signature-256", &good)],
        &[("x-hub-signature-256", &good[..60])],
    ];
    for given in wrong {
        assert_eq!(github(given), Proof::Wrong, "{given:?}");
    }
    let huge = format!("sha256={}", "a".repeat(1 << 20));
    assert_eq!(github(&[("x-hub-signature-256", &huge)]), Proof::Wrong);
    // An empty secret would be everybody's.
    let token = [("x-gitlab-token", "")];
    assert_eq!(checked(WebhookSender::Gitlab, "", &token, BODY_TEXT, 0), Proof::Wrong);
    let orc = [("x-orc-signature", "sha256=00"), ("x-orc-timestamp", "99999999999999999999")];
    assert_eq!(checked(WebhookSender::Orc, secret, &orc, BODY_TEXT, 0), Proof::Wrong);
    // A good signature of one header does not rescue a bad one of the header that counts.
    let both = [("x-forgejo-signature", "00"), ("x-gitea-signature", HEX_OF_BODY)];
    assert_eq!(checked(WebhookSender::Gitea, secret, &both, BODY_TEXT, 0), Proof::Wrong);
}

#[test]
fn secrets_of_standard_webhooks_are_long_enough_keys() {
    assert!(whsec(&new_whsec()).is_some_and(|key| key.len() == 32));
    for bad in ["", "whsec_", "whsec_YQ==", "whsec_!", "YWFhYWFhYWFhYWFhYWFhYWFhYWE="] {
        assert_eq!(whsec(&Secret::new(bad)), None, "{bad}");
    }
}

/// Every sender that signs, with what makes a call right: its headers for a body at time 1700000000.
fn signed_call(sender: WebhookSender, key: &str, body: &[u8]) -> Option<(String, Vec<(String, String)>)> {
    let scheme = schemes(sender).iter().find(|scheme| scheme.shape != Shape::Token)?;
    let at = "1700000000";
    let secret = match scheme.shape {
        Shape::Versions => format!("{WHSEC}{}", STANDARD.encode(format!("{key:0>16}"))),
        Shape::One | Shape::Listed | Shape::Token => key.to_owned(),
    };
    let mac_key = whsec(&Secret::new(secret.clone())).filter(|_| scheme.shape == Shape::Versions);
    let mac_key = mac_key.unwrap_or_else(|| secret.clone().into_bytes());
    let made = mac(scheme.algorithm, &mac_key, &parts(scheme, scheme.id.map(|_| "msg_1"), at, body));
    let text = match scheme.encoding {
        SignatureEncoding::Hex => hex::encode(made),
        SignatureEncoding::Base64 => STANDARD.encode(made),
    };
    let value = match scheme.shape {
        Shape::Listed => format!("t={at},v1={text}"),
        Shape::Versions => format!("v1,{text}"),
        Shape::One | Shape::Token => format!("{}{text}", scheme.prefix),
    };
    let mut headers = vec![(scheme.header.to_owned(), value)];
    headers.extend(scheme.timestamp.map(|header| (header.to_owned(), at.to_owned())));
    headers.extend(scheme.id.map(|header| (header.to_owned(), "msg_1".to_owned())));
    Some((secret, headers))
}

proptest! {
    #[test]
    fn a_changed_body_is_never_accepted(
        sender in proptest::sample::select(WebhookSender::ALL),
        key in "[a-zA-Z0-9]{1,40}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
        other in proptest::collection::vec(any::<u8>(), 0..200),
        flip in any::<(prop::sample::Index, u8)>(),
    ) {
        let Some((secret, given)) = signed_call(sender, &key, &body) else { return Ok(()) };
        let (secret, headers) = (Secret::new(secret), Headers::new(given));
        let at = |body: &[u8]| verify(sender, None, &secret, Signed { headers: &headers, body, now: 1_700_000_000 });
        prop_assert!(is_right(&at(&body)), "{sender}");
        let mut changed = body.clone();
        if let Some(byte) = (!changed.is_empty()).then(|| flip.0.index(changed.len())) {
            changed[byte] = changed[byte].wrapping_add(flip.1.max(1));
            prop_assert!(!is_right(&at(&changed)));
            prop_assert!(!is_right(&at(&body[1..])) && !is_right(&at(&body[..body.len() - 1])));
        }
        prop_assert!(other == body || !is_right(&at(&other)));
    }

    #[test]
    fn nothing_that_is_sent_makes_the_check_fail_or_accept(
        sender in proptest::sample::select(WebhookSender::ALL),
        secret in ".{0,40}",
        value in ".{0,300}",
        time in "[0-9]{0,25}|.{0,10}",
        body in proptest::collection::vec(any::<u8>(), 0..50),
        now in any::<i64>(),
    ) {
        let names = schemes(sender).iter().flat_map(|scheme| [Some(scheme.header), scheme.timestamp, scheme.id]);
        let given: Vec<_> = names.flatten().map(|name| {
            let value = if name.contains("time") { &time } else { &value };
            (name.to_owned(), value.clone())
        }).collect();
        let headers = Headers::new(given);
        let proof = verify(sender, None, &Secret::new(secret.clone()), Signed { headers: &headers, body: &body, now });
        prop_assert!(proof == Proof::Wrong || secret == value);
    }
}
