//! The little that random strings need of a random number generator.

pub use proptest::prelude::Rng;

/// A number below `bound`, which must not be zero.
///
/// The bias of the remainder is below 2⁻⁴⁰ for every bound used here.
pub(super) fn below(rng: &mut impl Rng, bound: usize) -> usize {
    let bound = bound as u64;
    usize::try_from(rng.next_u64() % bound).unwrap_or(0)
}

/// A number from zero (included) to one (excluded).
pub(super) fn fraction(rng: &mut impl Rng) -> f64 {
    /// The odds below are exact: 32 random bits fit a `f64`.
    const SCALE: f64 = 1.0 / 4_294_967_296.0;
    f64::from(rng.next_u32()) * SCALE
}

/// True once in `n` times.
pub(super) fn one_in(rng: &mut impl Rng, n: usize) -> bool {
    below(rng, n) == 0
}
