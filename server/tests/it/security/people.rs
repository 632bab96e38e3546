//! Sessions, tokens and users over their lives.

use crate::kit::{House, PASSWORD};
use chrono::TimeDelta;
use orc_server::api::core::state::ApiSettings;
use orc_server::app::access::sessions::Origin;
use orc_server::app::access::users::UserEdit;
use orc_server::app::{Caller, Error};
use orc_server::domain::vocabulary::Role;
use orc_server::security::secret::Secret;
use serde_json::json;

fn password(text: &str) -> UserEdit {
    UserEdit { password: Some(Secret::new(text)), ..UserEdit::default() }
}

#[tokio::test]
async fn an_own_new_password_ends_all_other_sessions() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let (first, second) = (house.login("ada", &[]).await, house.login("ada", &[]).await);
    let body = |current: &str| Some(json!({"current_password": current, "new_password": "another long sentence"}));
    let wrong = house.ask("PUT /session/password", &[("cookie", &first)], body("not this one")).await;
    assert_eq!((wrong.status, house.seen(&second).await), (422, 200), "{}", wrong.text);
    let right = house.ask("PUT /session/password", &[("cookie", &first)], body(PASSWORD)).await;
    assert_eq!(right.status, 204, "{}", right.text);
    assert_eq!((house.seen(&first).await, house.seen(&second).await), (200, 401));
    let old = house.ask("POST /session", &[], Some(json!({"name": "ada", "password": PASSWORD}))).await;
    assert_eq!(old.status, 401);
}

#[tokio::test]
async fn of_two_changes_of_one_password_at_once_one_is_refused() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let (first, second) = (house.login("ada", &[]).await, house.login("ada", &[]).await);
    let change = async |cookie: &str, new: &str| {
        let body = json!({"current_password": PASSWORD, "new_password": new});
        house.ask("PUT /session/password", &[("cookie", cookie)], Some(body)).await.status
    };
    let (one, two) = tokio::join!(change(&first, "a first long sentence"), change(&second, "a second long sentence"));
    assert_eq!([one, two].iter().filter(|status| **status == 204).count(), 1, "{one} {two}");
    assert!([one, two].iter().any(|status| [401, 422].contains(status)), "{one} {two}");
}

#[tokio::test]
async fn what_an_administrator_changes_ends_sessions_and_limits_tokens() {
    let house = House::with(&[("ada", Role::Editor), ("bob", Role::Editor), ("eve", Role::Editor)]).await;
    let local = Caller::local();
    let cookies = [house.login("ada", &[]).await, house.login("bob", &[]).await, house.login("eve", &[]).await];
    let mut tokens = Vec::new();
    for cookie in &cookies {
        let body = json!({"name": "t", "role": "editor"});
        let made = house.ask("POST /tokens", &[("cookie", cookie)], Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made: serde_json::Value = serde_json::from_str(&made.text).unwrap();
        tokens.push(made["secret"].as_str().unwrap().to_owned());
    }
    house.app.user_update(&local, "ada", password("another long sentence")).await.unwrap();
    let lower = UserEdit { role: Some(Role::Viewer), ..UserEdit::default() };
    house.app.user_update(&local, "bob", lower).await.unwrap();
    let disable = UserEdit { disabled: Some(true), ..UserEdit::default() };
    house.app.user_update(&local, "eve", disable).await.unwrap();
    for cookie in &cookies {
        assert_eq!(house.seen(cookie).await, 401);
    }
    assert_eq!(house.seen_token(&tokens[2]).await, 401, "a token of somebody disabled");
    let bearer = format!("Bearer {}", tokens[1]);
    let answer = house.ask("POST /tasks/none/disable", &[("authorization", &bearer)], None).await;
    assert_eq!(answer.status, 403, "a token has never more than its user: {}", answer.text);
    let answer = house.ask("POST /session", &[], Some(json!({"name": "eve", "password": PASSWORD}))).await;
    assert_eq!(answer.status, 401);
    house.app.user_delete(&local, "bob").await.unwrap();
    assert_eq!(house.seen_token(&tokens[1]).await, 401, "a token of somebody deleted");
}

#[tokio::test]
async fn sessions_end_when_idle_and_in_any_case() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let idle = house.login("ada", &[]).await;
    house.clock.advance(TimeDelta::minutes(29));
    assert_eq!(house.seen(&idle).await, 200);
    house.clock.advance(TimeDelta::minutes(29));
    assert_eq!(house.seen(&idle).await, 200, "use keeps it");
    house.clock.advance(TimeDelta::minutes(31));
    assert_eq!(house.seen(&idle).await, 401, "idle");
    let busy = house.login("ada", &[]).await;
    for _ in 0..35 {
        house.clock.advance(TimeDelta::minutes(20));
        assert_eq!(house.seen(&busy).await, 200);
    }
    house.clock.advance(TimeDelta::minutes(20));
    assert_eq!(house.seen(&busy).await, 401, "12 hours");
}

