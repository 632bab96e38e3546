//! Cgroups of version 2: a set of processes that no process leaves by itself, with limits, figures, and one file that
//! kills them all.
//!
//! Each attempt gets a cgroup of its own below the server's. The runner stays outside. Where the account may not
//! create one, attempts have none. Deliberately absent: version 1, whose groups cannot be killed at once. See
//! Documentation/admin-guide/cgroup-v2.rst of the kernel.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::clock;
use crate::os::Used;
use crate::protocol::limits::{LimitKind, PlanLimits};

/// The beginning of the names of all cgroups that Orc creates.
const NAME: &str = "orc-";
/// Microseconds in which a limited share of the processor is measured. This is the kernel's own default.
const PERIOD: u64 = 100_000;
/// How often the removal of an emptied cgroup is tried, because killed processes take a moment to leave it.
const TRIES: u32 = 50;

/// The cgroup of one attempt.
#[derive(Debug)]
pub(crate) struct Group {
    path: PathBuf,
    controllers: String,
}

/// The folder in which this process may create cgroups, and the controllers of those; none: it may not.
pub(crate) fn groups() -> Option<&'static (PathBuf, String)> {
    static FOUND: OnceLock<Option<(PathBuf, String)>> = OnceLock::new();
    FOUND.get_or_init(find).as_ref()
}

/// Tries the cgroup above the server's, if the system's manager has handed that one over, then the server's own.
fn find() -> Option<(PathBuf, String)> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let own = own_folder(&mounts, &fs::read_to_string("/proc/self/cgroup").ok()?)?;
    let above = own.parent().filter(|above| handed_over(above)).map(Path::to_owned);
    above.into_iter().chain([own]).find_map(|folder| Some((folder.clone(), usable(&folder)?)))
}

/// Whether the system's manager has marked a cgroup as one that its owner governs.
fn handed_over(folder: &Path) -> bool {
    let mut mark = [0; 8];
    ["user.delegate", "trusted.delegate"].into_iter().any(|name| {
        let length = rustix::fs::getxattr(folder, name, &mut mark);
        length.is_ok_and(|length| mark[..length].first() == Some(&b'1'))
    })
}

/// The folder of this process's cgroup, from the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`.
fn own_folder(mounts: &str, groups: &str) -> Option<PathBuf> {
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut fields = before.split(' ').skip(3);
        let (root, point) = (fields.next()?, fields.next()?);
        let inside = Path::new(path).strip_prefix(root).ok()?;
        after.starts_with("cgroup2 ").then(|| Path::new(point).join(inside))
    })
}

/// Creates a cgroup to try it out, and returns its controllers.
fn usable(folder: &Path) -> Option<String> {
    for controller in ["cpu", "memory", "pids", "io"] {
        // The kernel refuses what it lacks, and everything if the cgroup itself holds processes and is not the first.
        let _ = fs::write(folder.join("cgroup.subtree_control"), format!("+{controller}"));
    }
    let trial = folder.join(format!("{NAME}trial-{}", std::process::id()));
    fs::create_dir(&trial).ok()?;
    let kills = fs::write(trial.join("cgroup.kill"), "1").is_ok();
    let controllers = fs::read_to_string(trial.join("cgroup.controllers")).ok();
    let _ = fs::remove_dir(&trial);
    controllers.filter(|_| kills).map(|text| text.trim().to_owned())
}

/// Removes the empty cgroups that earlier servers left. Meant for a server that starts: a runner reads the figures of its
/// own cgroup after that has become empty, so nobody else may remove it then.
pub fn remove_left_cgroups() {
    if let Some((folder, _)) = groups() {
        remove_empty(folder);
    }
}

/// The kernel refuses to remove a cgroup that still has processes.
fn remove_empty(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    // A runner of an earlier server may have created one a moment ago and not used it yet.
    let settled = clock::now_micros() / 1_000_000 - 60;
    let ours = entries.filter_map(Result::ok).filter(|entry| entry.file_name().to_string_lossy().starts_with(NAME));
    let old = ours.filter(|entry| entry.metadata().is_ok_and(|facts| facts.mtime() < settled));
    old.for_each(|entry| drop(fs::remove_dir(entry.path())));
}

impl Group {
    /// Creates the cgroup of an attempt in a folder.
    pub(crate) fn create(folder: &Path, attempt: &str) -> io::Result<Self> {
        let path = folder.join(format!("{NAME}{attempt}"));
        fs::create_dir(&path)?;
        Ok(Self::at(path))
    }

