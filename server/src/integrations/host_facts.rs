//! What this machine offers: free space, free memory, load, mains power, and how long nobody has used a terminal.
//!
//! Everything that differs between systems is here. What a system does not tell is an error, never a guess. Calls may
//! block.

use std::io;
use std::path::Path;

/// Free space for this account on the disk of a path.
#[cfg(unix)]
pub fn disk_free_bytes(path: &Path) -> io::Result<u64> {
    let facts = rustix::fs::statvfs(path)?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

/// Free space for this account on the disk of a path.
#[cfg(not(unix))]
pub fn disk_free_bytes(path: &Path) -> io::Result<u64> {
    let path = path.canonicalize()?;
    let disks = sysinfo::Disks::new_with_refreshed_list();
    let holds = |disk: &&sysinfo::Disk| path.starts_with(disk.mount_point());
    let disk = disks.iter().filter(holds).max_by_key(|disk| disk.mount_point().as_os_str().len());
    disk.map(sysinfo::Disk::available_space).ok_or_else(|| unknown("free space"))
}

/// Memory that programs can still get without swapping.
pub fn memory_free_bytes() -> io::Result<u64> {
    let mut system = sysinfo::System::new().map_err(io::Error::other)?;
    system.refresh_memory();
    Ok(system.available_memory())
}

/// Load of the last minute, divided by the number of processors.
pub fn load_per_processor() -> io::Result<f64> {
    if cfg!(windows) {
        return Err(io::Error::other("this system does not tell its load"));
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    #[expect(clippy::cast_precision_loss, reason = "no machine has so many processors")]
    let processors = processors as f64;
    Ok(sysinfo::System::load_average().map_err(io::Error::other)?.one / processors)
}

/// Whether the machine runs on mains power. A machine without any battery does.
#[cfg(target_os = "linux")]
pub fn on_ac_power() -> io::Result<bool> {
    power_of(Path::new("/sys/class/power_supply"))
}

/// Whether the machine runs on mains power.
#[cfg(not(target_os = "linux"))]
pub fn on_ac_power() -> io::Result<bool> {
    Err(unknown("whether it runs on mains power"))
}

#[cfg(any(target_os = "linux", test))]
fn power_of(folder: &Path) -> io::Result<bool> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        entries => entries?,
    };
    let (mut batteries, mut online) = (false, false);
    for entry in entries {
        let place = entry?.path();
        let read = |name: &str| std::fs::read_to_string(place.join(name)).unwrap_or_default();
        match read("type").trim() {
            // A mouse or a keyboard with a battery of its own says nothing about the machine.
            "Battery" => batteries |= read("scope").trim() != "Device",
            "Mains" | "USB" => online |= read("online").trim() == "1",
            _ => {}
        }
    }
    Ok(online || !batteries)
}

/// Seconds since anybody last typed in any terminal of this machine; none: it has no terminal.
#[cfg(target_os = "linux")]
pub fn idle_seconds() -> io::Result<Option<u64>> {
    use std::os::unix::fs::FileTypeExt as _;
    let mut last: Option<u64> = None;
    for folder in ["/dev/pts", "/dev"] {
        for entry in std::fs::read_dir(folder)? {
            let Ok(place) = entry.map(|entry| entry.path()) else { continue };
            let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let numbered = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            let terminal = match name.strip_prefix("tty") {
                Some(number) => numbered(number),
                None => folder == "/dev/pts" && numbered(&name),
            };
            let about = place.metadata().ok().filter(|about| terminal && about.file_type().is_char_device());
            let age = about.and_then(|about| about.accessed().ok()).map(|at| crate::clock::age(at).as_secs());
            last = last.into_iter().chain(age).min();
        }
    }
    Ok(last)
}

/// Seconds since anybody last typed in any terminal of this machine.
#[cfg(not(target_os = "linux"))]
pub fn idle_seconds() -> io::Result<Option<u64>> {
    Err(unknown("for how long nobody has used it"))
}

#[cfg(not(target_os = "linux"))]
fn unknown(what: &str) -> io::Error {
    io::Error::other(format!("this system does not tell {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(supplies: &[(&str, &str, &str)]) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        for (index, (kind, name, value)) in supplies.iter().enumerate() {
            let place = folder.path().join(index.to_string());
            std::fs::create_dir(&place).expect("made");
            std::fs::write(place.join("type"), format!("{kind}\n")).expect("written");
            std::fs::write(place.join(name), format!("{value}\n")).expect("written");
        }
        power_of(folder.path()).expect("read")
    }

    #[test]
    fn a_machine_on_battery_is_told_from_one_on_mains_power() {
        assert!(power(&[]));
        assert!(power(&[("Battery", "status", "Charging"), ("Mains", "online", "1")]));
        assert!(!power(&[("Battery", "status", "Discharging"), ("Mains", "online", "0")]));
        assert!(power(&[("Battery", "scope", "Device")]), "the battery of a mouse");
        assert!(power_of(Path::new("/nowhere/at/all")).expect("read"));
    }

    #[test]
    fn this_machine_tells_what_it_offers() {
        assert!(disk_free_bytes(&std::env::temp_dir()).expect("told") > 0);
        assert!(disk_free_bytes(Path::new("/nowhere/at/all")).is_err());
        assert!(memory_free_bytes().expect("told") > 0);
        assert!(load_per_processor().is_ok_and(|load| load >= 0.0));
        let _a_machine_may_have_no_terminal = idle_seconds().expect("told");
    }
}
