//! Default values that wire types of several subjects share, named for what serde writes in their attributes.

/// The default of a switch that is on.
pub fn yes() -> bool {
    true
}

/// The default of a count that is one.
pub fn one() -> u32 {
    1
}
