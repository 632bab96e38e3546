//! Default values that wire types of several subjects share. serde attributes refer to them by name.

/// Default of a switch that is on.
pub fn yes() -> bool {
    true
}

/// Default of a count.
pub fn one() -> u32 {
    1
}
