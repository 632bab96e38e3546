//! What an attempt finds when it starts: the files that its command names, the names of its variables, the machine.
//!
//! Two runs can be compared by this later. Deliberately absent: values of variables, and anything that would delay a
//! start: a disk that does not answer in time is left out, and not asked again until it has answered. Start reading at
//! `Looker::look`.

mod files;

use self::files::{Hashes, Named};
use crate::domain::core::limits::Abilities;
use crate::domain::model::Conditions;
use crate::domain::tasks::RunSpec;
use crate::integrations::disk::Patience;
use crate::integrations::machine;
use chrono::{DateTime, Utc};
use futures::future::join_all;
use orc_runner::plan::Plan;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Maximum time that looking at files may take.
const PATIENCE: Duration = Duration::from_millis(500);

/// Notes what attempts find.
#[derive(Debug)]
pub(super) struct Looker {
    machine: String,
    hashes: Arc<Hashes>,
    patience: Patience,
}

impl Looker {
    /// Creates a looker for this machine.
    pub(super) fn new() -> Self {
        Self { machine: machine::description(), hashes: Arc::default(), patience: Patience::new(PATIENCE) }
    }

    /// What an attempt without a process finds.
    pub(super) fn bare(&self) -> Conditions {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Conditions { files: Vec::new(), environment: Vec::new(), machine: self.machine.clone(), version }
    }

    /// What the process of a plan finds.
    pub(super) async fn look(
        &self,
        run: &RunSpec,
        plan: &Plan,
        abilities: &Abilities,
        now: DateTime<Utc>,
    ) -> Conditions {
        let own = |name: &&String| !name.starts_with("ORC_");
        let environment = plan.environment.keys().filter(own).cloned().collect();
        let foreign = plan.run_as.is_some() && plan.run_as != abilities.account;
        let looks = files::named_by(named(run, plan, foreign)).into_iter().map(async |(place, candidates)| {
            let hashes = Arc::clone(&self.hashes);
            let question = move |_: &_| files::look(candidates, &hashes);
            self.patience.ask(&place, now, question).await.unwrap_or_default()
        });
        let files = files::in_order(join_all(looks).await.concat());
        Conditions { files, environment, ..self.bare() }
    }
}

fn named(run: &RunSpec, plan: &Plan, foreign: bool) -> Named {
    let words = match run {
        // The shell is the program; the line names what it starts.
        RunSpec::Shell { line, .. } => words_of(line),
        _ => {
            let script = plan.script.iter().flat_map(|script| &script.arguments);
            plan.arguments.iter().chain(script).cloned().collect()
        }
    };
    Named {
        program: PathBuf::from(&plan.program),
        words,
        folder: plan.working_directory.clone(),
        search: plan.environment.get("PATH").cloned().unwrap_or_default(),
        foreign,
    }
}

/// Words of a shell line, roughly: what is computed by the shell is left out.
fn words_of(line: &str) -> Vec<String> {
    let words = line.split(|c: char| c.is_whitespace() || ";&|()<>\"'".contains(c));
    words.filter(|word| !word.is_empty() && !word.contains(['$', '*', '`', '=', '~'])).map(str::to_owned).collect()
}
