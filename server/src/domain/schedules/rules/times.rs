//! The times of the day that a rule names, in seconds since local midnight.

const DAY: u32 = 86_400;
/// Bits 0-23.
const ALL_HOURS: u32 = 0xFF_FFFF;

/// A set of times of day; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) enum Times {
    /// Every combination of the hours, minutes and seconds whose bits are set.
    Product { hours: u32, minutes: u64, seconds: u64 },
    /// The times themselves, ascending.
    List(Vec<u32>),
}

impl Times {
    /// Number of times in a day without a clock change.
    pub fn count(&self) -> u64 {
        match self {
            Times::Product { hours, minutes, seconds } => {
                u64::from(hours.count_ones()) * u64::from(minutes.count_ones()) * u64::from(seconds.count_ones())
            }
            Times::List(list) => list.len() as u64,
        }
    }

    /// Returns whether some hours contain none of the times.
    pub fn some_hours(&self) -> bool {
        match self {
            Times::Product { hours, .. } => *hours != ALL_HOURS,
            Times::List(list) => (0..24).any(|hour| !list.iter().any(|second| second / 3600 == hour)),
        }
    }

    /// Returns whether a second of the day is one of the times.
    pub fn contains(&self, second: u32) -> bool {
        self.next(second) == Some(second)
    }

    /// The first time of the day.
    pub fn first(&self) -> u32 {
        self.next(0).expect("a set of times is never empty")
    }

    /// The last time of the day.
    pub fn last(&self) -> u32 {
        self.previous(DAY - 1).expect("a set of times is never empty")
    }

    /// The first time at or after a second of the day.
    pub fn next(&self, from: u32) -> Option<u32> {
        match self {
            Times::List(list) => list.get(list.partition_point(|time| *time < from)).copied(),
            Times::Product { hours, minutes, seconds } => {
                let (hours, minutes, seconds) = (u64::from(*hours), *minutes, *seconds);
                let (hour, minute, second) = (from / 3600, from / 60 % 60, from % 60);
                let lowest = |bits: u64| bits.trailing_zeros();
                if hours >> hour & 1 == 1 {
                    if minutes >> minute & 1 == 1
                        && let Some(second) = at_or_above(seconds, second)
                    {
                        return Some(hour * 3600 + minute * 60 + second);
                    }
                    if let Some(minute) = at_or_above(minutes, minute + 1) {
                        return Some(hour * 3600 + minute * 60 + lowest(seconds));
                    }
                }
                at_or_above(hours, hour + 1).map(|hour| hour * 3600 + lowest(minutes) * 60 + lowest(seconds))
            }
        }
    }

    /// The last time at or before a second of the day.
    pub fn previous(&self, from: u32) -> Option<u32> {
        match self {
            Times::List(list) => list.partition_point(|time| *time <= from).checked_sub(1).map(|index| list[index]),
            Times::Product { hours, minutes, seconds } => {
                let (hours, minutes, seconds) = (u64::from(*hours), *minutes, *seconds);
                let (hour, minute, second) = (from / 3600, from / 60 % 60, from % 60);
                let highest = |bits: u64| 63 - bits.leading_zeros();
                if hours >> hour & 1 == 1 {
                    if minutes >> minute & 1 == 1
                        && let Some(second) = below(seconds, second + 1)
                    {
                        return Some(hour * 3600 + minute * 60 + second);
                    }
                    if let Some(minute) = below(minutes, minute) {
                        return Some(hour * 3600 + minute * 60 + highest(seconds));
                    }
                }
                below(hours, hour).map(|hour| hour * 3600 + highest(minutes) * 60 + highest(seconds))
            }
        }
    }
}

/// The lowest set bit at or above `from` (at most 60).
fn at_or_above(bits: u64, from: u32) -> Option<u32> {
    let rest = bits >> from << from;
    (rest != 0).then(|| rest.trailing_zeros())
}

/// The highest set bit below `end` (at most 60).
fn below(bits: u64, end: u32) -> Option<u32> {
    let rest = bits & ((1 << end) - 1);
    (rest != 0).then(|| 63 - rest.leading_zeros())
}
