//! Calendars.

use super::tour::Tour;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

const ICS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
    DTSTART;VALUE=DATE:20270501\r\nSUMMARY:Labour Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[tokio::test]
async fn calendars_answer_as_before() {
    let mut tour = Tour::new().await;
    let entries = json!([
        {"kind": "date", "date": "2027-01-20", "until": "2027-01-22", "title": "Stocktaking"},
        {"kind": "weekdays", "weekdays": ["sunday"]},
        {"kind": "yearly", "month": 12, "day": 25},
        {"kind": "rrule", "rule": "FREQ=MONTHLY;BYMONTHDAY=1", "dtstart": "2027-01-01"}]);
    let quiet = json!({"name": "quiet", "description": "Days without work", "entries": entries});
    tour.ask("POST /calendars?dry_run=true", Some(quiet.clone())).await;
    tour.ask("POST /calendars", Some(quiet.clone())).await;
    let all = json!({"name": "all", "entries": [{"kind": "calendar", "name": "quiet"}],
        "except": [{"kind": "date", "date": "2027-01-21"}],
        "maintenance": {"timezone": "Europe/Berlin", "from": "01:00", "to": "03:00", "tags": ["db"]}});
    tour.ask("POST /calendars", Some(all)).await;
    let schedules = json!([{"kind": "cron", "expression": "0 2 * * *", "skip_on": ["quiet"]}]);
    let task = json!({"name": "nightly", "run": {"kind": "shell", "line": "true"}, "schedules": schedules});
    tour.client.json(201, "POST /tasks", Some(task)).await;
    tour.ask("GET /calendars", None).await;
    tour.ask("GET /calendars/quiet", None).await;
    tour.ask("GET /calendars/quiet/dates?from=2027-01-15&until=2027-01-25", None).await;
    let mut fewer = quiet;
    fewer["entries"] = json!([{"kind": "date", "date": "2027-01-20"}]);
    tour.ask("POST /calendars/quiet/effect?days=3", Some(fewer.clone())).await;
    tour.ask("PUT /calendars/quiet", Some(fewer)).await;
    let import = |replace: bool| Some(json!({"name": "imported", "ics": ICS, "replace": replace}));
    tour.ask("POST /calendars/import", import(false)).await;
    tour.ask("POST /calendars/import", import(true)).await;
    let exchange = STANDARD.encode(include_bytes!("../data/calendars/exchange.ics"));
    let utf16 = STANDARD.encode(include_bytes!("../data/calendars/utf16.ics"));
    let bytes = |base64: &str| Some(json!({"name": "imported", "ics_base64": base64, "replace": true}));
    for base64 in [&exchange, &utf16] {
        tour.ask("POST /calendars/import?dry_run=true", bytes(base64)).await;
    }
    // Letters of two encodings, no base64, and a file that is given twice.
    let twice = Some(json!({"name": "imported", "ics": ICS, "ics_base64": utf16}));
    for body in [bytes("QkVHSU46VkNBTEVOREFSCuQKw6Q="), bytes("no base64"), twice] {
        tour.client.json(422, "POST /calendars/import?dry_run=true", body).await;
    }
    tour.ask("DELETE /calendars/imported", None).await;
    tour.hold("calendar");
}
