//! Dependencies in words.

use super::{DependencyRule, FileRule, HostRule, Window};
use crate::domain::vocabulary::RunState;

impl DependencyRule {
    /// What must hold, as a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Task { task, states, window, timezone, params: _ } => {
                let states = if states.is_empty() { &[RunState::Succeeded][..] } else { states };
                let ends = states.iter().map(|state| ended(*state)).collect::<Vec<_>>().join(" or ");
                format!("the newest run of {task} {ends}{}", window.words(timezone))
            }
            Self::File(rule) => file(rule),
            Self::Url(rule) => {
                let text = rule.body_contains.as_ref().map(|text| format!(" with \"{text}\"")).unwrap_or_default();
                format!("{} answers {} to {}{text}", rule.url, codes(&rule.expected_codes), rule.method)
            }
            Self::Command(rule) => {
                let line = std::iter::once(&rule.program).chain(&rule.arguments).cloned().collect::<Vec<_>>().join(" ");
                format!("{} ends with exit code 0", line.chars().take(200).collect::<String>())
            }
            Self::Tcp(rule) => format!("{} accepts connections to port {}", rule.host, rule.port),
            Self::Host(rule) => host(rule),
            Self::Vpn { network } => format!("network profile {network} holds"),
        }
    }
}

/// How a run ended, after "the run".
pub(super) const fn ended(state: RunState) -> &'static str {
    match state {
        RunState::Succeeded => "succeeded",
        RunState::Failed => "failed",
        RunState::TimedOut => "timed out",
        RunState::Cancelled => "was cancelled",
        RunState::Skipped => "was skipped",
        RunState::Lost => "was lost",
        RunState::Waiting | RunState::Queued | RunState::Running | RunState::BackingOff => "has not ended",
    }
}

impl Window {
    fn words(self, timezone: &str) -> String {
        match self {
            Self::AnyTime => String::new(),
            Self::Today => format!(" today ({timezone})"),
            Self::SinceLastRun => " since the last run of this task started".to_owned(),
            Self::Within { seconds } => format!(" in the last {seconds} s"),
            Self::SameSlotDay => format!(" for a slot of the same day ({timezone})"),
        }
    }
}

fn file(rule: &FileRule) -> String {
    let FileRule { path, absent, min_age_seconds, min_bytes, unchanged_seconds } = rule;
    if *absent {
        return format!("there is no {path}");
    }
    let parts = [
        min_bytes.map(|bytes| format!("has at least {bytes} bytes")),
        min_age_seconds.map(|seconds| format!("is at least {seconds} s old")),
        unchanged_seconds.map(|seconds| format!("has been unchanged for {seconds} s")),
    ];
    let parts: Vec<String> = std::iter::once(format!("{path} exists")).chain(parts.into_iter().flatten()).collect();
    parts.join(", ")
}

fn host(rule: &HostRule) -> String {
    let HostRule { disk_path, disk_free_bytes, memory_free_bytes, load_max, on_ac_power, idle_seconds } = rule;
    let disk = disk_path.as_ref().zip(*disk_free_bytes);
    let parts = [
        disk.map(|(path, bytes)| format!("at least {bytes} bytes free on the disk of {path}")),
        memory_free_bytes.map(|bytes| format!("at least {bytes} bytes of memory free")),
        load_max.map(|load| format!("a load of at most {load} per processor")),
        on_ac_power.then(|| "mains power".to_owned()),
        idle_seconds.map(|seconds| format!("nobody at a terminal for {seconds} s")),
    ];
    format!("this machine has {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn codes(expected: &[u16]) -> String {
    crate::domain::core::phrases::statuses(expected)
}
