//! Randomness as an argument.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of random bytes: seeded by the system in production, by a number in tests.
#[derive(Debug)]
pub struct Random(StdRng);

impl Random {
    /// Seeded by the operating system; fit for secrets.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    pub fn from_system() -> Self {
        let mut seed = <StdRng as SeedableRng>::Seed::default();
        rand::TryRng::try_fill_bytes(&mut rand::rngs::SysRng, &mut seed)
            .expect("the operating system gives randomness");
        Self(StdRng::from_seed(seed))
    }

    /// The same bytes each time for the same seed. For tests only.
    pub fn from_seed(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// `N` fresh random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}
