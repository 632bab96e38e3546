//! Cron against an independent oracle: every row of the checked-in table, made by `scripts/oracle/make_cron_table.py`.

use chrono::{DateTime, Utc};
use orc_server::domain::schedule::{CatchUp, Fold, Gap, Rule, Schedule, ZONE_DATA_VERSION, compile};
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    zone_data: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    expression: String,
    timezone: String,
    after: DateTime<Utc>,
    cronsim: Option<Vec<DateTime<Utc>>>,
    orc: Option<Vec<DateTime<Utc>>>,
    why: Option<String>,
    #[serde(default)]
    gap: Gap,
    #[serde(default)]
    fold: Fold,
}

impl Case {
    fn schedule(&self) -> Schedule {
        Schedule {
            key: "oracle".to_owned(),
            enabled: true,
            timezone: self.timezone.clone(),
            start_at: None,
            end_at: None,
            gap: self.gap,
            fold: self.fold,
            catch_up: CatchUp::None,
            splay_seconds: 0,
            run_only_on: Vec::new(),
            skip_on: Vec::new(),
            roll: Default::default(),
            rule: Rule::Cron { expression: self.expression.clone() },
        }
    }

    /// What Orc must answer; a row that departs from the oracle must say why.
    fn expected(&self) -> &[DateTime<Utc>] {
        match (&self.orc, &self.cronsim) {
            (Some(orc), _) => {
                assert!(self.why.is_some(), "{} in {} departs without a reason", self.expression, self.timezone);
                orc
            }
            (None, Some(cronsim)) => cronsim,
            (None, None) => panic!("{} in {} expects nothing", self.expression, self.timezone),
        }
    }

    /// The difference in words, if there is one.
    fn fault(&self) -> Option<String> {
        let expected = self.expected();
        let name = format!("{} in {} after {}", self.expression, self.timezone, self.after);
        let compiled = match compile(&self.schedule(), "oracle") {
            Ok(compiled) => compiled,
            Err(error) => return Some(format!("{name}: refused: {error}")),
        };
        let mut found = Vec::new();
        let mut after = self.after;
        while found.len() < expected.len() {
            let Some(slot) = compiled.next_after(after) else { break };
            after = slot.scheduled_for;
            if !slot.skipped {
                found.push(slot.scheduled_for);
            }
        }
        (found != expected).then(|| format!("{name}: expected {expected:?}, found {found:?}"))
    }
}

#[test]
fn cron_agrees_with_the_oracle() {
    let table: Table = serde_json::from_str(include_str!("data/cron_oracle.json")).expect("the table is JSON");
    assert_eq!(table.zone_data, ZONE_DATA_VERSION, "make the table again with the zone data that is compiled in");
    assert!(table.cases.len() >= 300, "the table has only {} cases", table.cases.len());
    let faults: Vec<String> = table.cases.iter().filter_map(Case::fault).collect();
    assert!(faults.is_empty(), "{} of {} cases differ:\n{}", faults.len(), table.cases.len(), faults.join("\n"));
}
