//! Looks at this machine: whether it has room and rest.

use crate::app::triggers::file_roots::Disks;
use crate::domain::dependencies::{HostRule, Look, Sight};
use crate::integrations::disk::{Answers, Disk};
use crate::integrations::host_facts;
use chrono::{DateTime, Utc};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Measures what a rule asks for. A disk that does not answer is not asked again until it has answered.
pub(super) async fn look(disks: &Disks, rule: HostRule, now: DateTime<Utc>) -> Look {
    let disk = Arc::clone(&disks.disk);
    // Without a path, everything comes from the system itself, which is never silent.
    let place = rule.disk_path.clone().unwrap_or_else(|| "/".to_owned());
    let question = move |answers: &Answers| measured(&rule, &answers.counted(disk));
    let asked = disks.patience.ask(Path::new(&place), now, question).await;
    match asked {
        Ok(Ok(parts)) => judge(parts),
        Ok(Err(error)) => Look::troubled(Sight::NotLooked { problem: error.to_string() }),
        Err(silence) => Look::troubled(Sight::NotLooked { problem: silence.words() }),
    }
}

/// One thing that was measured.
struct Part {
    enough: bool,
    fact: String,
}

fn measured(rule: &HostRule, disk: &dyn Disk) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    if let (Some(path), Some(least)) = (&rule.disk_path, rule.disk_free_bytes) {
        let free = disk
            .free_bytes(Path::new(path))
            .map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))?;
        let fact = format!("{} free on the disk of {path} (at least {})", size(free), size(least));
        parts.push(Part { enough: free >= least, fact });
    }
    if let Some(least) = rule.memory_free_bytes {
        let free = host_facts::memory_free_bytes()?;
        let fact = format!("{} of memory free (at least {})", size(free), size(least));
        parts.push(Part { enough: free >= least, fact });
    }
    if let Some(most) = rule.load_max {
        let load = host_facts::load_per_processor()?;
        parts.push(Part { enough: load <= most, fact: format!("load {load:.2} per processor (at most {most})") });
    }
    if rule.on_ac_power {
        let mains = host_facts::on_ac_power()?;
        let fact = if mains { "on mains power" } else { "on battery" };
        parts.push(Part { enough: mains, fact: fact.to_owned() });
    }
    if let Some(least) = rule.idle_seconds {
        let idle = host_facts::idle_seconds()?;
        let fact = match idle {
            Some(idle) => format!("idle for {idle} s (at least {least} s)"),
            None => "no terminal is open".to_owned(),
        };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 seconds")]
        let enough = idle.is_none_or(|idle| idle as f64 >= least);
        parts.push(Part { enough, fact });
    }
    Ok(parts)
}

fn judge(parts: Vec<Part>) -> Look {
    let met = parts.iter().all(|part| part.enough);
    let facts = parts.into_iter().filter(|part| part.enough == met).map(|part| part.fact).collect();
    Look::of(met, if met { Sight::HostReady { facts } } else { Sight::HostShort { facts } })
}

/// A size for people.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    #[expect(clippy::cast_precision_loss, reason = "only one digit after the point is shown")]
    let shown = |unit: u64| bytes as f64 / unit as f64;
    match UNITS.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{:.1} {name}", shown(*unit)),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::disk::{HungDisk, LocalDisk};
    use std::time::Duration;

    async fn look(rule: HostRule) -> Look {
        super::look(&Disks::new(Arc::new(LocalDisk), Duration::from_secs(5)), rule, DateTime::UNIX_EPOCH).await
    }

    #[tokio::test]
    async fn a_silent_disk_takes_one_thread_however_often_it_is_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let hung = Arc::new(HungDisk::below(folder.path().to_owned()));
        let disks = Disks::new(Arc::<HungDisk>::clone(&hung), Duration::from_millis(50));
        let path = folder.path().display().to_string();
        let rule = HostRule { disk_path: Some(path), disk_free_bytes: Some(1), ..HostRule::default() };
        for _ in 0..3 {
            let look = super::look(&disks, rule.clone(), DateTime::UNIX_EPOCH).await;
            assert!(look.troubled && look.sight.words().contains("has not answered"), "{}", look.sight.words());
        }
        assert_eq!(hung.asked_count(), 1);
        hung.mend();
    }

    #[tokio::test]
    async fn what_is_missing_is_said_and_what_is_not_asked_for_is_not_measured() {
        let path = std::env::temp_dir().display().to_string();
        let rule = HostRule { disk_path: Some(path), disk_free_bytes: Some(u64::MAX), ..HostRule::default() };
        let short = HostRule { memory_free_bytes: Some(1), ..rule.clone() };
        let seen = look(short).await;
        let Sight::HostShort { facts } = &seen.sight else { panic!("{seen:?}") };
        assert_eq!((seen.met, facts.len()), (false, 1), "{facts:?}");
        assert!(look(HostRule { memory_free_bytes: Some(1), ..HostRule::default() }).await.met);
        let nowhere = HostRule { disk_path: Some("/nowhere/at/all".into()), ..rule };
        assert!(look(nowhere).await.troubled);
    }
}
