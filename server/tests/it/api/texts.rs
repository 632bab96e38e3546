//! Lists of things with names find those whose names contain a text.

use super::tour::Tour;
use serde_json::{Value, json};

#[tokio::test]
async fn names_are_found_by_a_part() {
    let tour = Tour::new().await;
    let named = |name: &str, path: &str| match path {
        "pools" => json!({"name": name, "capacity": 1}),
        "calendars" => json!({"name": name, "entries": []}),
        "users" => json!({"name": name, "role": "viewer", "password": "correct horse battery"}),
        _ => json!({"name": name, "role": "viewer"}),
    };
    for path in ["pools", "calendars", "users", "tokens"] {
        for name in ["night_db", "nightly", "day.db"] {
            tour.client.json(201, &format!("POST /{path}"), Some(named(name, path))).await;
        }
        for (text, found) in [("NIGHT", vec!["night_db", "nightly"]), ("t_d", vec!["night_db"]), ("%25", vec![])] {
            let listed: Value = tour.client.json(200, &format!("GET /{path}?text={text}"), None).await;
            let mut names: Vec<&str> =
                listed["items"].as_array().expect("items").iter().filter_map(|item| item["name"].as_str()).collect();
            names.sort_unstable();
            assert_eq!(names, found, "{path} with {text}");
        }
        let first = tour.client.json(200, &format!("GET /{path}?text=db&limit=1"), None).await;
        let cursor = first["next_cursor"].as_str().expect("there is another");
        let second = tour.client.json(200, &format!("GET /{path}?text=db&limit=1&cursor={cursor}"), None).await;
        assert_ne!(first["items"][0]["name"], second["items"][0]["name"], "{path}");
        assert_eq!(second["next_cursor"], Value::Null, "{path}");
    }
}
