//! The command: how it starts, its output, its process group, its end, and its resource usage.
//!
//! The runner has one thread, so it may call more than usual between fork and exec.
#![allow(unsafe_code, reason = "system calls without a safe wrapper; each use says why it is sound")]

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal};
use zeroize::Zeroizing;

use super::account::reset_signals;
use super::entering::{Entering, not_entered};
use super::group::Group;
use super::memory::reopen_cores;
use super::processes::start_ticks;
use super::program::resolve;
use super::{Source, input, output};
use crate::os::{Child, Failure, Given, Reaped, Used};
use crate::protocol::plan::Plan;
use crate::protocol::record::{Exit, SpawnFailure};

/// Bytes in a block of getrusage(2).
const BLOCK: u64 = 512;

/// One output pipe of the command.
pub(crate) struct Output(OwnedFd);

impl Output {
    /// Reads once. Returns 0 when every process has closed the pipe.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(&self.0, buffer)?)
    }

    pub(crate) fn source(&self) -> Source<'_> {
        input(&self.0)
    }
}

/// Bytes on their way to the command's standard input.
pub(crate) struct Feed {
    pipe: OwnedFd,
    bytes: Zeroizing<Vec<u8>>,
    at: usize,
}

impl Feed {
    /// Prepares the pipe, which must not block this process when the command does not read.
    fn new(pipe: OwnedFd, bytes: Zeroizing<Vec<u8>>) -> io::Result<Self> {
        rustix::fs::fcntl_setfl(&pipe, rustix::fs::OFlags::NONBLOCK)?;
        Ok(Self { pipe, bytes, at: 0 })
    }

    pub(crate) fn source(&self) -> Source<'_> {
        output(&self.pipe)
    }

    /// Writes as much as fits. Returns what must be written later; none closes the pipe, because all is written or
    /// nobody reads.
    pub(crate) fn push(mut self) -> Option<Self> {
        while self.at < self.bytes.len() {
            match rustix::io::write(&self.pipe, &self.bytes[self.at..]) {
                Ok(length) => self.at += length,
                Err(error) if crate::os::passes(&error.into()) => return Some(self),
                Err(_) => return None,
            }
        }
        None
    }
}

/// Starts the plan's command in its own session, with default signals and the plan's umask. The kernel kills the
/// command if this process dies.
pub(crate) fn spawn(
    plan: &Plan,
    arguments: &[String],
    given: &mut Given,
    group: Option<&Group>,
) -> Result<Child, Failure> {
    let folder = &plan.working_directory;
    if !folder.is_absolute() || !folder.is_dir() {
        let message = format!("the working directory {} is missing or not a folder", folder.display());
        return Err(Failure::new(SpawnFailure::WorkingDirectoryMissing, message));
    }
    let program = resolve(plan)?;
    let mut image = Image::new(plan, &program, arguments, &given.variables)?;
    let stdin = if given.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
    let (entering, steps) = Entering::prepare(plan, group, given.user.take())?;
    let mut command = Command::new(&program);
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    let runner = rustix::process::getpid();
    let umask = rustix::fs::Mode::from_raw_mode(plan.umask & 0o777);
    // SAFETY: this runs in the forked child of a process with one thread and makes only async-signal-safe calls;
    // `image` owns everything that execve reads, and `entering` what it needs.
    unsafe {
        command.pre_exec(move || {
            rustix::process::setsid()?;
            reset_signals()?;
            reopen_cores()?;
            rustix::process::umask(umask);
            entering.enter(runner)?;
            let error = image.exec();
            entering.refused();
            Err(error)
        });
    }
    let mut child = command.spawn().map_err(|error| match error.raw_os_error() {
        Some(libc::E2BIG) => too_large(plan, arguments),
        _ => not_entered(steps.failed(), &error, plan).unwrap_or_else(|| failure(&error, &program)),
    })?;
    let stdout = Output(child.stdout.take().expect("piped").into());
    let stderr = Output(child.stderr.take().expect("piped").into());
    let feed = child.stdin.take().zip(given.stdin.take());
    // Without the pipe's flag the runner would wait for the command, so such a command gets no input.
    let stdin = feed.and_then(|(pipe, bytes)| Feed::new(pipe.into(), bytes).ok()?.push());
    let pid = child.id();
    Ok(Child { pid, start_ticks: start_ticks(pid).unwrap_or(0), stdout, stderr, stdin })
}

