//! The socket: plain or TLS, with an orderly end.

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long open answers may take when the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// Serves until told to stop, then lets open answers end.
///
/// `tls` holds the PEM files of certificate chain and key.
///
/// # Errors
/// Fails if the TLS files are not usable, or if the socket breaks.
pub async fn serve(
    listener: TcpListener,
    tls: Option<(PathBuf, PathBuf)>,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let handle = Handle::new();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stopping = handle.clone();
    let watcher = tokio::spawn(async move {
        stop.cancelled().await;
        stopping.graceful_shutdown(Some(LAST_ANSWERS));
    });
    let served = match tls {
        None => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle).first_request_timeout(HEAD_TIMEOUT);
            server.http_builder().http1().header_read_timeout(HEAD_TIMEOUT);
            server.serve(service).await
        }
        Some((cert, key)) => {
            let identity = RustlsConfig::from_pem_file(cert, key).await?;
            let server = axum_server::from_tcp_rustls(listener, identity)?;
            let mut server = server.handle(handle).first_request_timeout(HEAD_TIMEOUT);
            server.http_builder().http1().header_read_timeout(HEAD_TIMEOUT);
            server.serve(service).await
        }
    };
    watcher.abort();
    served
}
