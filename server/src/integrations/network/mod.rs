//! The network as this machine sees it: its interfaces, the way to an address, names, ports, and answers.
//!
//! Only the Linux part has run. `windows` and `macos` are untested: they were type-checked, and nothing of them ran. No
//! part reads the text of a program, because those texts differ by version and language. Deliberately absent: what
//! follows from what is seen (`domain::networks`). Start reading at `interfaces`.

mod dns;
pub mod reach;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(any(windows, target_os = "macos"))]
mod portable;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use self::linux as os;
#[cfg(target_os = "macos")]
use self::macos as os;
#[cfg(windows)]
use self::windows as os;

use crate::domain::networks::Interface;
use std::io;
use std::net::IpAddr;

/// Reads all interfaces. Waits for the system, so it belongs on a blocking thread.
///
/// # Errors
/// Fails if the system does not say.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    os::interfaces()
}

/// The interface through which the system would send traffic to an address, by its own decision: with all its tables
/// and rules. Waits for the system, so it belongs on a blocking thread.
///
/// # Errors
/// Fails if the system has no way to the address.
pub fn way(address: IpAddr) -> io::Result<Interface> {
    os::way(address)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod os {
    //! Systems for which nobody has written this yet.

    use crate::domain::networks::Interface;
    use std::io;
    use std::net::IpAddr;

    pub fn interfaces() -> io::Result<Vec<Interface>> {
        Err(io::Error::other("Orc cannot read the interfaces of this system yet"))
    }

    pub fn way(_: IpAddr) -> io::Result<Interface> {
        Err(io::Error::other("Orc cannot read the routes of this system yet"))
    }
}