    /// The cgroup of an attempt whose runner is gone; none if there is none.
    pub(crate) fn left(attempt: &str) -> Option<Self> {
        let path = groups()?.0.join(format!("{NAME}{attempt}"));
        path.is_dir().then(|| Self::at(path))
    }

    fn at(path: PathBuf) -> Self {
        let controllers = fs::read_to_string(path.join("cgroup.controllers")).unwrap_or_default();
        Self { path, controllers }
    }

    /// Whether the kernel holds this limit for all processes of the cgroup together.
    pub(crate) fn holds(&self, kind: LimitKind) -> bool {
        held(&self.controllers, kind)
    }

    /// Sets the limits that the kernel holds here.
    pub(crate) fn limit(&self, limits: &PlanLimits) -> io::Result<()> {
        if let Some(bytes) = limits.memory_bytes.filter(|_| self.holds(LimitKind::Memory)) {
            self.set("memory.max", &bytes.to_string())?;
            // Without these two, a process might go on in the swap space, or the kernel might kill only one of several.
            let _no_swap_here = self.set("memory.swap.max", "0");
            let _an_older_kernel = self.set("memory.oom.group", "1");
        }
        if let Some(percent) = limits.cpu_percent.filter(|_| self.holds(LimitKind::Cpu)) {
            self.set("cpu.max", &format!("{} {PERIOD}", u64::from(percent) * PERIOD / 100))?;
        }
        if let Some(count) = limits.processes.filter(|_| self.holds(LimitKind::Processes)) {
            self.set("pids.max", &count.to_string())?;
        }
        Ok(())
    }

    fn set(&self, file: &str, value: &str) -> io::Result<()> {
        let words = |error: io::Error| io::Error::new(error.kind(), format!("{file}: {error}"));
        fs::write(self.path.join(file), value).map_err(words)
    }

    /// Opens the file through which a process joins the cgroup by writing `0` to it.
    pub(crate) fn entrance(&self) -> io::Result<File> {
        OpenOptions::new().write(true).open(self.path.join("cgroup.procs"))
    }

    /// Process ids of the living members.
    pub(crate) fn members(&self) -> Vec<u32> {
        let text = fs::read_to_string(self.path.join("cgroup.procs")).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Kills all members at once, those that are being forked included.
    pub(crate) fn kill(&self) {
        // A failure leaves the work to the search for descendants.
        let _ = OpenOptions::new()
            .write(true)
            .open(self.path.join("cgroup.kill"))
            .and_then(|mut file| file.write_all(b"1"));
    }

    /// What all members used together, also those that nobody waited for. A figure that the kernel does not keep is 0.
    pub(crate) fn used(&self) -> Used {
        let micros = self.figure("cpu.stat", "usage_usec").unwrap_or(0);
        let peak = fs::read_to_string(self.path.join("memory.peak")).ok();
        let disks = fs::read_to_string(self.path.join("io.stat")).unwrap_or_default();
        Used {
            cpu_seconds: micros as f64 / 1e6,
            peak_memory_bytes: peak.and_then(|text| text.trim().parse().ok()).unwrap_or(0),
            disk_read_bytes: sum(&disks, "rbytes="),
            disk_written_bytes: sum(&disks, "wbytes="),
        }
    }

    /// The limits that the kernel had to apply.
    pub(crate) fn hits(&self) -> Vec<LimitKind> {
        let hit = |file: &str, name: &str| self.figure(file, name).is_some_and(|count| count > 0);
        let memory = hit("memory.events", "oom_kill").then_some(LimitKind::Memory);
        memory.into_iter().chain(hit("pids.events", "max").then_some(LimitKind::Processes)).collect()
    }

    fn figure(&self, file: &str, name: &str) -> Option<u64> {
        let text = fs::read_to_string(self.path.join(file)).ok()?;
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }

    /// Removes the cgroup. One that still has members stays, and goes when a later server starts.
    pub(crate) fn remove(&self) {
        for _ in 0..TRIES {
            match fs::remove_dir(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy && self.members().is_empty() => {
                    clock::pause(Duration::from_millis(2));
                }
                _ => return,
            }
        }
    }
}

/// Whether one of these controllers holds a limit.
pub(super) fn held(controllers: &str, kind: LimitKind) -> bool {
    controller(kind).is_some_and(|wanted| controllers.split_ascii_whitespace().any(|one| one == wanted))
}

/// The controller that holds a limit.
fn controller(kind: LimitKind) -> Option<&'static str> {
    match kind {
        LimitKind::Memory => Some("memory"),
        LimitKind::Cpu => Some("cpu"),
        LimitKind::Processes => Some("pids"),
        LimitKind::OpenFiles | LimitKind::Niceness => None,
    }
}

