//! Files with certificates of authorities (PEM) that http tasks trust in addition to those of the system.
//!
//! They are read at the start of each run, so a renewed file needs no restart. Deliberately absent: certificates of
//! clients, which come with credentials.

use reqwest::Certificate;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::io::Read as _;
use std::path::Path;

/// Maximum size of a file. The certificates of all public authorities take a quarter of a megabyte.
const BYTES_MAX: u64 = 8 << 20;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{} {problem}", .line.map_or_else(String::new, |line| format!(", line {line}:")))]
pub struct BadFile {
    /// Path of the file.
    pub path: String,
    /// Line at which the certificate begins that cannot be used; none: the whole file is the problem.
    pub line: Option<u64>,
    /// What is wrong, as the end of a sentence about that place.
    pub problem: String,
}

/// Reads the certificates of a file for requests. Waits for the disk.
pub fn read(path: &Path) -> Result<Vec<Certificate>, BadFile> {
    let certificate =
        |der: Vec<u8>| Certificate::from_der(&der).map_err(|error| format!("this is not a certificate: {error}"));
    read_each(path, certificate)
}

/// Reads the certificates of a file in DER. Waits for the disk.
pub fn read_der(path: &Path) -> Result<Vec<Vec<u8>>, BadFile> {
    read_each(path, Ok)
}

fn read_each<T>(path: &Path, made: impl Fn(Vec<u8>) -> Result<T, String>) -> Result<Vec<T>, BadFile> {
    let bad = |line: Option<u64>, problem: String| BadFile { path: path.display().to_string(), line, problem };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
    file.map_err(|error| bad(None, format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(bad(None, format!("is larger than {} MiB", BYTES_MAX >> 20)));
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut found = Vec::new();
    let mut open: Option<(u64, String)> = None;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line == BEGIN {
            if let Some((began, _)) = open {
                return Err(bad(Some(began), "the certificate does not end".to_owned()));
            }
            open = Some((number, String::new()));
        }
        let Some((_, section)) = &mut open else { continue };
        section.push_str(line);
        section.push('\n');
        if line == END
            && let Some((began, section)) = open.take()
        {
            let der = certificate(&section).and_then(&made);
            found.push(der.map_err(|problem| bad(Some(began), problem))?);
        }
    }
    match open {
        Some((began, _)) => Err(bad(Some(began), "the certificate does not end".to_owned())),
        None if found.is_empty() => Err(bad(None, format!("contains no certificate: there is no line {BEGIN}"))),
        None => Ok(found),
    }
}

fn certificate(section: &str) -> Result<Vec<u8>, String> {
    let der = CertificateDer::from_pem_slice(section.as_bytes())
        .map_err(|error| format!("the certificate cannot be read: {error}"))?;
    RootCertStore::empty().add(der.clone()).map_err(|error| format!("this is not a certificate: {error}"))?;
    Ok(der.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &str = include_str!("../../tests/it/data/http_ca.pem");

    fn reads(text: &str) -> Result<usize, BadFile> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let read = read(file.path()).map(|found| found.len());
        read.map_err(|bad| BadFile { path: bad.path.replace(&file.path().display().to_string(), "it"), ..bad })
    }

    fn told(text: &str) -> (Option<u64>, String) {
        let bad = reads(text).expect_err("refused");
        assert_eq!(bad.path, "it");
        (bad.line, bad.problem)
    }

    #[test]
    fn what_is_wrong_is_a_sentence() {
        let bad = |line| BadFile { path: "/etc/ca.pem".into(), line, problem: "cannot be used".into() };
        let error = |line| crate::integrations::hop::HttpError::Authorities(bad(line)).to_string();
        assert_eq!(error(None), "/etc/ca.pem cannot be used");
        assert_eq!(error(Some(3)), "/etc/ca.pem, line 3: cannot be used");
    }

    #[test]
    fn bundles_are_read_as_tools_write_them() {
        assert_eq!(reads(AUTHORITY), Ok(1));
        assert_eq!(reads(&format!("# ours\n{AUTHORITY}\n\n{AUTHORITY}")), Ok(2));
        assert_eq!(reads(&format!("\u{feff}{}", AUTHORITY.replace('\n', "\r\n"))), Ok(1));
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_line() {
        let (line, problem) = told("hello\n");
        assert!(line.is_none() && problem.contains("no certificate"), "{problem}");
        let broken = AUTHORITY.replacen("\nM", "\n!", 1);
        let lines = AUTHORITY.lines().count() as u64;
        let (line, problem) = told(&format!("{AUTHORITY}{broken}"));
        assert!(line == Some(lines + 1) && problem.contains("cannot be read"), "{line:?} {problem}");
        let (line, _) = told(&AUTHORITY.replace(END, ""));
        assert_eq!(line, Some(1));
        let (line, problem) = told(&format!("{BEGIN}\naGVsbG8=\n{END}\n"));
        assert!(line == Some(1) && problem.contains("not a certificate"), "{problem}");
        let gone = read(Path::new("/nowhere/ca.pem")).expect_err("it is not there");
        assert!(gone.path == "/nowhere/ca.pem" && gone.problem.contains("cannot be read"), "{gone:?}");
    }
}
