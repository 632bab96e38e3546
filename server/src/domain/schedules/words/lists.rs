//! Numbers of a list in words: a few of them, a range, or every nth.
//!
//! The numbers are the bits of a mask. Deliberately absent: what the numbers mean, which each caller knows.

/// The distance between the values, if it is the same everywhere.
pub(in crate::domain) fn evenly(bits: u64) -> Option<u32> {
    let first = bits.trailing_zeros();
    let rest = bits & (bits - 1);
    if rest == 0 {
        return None;
    }
    let step = rest.trailing_zeros() - first;
    let last = 63 - bits.leading_zeros();
    let expected = (first..=last).step_by(step as usize).fold(0_u64, |bits, value| bits | 1 << value);
    (expected == bits).then_some(step)
}

/// The set bits, with runs of three and more combined.
pub(in crate::domain) fn runs(bits: u64, name: impl Fn(u32) -> String) -> Vec<String> {
    let mut said = Vec::new();
    let mut rest = bits;
    while rest != 0 {
        let first = rest.trailing_zeros();
        let length = (rest >> first).trailing_ones();
        let taken = if length >= 3 { length } else { 1 };
        said.push(match taken {
            1 => name(first),
            _ => format!("{} to {}", name(first), name(first + taken - 1)),
        });
        rest &= !(((1_u64 << taken) - 1) << first);
    }
    said
}

/// "a, b and c".
pub(in crate::domain) fn joined(mut parts: Vec<String>) -> String {
    match parts.pop() {
        Some(last) if !parts.is_empty() => format!("{} and {last}", parts.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}
