//! The server as a process: starting, refusing, stopping; and what it shows of itself.

#[cfg(target_os = "linux")]
mod faketime;
mod frame;
mod hooks;
mod pages;
mod process;
mod stopping;
mod stream;
mod tls;
mod upkeep;
mod within;
