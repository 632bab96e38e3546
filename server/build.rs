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
    let index = dist.join("index.html");
    if !index.exists() {
        std::fs::create_dir_all(dist).expect("the folder web/dist can be made");
        std::fs::write(&index, STUB).expect("the stub page can be written");
    }
}
