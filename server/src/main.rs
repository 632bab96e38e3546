//! `orc-server`: hands over to the library.

fn main() -> std::process::ExitCode {
    orc_server::cli::main()
}
