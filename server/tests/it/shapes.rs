//! The shapes of schedule that are tried in every time zone, as JSON. `$YEAR` stands for the first examined year.

use orc_server::domain::schedules::Schedule;
use serde_json::{Value, json};

/// Cron expressions. Those whose minute or hour begins with `*` follow elapsed time.
const CRON: [&str; 30] = [
    "30 2 * * *",
    "0 0 * * *",
    "0 1 * * *",
    "59 23 * * *",
    "15,45 0-3,23 * * MON-FRI",
    "30 1 L * *",
    "30 2 * * SUN",
    "0 3 * * 6#5",
    "0 2,3 15W * *",
    "0 0 LW * *",
    "5,35 0,1,2,3 * * SAT,SUN",
    "0 12 29 2 *",
    "30 0 1,15 * *",
    "45 2 L-3 * FRIL",
    "10 22-2 * * FRI-MON",
    "20 30 2 * * *",
    "59 59 23 * * SAT",
    "0-59/20 1-3 * MAR,OCT *",
    "H H(0-4) * * *",
    "@monthly",
    "@yearly",
    "*/30 * * * *",
    "0 * * * *",
    "7 */2 * * *",
    "*/20 15 2 * * SUN",
    "*/20 0-4 * * *",
    "15 */3 * * SUN",
    "*/45 23,0-3 1-7 * *",
    "@hourly",
    "59 */23 * * *",
];

const WINDOWS: [&str; 5] = ["02:30", "SUN 02:00", "MON,SAT 00:00", "31 01:30", "1,15,28 23:45"];

const RRULES: [&str; 8] = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;BYHOUR=0,2;BYMINUTE=30",
    "FREQ=WEEKLY;BYDAY=SU;BYHOUR=1,2,3",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA;WKST=MO",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=9",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=SU;BYHOUR=2",
    "FREQ=HOURLY;INTERVAL=5",
];

/// Days of calendar rules, each with its times.
fn calendar_rules() -> [(Value, Value); 9] {
    let (every_day, night) = (json!({"kind": "every_days", "every": 1}), json!(["02:30", "00:00", "03:00"]));
    [
        (every_day, night.clone()),
        (json!({"kind": "every_days", "every": 2, "from": "2001-02-03"}), json!(["01:30:15"])),
        (json!({"kind": "every_weeks", "every": 1, "weekdays": ["sunday", "saturday"]}), night.clone()),
        (json!({"kind": "every_weeks", "every": 2, "weekdays": ["sunday"], "from": "2026-03-25"}), night.clone()),
        (json!({"kind": "month_days", "days": [1, -1, -8]}), night.clone()),
        (json!({"kind": "month_days", "months": [2, 3, 10], "days": [-31, 29, 30]}), json!(["23:59:59"])),
        (json!({"kind": "month_weekdays", "nth": [-1, 1], "weekdays": ["sunday"]}), night.clone()),
        (json!({"kind": "month_weekdays", "months": [3, 10, 11], "nth": [5, -5], "weekdays": ["friday"]}), night),
        (
            json!({"kind": "month_weekdays", "months": [1, 4, 7, 10], "nth": [1], "weekdays": ["monday"]}),
            json!(["07:30"]),
        ),
    ]
}

/// Intervals within a part of the day: seconds, from, to, more of the window, anchor.
fn windowed() -> [Value; 9] {
    let anchor = "2001-01-01T00:17:00Z";
    let interval = |every: u32, window: Value| json!({"kind": "interval", "every_seconds": every, "window": window});
    let anchored = |every: u32, window: Value| json!({"kind": "interval", "every_seconds": every, "anchor_at": anchor, "window": window});
    [
        interval(5400, json!({"from": "00:00", "to": "05:00"})),
        interval(1800, json!({"from": "02:15", "to": "02:45"})),
        interval(7000, json!({"from": "22:00", "to": "04:30"})),
        interval(10_800, json!({"from": "02:30", "to": "02:30"})),
        interval(3600, json!({"from": "08:00", "to": "18:00", "weekdays": ["monday", "friday"]})),
        interval(900, json!({"from": "23:30", "to": "03:10:30", "weekdays": ["saturday"]})),
        anchored(4321, json!({"from": "01:00", "to": "04:00"})),
        anchored(3600, json!({"from": "21:00", "to": "03:00", "weekdays": ["saturday", "sunday"]})),
        anchored(90_000, json!({"from": "00:00", "to": "12:00"})),
    ]
}

/// All shapes as definitions without a zone.
pub fn shapes() -> Vec<Value> {
    let mut all: Vec<Value> = CRON.iter().map(|text| json!({"kind": "cron", "expression": text})).collect();
    all.extend(WINDOWS.iter().map(|text| json!({"kind": "windows", "text": text})));
    all.extend(calendar_rules().map(|(days, times)| json!({"kind": "calendar_rule", "days": days, "times": times})));
    all.extend(RRULES.iter().map(|rule| json!({"kind": "rrule", "rule": rule, "dtstart": "$YEAR-01-04T02:30"})));
    all.push(json!({"kind": "rrule", "rule": "FREQ=MONTHLY;BYMONTHDAY=1,15", "dtstart": "$YEAR-01-01T00:00",
        "exdate": ["$YEAR-03-15T00:00"], "rdate": ["$YEAR-03-29T02:30", "$YEAR-10-25T02:30"]}));
    all.extend(windowed());
    for (every, anchor) in [(7200, None), (86_400, Some("2001-01-01T00:20:00Z")), (100_000, None)] {
        all.push(json!({"kind": "interval", "every_seconds": every, "anchor_at": anchor}));
    }
    all.extend(
        ["$YEAR-03-29T02:30", "$YEAR-10-25T01:30", "$YEAR-07-01T00:00:00Z"].map(|at| json!({"kind": "once", "at": at})),
    );
    all.push(json!({"kind": "cron", "expression": "@every 5h30m"}));
    all.push(json!({"kind": "startup", "delay_seconds": 5}));
    all
}

/// The definition of a shape in a zone.
pub fn definition(shape: &Value, year: i32, timezone: &str, gap: &str, fold: &str) -> Schedule {
    let text = shape.to_string().replace("$YEAR", &year.to_string());
    let mut body: Value = serde_json::from_str(&text).expect("JSON");
    let more = json!({"timezone": timezone, "gap": gap, "fold": fold});
    body.as_object_mut().expect("JSON").extend(more.as_object().cloned().expect("JSON"));
    serde_json::from_value(body).expect("a schedule")
}
