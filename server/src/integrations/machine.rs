//! The machine on which this server runs.
//!
//! Deliberately absent: its load and its memory, which programs that watch machines know better.

/// Name of the machine and its operating system, such as `atlas, Linux 6.1.0 (Debian 12)`.
pub fn description() -> String {
    use sysinfo::System;
    let host = System::host_name().unwrap_or_default();
    let kernel = System::kernel_version().unwrap_or_default();
    let system = System::long_os_version().unwrap_or_default();
    let parts = [host, system, format!("kernel {kernel}")];
    parts.into_iter().filter(|part| !part.trim_end().is_empty() && part != "kernel ").collect::<Vec<_>>().join(", ")
}