#[tokio::test]
async fn wrong_expired_and_revoked_tokens_are_refused() {
    let house = House::with(&[]).await;
    let local = Caller::local();
    let (record, text) = house.app.token_create(&local, "t".into(), Role::Viewer.into(), Some(2)).await.unwrap();
    let (revoked, gone) = house.app.token_create(&local, "r".into(), Role::Viewer.into(), None).await.unwrap();
    assert_eq!((house.seen_token(text.expose()).await, house.seen_token(gone.expose()).await), (200, 200));
    let end = text.expose().len() - 2;
    let other = if &text.expose()[end..=end] == "A" { "B" } else { "A" };
    let wrong = format!("{}{other}{}", &text.expose()[..end], &text.expose()[end + 1..]);
    let swapped = format!("orc_{}{}", record.id.0.simple(), &gone.expose()[36..]);
    for bad in [wrong.as_str(), swapped.as_str(), "", "orc_", "orc_local_", &text.expose().to_uppercase()] {
        assert_eq!(house.seen_token(bad).await, 401, "{bad}");
    }
    house.app.token_revoke(&local, revoked.id).await.unwrap();
    assert_eq!(house.seen_token(gone.expose()).await, 401);
    house.clock.advance(TimeDelta::days(2));
    assert_eq!(house.seen_token(text.expose()).await, 401);
}

#[tokio::test]
async fn the_last_administrator_stays_and_nobody_gives_more_than_they_have() {
    let house = House::with(&[("ada", Role::Admin), ("bob", Role::Admin), ("eve", Role::Viewer)]).await;
    let local = Caller::local();
    let disable = UserEdit { disabled: Some(true), ..UserEdit::default() };
    house.app.user_update(&local, "bob", disable.clone()).await.unwrap();
    let demote = UserEdit { role: Some(Role::Editor), ..UserEdit::default() };
    for refused in [
        house.app.user_update(&local, "ada", disable).await.err(),
        house.app.user_update(&local, "ada", demote).await.err(),
        house.app.user_delete(&local, "ada").await.err(),
    ] {
        assert!(matches!(refused, Some(Error::Conflict { code: "last_admin", .. })), "{refused:?}");
    }
    house.app.user_delete(&local, "bob").await.unwrap();
    let cookie = house.login("eve", &[]).await;
    let body = json!({"name": "t", "role": "operator"});
    assert_eq!(house.ask("POST /tokens", &[("cookie", &cookie)], Some(body)).await.status, 422);
}

#[tokio::test]
async fn a_login_replaces_the_session_it_was_made_with() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let old = house.login("ada", &[]).await;
    let elsewhere = house.login("ada", &[]).await;
    let new = house.login("ada", &[("cookie", &old)]).await;
    assert_ne!(old, new);
    assert_eq!((house.seen(&new).await, house.seen(&old).await), (200, 401));
    assert_eq!(house.seen(&elsewhere).await, 200, "another browser stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_outlives_the_password_it_was_made_with() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let (local, mut old) = (Caller::local(), PASSWORD.to_owned());
    for number in 0..40 {
        let new = format!("another long sentence {number}");
        let origin = Origin { address: number.to_string(), ..Origin::default() };
        let (begun, changed) = tokio::join!(
            house.app.session_create("ada", Secret::new(old.clone()), &origin),
            house.app.user_update(&local, "ada", password(&new)),
        );
        changed.unwrap();
        if let Ok(begun) = begun {
            let seen = house.app.session_caller(begun.cookie.expose(), None).await.unwrap();
            assert!(seen.is_none(), "round {number}: the old password opened a session that stays");
        }
        let fresh = house.app.session_create("ada", Secret::new(new.clone()), &origin).await;
        fresh.expect("the new password works");
        old = new;
    }
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    for (secure, name) in [(false, "orc_session="), (true, "__Host-orc_session=")] {
        let house = House::new(ApiSettings { secure_cookies: secure, ..ApiSettings::default() }).await;
        house.add("ada", Role::Viewer).await;
        let body = json!({"name": "ada", "password": PASSWORD});
        let answer = house.ask("POST /session", &[], Some(body)).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.starts_with(name), "{cookie}");
        for word in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"] {
            assert!(cookie.contains(word), "{word}: {cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        assert!(!answer.text.contains(pair.split_once('=').unwrap().1), "the secret is in the cookie alone");
        let over = house.ask("DELETE /session", &[("cookie", pair)], None).await;
        assert_eq!((over.status, house.seen(pair).await), (204, 401));
        assert!(over.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    }
}
