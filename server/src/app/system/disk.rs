//! The disk with the data folder, and what must stop when it fills up.

use std::path::Path;

/// A disk. A size of 0 means unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// Size in bytes.
    pub total_bytes: u64,
    /// Bytes that this account can still use.
    pub free_bytes: u64,
}

/// What a full disk stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskGuard {
    /// Nothing is stopped.
    Ok,
    /// Logs are no longer written (below 5 % free).
    LogsStopped,
    /// Runs are no longer started (below 2 % free).
    RunsStopped,
}

impl DiskGuard {
    /// Name of the guard's state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::LogsStopped => "logs_stopped",
            Self::RunsStopped => "runs_stopped",
        }
    }
}

impl Disk {
    /// What the disk's free space stops now.
    pub fn guard(&self) -> DiskGuard {
        let share = |percent: u128| u128::from(self.free_bytes) * 100 < u128::from(self.total_bytes) * percent;
        match (share(2), share(5)) {
            (true, _) => DiskGuard::RunsStopped,
            (false, true) => DiskGuard::LogsStopped,
            (false, false) => DiskGuard::Ok,
        }
    }

    /// The disk that holds a folder.
    #[cfg(unix)]
    pub fn of(folder: &Path) -> Self {
        rustix::fs::statvfs(folder).map_or(Self { total_bytes: 0, free_bytes: 0 }, |facts| Self {
            total_bytes: facts.f_blocks.saturating_mul(facts.f_frsize),
            free_bytes: facts.f_bavail.saturating_mul(facts.f_frsize),
        })
    }

    /// The disk that holds a folder.
    #[cfg(not(unix))]
    pub fn of(folder: &Path) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let disks = sysinfo::Disks::new_with_refreshed_list();
        let holding = disks.iter().flatten().filter(|disk| folder.starts_with(disk.mount_point()));
        let nearest = holding.max_by_key(|disk| disk.mount_point().as_os_str().len());
        nearest.map_or(Self { total_bytes: 0, free_bytes: 0 }, |disk| Self {
            total_bytes: disk.total_space(),
            free_bytes: disk.available_space(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_closes_at_five_and_at_two_percent() {
        let guard = |free_bytes| Disk { total_bytes: 1000, free_bytes }.guard();
        assert_eq!(
            [guard(50), guard(49), guard(20), guard(19)].map(DiskGuard::as_str),
            ["ok", "logs_stopped", "logs_stopped", "runs_stopped"]
        );
        assert_eq!(Disk { total_bytes: 0, free_bytes: 0 }.guard(), DiskGuard::Ok, "an unknown size stops nothing");
    }

    #[test]
    fn the_disk_of_a_folder_has_a_size() {
        let disk = Disk::of(std::path::Path::new("."));
        assert!(disk.total_bytes > 0 && disk.free_bytes <= disk.total_bytes);
    }
}
