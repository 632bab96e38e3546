//! Random numbers that a seed can repeat.

/// xorshift64* (S. Vigna, 2014): enough to scatter moments.
pub struct Random(u64);

impl Random {
    /// Starts a sequence. A seed of zero would produce only zeros and is replaced.
    pub fn new(seed: u64) -> Self {
        Self(if seed == 0 { 1 } else { seed })
    }

    /// A number below `limit` (at least 1).
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit.max(1)
    }
}
