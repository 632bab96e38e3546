//! What only Unix (today: Linux) can answer: becoming a runner, starting the command, signals, waiting, accounting.
//!
//! The one file with `unsafe`: the system calls that have no safe wrapper (signalfd, waitpid with accounting, execve and
//! prctl between fork and exec). The runner has one thread, so what it does between fork and exec is its own business.
#![allow(unsafe_code, reason = "system calls without a safe wrapper; each use says why it is sound")]

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, ChildStdout, Command, Stdio};

use rustix::process::{DumpableBehavior, Pid, Signal};

use crate::plan::Plan;
use crate::record::{Exit, SpawnFailure};
use crate::sweep::start_ticks;

/// Signals the runner takes from its signal descriptor instead of dying of them.
const TAKEN: [i32; 5] = [libc::SIGCHLD, libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT];

/// Where a program is looked for when the plan's environment has no `PATH`.
const PATH_DEFAULT: &str = "/usr/local/bin:/usr/bin:/bin";

/// Makes this process a runner: own session, adopter of orphaned descendants, memory closed to others, inherited
/// descriptors not passed on. Gives the descriptor its signals arrive on.
pub(crate) fn become_runner() -> io::Result<OwnedFd> {
    // Fails only for a process that leads its group already; then it has a group of its own anyway.
    let _ = rustix::process::setsid();
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
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
        // A limit on file sizes must end in a failing write, not in a dead runner.
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        match libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) {
            -1 => Err(io::Error::last_os_error()),
            descriptor => Ok(OwnedFd::from_raw_fd(descriptor)),
        }
    }
}

/// Makes this process a fork server: a name of its own in lists of processes, its own session, so that no terminal's
/// signal reaches it or its runners, and children that are collected by the kernel.
pub(crate) fn become_fork_server() {
    let _ = rustix::thread::set_name(c"orc-fork-server");
    // Fails only for a process that leads its group already; then it has a group of its own anyway.
    let _ = rustix::process::setsid();
    // SAFETY: a plain system call; no handler runs.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
}

/// Which of the two processes goes on after a fork.
pub(crate) enum Forked {
    /// The one that forked.
    Parent,
    /// The new one; the stream is its standard input and output, and nothing of the channel of its parent is left to it.
    Child,
}

/// Forks this process.
pub(crate) fn fork(stream: &OwnedFd) -> io::Result<Forked> {
    // SAFETY: this process has one thread, so the child is whole: nobody holds a lock that will never be released. The
    // two descriptors replaced are the standard ones, which are never closed.
    unsafe {
        match libc::fork() {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                for standard in [libc::STDIN_FILENO, libc::STDOUT_FILENO] {
                    if libc::dup2(stream.as_raw_fd(), standard) == -1 {
                        libc::_exit(3);
                    }
                }
                let _ = rustix::thread::set_name(c"orc-runner");
                Ok(Forked::Child)
            }
            _ => Ok(Forked::Parent),
        }
    }
}

/// Takes the signals that have arrived; true when one of them asks the runner to stop.
pub(crate) fn stop_signalled(signals: &OwnedFd) -> bool {
    let mut buffer = [0_u8; 4 * size_of::<libc::signalfd_siginfo>()];
    let mut stop = false;
    while let Ok(length) = rustix::io::read(signals, &mut buffer) {
        let arrived = buffer[..length].chunks_exact(size_of::<libc::signalfd_siginfo>());
        for info in arrived {
            let number = i32::from_ne_bytes(info[..4].try_into().expect("four bytes"));
            stop |= matches!(number, libc::SIGTERM | libc::SIGINT | libc::SIGQUIT);
        }
    }
    stop
}

/// The kernel's boot id.
pub(crate) fn boot_id() -> io::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

