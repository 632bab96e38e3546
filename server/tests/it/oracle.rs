//! Schedules against independent oracles: every row of the checked-in tables, made by the scripts in `scripts/oracle`.
//!
//! cronsim judges cron expressions, python-dateutil recurrence rules, systemd and python-dateutil calendar rules.

use chrono::{DateTime, Utc};
use orc_server::domain::core::time::ZONE_DATA_VERSION;
use orc_server::domain::schedules::{Schedule, compile};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Table {
    zone_data: String,
    cases: Vec<Case>,
}

type Instants = Option<Vec<DateTime<Utc>>>;

/// A row: a schedule, either whole or as a cron expression with a zone, and what each oracle answers.
#[derive(Deserialize)]
struct Case {
    schedule: Option<Value>,
    expression: Option<String>,
    timezone: Option<String>,
    gap: Option<String>,
    fold: Option<String>,
    after: DateTime<Utc>,
    cronsim: Instants,
    dateutil: Instants,
    systemd: Instants,
    orc: Instants,
    /// Part of the message with which Orc refuses the schedule.
    refused: Option<String>,
    why: Option<String>,
}

/// Number of instants requested. An oracle that gives fewer says that there are no more.
const LIMIT: usize = 5;

impl Case {
    fn schedule(&self) -> Schedule {
        let whole = self.schedule.clone().unwrap_or_else(|| {
            json!({
                "kind": "cron",
                "expression": self.expression,
                "timezone": self.timezone,
                "gap": self.gap.as_deref().unwrap_or("run_after"),
                "fold": self.fold.as_deref().unwrap_or("first"),
            })
        });
        serde_json::from_value(whole).expect("the row is a schedule")
    }

    /// What Orc must answer. A row that differs from an oracle must say why.
    fn expected(&self) -> Result<&[DateTime<Utc>], String> {
        let oracles: Vec<_> = [&self.cronsim, &self.dateutil, &self.systemd].into_iter().flatten().collect();
        let expected = self.orc.as_ref().or(oracles.first().copied()).ok_or("expects nothing")?;
        if self.why.is_none() && (oracles.is_empty() || oracles.iter().any(|answer| *answer != expected)) {
            return Err("departs without a reason".to_owned());
        }
        Ok(expected)
    }

    /// The difference in words, if there is one.
    fn check(&self) -> Result<(), String> {
        let expected = self.expected()?;
        let compiled = match (compile(&self.schedule(), "oracle"), &self.refused) {
            (Ok(compiled), None) => compiled,
            (Err(error), Some(word)) if error.message.contains(word) => return Ok(()),
            (Ok(_), Some(_)) => return Err("accepted".to_owned()),
            (Err(error), _) => return Err(format!("refused: {error}")),
        };
        let mut found = Vec::new();
        let mut after = self.after;
        while found.len() < LIMIT {
            let Some(slot) = compiled.next_after(after) else { break };
            after = slot.scheduled_for;
            if !slot.skipped {
                found.push(slot.scheduled_for);
            }
        }
        if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) }
    }
}

#[track_caller]
fn agrees(text: &str, least: usize) {
    let table: Table = serde_json::from_str(text).expect("the table is JSON");
    assert_eq!(table.zone_data, ZONE_DATA_VERSION, "make the table again with the zone data that is compiled in");
    assert!(table.cases.len() >= least, "the table has only {} cases", table.cases.len());
    let named = |case: &Case, fault: String| {
        let schedule = serde_json::to_string(&case.schedule()).expect("a schedule is JSON");
        format!("{schedule} after {}: {fault}", case.after)
    };
    let faults: Vec<String> =
        table.cases.iter().filter_map(|case| case.check().err().map(|fault| named(case, fault))).collect();
    assert!(faults.is_empty(), "{} of {} cases differ:\n{}", faults.len(), table.cases.len(), faults.join("\n"));
}

#[test]
fn cron_agrees_with_cronsim() {
    agrees(include_str!("data/cron_oracle.json"), 1000);
}

#[test]
fn recurrence_rules_agree_with_dateutil() {
    agrees(include_str!("data/rrule_oracle.json"), 800);
}

#[test]
fn calendar_rules_agree_with_systemd_and_dateutil() {
    agrees(include_str!("data/calendar_rule_oracle.json"), 330);
}
