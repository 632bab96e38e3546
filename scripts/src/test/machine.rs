//! What the machine must have. As root on Debian it is installed; elsewhere the exact command is shown.

use crate::command::{self, Answer, which};
use crate::place::Place;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Oldest version of Node that works.
const NODE: (u32, u32) = (20, 19);
const SCHEMATHESIS: &str = "schemathesis==4.32.0";
const AIOSMTPD: &str = "aiosmtpd==1.4.6";

/// Checks for Node and npm in a version that works.
///
/// # Errors
/// One sentence: what is missing or too old, and what to do about it.
pub fn node() -> Answer<()> {
    let advice = format!("install Node {}.{} or newer (https://nodejs.org)", NODE.0, NODE.1);
    if which("node").is_none() || which("npm").is_none() {
        return Err(format!("Node with npm is missing: {advice}"));
    }
    let version = command::read(Command::new("node").arg("--version"))?;
    let mut parts = version.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < NODE { Err(format!("Node {} is too old: {advice}", version.trim())) } else { Ok(()) }
}

/// Whether this tool may install Debian packages.
fn is_debian_root() -> bool {
    let root = || command::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    Path::new("/etc/debian_version").exists() && root()
}

/// Installs Debian packages, or shows the command that would.
fn install(what: &str, packages: &[&str], elsewhere: &str) -> Answer<()> {
    let packages = packages.join(" ");
    if !is_debian_root() {
        let debian = format!("sudo apt-get install {packages}");
        return Err(format!("{what} is missing: on Debian or Ubuntu run `{debian}`, elsewhere {elsewhere}"));
    }
    println!("{what} is missing: installing {packages}");
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.args(["-q", "-o", "DPkg::Lock::Timeout=600"]).env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    command::must(apt().arg("update"))?;
    command::must(apt().args(["install", "-y", "--no-install-recommends"]).args(packages.split(' ')))
}

/// The browser of the journeys: `ORC_TEST_CHROMIUM`, or one that is installed.
pub fn chromium() -> Answer<PathBuf> {
    const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let named = || std::env::var_os("ORC_TEST_CHROMIUM").map(PathBuf::from);
    let find = || named().or_else(|| NAMES.iter().find_map(|name| which(name)));
    if find().is_none() {
        install("Chromium", &["chromium"], "install Chromium or Chrome and name it in ORC_TEST_CHROMIUM")?;
    }
    find().ok_or_else(|| "Chromium is still missing after its installation".to_owned())
}

/// Folder of PostgreSQL's server programs.
pub fn postgres() -> Answer<PathBuf> {
    let debian = || {
        let entries = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
        let version = |folder: &PathBuf| folder.file_name()?.to_string_lossy().parse::<u32>().ok();
        let newest = entries.map(|entry| entry.path()).max_by_key(version)?.join("bin");
        newest.join("initdb").exists().then_some(newest)
    };
    let find = || debian().or_else(|| which("initdb").and_then(|file| file.parent().map(Path::to_path_buf)));
    if find().is_none() {
        install("PostgreSQL", &["postgresql"], "install PostgreSQL, or name a server in ORC_TEST_POSTGRES_URL")?;
    }
    find().ok_or_else(|| "PostgreSQL is still missing after its installation".to_owned())
}

/// Checks for the library that moves a program's wall clock. It exists only on Linux, and only tests on Linux need
/// it.
pub fn faketime() -> Answer<()> {
    let folders = || std::fs::read_dir("/usr/lib").into_iter().flatten().filter_map(Result::ok);
    let find = || folders().any(|folder| folder.path().join("faketime/libfaketime.so.1").exists());
    if cfg!(not(target_os = "linux")) || std::env::var_os("ORC_TEST_FAKETIME").is_some() || find() {
        return Ok(());
    }
    install("libfaketime", &["faketime"], "install libfaketime and name libfaketime.so.1 in ORC_TEST_FAKETIME")?;
    if find() { Ok(()) } else { Err("libfaketime is still missing after its installation".to_owned()) }
}

/// Looks for what the tests of VPN tunnels need. They skip themselves and say so where it is missing, so this never fails.
pub fn tunnels() {
    const PROGRAMS: [&str; 3] = ["ip", "wg", "wireguard-go"];
    let missing = || PROGRAMS.iter().find(|program| which(program).is_none());
    if cfg!(not(target_os = "linux")) || missing().is_none() {
        return;
    }
    let packages = ["iproute2", "wireguard-tools", "wireguard-go"];
    if let Err(sentence) = install("WireGuard", &packages, "install wireguard-go") {
        println!("tests of VPN tunnels will be skipped: {sentence}");
    }
}

/// schemathesis, in a private virtual environment under the target folder.
pub fn schemathesis(place: &Place) -> Answer<PathBuf> {
    virtual_environment(&place.own().join("schemathesis"), SCHEMATHESIS, "schemathesis", &["--version"])
}

/// Python with aiosmtpd, the SMTP server of the tests, in a private virtual environment under the target folder.
pub fn smtp(place: &Place) -> Answer<PathBuf> {
    virtual_environment(&place.own().join("aiosmtpd"), AIOSMTPD, "python", &["-c", "import aiosmtpd"])
}

/// A program in a virtual environment, which is made if the program does not run with the arguments.
fn virtual_environment(folder: &Path, package: &str, program: &str, proof: &[&str]) -> Answer<PathBuf> {
    let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let program = bin.join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    let runs = || command::read(Command::new(&program).args(proof)).is_ok();
    if runs() {
        return Ok(program);
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    if command::read(Command::new(python).args(["-c", "import venv, ensurepip"])).is_err() {
        install("Python 3 with venv", &["python3", "python3-venv"], "install Python 3.10 or newer")?;
    }
    command::read(Command::new(python).args(["-m", "venv", "--clear"]).arg(folder))?;
    let pip = bin.join(format!("pip{}", std::env::consts::EXE_SUFFIX));
    command::read(Command::new(pip).args(["install", "--quiet", package]))?;
    if runs() { Ok(program) } else { Err(format!("{package} was installed but does not start")) }
}

/// Installs the packages of a folder with a `package.json`, by its lock file.
///
/// # Errors
/// Fails with a sentence if npm fails.
pub fn packages(folder: &Path) -> Answer<()> {
    let stamp = |file: &str| std::fs::metadata(folder.join(file)).and_then(|data| data.modified()).ok();
    let (wanted, installed) = (stamp("package-lock.json"), stamp("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= wanted {
        return Ok(());
    }
    // Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms.
    let mut npm = command::npm(folder, &["install", "--no-save", "--no-audit", "--loglevel=error"]);
    command::must(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
}
