//! Asking one DNS server for the addresses of a name (RFC 1035), by UDP, and by TCP if the answer is cut.
//!
//! Deliberately absent: searching, caching, and following CNAMEs in more questions, because servers that people name in a
//! profile resolve the whole chain. Start reading at `addresses`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

/// Types of records that have addresses: A and AAAA.
const TYPES: [u16; 2] = [1, 28];

const HEADER: usize = 12;

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Addresses(Vec<IpAddr>),
    /// The answer did not fit into a datagram.
    Cut,
}

/// The addresses of a name according to one server, IPv4 first.
pub async fn addresses(server: SocketAddr, host: &str) -> io::Result<Vec<IpAddr>> {
    let mut found = Vec::new();
    for kind in TYPES {
        let question = question(rand::random(), host, kind)?;
        let answer = match answer(&question, &over_udp(server, &question).await?)? {
            Answer::Cut => answer(&question, &over_tcp(server, &question).await?)?,
            whole => whole,
        };
        if let Answer::Addresses(addresses) = answer {
            found.extend(addresses);
        }
    }
    Ok(found)
}

async fn over_udp(server: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
    let any: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    // Connected, so that only this server can answer, and an unreachable port is reported.
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut buffer = vec![0; 4096];
    loop {
        let size = socket.recv(&mut buffer).await?;
        // A late answer to another question is not this one.
        if buffer[..size].starts_with(&question[..2]) {
            buffer.truncate(size);
            return Ok(buffer);
        }
    }
}

async fn over_tcp(server: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
    let length = stream.read_u16().await?;
    let mut buffer = vec![0; usize::from(length)];
    stream.read_exact(&mut buffer).await?;
    Ok(buffer)
}

/// A question for one type of record, with the wish for recursion.
fn question(id: u16, host: &str, kind: u16) -> io::Result<Vec<u8>> {
    let host = match url::Host::parse(host) {
        Ok(url::Host::Domain(ascii)) => ascii,
        _ => host.to_owned(),
    };
    let mut bytes = [id, 0x0100, 1, 0, 0, 0].map(u16::to_be_bytes).concat();
    for label in host.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length));
        let length = length.ok_or_else(|| io::Error::other(format!("\"{host}\" is not a name")))?;
        bytes.push(length);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend([kind, 1].map(u16::to_be_bytes).concat());
    Ok(bytes)
}

