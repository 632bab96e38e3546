//! A proxy in the process of the test: HTTP (forwarding and CONNECT) and SOCKS5. It knows names that nobody else knows,
//! and remembers what it was asked for.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// A running proxy. It ends with the test's runtime.
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

type Names = Arc<Vec<(String, SocketAddr)>>;

impl Proxy {
    /// Starts a proxy that knows these names.
    pub async fn start(names: &[(&str, SocketAddr)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let proxy = Self { address: listener.local_addr().expect("an address"), asked: Arc::default() };
        let names: Names = Arc::new(names.iter().map(|(name, address)| ((*name).to_owned(), *address)).collect());
        let asked = Arc::clone(&proxy.asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&names), Arc::clone(&asked)));
            }
        });
        proxy
    }

    /// Its address with a scheme such as `http` or `socks5h`.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// What it was asked for so far, such as `CONNECT name:443`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panicked").clone()
    }
}

async fn serve(mut stream: TcpStream, names: Names, asked: Arc<Mutex<Vec<String>>>) -> io::Result<()> {
    let note = |line: String| asked.lock().expect("nobody panicked").push(line);
    let mut first = [0];
    stream.peek(&mut first).await?;
    let (target, head) = if first == [5] {
        let target = socks(&mut stream).await?;
        note(format!("SOCKS {target}"));
        (target, None)
    } else {
        let head = head(&mut stream).await?;
        let (line, rest) = head.split_once("\r\n").unwrap_or_default();
        note(line.rsplit_once(' ').map_or(line, |(line, _)| line).to_owned());
        let (method, url) = line.split_once(' ').unwrap_or_default();
        match url.strip_prefix("http://").filter(|_| method != "CONNECT") {
            Some(url) => {
                let (host, path) = url.split_once('/').unwrap_or((url, ""));
                let host = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
                (host, Some(format!("{method} /{path}\r\n{rest}")))
            }
            None => (url.split(' ').next().unwrap_or_default().to_owned(), None),
        }
    };
    let known = target.rsplit_once(':').and_then(|(host, _)| names.iter().find(|(name, _)| name == host));
    let address = known.map(|(_, address)| *address).or_else(|| target.parse().ok());
    let Some(address) = address else {
        return stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await;
    };
    let mut server = TcpStream::connect(address).await?;
    match (head, first == [5]) {
        (Some(head), _) => server.write_all(head.as_bytes()).await?,
        (None, true) => stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?,
        (None, false) => stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?,
    }
    copy_bidirectional(&mut stream, &mut server).await.map(drop)
}

/// Reads a request up to its empty line.
async fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    String::from_utf8(head).map_err(io::Error::other)
}

/// Greets a client of SOCKS5 and reads where it wants to go.
async fn socks(stream: &mut TcpStream) -> io::Result<String> {
    let (_version, methods) = (stream.read_u8().await?, stream.read_u8().await?);
    stream.read_exact(&mut vec![0; usize::from(methods)]).await?;
    stream.write_all(&[5, 0]).await?;
    let mut request = [0; 4];
    stream.read_exact(&mut request).await?;
    let host = match request[3] {
        1 => std::net::Ipv4Addr::from(stream.read_u32().await?).to_string(),
        3 => {
            let mut name = vec![0; usize::from(stream.read_u8().await?)];
            stream.read_exact(&mut name).await?;
            String::from_utf8(name).map_err(io::Error::other)?
        }
        _ => format!("[{}]", std::net::Ipv6Addr::from(stream.read_u128().await?)),
    };
    Ok(format!("{host}:{}", stream.read_u16().await?))
}
