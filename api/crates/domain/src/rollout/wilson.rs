//! Wilson's bounds of a share, one-sided 95 %, in integers: the same inputs give the same answer on every machine, today and at a replay.
//!
//! The bound is the share p at which the observed k of n is just z standard errors away: (k - n p)^2 = z^2 n p (1 - p). Whether a
//! bound lies beyond a limit is therefore a comparison of whole numbers; no root is drawn. After Wilson 1927, rollout-engine.md A4.

/// z^2 for one-sided 95 % (z = 1.644 853 627), in billionths.
const Z2: u128 = 2_705_543_454;
const BILLION: u128 = 1_000_000_000;

/// The whole, in the unit of all rates here: per 10,000.
pub const WHOLE: u32 = 10_000;

/// The largest n for which the products fit; larger ones are scaled down with their k, which changes no bound in its unit.
const MOST: u128 = 10_000_000_000;

/// `part` of `all` per 10,000, rounded down; 0 of nothing. A part larger than the whole counts as the whole.
pub fn rate(part: u64, all: u64) -> u32 {
    if all == 0 {
        return 0;
    }
    let rate = u128::from(part.min(all)) * u128::from(WHOLE) / u128::from(all);
    u32::try_from(rate).unwrap_or(WHOLE)
}

/// Lower bound of the true share after `k` of `n`, per 10,000, rounded down; 0 after nothing.
pub fn lower(k: u64, n: u64) -> u32 {
    // The largest share that is not above the bound: 0 never is.
    let (mut least, mut most) = (0, WHOLE);
    while least < most {
        let middle = (least + most).div_ceil(2);
        if apart(k, n, middle).is_some_and(|side| side.above) { least = middle } else { most = middle - 1 }
    }
    least
}

/// Upper bound of the true share after `k` of `n`, per 10,000, rounded up; the whole after nothing.
pub fn upper(k: u64, n: u64) -> u32 {
    WHOLE - lower(n.saturating_sub(k), n)
}

/// Whether the lower bound lies above the share, which is per 10,000.
pub fn proven_above(k: u64, n: u64, share: u32) -> bool {
    apart(k, n, share).is_some_and(|side| side.above && side.strictly)
}

/// Whether the upper bound lies below the share, which is per 10,000.
pub fn proven_below(k: u64, n: u64, share: u32) -> bool {
    apart(k, n, share).is_some_and(|side| !side.above && side.strictly)
}

/// On which side of a share the observation lies, z standard errors away or farther.
struct Side {
    above: bool,
    /// Farther than z standard errors.
    strictly: bool,
}

/// `None` where the share lies within the bounds, or where nothing was observed.
fn apart(k: u64, n: u64, share: u32) -> Option<Side> {
    let (k, n) = scaled(k, n)?;
    let (whole, share) = (u128::from(WHOLE), u128::from(share.min(WHOLE)));
    let (seen, expected) = (k * whole, n * share);
    let distance = seen.abs_diff(expected);
    let (left, right) = (distance * distance * BILLION, Z2 * n * share * (whole - share));
    // Nobody is sure that everybody is blocked, or nobody.
    (right > 0 && left >= right).then_some(Side { above: seen >= expected, strictly: left > right })
}

fn scaled(k: u64, n: u64) -> Option<(u128, u128)> {
    let (k, n) = (u128::from(k.min(n)), u128::from(n));
    let divisor = n / MOST + 1;
    (n > 0).then_some((k / divisor, n / divisor))
}
