//! The server itself.

use super::tour::Tour;
use crate::kit::House;
use orc_server::api::core::state::{ApiSettings, ShownSetting};
use serde_json::json;

#[tokio::test]
async fn the_system_answers_as_before() {
    let setting = |name: &str, value: &str| ShownSetting {
        name: name.into(),
        value: value.into(),
        source: "default".into(),
        description: "What it means.".into(),
    };
    let shown = vec![setting("listen", "127.0.0.1:5000"), setting("run_limit", "8")];
    let house = House::new(ApiSettings { shown, platform: "linux x86_64".into(), ..ApiSettings::default() }).await;
    let mut tour = Tour::of(house.admin().await);
    let mut events = tour.client.events("/events", None).await;
    tour.note_event("GET /events", &events.next().await.data);
    tour.ask("POST /system/hold", Some(json!({"reason": "moving house"}))).await;
    tour.note_event("GET /events", &events.next().await.data);
    tour.ask("GET /system", None).await;
    tour.ask("DELETE /system/hold", None).await;
    let beacon = json!({"url": "https://hc-ping.com/0197", "every_seconds": 60});
    tour.ask("PUT /system/heartbeat", Some(beacon)).await;
    tour.ask("GET /system/heartbeat", None).await;
    tour.ask("DELETE /system/heartbeat", None).await;
    tour.ask("GET /system/settings", None).await;
    tour.ask("GET /system/workers", None).await;
    tour.ask("POST /system/clock", None).await;
    // Others define the format of figures and document, so other tests check them.
    for line in ["GET /metrics", "GET /openapi.json"] {
        let answer = tour.client.ask(line, None).await;
        tour.note_status(line, answer.status);
    }
    tour.hold("system");
}
