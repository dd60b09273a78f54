//! What all signers have in common: an input, an output, a name with a number, an example that must hold.

use std::fmt;

/// Which recipe: the word that stands on the command line, in metrics and in logs, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// The signer.
    pub name: &'static str,
    /// The recipe, counted from 1.
    pub number: u32,
}

impl Version {
    /// Recipe `number` of the signer `name`.
    pub const fn new(name: &'static str, number: u32) -> Self {
        Self { name, number }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.number)
    }
}

/// One recipe for one value.
pub trait Scheme {
    /// All that goes in, time and chance among it.
    type Input<'a>;
    /// What comes out.
    type Output;

    /// Which recipe.
    const VERSION: Version;

    /// Computes it.
    fn sign(input: &Self::Input<'_>) -> Self::Output;

    /// Whether this build still gives what the documented example gives.
    fn holds() -> bool;
}
