//! What file systems note about files: size, date, number, last alteration, rights, content.
//!
//! Everything that differs between systems is here. Deliberately absent: what a difference means, which
//! `domain::triggers::files` decides.

use crate::domain::model::{FileMarks, FileState};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

/// State of a file. `keeps_numbers` is what its file system answered.
pub fn state(path: &Path, about: &Metadata, keeps_numbers: bool) -> FileState {
    let changed_at = about.modified().map_or(DateTime::UNIX_EPOCH, DateTime::<Utc>::from);
    let changed_at = DateTime::from_timestamp_micros(changed_at.timestamp_micros()).unwrap_or(changed_at);
    let marks = marks(path, about, changed_at).map(|marks| match keeps_numbers {
        true => marks,
        false => FileMarks { number: None, ..marks },
    });
    FileState { bytes: about.len(), changed_at, marks }
}

/// Number of the disk of a file or folder; zero where the system has none.
#[cfg(unix)]
pub fn device(about: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(about)
}

/// Number of the disk of a file or folder; zero where the system has none.
#[cfg(not(unix))]
pub fn device(_about: &Metadata) -> u64 {
    0
}

#[cfg(unix)]
fn marks(_path: &Path, about: &Metadata, _changed_at: DateTime<Utc>) -> Option<FileMarks> {
    use std::os::unix::fs::MetadataExt as _;
    let micros = about.ctime().checked_mul(1_000_000)?.checked_add(about.ctime_nsec() / 1_000)?;
    let mut rights = Sha256::new();
    for part in [u64::from(about.mode()), u64::from(about.uid()), u64::from(about.gid()), about.nlink()] {
        rights.update(part.to_le_bytes());
    }
    Some(FileMarks {
        device: about.dev().cast_signed(),
        number: Some(about.ino().cast_signed()),
        altered_at: DateTime::from_timestamp_micros(micros)?,
        rights: fingerprint(rights),
    })
}

/// Windows tells the number of a file to whoever opens it, and has no date of the last alteration that programs cannot
/// set.
#[cfg(windows)]
fn marks(path: &Path, _about: &Metadata, changed_at: DateTime<Utc>) -> Option<FileMarks> {
    let open = winapi_util::Handle::from_path_any(path).ok()?;
    let about = winapi_util::file::information(open).ok()?;
    Some(FileMarks {
        device: i64::try_from(about.volume_serial_number()).ok()?,
        number: Some(about.file_index().cast_signed()),
        altered_at: changed_at,
        rights: 0,
    })
}

/// Returns whether the file system of a path keeps the numbers of files. Some make them up anew whenever they like.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn keeps_numbers(path: &Path) -> bool {
    /// FUSE, CIFS, SMB2, SMB, 9P, FAT, exFAT.
    const MADE_UP: [u32; 7] =
        [0x6573_5546, 0xff53_4d42, 0xfe53_4d42, 0x0000_517b, 0x0102_1997, 0x0000_4d44, 0x2011_bab0];
    let made_up = |kind: i128| MADE_UP.iter().any(|known| i128::from(*known) == kind);
    rustix::fs::statfs(path).is_ok_and(|about| !made_up(i128::from(about.f_type)))
}

/// Returns whether the file system of a path keeps the numbers of files.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn keeps_numbers(_path: &Path) -> bool {
    true
}

/// Fingerprint of the first `most` bytes of a file. Calls `tell` after each piece that was read.
pub fn content(path: &Path, most: u64, tell: &dyn Fn()) -> io::Result<i64> {
    let (mut file, mut digest, mut piece) = (File::open(path)?.take(most), Sha256::new(), vec![0; 256 * 1024]);
    loop {
        let count = file.read(&mut piece)?;
        tell();
        if count == 0 {
            return Ok(fingerprint(digest));
        }
        digest.update(&piece[..count]);
    }
}

fn fingerprint(digest: Sha256) -> i64 {
    let digest = digest.finalize();
    let first: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
    i64::from_le_bytes(first)
}