/// A command that was started.
pub(crate) struct Child {
    pub(crate) pid: u32,
    pub(crate) start_ticks: u64,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

/// Why a command was not started.
pub(crate) struct Failure {
    pub(crate) reason: SpawnFailure,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(reason: SpawnFailure, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

/// Starts the plan's command in its own session with clean signals, tied to this process's life.
pub(crate) fn start(plan: &Plan, arguments: &[String]) -> Result<Child, Failure> {
    let folder = &plan.working_directory;
    if !folder.is_absolute() || !folder.is_dir() {
        let message = format!("the working directory {} is missing or not a folder", folder.display());
        return Err(Failure::new(SpawnFailure::WorkingDirectoryMissing, message));
    }
    let program = resolve(plan)?;
    let mut image = Image::new(plan, &program, arguments)?;
    let mut command = Command::new(&program);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let runner = rustix::process::getpid();
    // SAFETY: runs in the forked child of a process with one thread and makes only async-signal-safe calls; `image` owns
    // everything execve reads.
    unsafe {
        command.pre_exec(move || {
            rustix::process::setsid()?;
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
            if rustix::process::getppid() != Some(runner) {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            let mut none: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&mut none);
            libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
            libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
            Err(image.exec())
        });
    }
    let mut child = command.spawn().map_err(|error| failure(&error, folder, &program))?;
    let (stdout, stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let pid = child.id();
    Ok(Child { pid, start_ticks: start_ticks(pid).unwrap_or(0), stdout, stderr })
}

/// Program, arguments and environment as the system wants them. Executed directly: the usual search functions would
/// hand a file of unknown format to a shell.
struct Image {
    program: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
    pointers: (Vec<usize>, Vec<usize>),
}

impl Image {
    fn new(plan: &Plan, program: &Path, arguments: &[String]) -> Result<Self, Failure> {
        let text = |text: Vec<u8>| {
            CString::new(text).map_err(|_| {
                Failure::new(SpawnFailure::InvalidInput, "program, arguments and environment must not hold a NUL byte")
            })
        };
        let mut argv = vec![text(plan.program.clone().into_bytes())?];
        for argument in arguments {
            argv.push(text(argument.clone().into_bytes())?);
        }
        let mut environment = Vec::with_capacity(plan.environment.len());
        for (name, value) in &plan.environment {
            if name.is_empty() || name.contains('=') {
                let message = format!("{name:?} cannot be the name of an environment variable");
                return Err(Failure::new(SpawnFailure::InvalidInput, message));
            }
            environment.push(text(format!("{name}={value}").into_bytes())?);
        }
        let pointers = |strings: &[CString]| {
            strings.iter().map(|string| string.as_ptr() as usize).chain([0]).collect::<Vec<usize>>()
        };
        let pointers = (pointers(&argv), pointers(&environment));
        let program = text(program.as_os_str().as_bytes().to_vec())?;
        Ok(Self { program, arguments: argv, environment, pointers })
    }

    /// Replaces this process; comes back only with the reason why not.
    fn exec(&mut self) -> io::Error {
        debug_assert_eq!(
            self.arguments.len() + self.environment.len() + 2,
            self.pointers.0.len() + self.pointers.1.len()
        );
        // SAFETY: both arrays hold the addresses of strings this value owns and end with a null; a `usize` has the
        // layout of a pointer.
        unsafe {
            libc::execve(self.program.as_ptr(), self.pointers.0.as_ptr().cast(), self.pointers.1.as_ptr().cast())
        };
        io::Error::last_os_error()
    }
}

/// Finds the program: a path is taken relative to the working directory, a name is looked up in the plan's `PATH`.
fn resolve(plan: &Plan) -> Result<PathBuf, Failure> {
    let missing =
        |what: &str| Failure::new(SpawnFailure::ProgramNotFound, format!("the program {} {what}", plan.program));
    if plan.program.contains('\0') {
        return Err(Failure::new(SpawnFailure::InvalidInput, "the program's name holds a NUL byte"));
    }
    if plan.program.is_empty() {
        return Err(Failure::new(SpawnFailure::ProgramNotFound, "the plan names no program"));
    }
    if plan.program.contains('/') {
        let path = plan.working_directory.join(&plan.program);
        return match runnable(&path) {
            Some(true) => Ok(path),
            Some(false) => Err(not_executable(&path)),
            None => Err(missing("does not exist")),
        };
    }
    let path = plan.environment.get("PATH").map_or(PATH_DEFAULT, String::as_str);
    let mut seen = None;
    for folder in path.split(':').filter(|folder| folder.starts_with('/')) {
        let candidate = Path::new(folder).join(&plan.program);
        match runnable(&candidate) {
            Some(true) => return Ok(candidate),
            Some(false) if seen.is_none() => seen = Some(candidate),
            _ => {}
        }
    }
    Err(seen.map_or_else(|| missing(&format!("is not in PATH ({path})")), |path| not_executable(&path)))
}

fn not_executable(path: &Path) -> Failure {
    Failure::new(SpawnFailure::NotExecutable, format!("{} is not an executable file", path.display()))
}

/// Whether a path can be executed; none when there is nothing.
fn runnable(path: &Path) -> Option<bool> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn failure(error: &io::Error, folder: &Path, program: &Path) -> Failure {
    let folder_closed = rustix::fs::access(folder, rustix::fs::Access::EXEC_OK).is_err();
    let shown = program.display();
    match error.raw_os_error() {
        Some(libc::EACCES) if folder_closed => {
            let message = format!("the working directory {} may not be entered", folder.display());
            Failure::new(SpawnFailure::WorkingDirectoryMissing, message)
        }
        Some(libc::EACCES | libc::EPERM) => {
            Failure::new(SpawnFailure::NotExecutable, format!("{shown} may not be executed"))
        }
        Some(libc::ENOENT | libc::ENOTDIR) => {
            let message = format!("the interpreter that the first line of {shown} names does not exist");
            Failure::new(SpawnFailure::ProgramNotFound, message)
        }
        Some(libc::ENOEXEC) => {
            let message = format!("{shown} is neither a program for this machine nor a script with a #! line");
            Failure::new(SpawnFailure::ExecFormat, message)
        }
        Some(libc::E2BIG) => {
            Failure::new(SpawnFailure::InvalidInput, "arguments and environment together are too long for this system")
        }
        Some(libc::EAGAIN | libc::ENOMEM | libc::EMFILE | libc::ENFILE) => Failure::new(
            SpawnFailure::ResourceExhausted,
            format!("the system has no room for another process: {error}"),
        ),
        _ => Failure::new(SpawnFailure::Other, format!("{shown} could not be started: {error}")),
    }
}

/// What waiting found.
#[derive(Default)]
pub(crate) struct Reaped {
    /// How the command ended, if it was among the dead.
    pub(crate) leader: Option<Exit>,
    /// No child is left: as orphans come to this process, no descendant is alive.
    pub(crate) none_left: bool,
}

/// Collects all dead children without waiting.
pub(crate) fn reap(leader: u32) -> Reaped {
    let mut reaped = Reaped::default();
    loop {
        let mut code = 0;
        // SAFETY: writes one integer that lives here.
        let pid = unsafe { libc::waitpid(-1, &mut code, libc::WNOHANG) };
        match pid {
            0 => return reaped,
            -1 if io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) => {}
            -1 => {
                reaped.none_left = true;
                return reaped;
            }
            pid if u32::try_from(pid) == Ok(leader) => reaped.leader = exit_of(code),
            _ => {}
        }
    }
}

fn exit_of(code: i32) -> Option<Exit> {
    if libc::WIFEXITED(code) {
        return Some(Exit::Code { code: libc::WEXITSTATUS(code) });
    }
    libc::WIFSIGNALED(code).then(|| Exit::Signal { signal: libc::WTERMSIG(code) })
}

/// Processor seconds and largest resident memory in bytes of all children that were collected.
pub(crate) fn usage() -> (f64, u64) {
    // SAFETY: fills one plain structure that lives here.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let kilobytes = u64::try_from(usage.ru_maxrss).unwrap_or(0);
    (seconds(usage.ru_utime) + seconds(usage.ru_stime), kilobytes * 1024)
}

/// Sends a signal to the command's group. Only while the command has not been collected: its id is taken until then.
pub(crate) fn signal_group(leader: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // A failure means the group is gone, which the next wait shows.
        let _ = rustix::process::kill_process_group(pid, signal);
    }
}

/// Whether the command's group still has members. The id may be taken anew after the last member is gone, so this only
/// decides how long to wait.
pub(crate) fn group_exists(leader: u32) -> bool {
    let pid = i32::try_from(leader).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process_group(pid).is_ok())
}
