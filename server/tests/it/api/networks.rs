//! Network profiles.

use super::tour::Tour;
use serde_json::json;

#[tokio::test]
async fn networks_answer_as_before() {
    let mut tour = Tour::new().await;
    let rules = json!([
        {"kind": "interface", "interface": "lo", "address": "127.0.0.0/8"},
        {"kind": "route", "to": "127.0.0.1", "interface": "lo"},
        {"kind": "dns", "host": "localhost", "address": "127.0.0.0/8"},
        {"kind": "tcp", "host": "intranet.example", "port": 443, "timeout_seconds": 2.5},
        {"kind": "http", "url": "https://intranet.example/health", "expected_codes": [200, 401]},
    ]);
    let office = json!({"name": "office", "description": "The office", "rules": rules});
    tour.ask("POST /networks?dry_run=true", Some(office.clone())).await;
    tour.ask("POST /networks", Some(office)).await;
    tour.ask("GET /networks/office", None).await;
    let weak = json!({"name": "vpn", "match": "any", "rules": [{"kind": "interface", "tunnel": "any"}]});
    tour.ask("PUT /networks/office", Some(weak)).await;
    tour.ask("GET /networks", None).await;
    let lo = json!({"name": "self", "rules": [{"kind": "interface", "interface": "lo"}]});
    tour.client.json(201, "POST /networks", Some(lo.clone())).await;
    tour.ask("POST /networks/self/probe", None).await;
    let missing = json!({"match": "any", "rules": [{"kind": "route", "to": "127.0.0.1", "interface": "wg*"}]});
    tour.ask("POST /network-probes", Some(missing)).await;
    let survey = tour.client.ask("GET /network-interfaces", None).await;
    // Which interfaces there are depends on the machine.
    tour.note_status("GET /network-interfaces", survey.status);
    tour.ask("DELETE /networks/self", None).await;
    tour.hold("network");
}
