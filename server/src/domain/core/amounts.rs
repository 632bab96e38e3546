//! Amounts in words, as short as people say them: durations and sizes.

/// A duration in its largest fitting unit, with one decimal below ten: `2 s`, `14 min`, `1.5 h`.
pub(in crate::domain) fn span(milliseconds: u64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)];
    match units.into_iter().find(|(_, length)| milliseconds >= *length) {
        Some((unit, length)) => scaled(milliseconds, length, unit),
        None if milliseconds == 0 => "0 s".to_owned(),
        None => format!("{milliseconds} ms"),
    }
}

/// A size in its largest fitting unit, of 1,000 each: `0 bytes`, `3.2 MB`.
pub(in crate::domain) fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000)];
    match units.into_iter().find(|(_, length)| bytes >= *length) {
        Some((unit, length)) => scaled(bytes, length, unit),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}

/// A range of amounts; one amount if both ends read alike.
pub(in crate::domain) fn between(low: String, high: &str) -> String {
    if low == high { low } else { format!("{low} to {high}") }
}

/// Tenths are rounded; above ten, whole units are.
fn scaled(amount: u64, length: u64, unit: &str) -> String {
    let tenths = (amount.saturating_mul(10) + length / 2) / length;
    match (tenths / 10, tenths % 10) {
        (whole, rest) if whole < 10 && rest > 0 => format!("{whole}.{rest} {unit}"),
        (whole, rest) => format!("{} {unit}", whole + u64::from(rest >= 5)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        for (milliseconds, words) in
            [(0, "0 s"), (340, "340 ms"), (2_000, "2 s"), (2_340, "2.3 s"), (870_000, "15 min"), (5_400_000, "1.5 h")]
        {
            assert_eq!(span(milliseconds), words);
        }
        for (bytes, words) in
            [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (3_240_000, "3.2 MB"), (12_500, "13 KB")]
        {
            assert_eq!(size(bytes), words);
        }
        assert_eq!(between(size(10), &size(20)), "10 bytes to 20 bytes");
        assert_eq!(between(size(10), &size(10)), "10 bytes");
    }
}
