//! The account of this process, and the settings that a login of that account would not inherit from a service.
#![allow(unsafe_code, reason = "getpwuid_r and signal have no safe wrapper; each use says why it is sound")]

use std::ffi::CStr;
use std::io;

use crate::os::Account;

/// Maximum number of bytes that the name service may need for one account.
const ENTRY_MAX: usize = 1024 * 1024;

/// The account of this process; none if the name service does not know it.
pub fn account() -> Option<Account> {
    let uid = rustix::process::getuid().as_raw();
    let mut buffer: Vec<libc::c_char> = vec![0; 4096];
    loop {
        // SAFETY: all four addresses belong to values that live here, and the length is that of the buffer. What the
        // entry points to is in the buffer and is copied before the buffer is dropped.
        unsafe {
            let mut entry: libc::passwd = std::mem::zeroed();
            let mut found: *mut libc::passwd = std::ptr::null_mut();
            match libc::getpwuid_r(uid, &mut entry, buffer.as_mut_ptr(), buffer.len(), &mut found) {
                libc::ERANGE if buffer.len() < ENTRY_MAX => buffer.resize(buffer.len() * 4, 0),
                0 if !found.is_null() => {
                    let text = |text: *const libc::c_char| CStr::from_ptr(text).to_str().ok().map(str::to_owned);
                    return Some(Account { name: text(entry.pw_name)?, home: text(entry.pw_dir)? });
                }
                _ => return None,
            }
        }
    }
}

/// Gives up advantages that a service may have: a priority above the ordinary one, and protection from the kernel
/// when memory runs out. Commands of a login have neither. This must come before the process's memory is closed to
/// others, because that also closes `/proc/self`.
pub(super) fn give_up_preference() {
    if rustix::process::getpriority_process(None).is_ok_and(|nice| nice < 0) {
        // A refusal leaves the command an advantage, which does no harm.
        let _ = rustix::process::setpriority_process(None, 0);
    }
    let score = std::fs::read_to_string("/proc/self/oom_score_adj").unwrap_or_default();
    if score.trim().parse::<i32>().is_ok_and(|score| score < 0) {
        let _ = std::fs::write("/proc/self/oom_score_adj", "0");
    }
}

/// Gives every signal its default action and blocks none. May be called between fork and exec.
pub(super) fn reset_signals() -> io::Result<()> {
    // SAFETY: plain system calls on a local set, all of them async-signal-safe. No handler is lost, because the
    // process is about to become another program. The kernel is called directly, because the library reserves two
    // signals for itself, which may be ignored all the same. An action of zeros is the default action. Signals with a
    // fixed action are refused.
    unsafe {
        let default_action = [0_u64; 4];
        for signal in 1..=libc::SIGRTMAX() {
            let nothing: *const u64 = std::ptr::null();
            libc::syscall(libc::SYS_rt_sigaction, signal, default_action.as_ptr(), nothing, size_of::<u64>());
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        match libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut()) {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
