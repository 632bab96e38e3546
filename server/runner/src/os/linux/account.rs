//! The accounts of this machine, that of this process, and the settings that a login of that account would not inherit from a service.
#![allow(
    unsafe_code,
    reason = "getpwuid_r, getgrouplist and signal have no safe wrapper; each use says why it is sound"
)]

use std::ffi::{CStr, CString};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::os::Account;

/// Maximum number of groups that one account has (`NGROUPS_MAX` of the kernel).
const GROUPS_MAX: usize = 65_536;

/// Maximum number of bytes that the name service may need for one account.
const ENTRY_MAX: usize = 1024 * 1024;

/// An account that a command can run as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    /// The account.
    pub(crate) account: Account,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Ids of all its groups, the main one included.
    pub(super) groups: Vec<u32>,
}

impl User {
    /// Finds an account by name; none if the name service does not know it.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let c_name = CString::new(name).ok()?;
        let Entry { account, uid, gid } = entry(&Wanted::Name(&c_name))?;
        Some(Self { account, uid, gid, groups: groups_of(&c_name, gid) })
    }

    /// Whether a file belongs to this account.
    pub(crate) fn owns(&self, file: &std::fs::Metadata) -> bool {
        file.uid() == self.uid
    }

    /// Whether this is the account of this process.
    pub(crate) fn is_own(&self) -> bool {
        rustix::process::geteuid().as_raw() == self.uid
    }
}

/// Gives a folder and the files in it to an account, the folder last, so that nobody else reaches them before.
pub(crate) fn give(folder: &Path, user: &User) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        std::os::unix::fs::lchown(entry?.path(), Some(user.uid), Some(user.gid))?;
    }
    std::os::unix::fs::lchown(folder, Some(user.uid), Some(user.gid))
}

/// The account of this process; none if the name service does not know it.
pub fn account() -> Option<Account> {
    Some(entry(&Wanted::Id(rustix::process::getuid().as_raw()))?.account)
}

/// An account by name; none if the name service does not know it.
pub fn user(name: &str) -> Option<Account> {
    Some(entry(&Wanted::Name(&CString::new(name).ok()?))?.account)
}

/// By what an account is found.
enum Wanted<'a> {
    Id(u32),
    Name(&'a CStr),
}

/// An account with its user id and the id of its main group.
struct Entry {
    account: Account,
    uid: u32,
    gid: u32,
}

/// Asks the name service for an account.
fn entry(wanted: &Wanted<'_>) -> Option<Entry> {
    let mut buffer: Vec<libc::c_char> = vec![0; 4096];
    loop {
        // SAFETY: all addresses belong to values that live here, and the length is that of the buffer. What the entry
        // points to is in the buffer and is copied before the buffer is dropped.
        unsafe {
            let mut entry: libc::passwd = std::mem::zeroed();
            let mut found: *mut libc::passwd = std::ptr::null_mut();
            let (at, length) = (buffer.as_mut_ptr(), buffer.len());
            let code = match wanted {
                Wanted::Id(uid) => libc::getpwuid_r(*uid, &mut entry, at, length, &mut found),
                Wanted::Name(name) => libc::getpwnam_r(name.as_ptr(), &mut entry, at, length, &mut found),
            };
            match code {
                libc::ERANGE if buffer.len() < ENTRY_MAX => buffer.resize(buffer.len() * 4, 0),
                0 if !found.is_null() => {
                    let text = |text: *const libc::c_char| CStr::from_ptr(text).to_str().ok().map(str::to_owned);
                    let account = Account { name: text(entry.pw_name)?, home: text(entry.pw_dir)? };
                    return Some(Entry { account, uid: entry.pw_uid, gid: entry.pw_gid });
                }
                _ => return None,
            }
        }
    }
}

/// Ids of all groups of an account.
fn groups_of(name: &CStr, main: u32) -> Vec<u32> {
    let mut groups = vec![0; 64];
    loop {
        let mut count = i32::try_from(groups.len()).unwrap_or(i32::MAX);
        // SAFETY: the list has room for as many ids as `count` says, and both live here.
        let found = unsafe { libc::getgrouplist(name.as_ptr(), main, groups.as_mut_ptr(), &mut count) };
        let needed = usize::try_from(count).unwrap_or(0);
        if found >= 0 || groups.len() >= GROUPS_MAX {
            groups.truncate(needed);
            return groups;
        }
        groups.resize(needed.clamp(groups.len() * 2, GROUPS_MAX), 0);
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