/// Program, arguments and environment in the form that execve takes. Executed directly: the usual search functions
/// would hand a file of unknown format to a shell.
struct Image {
    program: CString,
    arguments: Vec<CString>,
    environment: Vec<CString>,
    pointers: (Vec<usize>, Vec<usize>),
}

impl Image {
    fn new(
        plan: &Plan,
        program: &Path,
        arguments: &[String],
        variables: &[(String, Zeroizing<Vec<u8>>)],
    ) -> Result<Self, Failure> {
        let text = |text: Vec<u8>| {
            CString::new(text).map_err(|_| {
                Failure::new(SpawnFailure::InvalidInput, "program, arguments and environment must not hold a NUL byte")
            })
        };
        let mut argv = vec![text(plan.program.clone().into_bytes())?];
        for argument in arguments {
            argv.push(text(argument.clone().into_bytes())?);
        }
        let mut environment = Vec::with_capacity(plan.environment.len() + variables.len());
        for (name, value) in &plan.environment {
            if name.is_empty() || name.contains('=') {
                let message = format!("{name:?} cannot be the name of an environment variable");
                return Err(Failure::new(SpawnFailure::InvalidInput, message));
            }
            environment.push(text(format!("{name}={value}").into_bytes())?);
        }
        for (name, value) in variables {
            environment.push(text([name.as_bytes(), b"=", value.as_slice()].concat())?);
        }
        let pointers = |strings: &[CString]| {
            strings.iter().map(|string| string.as_ptr() as usize).chain([0]).collect::<Vec<usize>>()
        };
        let pointers = (pointers(&argv), pointers(&environment));
        let program = text(program.as_os_str().as_bytes().to_vec())?;
        Ok(Self { program, arguments: argv, environment, pointers })
    }

    /// Replaces this process. Returns only the error if that fails.
    fn exec(&mut self) -> io::Error {
        debug_assert_eq!(
            self.arguments.len() + self.environment.len() + 2,
            self.pointers.0.len() + self.pointers.1.len()
        );
        // SAFETY: both arrays hold the addresses of strings that this value owns and end with a null; a `usize` has
        // the layout of a pointer.
        unsafe {
            libc::execve(self.program.as_ptr(), self.pointers.0.as_ptr().cast(), self.pointers.1.as_ptr().cast())
        };
        io::Error::last_os_error()
    }
}

/// Says which text is too large: one alone (`MAX_ARG_STRLEN` of the kernel is 32 pages), or the largest of all.
fn too_large(plan: &Plan, arguments: &[String]) -> Failure {
    let one = 32 * rustix::param::page_size();
    let arguments =
        arguments.iter().enumerate().map(|(index, text)| (format!("argument {}", index + 1), text.len() + 1));
    let variables = plan.environment.iter();
    let variables = variables.map(|(name, value)| (format!("the variable {name}"), name.len() + value.len() + 2));
    let all: Vec<(String, usize)> = arguments.chain(variables).collect();
    let sum: usize = all.iter().map(|(_, bytes)| bytes + size_of::<usize>()).sum();
    let (what, bytes) = all.into_iter().max_by_key(|(_, bytes)| *bytes).unwrap_or_default();
    let message = if bytes > one {
        format!("{what} has {bytes} bytes, and this system takes {one} bytes in one")
    } else {
        format!(
            "all arguments and variables together have {sum} bytes, which is too much for this system (a quarter of the \
             limit of the stack); the largest is {what} with {bytes} bytes"
        )
    };
    Failure::new(SpawnFailure::InvalidInput, message)
}

