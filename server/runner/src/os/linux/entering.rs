//! What a process does between fork and exec to enter its attempt: its cgroup, limits, account and working folder.
//!
//! Everything that allocates or reads files happens before the fork. The order matters: a cgroup can only be entered
//! and a limit only be raised while the process is still root, groups come before the user, because only root may set
//! them, and the folder comes last, so that the account's own rights decide. Start reading at [`Entering::enter`].
#![allow(
    unsafe_code,
    reason = "setgroups, setresgid and setresuid have no wrapper for one thread; each use says why it is sound"
)]

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

use rustix::process::{Resource, Rlimit, Signal};

use super::account::User;
use super::group::{self, Group};
use crate::os::{Abilities, Failure};
use crate::protocol::limits::{LimitKind, PlanLimits};
use crate::protocol::plan::Plan;
use crate::protocol::record::SpawnFailure;

/// What this process can do with the processes that it starts.
pub fn abilities() -> Abilities {
    let group = group::groups();
    let kinds = [LimitKind::Memory, LimitKind::Cpu, LimitKind::Processes];
    let root = root();
    Abilities {
        cgroup: group.map(|group| group.0.clone()),
        in_cgroup: group
            .map_or_else(Vec::new, |group| kinds.into_iter().filter(|kind| group::held(&group.1, *kind)).collect()),
        each_process: vec![LimitKind::OpenFiles, LimitKind::Niceness],
        watched: vec![LimitKind::Memory, LimitKind::Processes],
        // Root may raise the limit up to that of the whole machine.
        open_files_max: if root { machine_open_files() } else { rustix::process::getrlimit(Resource::Nofile).maximum },
        root,
    }
}

/// Whether this process is root.
pub(crate) fn root() -> bool {
    rustix::process::geteuid().is_root()
}

fn machine_open_files() -> Option<u64> {
    std::fs::read_to_string("/proc/sys/fs/nr_open").ok()?.trim().parse().ok()
}

/// The steps that can fail, as the bytes that the new process sends about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Cgroup = 1,
    Limits = 2,
    Account = 3,
    Folder = 4,
    Program = 5,
}

/// Everything that the new process needs to enter.
#[derive(Debug)]
pub(super) struct Entering {
    entrance: Option<File>,
    open_files: Option<u64>,
    niceness: Option<i32>,
    user: Option<User>,
    folder: CString,
    told: OwnedFd,
}

impl Entering {
    /// Prepares the entrance. The second value tells afterwards which step failed.
    pub(super) fn prepare(plan: &Plan, group: Option<&Group>, user: Option<User>) -> Result<(Self, Steps), Failure> {
        let trouble =
            |what: &str, error: io::Error| Failure::new(SpawnFailure::ResourceExhausted, format!("{what}: {error}"));
        let entrance = group.map(Group::entrance).transpose();
        let entrance = entrance.map_err(|error| trouble("the cgroup cannot be entered", error))?;
        let pipe = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC | rustix::pipe::PipeFlags::NONBLOCK);
        let (read, told) = pipe.map_err(|error| trouble("no pipe", error.into()))?;
        let folder = CString::new(plan.working_directory.as_os_str().as_bytes());
        let folder = folder.map_err(|_| {
            Failure::new(SpawnFailure::InvalidInput, "the working directory must not contain a NUL byte")
        })?;
        let PlanLimits { open_files, niceness, memory_bytes: _, cpu_percent: _, processes: _ } = plan.limits;
        Ok((Self { entrance, open_files, niceness, user, folder, told }, Steps(read)))
    }

    /// Enters. Async-signal-safe: it only makes system calls on what was prepared.
    pub(super) fn enter(&self, runner: rustix::process::Pid) -> io::Result<()> {
        self.step(Step::Cgroup, || {
            self.entrance
                .as_ref()
                .map_or(Ok(()), |file| rustix::io::write(file, b"0").map(drop).map_err(io::Error::from))
        })?;
        self.step(Step::Limits, || {
            if let Some(files) = self.open_files {
                rustix::process::setrlimit(Resource::Nofile, Rlimit { current: Some(files), maximum: Some(files) })?;
            }
            self.niceness.map_or(Ok(()), |nice| Ok(rustix::process::setpriority_process(None, nice)?))
        })?;
        self.step(Step::Account, || self.user.as_ref().map_or(Ok(()), assume))?;
        // The kernel forgets this setting when the account changes, so it comes after that.
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        if rustix::process::getppid() != Some(runner) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        self.step(Step::Folder, || Ok(rustix::process::chdir(self.folder.as_c_str())?))
    }

    /// Says that only the program itself failed.
    pub(super) fn refused(&self) {
        self.tell(Step::Program);
    }

    fn step(&self, step: Step, take: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        take().inspect_err(|_| self.tell(step))
    }

    fn tell(&self, step: Step) {
        let _the_error_number_is_told_anyway = rustix::io::write(&self.told, &[step as u8]);
    }
}

