//! Wire types of what is expected of a task.

use crate::domain::ledger;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is expected of the task. Orc tells by rules when it does not happen: `late`, `missed`, `silent`, `running_long` and
/// `waiting_long`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Seconds after each slot within which its run has started; null: at any time. A slot that no run starts for counts
    /// as missed.
    #[schema(minimum = 1, maximum = 31_622_400, example = 300)]
    pub start_within_seconds: Option<u32>,
    /// When the run of each slot has ended; null: at any time. Runs without a slot, such as those that a person starts,
    /// are not judged.
    #[schema(inline = false)]
    pub finish_by: Option<FinishBy>,
    /// Maximum number of seconds between two runs that succeed, whatever starts them; null: any time.
    #[schema(minimum = 60, maximum = 31_622_400, example = 86_400)]
    pub at_least_every_seconds: Option<u32>,
    /// How many times what 95 % of its newest runs take at most a run may take, whatever starts it; null: any time. It is
    /// told while the run goes on, once ten runs are known.
    #[schema(minimum = 1, maximum = 1000, example = 2.0)]
    pub usual_times: Option<f64>,
    /// Maximum number of seconds for which a run waits before it starts, whatever starts it; null: any time.
    #[schema(minimum = 1, maximum = 31_622_400, example = 1800)]
    pub wait_within_seconds: Option<u32>,
}

/// When the run of a slot has ended at the latest: either after some time, or at a time of day.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FinishBy {
    /// Seconds after the slot.
    #[schema(minimum = 1, maximum = 31_622_400, example = 3600)]
    pub within_seconds: Option<u32>,
    /// The next time after the slot at which the clocks of its schedule's time zone show this. In place of a time that
    /// they skip, the first instant after the gap counts; of a time that they show twice, the first after the slot.
    #[schema(max_length = 8, example = "06:00")]
    pub at: Option<String>,
}

/// Converts what is expected to the domain.
pub fn expect_in(expect: Expect) -> ledger::Expect {
    let Expect { start_within_seconds, finish_by, at_least_every_seconds, usual_times, wait_within_seconds } = expect;
    let finish_by = finish_by.map(|FinishBy { within_seconds, at }| ledger::FinishBy { within_seconds, at });
    ledger::Expect { start_within_seconds, finish_by, at_least_every_seconds, usual_times, wait_within_seconds }
}

/// Converts what is expected to the wire.
pub fn expect_out(expect: ledger::Expect) -> Expect {
    let ledger::Expect { start_within_seconds, finish_by, at_least_every_seconds, usual_times, wait_within_seconds } =
        expect;
    let finish_by = finish_by.map(|ledger::FinishBy { within_seconds, at }| FinishBy { within_seconds, at });
    Expect { start_within_seconds, finish_by, at_least_every_seconds, usual_times, wait_within_seconds }
}
