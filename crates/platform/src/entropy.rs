//! The system's randomness.

use tokenrack_core::ports::Entropy;

/// The system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the system has no randomness to give: going on would make secrets that can be guessed.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for randomness")]
    #[expect(clippy::expect_used, reason = "there is no safe way on")]
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the system's generator of randomness answers");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_filled_and_no_two_draws_agree() {
        let (mut a, mut b) = ([0u8; 64], [0u8; 64]);
        SystemEntropy.fill(&mut a);
        SystemEntropy.fill(&mut b);
        assert_ne!(a, b);
        assert!(a[48..].iter().any(|byte| *byte != 0));
    }
}
