//! The limit on guessing, with simultaneous requests and behind a proxy.

use crate::kit::{House, PASSWORD};
use orc_server::api::core::state::ApiSettings;
use orc_server::app::Error;
use orc_server::app::access::sessions::Origin;
use orc_server::domain::vocabulary::Role;
use orc_server::security::secret::Secret;
use serde_json::json;

fn guess(name: &str) -> Option<serde_json::Value> {
    Some(json!({"name": name, "password": "wrong guess"}))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_guesses_at_once_few_are_looked_at() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let guesses = (0..10_000).map(|number| {
        let app = house.app.clone();
        tokio::spawn(async move {
            let origin = Origin { address: format!("10.0.{}.{}", number / 250, number % 250), ..Origin::default() };
            app.session_create("ada", Secret::new("wrong guess"), &origin).await.map(|_| ())
        })
    });
    let answers = futures::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|answer| !matches!(answer, Ok(Err(Error::TooMany(_))))).count();
    assert!((1..=10).contains(&looked_at), "{looked_at}");
}

#[tokio::test]
async fn the_brake_says_how_long_it_lasts() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    let mut last = house.ask("POST /session", &[], guess("ada")).await;
    for _ in 0..9 {
        last = house.ask("POST /session", &[], guess("ada")).await;
    }
    assert_eq!(last.status, 429);
    assert!(last.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
}

#[tokio::test]
async fn many_names_from_one_address_are_slowed_down_too() {
    let house = House::with(&[]).await;
    let mut seen = Vec::new();
    for number in 0..8 {
        seen.push(house.ask("POST /session", &[], guess(&format!("user{number}"))).await.status);
    }
    assert_eq!((seen[0], seen[7]), (401, 429));
}

#[tokio::test]
async fn a_guesser_cannot_choose_the_address_behind_a_proxy() {
    let house = House::new(ApiSettings { behind_proxy: true, ..ApiSettings::default() }).await;
    let mut seen = Vec::new();
    for number in 0..8 {
        // Some proxies append to the line, others add a line of their own.
        let own = format!("203.0.113.{number}");
        let headers = [("x-forwarded-for", own.as_str()), ("x-forwarded-for", "198.51.100.7")];
        seen.push(house.ask("POST /session", &headers, guess(&format!("user{number}"))).await.status);
    }
    assert_eq!((seen[0], seen[7]), (401, 429), "{seen:?}");
}

#[tokio::test]
async fn an_own_login_does_not_release_the_brake_on_the_address() {
    let house = House::with(&[("eve", Role::Viewer)]).await;
    let mut looked_at = 0;
    for number in 0..20 {
        looked_at += u32::from(house.ask("POST /session", &[], guess(&format!("user{number}"))).await.status == 401);
        let own = json!({"name": "eve", "password": PASSWORD});
        let _free_or_braked = house.ask("POST /session", &[], Some(own)).await;
    }
    assert!(looked_at <= 10, "{looked_at} guesses looked at");
}

#[tokio::test]
async fn nobody_locks_an_account_for_everybody() {
    let house = House::with(&[("ada", Role::Viewer)]).await;
    for _ in 0..20 {
        house.ask_from([10, 0, 0, 1], "POST /session", &[], guess("ada")).await;
    }
    let right = || Some(json!({"name": "ada", "password": PASSWORD}));
    assert_eq!(house.ask("POST /session", &[], right()).await.status, 201, "one guesser elsewhere");
    for number in 0..100 {
        house.ask_from([10, 0, 1, number], "POST /session", &[], guess("ada")).await;
    }
    assert_eq!(house.ask("POST /session", &[], right()).await.status, 201, "many guessers, from a known address");
    house.clock.advance(chrono::TimeDelta::seconds(5));
    let elsewhere = house.ask_from([192, 168, 1, 7], "POST /session", &[], right()).await;
    assert_eq!(elsewhere.status, 201, "the slow-down of all is short: {}", elsewhere.text);
}