/// The sum of one figure over all disks of `io.stat`.
fn sum(text: &str, name: &str) -> u64 {
    text.split_ascii_whitespace().filter_map(|word| word.strip_prefix(name)?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::sweep::sweep_with;

    const MOUNTS: &str = "24 1 0:22 / /sys rw - sysfs sysfs rw\n\
        30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";

    #[test]
    fn the_own_folder_is_found_in_every_kind_of_mount() {
        let found = |mounts: &str, groups: &str| own_folder(mounts, groups).map(|path| path.display().to_string());
        let service = "0::/system.slice/orc.service\n";
        assert_eq!(found(MOUNTS, service).as_deref(), Some("/sys/fs/cgroup/system.slice/orc.service"));
        assert_eq!(found(MOUNTS, "4:memory:/a\n0::/\n").as_deref(), Some("/sys/fs/cgroup/"));
        let inner = "30 24 0:26 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
        assert_eq!(found(inner, "0::/box/orc\n").as_deref(), Some("/sys/fs/cgroup/orc"));
        assert_eq!(found(inner, "0::/elsewhere\n"), None);
        assert_eq!(found("24 1 0:22 / /sys rw - sysfs sysfs rw\n", service), None);
        assert_eq!(found(MOUNTS, "4:memory:/a\n"), None);
    }

    /// A folder of plain files in place of the kernel's, because many machines have no controllers of version 2.
    fn imitation(controllers: &str) -> (tempfile::TempDir, Group) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("orc-a");
        fs::create_dir(&path).expect("a folder");
        fs::write(path.join("cgroup.controllers"), controllers).expect("a file");
        (folder, Group::at(path))
    }

    #[test]
    fn limits_are_written_in_the_words_of_the_kernel() {
        let limits = PlanLimits {
            memory_bytes: Some(64 << 20),
            cpu_percent: Some(150),
            processes: Some(20),
            ..PlanLimits::default()
        };
        let (_folder, group) = imitation("cpu io memory pids\n");
        group.limit(&limits).expect("all files can be written");
        let read = |file: &str| fs::read_to_string(group.path.join(file)).unwrap_or_default();
        let files = ["memory.max", "memory.swap.max", "memory.oom.group", "cpu.max", "pids.max"];
        assert_eq!(files.map(read), ["67108864", "0", "1", "150000 100000", "20"]);
        let (_folder, group) = imitation("hugetlb\n");
        group.limit(&limits).expect("nothing is written");
        assert!(!group.holds(LimitKind::Memory) && !group.path.join("memory.max").exists());
    }

    #[test]
    fn what_stays_in_a_cgroup_after_a_sweep_is_a_survivor() {
        let (_folder, group) = imitation("");
        // A plain file kills nobody, so this process stays.
        let own = std::process::id();
        fs::write(group.path.join("cgroup.kill"), "").expect("a file");
        fs::write(group.path.join("cgroup.procs"), format!("{own}\n4194305\n")).expect("a file");
        let swept = sweep_with("an-attempt-that-never-was", Some(&group), 2).expect("swept");
        assert_eq!(swept.survivors.iter().map(|process| process.pid).collect::<Vec<_>>(), [own]);
        assert_eq!(fs::read_to_string(group.path.join("cgroup.kill")).expect("a file"), "1");
    }

    #[test]
    fn figures_and_hits_are_read() {
        let (_folder, group) = imitation("");
        assert_eq!((group.used(), group.hits()), (Used::default(), Vec::new()));
        let write = |file: &str, text: &str| fs::write(group.path.join(file), text).expect("a file");
        write("cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
        write("memory.peak", "4096\n");
        write("io.stat", "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n");
        write("memory.events", "low 0\nmax 9\noom 1\noom_kill 1\noom_group_kill 1\n");
        write("pids.events", "max 3\n");
        let wanted = Used { cpu_seconds: 2.5, peak_memory_bytes: 4096, disk_read_bytes: 11, disk_written_bytes: 22 };
        assert_eq!((group.used(), group.hits()), (wanted, vec![LimitKind::Memory, LimitKind::Processes]));
    }
}
