//! Compares text with a checked-in file; `UPDATE=1` writes the files.

use std::path::PathBuf;

/// Fails if the text is not what `golden/NAME.txt` holds.
#[track_caller]
pub fn check(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden").join(format!("{name}.txt"));
    let text = text.replace("\r\n", "\n");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(text, expected, "golden/{name}.txt differs; UPDATE=1 writes it");
}
