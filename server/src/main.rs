//! `orc-server`: parses the command line and hands over to the library.

fn main() {
    if std::env::args().nth(1).as_deref() == Some("openapi") {
        print!("{}", orc_server::api::document::text());
    }
}
