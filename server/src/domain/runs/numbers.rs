//! Numbers as they are written: compared by their digits, so that nothing is rounded.
//!
//! JSON has one kind of number, without bounds. Binary floating point keeps about 16 digits of it, which changes ids
//! and amounts of money without a word. Deliberately absent: arithmetic. Start reading at `Decimal`.

use serde_json::Number;
use std::cmp::Ordering;

/// Least value of a whole number: -2^63.
const LEAST: i128 = i64::MIN as i128;

/// Greatest value of a whole number: 2^64 - 1.
const GREATEST: i128 = u64::MAX as i128;

/// What is wrong with a number that should be whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWhole {
    /// The number has a fraction.
    Fraction,
    /// The number is beyond the range of whole numbers.
    OutOfRange,
}

impl std::fmt::Display for NotWhole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fraction => f.write_str("must be a whole number"),
            Self::OutOfRange => write!(
                f,
                "must be from {LEAST} to {GREATEST}; to pass on larger numbers, give the param the kind string and \
                 write them in quotes"
            ),
        }
    }
}

/// A whole number with one spelling: `1.0` and `1e3` become `1` and `1000`, as JSON Schema counts them.
pub fn whole(number: &Number) -> Result<Number, NotWhole> {
    let decimal = Decimal::of(number).ok_or(NotWhole::OutOfRange)?;
    if decimal.point < i64::try_from(decimal.digits.len()).unwrap_or(i64::MAX) {
        return Err(NotWhole::Fraction);
    }
    // 2^64 has 20 digits.
    let zeros = decimal.point - i64::try_from(decimal.digits.len()).unwrap_or(i64::MAX);
    if decimal.point > 20 {
        return Err(NotWhole::OutOfRange);
    }
    let zeros = "0".repeat(usize::try_from(zeros).unwrap_or_default());
    let value: i128 = format!("0{}{zeros}", decimal.digits).parse().map_err(|_| NotWhole::OutOfRange)?;
    let value = if decimal.negative { -value } else { value };
    let within = (LEAST..=GREATEST).contains(&value).then(|| Number::from_i128(value)).flatten();
    within.ok_or(NotWhole::OutOfRange)
}

/// Compares two numbers exactly. None, if an exponent has too many digits to be compared.
pub fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    Some(Decimal::of(one)?.cmp(&Decimal::of(other)?))
}

/// A number as `0.DIGITS * 10^point`, without zeros at either end of the digits. Zero has no digits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    point: i64,
}

impl Decimal {
    fn of(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let (negative, text) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i64 = exponent.parse().ok().filter(|exponent: &i64| exponent.abs() < 1_000_000_000)?;
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{integer}{fraction}");
        let stripped = all.trim_start_matches('0');
        let zeros = i64::try_from(all.len() - stripped.len()).ok()?;
        let digits = stripped.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, point: 0 });
        }
        Some(Self { negative, digits, point: i64::try_from(integer.len()).ok()? - zeros + exponent })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |it: &Self| {
            if it.digits.is_empty() {
                0
            } else if it.negative {
                -1
            } else {
                1
            }
        };
        let size = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => size(),
            _ => size().reverse(),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn whole_numbers_have_one_spelling_and_a_range() {
        use NotWhole::{Fraction, OutOfRange};
        for (text, wanted) in [
            ("0", Ok("0")),
            ("-0", Ok("0")),
            ("-0.0", Ok("0")),
            ("1.0", Ok("1")),
            ("1e3", Ok("1000")),
            ("1.5e1", Ok("15")),
            ("120e-1", Ok("12")),
            ("1E+2", Ok("100")),
            ("9223372036854775807", Ok("9223372036854775807")),
            ("9223372036854775808", Ok("9223372036854775808")),
            ("18446744073709551615", Ok("18446744073709551615")),
            ("18446744073709551615.000", Ok("18446744073709551615")),
            ("18446744073709551616", Err(OutOfRange)),
            ("-9223372036854775808", Ok("-9223372036854775808")),
            ("-9223372036854775809", Err(OutOfRange)),
            ("1e19", Ok("10000000000000000000")),
            ("1e20", Err(OutOfRange)),
            ("1e999999999999999999999", Err(OutOfRange)),
            ("1e400", Err(OutOfRange)),
            ("1.5", Err(Fraction)),
            ("1e-400", Err(Fraction)),
            ("18446744073709551615.1", Err(Fraction)),
        ] {
            assert_eq!(whole(&number(text)).map(|whole| whole.to_string()), wanted.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn decimals_are_compared_by_every_digit() {
        use Ordering::{Equal, Greater, Less};
        for (one, other, wanted) in [
            ("1.50", "1.5", Equal),
            ("150e-2", "1.5", Equal),
            ("5.00000000000000000001", "5", Greater),
            ("-5.00000000000000000001", "-5", Less),
            ("0.0", "-0", Equal),
            ("1e400", "1e399", Greater),
            ("-1e400", "1e-400", Less),
            ("9", "10", Less),
            ("0.09", "0.1", Less),
        ] {
            assert_eq!(compare(&number(one), &number(other)), Some(wanted), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn every_whole_number_keeps_its_value(value in any::<i128>().prop_map(|value| value >> 62), zeros in 0_usize..4) {
            let text = if zeros == 0 { value.to_string() } else { format!("{value}.{}", "0".repeat(zeros)) };
            let wanted = (LEAST..=GREATEST).contains(&value).then(|| value.to_string());
            prop_assert_eq!(whole(&number(&text)).ok().map(|whole| whole.to_string()), wanted);
        }

        #[test]
        fn the_order_is_that_of_the_values(one in -1e9..1e9_f64, other in -1e9..1e9_f64) {
            let written = |value: f64| Number::from_f64(value).expect("finite");
            prop_assert_eq!(compare(&written(one), &written(other)), one.partial_cmp(&other));
        }
    }
}
