//! Makes sure that there is a page to embed: without a built page, a stub says how to build one.
//!
//! Only a release holds the page in itself and must be built again when the page changes. A debug server reads
//! `web/dist` when it is asked, so a new page costs it no build.

use std::path::Path;

const STUB: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Orc</title></head>\n\
<body><h1>Orc</h1>\n<p>This server was built without its page. The API and the command line work. To build the page: \
<code>cargo xtask start</code>.</p></body>\n</html>\n";

fn main() {
    let dist = Path::new("../web/dist");
    if std::env::var("PROFILE").is_ok_and(|profile| profile != "debug") {
        println!("cargo:rerun-if-changed={}", dist.display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    if folds() {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
    let index = dist.join("index.html");
    if !index.exists() {
        std::fs::create_dir_all(dist).expect("the folder web/dist can be made");
        std::fs::write(&index, STUB).expect("the stub page can be written");
    }
}

/// Whether functions with the same code become one, which makes a release a megabyte smaller. Only lld can do that, and
/// it is certain only where Rust links with its own lld and nobody chose another linker.
fn folds() -> bool {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|set| set == value);
    let unset = |name: &str| std::env::var(name).is_ok_and(|set| set.is_empty()) || std::env::var(name).is_err();
    let own = unset("RUSTC_LINKER") && unset("CARGO_ENCODED_RUSTFLAGS");
    own && is("TARGET", "x86_64-unknown-linux-gnu") && is("OPT_LEVEL", "3")
}