/// The addresses in an answer to a question.
fn answer(question: &[u8], bytes: &[u8]) -> io::Result<Answer> {
    let broken = || io::Error::other("the server's answer cannot be read");
    let number = |at: usize| bytes.get(at..at + 2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let flags = number(2).ok_or_else(broken)?;
    if number(0) != question.first_chunk::<2>().map(|id| u16::from_be_bytes(*id)) || flags & 0x8000 == 0 {
        return Err(broken());
    }
    if flags & 0x0200 != 0 {
        return Ok(Answer::Cut);
    }
    match flags & 0xF {
        0 => {}
        2 => return Err(io::Error::other("the server failed (SERVFAIL)")),
        3 => return Err(io::Error::other("the server says that there is no such name (NXDOMAIN)")),
        5 => return Err(io::Error::other("the server refuses to answer (REFUSED)")),
        code => return Err(io::Error::other(format!("the server answered with error {code}"))),
    }
    let (questions, answers) = (number(4).ok_or_else(broken)?, number(6).ok_or_else(broken)?);
    let mut at = HEADER;
    for _ in 0..questions {
        at = name_end(bytes, at).ok_or_else(broken)? + 4;
    }
    let mut found = Vec::new();
    for _ in 0..answers {
        at = name_end(bytes, at).ok_or_else(broken)?;
        let (kind, length) = (number(at).ok_or_else(broken)?, number(at + 8).ok_or_else(broken)?);
        let data = bytes.get(at + 10..at + 10 + usize::from(length)).ok_or_else(broken)?;
        match kind {
            1 => found.extend(<[u8; 4]>::try_from(data).ok().map(IpAddr::from)),
            28 => found.extend(<[u8; 16]>::try_from(data).ok().map(IpAddr::from)),
            _ => {}
        }
        at += 10 + usize::from(length);
    }
    Ok(Answer::Addresses(found))
}

/// Where a name ends. A pointer to an earlier name is its last part.
fn name_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xC0 == 0xC0 => return Some(at + 2),
            length if length & 0xC0 == 0 => at += 1 + usize::from(length),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer with the question, a CNAME, and the records.
    fn reply(question: &[u8], flags: u16, records: &[(u16, &[u8])]) -> Vec<u8> {
        let id = u16::from_be_bytes([question[0], question[1]]);
        let count = u16::try_from(records.len()).expect("few");
        let mut bytes = [id, flags, 1, count, 0, 0].map(u16::to_be_bytes).concat();
        bytes.extend(&question[HEADER..]);
        for (kind, data) in records {
            bytes.extend([0xC0, 12]);
            bytes.extend([*kind, 1, 0, 60, u16::try_from(data.len()).expect("short")].map(u16::to_be_bytes).concat());
            bytes.extend(*data);
        }
        bytes
    }

    #[test]
    fn addresses_are_read_from_answers() {
        let asked = question(7, "intranet.example", 1).expect("a question");
        let alias: &[u8] = b"\x03www\xc0\x0c";
        let bytes = reply(&asked, 0x8180, &[(5, alias), (1, &[10, 1, 2, 3])]);
        assert_eq!(answer(&asked, &bytes).expect("read"), Answer::Addresses(vec![[10, 1, 2, 3].into()]));
        assert_eq!(answer(&asked, &reply(&asked, 0x8380, &[])).expect("read"), Answer::Cut);
        let none = answer(&asked, &reply(&asked, 0x8183, &[])).expect_err("no such name");
        assert!(none.to_string().contains("NXDOMAIN"));
    }

    #[test]
    fn what_is_no_answer_is_refused_and_never_a_panic() {
        let asked = question(7, "intranet.example", 1).expect("a question");
        let bytes = reply(&asked, 0x8180, &[(1, &[10, 1, 2, 3]), (28, &[0; 16])]);
        for cut in 0..bytes.len() {
            assert!(answer(&asked, &bytes[..cut]).is_err(), "cut at {cut}");
        }
        for at in 0..bytes.len() {
            for value in [0, 0x3F, 0x40, 0xC0, 0xFF] {
                let mut broken = bytes.clone();
                broken[at] = value;
                let _no_panic = answer(&asked, &broken);
            }
        }
        assert!(question(7, "a..b", 1).is_err() && question(7, &"a".repeat(64), 1).is_err());
    }

    #[tokio::test]
    async fn a_server_is_asked_by_udp_and_by_tcp_if_the_answer_is_cut() {
        let udp = UdpSocket::bind(("127.0.0.1", 0)).await.expect("bound");
        let server = udp.local_addr().expect("an address");
        let tcp = tokio::net::TcpListener::bind(server).await.expect("bound");
        let answering = tokio::spawn(async move {
            let mut buffer = vec![0; 512];
            let (size, from) = udp.recv_from(&mut buffer).await.expect("asked");
            udp.send_to(&reply(&buffer[..size], 0x8380, &[]), from).await.expect("answered");
            let (mut stream, _) = tcp.accept().await.expect("connected");
            let length = stream.read_u16().await.expect("a length");
            let mut asked = vec![0; usize::from(length)];
            stream.read_exact(&mut asked).await.expect("a question");
            let bytes = reply(&asked, 0x8180, &[(1, &[10, 1, 2, 3])]);
            stream.write_u16(u16::try_from(bytes.len()).expect("short")).await.expect("written");
            stream.write_all(&bytes).await.expect("written");
            let (size, from) = udp.recv_from(&mut buffer).await.expect("asked");
            udp.send_to(&reply(&buffer[..size], 0x8180, &[]), from).await.expect("answered");
        });
        let found = addresses(server, "intranet.example").await.expect("resolved");
        assert_eq!(found, [IpAddr::from([10, 1, 2, 3])]);
        answering.await.expect("the server ended");
    }
}