fn failure(error: &io::Error, program: &Path) -> Failure {
    let shown = program.display();
    match error.raw_os_error() {
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
        Some(libc::EAGAIN | libc::ENOMEM | libc::EMFILE | libc::ENFILE) => Failure::new(
            SpawnFailure::ResourceExhausted,
            format!("the system has no room for another process: {error}"),
        ),
        _ => Failure::new(SpawnFailure::Other, format!("{shown} could not be started: {error}")),
    }
}

/// Hands output that others still hold to a separate process, which reads and discards it, because a program that
/// continues must not die of a pipe that nobody reads.
pub(crate) fn abandon(outputs: Vec<Output>) {
    // SAFETY: this process has one thread, so the child is whole. The child closes everything that it inherited
    // except the pipes, above all the log's lock, and never returns.
    unsafe {
        if outputs.is_empty() || libc::fork() != 0 {
            return;
        }
        let kept: Vec<i32> = outputs.iter().map(|output| output.0.as_raw_fd()).collect();
        let _a_leader_has_a_group_already = rustix::process::setsid();
        let _only_a_name = rustix::thread::set_name(c"orc-drain");
        let (least, most) = (kept.iter().min().copied().unwrap_or(0), kept.iter().max().copied().unwrap_or(0));
        let close = |from: i32, until: i32| {
            if from <= until {
                libc::syscall(libc::SYS_close_range, from, until, 0);
            }
        };
        close(0, least - 1);
        close(least + 1, most - 1);
        close(most + 1, i32::MAX);
        drain(outputs);
        libc::_exit(0);
    }
}

fn drain(mut outputs: Vec<Output>) {
    let mut buffer = vec![0; 64 * 1024];
    while !outputs.is_empty() {
        let Ok(ready) = super::wait(outputs.iter().map(Output::source).collect(), None) else { continue };
        let mut ready = ready.into_iter();
        outputs.retain(|output| {
            let waits = !ready.next().unwrap_or(false);
            waits
                || match output.read(&mut buffer) {
                    Ok(length) => length > 0,
                    Err(error) => crate::os::passes(&error),
                }
        });
    }
}

/// Collects all dead children without waiting.
pub(crate) fn reap(leader: u32) -> Reaped {
    let mut reaped = Reaped::default();
    loop {
        let mut code = 0;
        // SAFETY: waitpid writes one integer that lives here.
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

/// What all collected children used; the peak is that of the largest one.
pub(crate) fn usage() -> Used {
    // SAFETY: getrusage fills one plain structure that lives here.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let times = |count: i64, unit: u64| u64::try_from(count).unwrap_or(0) * unit;
    Used {
        cpu_seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        peak_memory_bytes: times(usage.ru_maxrss, 1024),
        disk_read_bytes: times(usage.ru_inblock, BLOCK),
        disk_written_bytes: times(usage.ru_oublock, BLOCK),
    }
}

/// Asks the command's group to stop. Stopped processes are continued so that they receive the signal.
pub(crate) fn ask(leader: u32) {
    signal_group(leader, Signal::TERM);
    signal_group(leader, Signal::CONT);
}

/// Kills the command's group.
pub(crate) fn kill_group(leader: u32) {
    signal_group(leader, Signal::KILL);
}

/// Sends a signal to the command's group. Call this only before the command has been collected, because its id is
/// reserved until then.
fn signal_group(leader: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // A failure means that the group is gone, as the next wait will show.
        let _ = rustix::process::kill_process_group(pid, signal);
    }
}

/// Returns whether the command's group still has members. The id may be reused after the last member is gone, so the
/// answer only decides how long to wait.
pub(crate) fn group_exists(leader: u32) -> bool {
    let pid = i32::try_from(leader).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process_group(pid).is_ok())
}
