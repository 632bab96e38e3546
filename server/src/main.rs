//! `orc-server`: calls the library.

fn main() -> std::process::ExitCode {
    orc_server::cli::main()
}
