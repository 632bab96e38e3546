//! TLS by certificate and key files.

use super::process::{Server, binary, outcome};
use std::path::PathBuf;

fn data(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/data").join(name).display().to_string()
}

#[tokio::test]
async fn the_server_speaks_tls_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (data("tls_cert.pem"), data("tls_key.pem"));
    let server = Server::start_with(folder.path(), &["--tls-cert", &cert, "--tls-key", &key]);
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    let _installed_once = rustls::crypto::ring::default_provider().install_default();
    let trusting = reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true).build().unwrap();
    let word = trusting.get(format!("{}/healthz", server.url)).send().await.unwrap().text().await.unwrap();
    assert_eq!(word, "ok");
    let plain = server.url.replace("https://", "http://");
    assert!(trusting.get(format!("{plain}/healthz")).send().await.is_err());
}

#[test]
fn files_that_make_no_identity_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (data("tls_cert.pem"), data("tls_cert.pem"));
    let mut command = binary();
    command.arg("--data-dir").arg(folder.path()).args(["--listen", "127.0.0.1:0", "--tls-cert", &cert]);
    let (code, said) = outcome(command.args(["--tls-key", &key]));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("tls_key (--tls-key)") && said.contains("private key"), "{said}");
}
