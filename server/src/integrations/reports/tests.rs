//! What mails of reports must hold whatever the texts in them are.

use super::page::{Places, html};
use super::text::text;
use crate::domain::ids::RunId;
use crate::domain::model::RunFigures;
use crate::domain::reason::Reason;
use crate::domain::reports::contents::*;
use crate::domain::reports::facts::{Expiring, SpecialDay, Storage, Subject};
use crate::domain::reports::period::Stretch;
use crate::domain::reports::tables::Tables;
use crate::domain::vocabulary::RunState;
use chrono::{DateTime, NaiveDate, Utc};

/// What people write to break a page.
const EVIL: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</td></table><iframe src=//evil>",
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt;<b>&amp;",
    "--><!--<style>*{display:none}</style>",
];

const PLACES: Places<'_> =
    Places { base: Some("https://orc.example/"), change_at: Some("https://orc.example/reports?report=x") };

/// A report with so many rows in each part, each of whose texts is `evil`.
fn contents(evil: &str, rows: usize) -> Contents {
    let at = DateTime::<Utc>::UNIX_EPOCH;
    let day = NaiveDate::default();
    let stretch = Stretch { from_at: at, until_at: at, first_day: day, last_day: day };
    let (task, reason) = (|| evil.to_owned(), || Some(Reason::StartFailed { problem: evil.to_owned() }));
    let subject = Subject {
        name: task(),
        description: task(),
        period: "daily",
        timezone: evil.to_owned(),
        covers: stretch,
        before: stretch,
        made_at: at,
        all_tasks: true,
        notes: vec![Reason::Text { text: evil.to_owned() }],
    };
    let figures = RunFigures { succeeded_count: 3, failed_count: 4, mean_seconds: Some(2.0), ..RunFigures::default() };
    let failure = TaskFailures {
        task: task(),
        run_count: 4,
        last_run: RunId::generate(),
        last_state: RunState::Failed,
        reason: reason(),
        last_at: at,
    };
    Contents {
        subject,
        now: figures,
        before: figures,
        failures: vec![failure; rows],
        missed: vec![TaskMissed { task: task(), slot_count: 2, reason: reason(), last_at: at }; rows],
        late: vec![TaskLate { task: task(), slot_count: 1, most_milliseconds: 90_000 }; rows],
        slowest: vec![TaskDuration { task: task(), run_count: 1, mean_seconds: 1.0, p95_seconds: None }; rows],
        changed: vec![TaskChanged { task: task(), mean_seconds: 1.0, before_seconds: 3.0 }; rows],
        flapping: vec![TaskFlapping { task: task(), break_count: 3 }; rows],
        disabled: vec![TaskDisabled { task: task(), updated_at: at }; rows],
        unowned: vec![task(); rows],
        days: vec![SpecialDay { date: day, calendar: task(), title: task() }; rows],
        pools: vec![PoolFull { pool: task(), capacity: 1, full_seconds: 9.0 }; rows],
        credentials: vec![Expiring { credential: task(), expires_at: at, expired: true }; rows],
        storage: Storage { database_bytes: 1, disk_bytes: 2, free_bytes: 1 },
    }
}

fn shown(contents: &Contents) -> String {
    html(contents, &Tables::of(contents), PLACES)
}

#[test]
fn no_text_becomes_markup() {
    let tags = |page: &str| {
        let names =
            page.split('<').skip(1).map(|tag| tag.split([' ', '>', '\n']).next().unwrap_or_default().to_owned());
        names.collect::<Vec<_>>()
    };
    let plain = tags(&shown(&contents("plain", 2)));
    for evil in EVIL {
        let page = shown(&contents(evil, 2));
        assert_eq!(tags(&page), plain, "{evil}");
        for absent in ["<script", "<img", "<iframe", "<svg", "href=\"javascript", "<link", "http-equiv"] {
            assert!(!page.contains(absent), "{absent} of {evil}");
        }
        assert!(text(&contents(evil, 2), &Tables::of(&contents(evil, 2)), PLACES).contains("FAILURES"));
    }
}

#[test]
fn mails_ask_for_nothing_that_mail_programs_lack_and_stay_small() {
    let page = shown(&contents("plain", 30));
    for absent in ["var(", "flex", "grid", "oklch", "url(", "src=", "@import", "position:"] {
        assert!(!page.contains(absent), "{absent}");
    }
    let bare = page.split('<').find(|tag| tag.contains(" class=\"") && !tag.contains(" style=\""));
    assert_eq!(bare, None, "an element whose look is only in the style sheet");
    assert!(page.contains(" more</p>") && page.len() < 102_000, "{} bytes", page.len());
    for (name, worst) in
        [("quotes", "\"".repeat(9_000)), ("wide", "🙂".repeat(9_000)), ("long", "plain ".repeat(2_000))]
    {
        let page = shown(&contents(&worst, 500));
        assert!(page.len() < 102_000, "{name}: {} bytes", page.len());
        assert!(page.ends_with("</html>"), "{name}");
    }
}

#[test]
fn a_report_without_an_address_leads_nowhere() {
    let contents = contents("plain", 1);
    assert!(!html(&contents, &Tables::of(&contents), Places::default()).contains("href"));
}
