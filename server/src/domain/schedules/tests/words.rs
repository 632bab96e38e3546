//! Tables of what schedules are called in English.

use super::cron;
use super::*;

fn check(expression: &str, expected: &str) {
    let found = compile(&cron(expression, "Europe/Berlin"), "words").unwrap().words();
    assert_eq!(found, expected, "{expression}");
}

#[test]
fn times_in_words() {
    check("* * * * *", "Every minute");
    check("*/15 * * * *", "Every 15 minutes");
    check("0 * * * *", "Every hour");
    check("1 * * * *", "At 1 minute past every hour");
    check("5,20,35 * * * *", "At 5, 20 and 35 minutes past every hour");
    check("0-29 * * * *", "At 0 to 29 minutes past every hour");
    check("0 */2 * * *", "Every 2 hours from 00:00 to 22:00");
    check("0 9-17 * * *", "Every hour from 09:00 to 17:00");
    check("*/20 9,11,15 * * *", "Every 20 minutes during the hours 9, 11 and 15");
    check("30 1,3,5,7,9,11,14 * * *", "At 30 minutes past hours 1, 3, 5, 7, 9, 11 and 14");
    check("* * * * * *", "Every second");
    check("*/10 * * * * *", "Every 10 seconds");
    check("*/5 * 9-17 * * *", "Every 5 seconds from 09:00 to 17:59:55");
    check("10-20 * * * * *", "At seconds 10 to 20 of every minute");
    check("5,10 0 9-17 * * *", "At seconds 5 and 10 of minute 0 past hours 9 to 17");
    check("15 30 6 * * *", "At 06:30:15 every day");
    check("@every 90s", "Every 90 seconds");
    check("@every 1h30m", "Every 90 minutes");
    check("@every 1h", "Every hour");
}

#[test]
fn days_in_words() {
    check("0 9,17 * * 1-5", "At 09:00 and 17:00 on Monday to Friday");
    check("*/15 9-17 * * MON-FRI", "Every 15 minutes from 09:00 to 17:45, on Monday to Friday");
    check("0 0 * 3,6 SAT,SUN", "At 00:00 on Saturday and Sunday in March and June");
    check("30 9 15 * *", "On the 15th of each month at 09:30");
    check("0 0 1,15,20-25 * *", "On the 1st, 15th and 20th to 25th of each month at 00:00");
    check("0 0 1 1 *", "On the 1st of January at 00:00");
    check("0 0 13 * FRI", "On the 13th of each month and also on Friday at 00:00");
    check("0 0 */2 * MON", "At 00:00 on every 2nd day from the 1st of each month, only if that is Monday");
    check("0 0 L 2 *", "On the last day of February at 00:00");
    check("0 0 L-1,LW * *", "On the second to last day and the last weekday (Monday to Friday) of each month at 00:00");
    check(
        "0 0 L-3,15W * *",
        "On the 3rd day before the last day and the weekday (Monday to Friday) nearest to the 15th of each month at 00:00",
    );
    check("0 0 * * 5#2,5L", "At 00:00 on the second Friday of the month and the last Friday of the month");
    check("* * * 12 *", "Every minute, every day in December");
}

#[test]
fn other_kinds_in_words() {
    let say = |rule: Rule| compile(&Schedule { rule, ..cron("@daily", "Europe/Berlin") }, "").unwrap().words();
    assert_eq!(say(Rule::Once { at: "2026-12-01T02:00".to_owned() }), "Once, on 1 December 2026 at 02:00");
    assert_eq!(say(Rule::Once { at: "2026-12-01T00:00:00Z".to_owned() }), "Once, on 1 December 2026 at 01:00");
    let anchor_at = "2026-01-01T00:20:00Z".parse().ok();
    assert_eq!(
        say(Rule::Interval { every_seconds: 3600, anchor_at, window: None }),
        "Every hour, counted from 1 January 2026 00:20:00 UTC"
    );
    assert_eq!(say(Rule::Interval { every_seconds: 7200, anchor_at: None, window: None }), "Every 2 hours");
}
