//! Counting for 128 policies at once: bit-sliced counters with carries saved (Harley and Seal's method).
//!
//! Bit `i` of a word belongs to policy `i`. Level `k` of a counter holds the bit of weight `2^k` of all 128 counts, and one word that waits
//! for a second one: adding a word costs about one full adder, whatever the policies.

/// Policies that one word holds.
pub(super) const LANES: usize = 128;

/// Counts that are kept side by side, because they are always added to together.
pub(super) const KINDS: usize = 5;

/// One word for each kind.
pub(super) type Words = [u128; KINDS];

/// Levels: enough for sums up to 2^64.
const LEVELS: usize = 64;

/// 128 times five counts.
pub(super) struct Counter {
    sums: Box<[Words; LEVELS]>,
    waiting: Box<[Words; LEVELS]>,
    /// Bit `k`: `waiting[k]` holds words.
    occupied: u64,
}

impl Counter {
    pub(super) fn new() -> Self {
        Counter { sums: Box::new([[0; KINDS]; LEVELS]), waiting: Box::new([[0; KINDS]; LEVELS]), occupied: 0 }
    }

    /// Adds `weight` to every count whose bit is set.
    #[inline]
    pub(super) fn add(&mut self, words: &Words, weight: u32) {
        let mut rest = weight;
        while rest != 0 {
            self.add_at(*words, rest.trailing_zeros() as usize);
            rest &= rest - 1;
        }
    }

    #[inline]
    fn add_at(&mut self, mut words: Words, mut level: usize) {
        loop {
            let bit = 1_u64 << level;
            if self.occupied & bit == 0 {
                self.waiting[level] = words;
                self.occupied |= bit;
                return;
            }
            self.occupied &= !bit;
            let (sum, waiting) = (&mut self.sums[level], &self.waiting[level]);
            for kind in 0..KINDS {
                let (a, b, c) = (sum[kind], waiting[kind], words[kind]);
                let odd = a ^ b;
                sum[kind] = odd ^ c;
                words[kind] = (a & b) | (odd & c);
            }
            level += 1;
        }
    }

    /// The counts of one policy.
    pub(super) fn counts(&self, lane: usize) -> [u64; KINDS] {
        let bit = |word: u128| (word >> lane) as u64 & 1;
        std::array::from_fn(|kind| {
            (0..LEVELS).fold(0, |count, level| {
                let waits = if self.occupied >> level & 1 == 1 { bit(self.waiting[level][kind]) } else { 0 };
                count + ((bit(self.sums[level][kind]) + waits) << level)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_like_plain_addition() {
        let mut counter = Counter::new();
        let mut plain = vec![[0_u64; KINDS]; LANES];
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 16
        };
        for round in 0..5_000 {
            let words: Words = std::array::from_fn(|_| u128::from(next()) | u128::from(next()) << 70);
            let weight = if round % 7 == 0 { u32::try_from(next() % 4_000_000_000).unwrap() } else { 1 };
            counter.add(&words, weight);
            for (lane, counts) in plain.iter_mut().enumerate() {
                for (kind, count) in counts.iter_mut().enumerate() {
                    *count += u64::from(weight) * (words[kind] >> lane & 1) as u64;
                }
            }
        }
        for (lane, counts) in plain.iter().enumerate() {
            assert_eq!(counter.counts(lane), *counts, "lane {lane}");
        }
    }
}