/// Becomes another account for good: real, effective and saved ids are all changed, so there is no way back.
fn assume(user: &User) -> io::Result<()> {
    let done = |code: i64| if code == 0 { Ok(()) } else { Err(io::Error::last_os_error()) };
    // SAFETY: plain system calls in a process with one thread; the list of groups lives as long as `user`. The kernel
    // is called directly, because the library would try to change threads that do not exist in a forked process.
    unsafe {
        done(libc::syscall(libc::SYS_setgroups, user.groups.len(), user.groups.as_ptr()))?;
        done(libc::syscall(libc::SYS_setresgid, user.gid, user.gid, user.gid))?;
        done(libc::syscall(libc::SYS_setresuid, user.uid, user.uid, user.uid))
    }
}

/// Tells which step of entering failed.
pub(super) struct Steps(OwnedFd);

impl Steps {
    /// The step that failed; none: one that is not told.
    pub(super) fn failed(&self) -> Option<Step> {
        let mut byte = [0];
        rustix::io::read(&self.0, &mut byte).ok().filter(|length| *length == 1)?;
        [Step::Cgroup, Step::Limits, Step::Account, Step::Folder, Step::Program]
            .into_iter()
            .find(|step| *step as u8 == byte[0])
    }
}

/// Says why entering failed; none: the step is not one of these.
pub(super) fn not_entered(step: Option<Step>, error: &io::Error, plan: &Plan) -> Option<Failure> {
    let by = plan.run_as.as_ref().map_or_else(String::new, |name| format!(" by user \"{name}\""));
    let failure = |reason, message: String| Some(Failure::new(reason, format!("{message}: {error}")));
    match step? {
        Step::Cgroup => {
            failure(SpawnFailure::ResourceExhausted, "the cgroup of the attempt cannot be entered".to_owned())
        }
        Step::Limits => failure(SpawnFailure::InvalidInput, "the limits of the processes cannot be set".to_owned()),
        Step::Account => {
            let name = plan.run_as.as_deref().unwrap_or_default();
            failure(SpawnFailure::InvalidInput, format!("the command cannot become user \"{name}\""))
        }
        Step::Folder => {
            let folder = plan.working_directory.display();
            let message = format!("the working directory {folder} may not be entered{by}");
            Some(Failure::new(SpawnFailure::WorkingDirectoryMissing, message))
        }
        Step::Program => match error.raw_os_error() {
            Some(libc::EACCES | libc::EPERM) if plan.run_as.is_some() => {
                failure(SpawnFailure::NotExecutable, format!("the program {} may not be executed{by}", plan.program))
            }
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abilities_match_this_machine() {
        let abilities = abilities();
        assert_eq!(abilities.root, rustix::process::geteuid().is_root());
        assert!(abilities.open_files_max.is_none_or(|files| files > 0));
        assert!(abilities.in_cgroup.is_empty() || abilities.cgroup.is_some());
    }
}
