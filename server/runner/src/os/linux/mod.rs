//! Linux: becoming a runner, and taking signals from a descriptor instead of dying of them.
//!
//! The command is in `command` (`program` finds its file), the account and its login settings are in `account`, other
//! processes are in `processes`, the cgroup of an attempt is in `group`, its limits and account are set in `entering`, the fork server
//! is in `fork`, what must stay in memory is in `memory`. System calls without a safe wrapper (signalfd, waitpid, execve, fork) make these the
//! only files with `unsafe`; each use says why it is sound.

mod account;
mod command;
mod entering;
mod fork;
mod group;
mod memory;
mod processes;
mod program;

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

pub use super::unix::*;
pub(crate) use account::{User, give};
pub use account::{account, user};
pub(crate) use command::{Feed, Output, abandon, ask, group_exists, kill_group, reap, spawn, usage};
pub use entering::abilities;
pub(crate) use entering::root;
pub(crate) use fork::{Asker, Far, Forker, asker, pair};
pub(crate) use group::Group;
pub use group::remove_left_cgroups;
pub(crate) use memory::{create_folder, folder_id, memory_folders, shared_folders};
pub(crate) use processes::{
    ask_process, carriers, kill, kill_carrier, living, start_ticks, started_at_micros, survivors, weight,
};

/// The system's name as people know it.
pub(crate) const NAME: &str = "Linux";

/// Signals the runner takes from its signal descriptor instead of dying of them.
const TAKEN: [i32; 5] = [libc::SIGCHLD, libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT];

/// Longest path that safely fits into a socket address, in bytes.
const ADDRESS_MAX: usize = 100;

/// The niceness added to a thread of low priority: it gets about a tenth of a contended processor.
const NICER: i32 = 10;

/// Lowers the priority of the calling thread, and of the threads that it starts later, until they end.
pub fn lower_priority() {
    // On Linux each thread has its own priority, and "no process" means the calling thread. A refusal costs only
    // speed.
    let _ = rustix::process::setpriority_process(None, NICER);
}

/// What the system tells this runner: that children ended, or that somebody asks it to stop.
pub(crate) struct Signals(OwnedFd);

impl Signals {
    /// Makes this process a runner: it gets its own session, gives up advantages over others, adopts orphaned
    /// descendants, closes its memory to others, passes on no inherited descriptors, and takes signals from a
    /// descriptor.
    pub(crate) fn begin() -> io::Result<Self> {
        // This fails only for a process that already leads its group, and then the group is its own anyway.
        let _ = rustix::process::setsid();
        account::give_up_preference();
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        memory::close()?;
        take_signals().map(Self)
    }

    /// Takes the signals that have arrived. Returns true if one of them asks the runner to stop.
    pub(crate) fn stop_asked(&self) -> bool {
        let mut buffer = [0_u8; 4 * size_of::<libc::signalfd_siginfo>()];
        let mut stop = false;
        while let Ok(length) = rustix::io::read(&self.0, &mut buffer) {
            let arrived = buffer[..length].chunks_exact(size_of::<libc::signalfd_siginfo>());
            for info in arrived {
                let number = i32::from_ne_bytes(info[..4].try_into().expect("four bytes"));
                stop |= matches!(number, libc::SIGTERM | libc::SIGINT | libc::SIGQUIT);
            }
        }
        stop
    }

    pub(crate) fn source(&self) -> Source<'_> {
        input(&self.0)
    }
}

#[allow(unsafe_code, reason = "signalfd and close_range have no safe wrapper")]
fn take_signals() -> io::Result<OwnedFd> {
    // SAFETY: plain system calls on a local signal set; the descriptor is new and owned by nobody else.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC);
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        for signal in TAKEN {
            libc::signal(signal, libc::SIG_DFL);
            libc::sigaddset(&mut set, signal);
        }
        libc::sigprocmask(libc::SIG_SETMASK, &set, std::ptr::null_mut());
        // A limit on file sizes must make a write fail instead of killing the runner.
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        match libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) {
            -1 => Err(io::Error::last_os_error()),
            descriptor => Ok(OwnedFd::from_raw_fd(descriptor)),
        }
    }
}

/// The kernel's boot id.
pub(crate) fn boot_id() -> io::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

/// Connects to a socket. If the path is too long for an address, the connection goes through its folder's descriptor.
pub(super) fn open_socket(socket: &Path) -> io::Result<UnixStream> {
    if socket.as_os_str().len() <= ADDRESS_MAX {
        return UnixStream::connect(socket);
    }
    let (Some(folder), Some(name)) = (socket.parent(), socket.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let folder = File::open(folder)?;
    UnixStream::connect(Path::new(&format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name))
}
